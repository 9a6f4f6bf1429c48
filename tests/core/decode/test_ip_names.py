from pcaptools.core.decode.ip_names import PROTOCOL_NAMES, dscp_name, ecn_name, protocol_name, router_alert_name


def test_protocols() -> None:  # IANA, "Assigned Internet Protocol Numbers"
    assert [protocol_name(number) for number in (0, 1, 6, 17, 46, 50, 58, 89, 103, 112, 132, 137, 143, 253)] == [
        "HOPOPT", "ICMP", "TCP", "UDP", "RSVP", "ESP", "ICMPv6", "OSPF", "PIM", "VRRP", "SCTP", "MPLS-in-IP",
        "Ethernet", "253",
    ]  # fmt: skip
    assert set(range(148)) - set(PROTOCOL_NAMES) == {61, 63, 68, 99, 114}  # those without a keyword


def test_differentiated_services() -> None:  # RFC 2474, 2597, 3246, 3168
    assert [dscp_name(byte) for byte in (0, 0x28, 0xB8, 0xC0, 0x04, 0x0C)] == ["CS0", "AF11", "EF", "CS6", "LE", "3"]
    assert [ecn_name(byte) for byte in (0xB8, 0xB9, 0xBA, 0xBB)] == ["Not-ECT", "ECT(1)", "ECT(0)", "CE"]


def test_router_alerts() -> None:  # RFC 2711; RFC 3175, 6; RFC 5350
    assert router_alert_name(1) == "RSVP"
    assert router_alert_name(5) == "Aggregated Reservation Nesting Level 1"
    assert router_alert_name(36) == "QoS NSLP Aggregation Level 0"
    assert router_alert_name(70) == "unknown"

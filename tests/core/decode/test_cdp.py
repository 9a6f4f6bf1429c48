import pytest
from support.crosscheck import Row, packets, rows
from support.cuts import framed, line, survive_cuts

CHECKS = rows("cdp.pcap", {
    1: [
        ("link.llc.cdp.version", 2, "cdp.version"),
        ("link.llc.cdp.time_to_live", 12, "cdp.ttl"),
        ("link.cdp.device_id", "switch.example", "cdp.deviceid"),
        ("link.cdp.port_id", "v0", "cdp.portid"),
        ("link.cdp.platform", "pcaptools recorder", "cdp.platform"),
        ("link.cdp.software_version", "a switch that is none", "cdp.software_version"),
    ],
    2: [("link.cdp.version", 2, "cdp.version")],
}) + rows("corpus:tcpdump/LLDP_and_CDP.pcap", {
    1: [
        ("link.cdp.version", 2, "cdp.version"),
        ("link.cdp.checksum", 0x0BEA, "cdp.checksum"),
        ("link.cdp.device_id", "S1", "cdp.deviceid"),
        ("link.cdp.platform", "cisco WS-C3560-24TS", "cdp.platform"),
        ("link.cdp.addresses", ["0.0.0.0"], "tcpdump", "IPv4 (1) 0.0.0.0"),
        ("link.cdp.capabilities", ["switch", "IGMP"], "tcpdump", "L2 Switch, IGMP snooping"),
        ("link.cdp.native_vlan", 1, "cdp.native_vlan"),
        ("link.cdp.duplex", "full", "tcpdump", "full"),
        ("link.cdp.vtp_management_domain", "", "tcpdump", "VTP Management Domain"),
        ("link.cdp.tlvs[6][value][protocol]", 0x0112, "cdp.protocol_id"),
        ("link.cdp.tlvs[13][value][management_id]", 1, "cdp.management_id"),
    ],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


HEAD = "01000ccccccc 020000000001 {size:04x} aaaa03 00000c 2000 02 b4 0000"


def cdp(tlvs: str) -> str:
    return HEAD.format(size=12 + len(bytes.fromhex(tlvs))) + tlvs


def test_values() -> None:
    packet = framed(cdp("0007 0009 0a000000 08000e 0007 01 00140011 0008 000005dc0010 0006 3c8c0017 0007 00 6f6b"))
    assert [tlv["value"] for tlv in packet.link.cdp.tlvs] == [["10.0.0.0/8"], 20, 1500, 15500, "ok"]
    assert (packet.link.cdp.voip_vlan, packet.link.cdp.mtu) == (20, 1500)
    address = "01 01 cc 0004 0a00000102 08 aaaa0300000086dd 0010" + "00" * 15 + "01"
    packet = framed(cdp(f"0002 002d 00000002 {address}"))
    assert packet.link.cdp.addresses == ["10.0.0.1", "::1"]


def test_a_value_that_does_not_fit_stays_bytes() -> None:
    packet = framed(cdp("000a 0005 010001 0006 5331"))
    assert packet.link.cdp.tlvs[0]["value"] == b"\x01"
    assert packet.link.cdp.device_id == "S1"


def test_what_is_wrong_comes_after_what_was_read() -> None:
    packet = framed(cdp("0001 0006 5331 0003 0000"))
    assert packet.link.cdp.device_id == "S1"
    assert packet.link.cdp.malformed.reason == "CDP TLV 0x0003 of 0 bytes in 4"
    packet = framed(cdp("0003 0004" * 200))
    assert packet.link.cdp.malformed.reason == "more than 128 CDP TLVs"


def test_lines() -> None:
    assert line(packets("cdp.pcap")[0]).endswith("CDP switch.example port v0 platform pcaptools recorder")


def test_cut() -> None:
    survive_cuts("cdp.pcap", 1)
    survive_cuts("corpus:tcpdump/LLDP_and_CDP.pcap", 1)

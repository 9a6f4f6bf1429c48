import pytest
from support.crosscheck import Row, packets, rows
from support.cuts import framed, line, survive_cuts

CHECKS = rows("lldp.pcap", {
    1: [
        ("link.lldp.chassis_id_subtype", 4, "lldp.chassis.subtype"),
        ("link.lldp.chassis_id", "06:3d:4e:69:f2:83", "lldp.chassis.id.mac"),
        ("link.lldp.port_id_subtype", 3, "lldp.port.subtype"),
        ("link.lldp.port_id", "02:00:00:00:00:01", "lldp.port.id.mac"),
        ("link.lldp.time_to_live", 12, "lldp.time_to_live"),
        ("link.lldp.system_name", "switch.example", "lldp.tlv.system.name"),
        ("link.lldp.system_description", "a switch that is none", "lldp.tlv.system.desc"),
        ("link.lldp.port_description", "v0", "lldp.port.desc"),
        ("link.lldp.capabilities", ["bridge", "wlan", "router", "station"], "tcpdump",
         "[Bridge, WLAN AP, Router, Station Only]"),
        ("link.lldp.enabled_capabilities", ["station"], "tcpdump", "Enabled Capabilities [Station Only]"),
        ("link.lldp.management_addresses[0][address]", "10.0.0.1", "lldp.mgn.addr.ip4"),
        ("link.lldp.management_addresses[0][interface_number]", 4, "lldp.mgn.interface.number"),
        ("link.lldp.management_addresses[0][interface_subtype]", 2, "lldp.mgn.interface.subtype"),
    ],
    2: [("link.lldp.time_to_live", 0, "lldp.time_to_live")],
}) + rows("corpus:tcpdump/LLDP_and_CDP.pcap", {
    3: [
        ("link.lldp.system_name", "S2.cisco.com", "lldp.tlv.system.name"),
        ("link.lldp.port_id", "Uplink to S1", "lldp.port.id"),
        ("link.lldp.port_description", "GigabitEthernet0/13", "lldp.port.desc"),
    ],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


HEAD = "0180c200000e 020000000001 88cc"


@pytest.mark.parametrize(
    ("subtype", "value", "told"),
    [
        ("04", "000102030405", "00:01:02:03:04:05"),
        ("05", "010a000001", "10.0.0.1"),
        ("05", "02" + "00" * 15 + "01", "::1"),
        ("05", "0601", "01"),
        ("06", "65746830", "eth0"),
        ("07", "6c6f63616c", "local"),
    ],
)
def test_chassis(subtype: str, value: str, told: str) -> None:
    size = 1 + len(bytes.fromhex(value))
    assert framed(f"{HEAD} 02{size:02x}{subtype}{value} 0000").link.lldp.chassis_id == told


def test_lines() -> None:
    assert line(packets("lldp.pcap")[0]).endswith("LLDP switch.example port v0 ttl 12")
    assert line(packets("lldp.pcap")[1]).endswith("LLDP 06:3d:4e:69:f2:83 port 02:00:00:00:00:01 ttl 0")


def test_what_is_wrong_comes_after_what_was_read() -> None:
    packet = framed(f"{HEAD} 0207 04 000102030405 0409 05 61")
    assert packet.link.lldp.chassis_id == "00:01:02:03:04:05"
    assert packet.link.lldp.malformed.reason == "LLDP TLV 2 of 9 bytes in 2"
    packet = framed(HEAD + "0a00" * 200)
    assert packet.link.lldp.malformed.reason == "more than 128 LLDP TLVs"
    packet = framed(f"{HEAD} 0207 04 000102030405 0000 ffff")  # what is behind the end belongs to nobody
    assert packet.link.lldp.child is None


def test_cut() -> None:
    survive_cuts("lldp.pcap", 1)

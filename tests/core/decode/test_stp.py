import pytest
from support.crosscheck import Row, packets, rows
from support.cuts import framed, line, survive_cuts

CHECKS = rows("stp.pcap", {
    1: [
        ("link.stp.version", 0, "stp.version"),
        ("link.stp.type", 0, "stp.type"),
        ("link.stp.flags.tc", 0, "stp.flags.tc"),
        ("link.stp.root.prio", 32768, "stp.root.prio"),
        ("link.stp.root.hw", "02:00:00:00:00:02", "stp.root.hw"),
        ("link.stp.cost", 0, "stp.root.cost"),
        ("link.stp.bridge.hw", "02:00:00:00:00:02", "stp.bridge.hw"),
        ("link.stp.port", 0x8001, "stp.port"),
        ("link.stp.msg_age", 0.0, "stp.msg_age", "0"),
        ("link.stp.max_age", 20.0, "stp.max_age", "20"),
        ("link.stp.hello", 2.0, "stp.hello", "2"),
        ("link.stp.forward", 4.0, "stp.forward", "4"),
    ],
    3: [("link.stp.flags.tc", 1, "stp.flags.tc")],
    4: [("link.stp.type", 0x80, "stp.type")],
    5: [("link.stp.flags.tcack", 1, "stp.flags.tcack")],
}) + rows("corpus:tcpdump/rpvstp-trunk-native-vid5.pcap", {
    3: [
        ("link.stp.version_name", "RPVST+", "stp.version", "2"),
        ("link.stp.vlan", 1, "stp.pvst.origvlan"),
        ("link.stp.root.ext", 1, "stp.root.ext"),
    ],
    4: [
        ("link.stp.version_name", "RSTP", "tcpdump", "802.1w"),
        ("link.stp.flags.port_role", 3, "stp.flags.port_role"),
        ("link.stp.flags.proposal", 1, "stp.flags.proposal"),
        ("link.stp.role", "designated", "tcpdump", "port-role Designated"),
    ],
    5: [("link.stp.vlan", 5, "stp.pvst.origvlan"), ("link.stp.root.ext", 5, "stp.root.ext")],
}) + rows("corpus:tcpdump/MSTP_Intra-Region_BPDUs.pcap", {
    1: [
        ("link.stp.version_name", "MSTP", "tcpdump", "802.1s"),
        ("link.stp.cost", 200000, "stp.root.cost"),
        ("link.stp.flags.learning", 1, "stp.flags.learning"),
        ("link.stp.flags.forwarding", 1, "stp.flags.forwarding"),
        ("link.stp.mst[config_name]", "Brewery", "mstp.config_name"),
        ("link.stp.mst[config_revision_level]", 0, "mstp.config_revision_level"),
        ("link.stp.mst[internal_cost]", 200000, "mstp.cist_internal_root_path_cost"),
        ("link.stp.mst[bridge].hw", "00:1e:f7:05:a8:80", "mstp.cist_bridge.hw"),
        ("link.stp.mst[remaining_hops]", 20, "mstp.cist_remaining_hops"),
        ("link.stp.mst[instances][0][msti_id]", 1, "mstp.msti.msti_id"),
        ("link.stp.mst[instances][0][bridge_priority]", 6, "mstp.msti.bridge_priority"),
        ("link.stp.mst[instances][0][port_priority]", 8, "mstp.msti.port_priority"),
        ("link.stp.mst[instances][0][remaining_hops]", 20, "mstp.msti.remaining_hops"),
    ],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


@pytest.mark.parametrize(
    ("capture", "link_type"), [("stp-sll.pcap", "LINKTYPE_LINUX_SLL"), ("stp-sll2.pcap", "LINKTYPE_LINUX_SLL2")]
)
def test_in_cooked_captures(capture: str, link_type: str) -> None:
    packet = packets(capture)[0]
    assert packet.link_type == link_type
    assert str(packet.link.llc.stp.root) == "4096/0/02:00:00:00:00:01"


HEAD = "0180c2000000 020000000001 {size:04x} 424203"


def test_lines() -> None:
    told = [line(packet).partition("00:00 STP ")[2] for packet in packets("stp.pcap")]
    root = "root 4096/0/02:00:00:00:00:01 cost 0 bridge 4096/0/02:00:00:00:00:01 port 0x8001"
    assert told[1:] == [root, f"{root} [tc]", "Topology Change Notification", f"{root} [tcack,tc]"]


def test_what_is_none() -> None:
    assert framed(HEAD.format(size=7) + "0001 00 00").link.llc.malformed.reason == "BPDU with protocol 0x0001"
    packet = framed(HEAD.format(size=7) + "0000 00 77")
    assert packet.link.stp.malformed.reason == "BPDU of type 0x77"


def test_more_instances_than_a_bridge_has() -> None:
    body = "0000 03 02 7c" + "00" * 30 + "00" + f"{64 + 16 * 70:04x}" + "00" * 64 + "00" * 1120
    packet = framed(HEAD.format(size=3 + len(bytes.fromhex(body))) + body)
    assert packet.link.stp.malformed.reason == "more than 64 instances"


def test_a_cut_unit_keeps_what_came_before() -> None:
    packet = framed(HEAD.format(size=38) + "0000 00 00 01 8000 020000000002 00000013", wire_len=55)
    assert (packet.link.stp.root.hw, packet.link.stp.cost, packet.link.stp.bridge) == ("02:00:00:00:00:02", 19, None)
    assert packet.link.stp.truncated.reason == "BPDU cut short: 0 of 2 bytes captured"


def test_cut() -> None:
    survive_cuts("stp.pcap", 1)
    survive_cuts("corpus:tcpdump/MSTP_Intra-Region_BPDUs.pcap", 1)
    survive_cuts("corpus:tcpdump/rpvstp-trunk-native-vid5.pcap", 3)

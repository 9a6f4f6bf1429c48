import pytest
from support.crosscheck import Row, rows
from support.cuts import framed, line, survive_cuts

BODY = "link.wlan.management"
CHECKS = rows("wlan-open.pcap", {
    11: [
        (f"{BODY}.category", 3, "wlan.fixed.category_code"),
        (f"{BODY}.action_name", "ADDBA Request", "wlan.fixed.action_code", "0x00"),
        (f"{BODY}.details[dialog_token]", 1, "wlan.fixed.dialog_token"),
        (f"{BODY}.details[buffer_size]", 64, "wlan.fixed.baparams.buffersize"),
        (f"{BODY}.details[tid]", 0, "wlan.fixed.baparams.tid"),
        (f"{BODY}.details[starting_sequence]", 1, "wlan.fixed.ssc.sequence"),
    ],
    12: [(f"{BODY}.details[status]", "success", "wlan.fixed.status_code", "0x0000")],
    20: [
        (f"{BODY}.category_name", "WNM", "wlan.fixed.category_code", "10"),
        (f"{BODY}.details[validity_interval]", 1, "wlan.fixed.validity_interval"),
        (f"{BODY}.details[disassociation_timer]", 0, "wlan.fixed.disassoc_timer"),
    ],
    22: [(f"{BODY}.details[status_code]", 7, "wlan.fixed.bss_transition_status_code")],
}) + rows("wlan-mesh.pcap", {
    2: [(f"{BODY}.action_name", "Mesh Peering Open", "wlan.fixed.selfprot_action", "0x01")],
    3: [(f"{BODY}.details[aid]", 1, "wlan.fixed.aid")],
    8: [(f"{BODY}.action_name", "HWMP Path Selection", "wlan.fixed.mesh_action", "0x01")],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


HEAD = "d000 0000 020000000001 020000000002 020000000003 1000"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("03 02 0008 0100", "Action Block Ack DELBA tid 0 unspecified"),
        ("03 01 01 2500 0210 0000", "Action Block Ack ADDBA Response tid 0 declined"),
        ("08 00 0100", "Action SA Query Request"),
        ("0a 06 01 13", "Action WNM BSS Transition Query"),
        ("0a 08 01 00 00 0a0b0c0d0e0f", "Action WNM BSS Transition Response"),
        ("00 04 2503 01 06 05", "Action Spectrum Management Channel Switch"),
        ("04 04 01 51 06 05", "Action Public Extended Channel Switch"),
        ("7f 00904c 01", "Action Vendor"),
        ("83 02 0008 0100", "Action Block Ack (not understood) DELBA"),
        ("63 07 01", "Action unknown 7"),
    ],
)
def test_lines(body: str, told: str) -> None:
    packet = framed(f"{HEAD} {body}", 105)
    assert line(packet).endswith(f"802.11 {told}")
    assert packet.link.management.child is None


def test_cut() -> None:
    survive_cuts("wlan-open.pcap", 11, 12, 17, 20, 22)
    for size in range(12):
        framed(HEAD + "0a0801000000000000000000"[: 2 * size], 105).as_dict()

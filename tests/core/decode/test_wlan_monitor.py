from pathlib import Path

from support.asked import ask_tshark, needs_tshark
from support.cuts import framed, line

ACK = "d400 0000 020000000100"
ITEMS = tuple((number << 16 | 0x44, value) for number, value in enumerate((1, 77, 6, 0, 0, 200, 0, 22, 0, 10), 1))
"""All ten items, as drivers write them: with the header 144 bytes."""
KNOWN = {
    "hosttime": 1, "mactime": 77, "channel": 6, "rssi": 0, "sq": 0, "signal": 200, "noise": 0, "rate": 22, "istx": 0,
    "frame_length": 10,
}  # fmt: skip
DEVICE = b"wlan0".ljust(16, b"\0").hex()


def prism(order: str, status: int = 0) -> str:
    def number(value: int, size: int = 4) -> str:
        return value.to_bytes(size, "little" if order == "little" else "big").hex()

    items = "".join(number(kind) + number(status, 2) + number(4, 2) + number(value) for kind, value in ITEMS)
    return number(0x44) + number(24 + 12 * len(ITEMS)) + DEVICE + items + ACK


AVS = (
    "80211001 00000040 0000000000000007 0000000000000008 00000004 00000006 0000006e 00000000 00000000 00000001 ffffffd6"
    "ffffffa0 00000000 00000000"
) + ACK


def test_prism_in_either_order() -> None:
    for order in ("little", "big"):
        packet = framed(prism(order), 119)
        assert packet.link.device == "wlan0"
        assert packet.link.items == KNOWN
        assert line(packet) == "channel 6 -> 02:00:00:00:01:00 802.11 Ack"
    assert framed(prism("little", status=1), 119).link.items == {}  # no value supplied


@needs_tshark
def test_as_tshark_reads_them(tmp_path: Path) -> None:
    fields = ("prism.msglen", "prism.did.channel", "prism.did.mactime", "wlan.ra")
    assert ask_tshark(tmp_path, 119, [prism("little")], *fields) == [["144", "6", "77", "02:00:00:00:01:00"]]
    fields = ("wlancap.length", "wlancap.phytype", "wlancap.priority", "wlan.ra")
    ((length, phytype, _, ra),) = ask_tshark(tmp_path, 163, [AVS], *fields)
    link = framed(AVS, 163).link
    assert (str(link.length), str(link.items["phytype"]), link.wlan.ra) == (length, phytype, ra)


def test_avs() -> None:
    for link_type in (163, 119):  # some drivers write it where Prism is announced
        link = framed(AVS, link_type).link
        assert (link.items["ssi_signal"], link.items["ssi_noise"], link.items["datarate"]) == (-42, -96, 110)
        assert link.wlan.subtype_name == "Ack"


def test_what_is_none() -> None:
    assert framed("80211001 00000004" + ACK, 163).link.reason == "AVS header of 4 bytes in a frame of 18"
    assert framed("00000000 00000040", 163).link.reason == "no AVS header"
    assert framed("44000000 10000000" + ACK, 119).link.malformed is True
    for size in range(160):
        framed(bytes.fromhex(AVS)[:size].hex(), 163).as_dict()
        framed(bytes.fromhex(prism("little"))[:size].hex(), 119).as_dict()

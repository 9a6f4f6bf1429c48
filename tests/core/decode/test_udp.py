import pytest

from pcaptools.core.decode import layer, packet, udp
from pcaptools.core.decode.udp import UDP
from pcaptools.core.sources.base import RawPacket

IP = bytes.fromhex("45000000 00004000 40110000 01010101 02020202")


def datagram(text: str) -> UDP:
    data = IP + bytes.fromhex(text)
    got = packet(RawPacket(data, 0, 0, len(data), len(data), 101)).find(UDP)
    assert got is not None
    return got


def test_fields() -> None:
    got = datagram("0009 c350 000a abcd 6869 0000")
    assert (got.sport, got.dport, got.length, got.checksum, got.payload) == (9, 50000, 10, 0xABCD, b"hi")
    assert got.as_dict() == {"sport": 9, "dport": 50000, "length": 10, "checksum": 0xABCD, "payload": {"length": 2}}


@pytest.mark.parametrize("length", ["0000", "0007", "ffff"])
def test_lengths_that_are_wrong_leave_it_to_ip(length: str) -> None:
    assert datagram(f"0035 c350 {length} abcd 6869").payload == b"hi"


def test_a_layer_inside_by_port(monkeypatch: pytest.MonkeyPatch) -> None:
    class Greeting(layer.Layer):
        key = "greeting"
        fields = ("start",)

    monkeypatch.setattr(udp, "udp_ports", {53: Greeting})
    monkeypatch.setattr(layer, "layer_keys", layer.layer_keys | {"greeting"})
    for ports in ("0035 c350", "c350 0035"):
        got = datagram(f"{ports} 000a abcd 6869")
        assert got.greeting.start == 28
        assert got.as_dict()["greeting"] == {"start": 28}

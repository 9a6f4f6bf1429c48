import pytest
from support.tunnels import INNER, INNER6, udp

from pcaptools.core.decode.anyip import AnyIP
from pcaptools.core.decode.general import SegmentFinder
from pcaptools.core.decode.ipv4 import IPv4
from pcaptools.core.decode.ipv6 import IPv6
from pcaptools.core.decode.layer import Layer, Raw, decode_layer
from pcaptools.core.decode.registry import decode_as
from pcaptools.core.decode.segment import UDP_PORTS, segment_parser
from pcaptools.core.decode.tables import udp_ports


@pytest.mark.parametrize(("data", "kind"), [(INNER, IPv4), (INNER6, IPv6)])
def test_the_version_tells(data: bytes, kind: type[Layer]) -> None:
    layer = decode_layer(AnyIP, data, 0, len(data), 3)
    assert type(layer) is kind
    assert layer.tcp.dport == 2


@pytest.mark.parametrize("data", [b"", b"\x50" + INNER[1:], INNER[:10], INNER6[:39]])
def test_what_is_no_ip(data: bytes) -> None:
    layer = decode_layer(AnyIP, data, 0, len(data), 3)
    assert isinstance(layer, Raw)
    assert (layer.key, layer.protocol) == ("malformed", "ip")


def test_ip_in_udp_is_tracked_when_somebody_says_so() -> None:
    packets = [udp(INNER, 9999), udp(INNER6, 9999)]
    assert [segment_parser(101)(data, len(data)) for data in packets] == [False, False]
    try:
        decode_as("udp.port", 9999, "ip")
        assert [segment_parser(101)(data, len(data)) for data in packets] == [None, None]
        found = [SegmentFinder().find((0, len(data), data), 101) for data in packets]
        assert [segment[0][-4:] for ((segment, _),) in found] == [b"\0\1\0\2"] * 2
    finally:
        udp_ports.remove(9999)
        UDP_PORTS.discard((9999).to_bytes(2, "big"))

import pytest
from support.tunnels import INNER, INNER6

from pcaptools.core.decode.anyip import AnyIP
from pcaptools.core.decode.ipv4 import IPv4
from pcaptools.core.decode.ipv6 import IPv6
from pcaptools.core.decode.layer import Layer, Raw, decode_layer


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

from pcaptools.core.decode import layer, segment
from pcaptools.core.decode.ipv4 import IPv4
from pcaptools.core.decode.ipv6 import IPv6
from pcaptools.core.decode.linktypes import LINKTYPE_NAMES
from pcaptools.core.decode.registry import LINKS
from pcaptools.core.decode.tcp import TCP
from pcaptools.core.decode.udp import UDP

BRIDGING_AND_PPTP = {0x6558, 0x880B}  # protocol types of GRE, on no link of their own


def test_the_fast_path_leaves_every_carrier_to_the_general_way() -> None:
    carriers = {number for number, kind in layer.protocols.items() if kind not in {TCP, UDP}}
    assert carriers == segment.CARRIERS
    ethertypes = {kind.to_bytes(2, "big") for kind in layer.ethertypes.keys() - BRIDGING_AND_PPTP}
    assert ethertypes == {word for word, kind in segment.ETHERTYPES.items() if kind != segment.TAG}


def test_every_link_of_the_fast_path_has_a_decoder_and_a_name() -> None:
    for number in (0, 1, 12, 14, 101, 108, 113, 228, 229, 276):
        assert segment.segment_parser(number) is not segment.segment_parser(-1)
        assert number in LINKS
    assert LINKS.keys() <= LINKTYPE_NAMES.keys()


def test_layers_are_known_by_their_keys() -> None:
    assert {"link", "ip", "tcp", "udp", "gre", "mpls", "pppoe", "ppp", "ah"} <= layer.layer_keys
    assert IPv4.key == IPv6.key == "ip"

import re

import pytest

from pcaptools.core.decode import geneve, segment, tables, teredo
from pcaptools.core.decode.layer import layer_keys
from pcaptools.core.decode.linktypes import LINKTYPE_NAMES
from pcaptools.core.decode.registry import PROTOCOLS, Protocol, decode_as, decoders
from pcaptools.core.errors import UsageError

CARRIERS = [row for row in PROTOCOLS if row.carrier]


def test_the_fast_path_leaves_every_carrier_to_the_general_way() -> None:
    assert {number for row in CARRIERS for number in row.protocols} == segment.CARRIERS
    ethertypes = {kind.to_bytes(2, "big") for row in CARRIERS for kind in row.ethertypes}
    assert ethertypes == {word for word, kind in segment.ETHERTYPES.items() if kind != segment.TAG}


def test_the_fast_path_leaves_udp_that_may_be_a_tunnel_to_the_general_way() -> None:
    ports = {port.to_bytes(2, "big") for row in CARRIERS for port in row.udp}
    assert ports == segment.UDP_PORTS
    # what is known by its content must not be passed over either
    assert {row.key for row in CARRIERS if row.udp_content} == {"geneve", "teredo"}
    assert segment.GENEVE_TYPES == geneve.RECOGNISED
    assert segment.TEREDO_PREFIX == teredo.PREFIX


def test_every_link_of_the_fast_path_has_a_decoder_and_a_name() -> None:
    for number in (0, 1, 12, 14, 101, 108, 113, 228, 229, 276):
        assert segment.segment_parser(number) is not segment.segment_parser(-1)
        assert number in tables.links
    assert set(tables.links) <= LINKTYPE_NAMES.keys()


def test_layers_are_known_by_their_keys() -> None:
    assert {"link", "ip", "tcp", "udp", "gre", "mpls", "pppoe", "ppp", "ah"} <= layer_keys


@pytest.mark.parametrize("row", PROTOCOLS, ids=lambda row: row.decoder)
def test_a_row_names_a_decoder_that_is_there(row: Protocol) -> None:
    decoder = tables.load(row.decoder)
    assert decoder in decoders()
    assert row.key == decoder.key or row.links  # on a link of its own every layer is `packet.link`


def test_decode_as() -> None:
    try:
        for key, name in (("gre", "GRE"), ("ip", "AnyIP"), ("vxlan", "VXLAN")):
            decode_as("udp.port", 9999, key)
            decoder = tables.udp_ports.get(9999)
            assert decoder is not None
            assert decoder.__name__ == name
        assert (9999).to_bytes(2, "big") in segment.UDP_PORTS
    finally:
        tables.udp_ports.remove(9999)
        segment.UDP_PORTS.discard((9999).to_bytes(2, "big"))


def test_decode_as_takes_the_form_for_the_transport() -> None:
    try:
        for where, ports, name in (
            ("udp.port", tables.udp_ports, "DNS"), ("tcp.port", tables.tcp_ports, "DNSOverTCP"),
        ):  # fmt: skip
            decode_as(where, 9999, "dns")
            decoder = ports.get(9999)
            assert decoder is not None
            assert decoder.__name__ == name
    finally:
        tables.udp_ports.remove(9999)
        tables.tcp_ports.remove(9999)


@pytest.mark.parametrize(
    ("where", "key", "message"),
    [
        ("ip.proto", "gre", '"ip.proto" is nothing to tell a protocol by; use udp.port or tcp.port'),
        ("udp.port", "grr", 'no decoder is called "grr"; there are '),
        ("tcp.port", "grr", 'no decoder is called "grr"; there are '),
        ("tcp.port", "vxlan", '"vxlan" is nothing that goes over TCP; there are '),
    ],
)
def test_decode_as_says_what_is_wrong(where: str, key: str, message: str) -> None:
    with pytest.raises(UsageError, match="^" + re.escape(message)):
        decode_as(where, 1, key)

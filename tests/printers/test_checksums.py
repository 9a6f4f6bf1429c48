from __future__ import annotations

import pytest
from support.crosscheck import packets

from pcaptools.core.decode.checksums import OFFLOAD
from pcaptools.printers.checksums import annotate, checksums, marks


def test_only_bad_ones_are_in_the_line() -> None:
    (got,) = packets("corpus:zeek/chksums/ip4-tcp-bad-chksum.pcap")
    assert marks(checksums(got)) == ["[bad tcp checksum 0x0001, should be 0x1c60]"]
    assert marks(checksums(packets("tcp-options.pcap")[0])) == []


def test_sctp_has_four_bytes() -> None:
    (good,) = [check for check in checksums(packets("sctp.pcap")[0]) if check.layer.key == "sctp"]
    text = marks([good._replace(status="bad", computed=0xABCD)])
    assert text == [f"[bad sctp checksum {good.found:#010x}, should be 0x0000abcd]"]


@pytest.mark.parametrize(
    ("capture", "frame", "layer", "told"),
    [
        ("tcp-options.pcap", 1, "tcp", {"checksum_status": "good"}),
        (
            "corpus:zeek/chksums/ip4-tcp-bad-chksum.pcap", 1, "tcp",
            {"checksum_status": "bad", "checksum_calculated": 0x1C60},
        ),
        (
            "corpus:zeek/chksums/localhost-bad-chksum.pcap", 1, "tcp",
            {"checksum_status": "unverified", "checksum_reason": OFFLOAD},
        ),
    ],
)  # fmt: skip
def test_the_status_stands_beside_the_checksum(capture: str, frame: int, layer: str, told: dict[str, object]) -> None:
    got = packets(capture)[frame - 1]
    tree = got.as_dict()
    annotate(tree, got, checksums(got))
    ip = tree["link"]["ip"]
    assert ip["checksum_status"] == "good"
    assert list(ip).index("checksum_status") == list(ip).index("header_checksum") + 1
    names = list(ip[layer])
    at = names.index("checksum")
    assert {name: ip[layer][name] for name in names[at + 1 : at + 1 + len(told)]} == told


def test_what_an_error_quotes_has_none() -> None:
    got = packets("icmp.pcap")[7]
    tree = got.as_dict()
    annotate(tree, got, checksums(got))
    assert tree["link"]["ip"]["icmp"]["checksum_status"] == "good"
    assert "checksum_status" not in tree["link"]["ip"]["icmp"]["ip"]


def test_a_tree_without_checksums_stays_as_it_is() -> None:
    got = packets("corpus:zeek/arp-who-has.pcap")[0]
    tree = got.as_dict()
    annotate(tree, got, checksums(got))
    assert tree == got.as_dict()

"""Put the TCP traffic of a pcap file on another link, or into IPv6: the same bytes in other headers.

python benchmarks/rewrite.py vlan small.pcap vlan.pcap
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from generate import Record, write_pcap

from pcaptools.core.sources.files import FileSource

ETHERNET, NULL, SLL = 1, 0, 113
IPV4 = b"\x08\x00"
_IPV6_PREFIX = bytes.fromhex("fd000009000000000000ffff")


def _vlan(frame: bytes) -> bytes:
    return frame[:12] + b"\x81\x00\x00\x2a" + frame[12:]


def _sll(frame: bytes) -> bytes:
    return b"\0\0\0\1\0\6" + frame[6:12] + b"\0\0" + frame[12:]


def _null(frame: bytes) -> bytes:
    return b"\2\0\0\0" + frame[14:]


def _ipv6(frame: bytes) -> bytes:
    header = (frame[14] & 15) << 2
    payload = int.from_bytes(frame[16:18], "big") - header
    addresses = _IPV6_PREFIX + frame[26:30] + _IPV6_PREFIX + frame[30:34]
    ip = b"\x60\0\0\0" + payload.to_bytes(2, "big") + b"\x06\x40" + addresses
    return frame[:12] + b"\x86\xdd" + ip + frame[14 + header :]


FORMS: dict[str, tuple[int, Callable[[bytes], bytes]]] = {
    "ipv6": (ETHERNET, _ipv6),
    "vlan": (ETHERNET, _vlan),
    "sll": (SLL, _sll),
    "null": (NULL, _null),
}
"""Name → LINKTYPE_ number, and what makes the frame of an Ethernet frame with IPv4."""


def rewritten(path: Path, change: Callable[[bytes], bytes]) -> Iterator[Record]:
    """Yield the IPv4 packets of a file in their other form."""
    with FileSource([path]) as source:
        for batch in source.batches():
            for time, wire_len, data in batch.records:
                if data[12:14] == IPV4:
                    frame = change(data)
                    yield time, wire_len + len(frame) - len(data), frame


def rewrite(form: str, path: Path, output: Path) -> int:
    """Write a file in another form; return how many packets it has."""
    link_type, change = FORMS[form]
    return write_pcap(output, rewritten(path, change), link_type)


def main() -> int:
    """Rewrite one file as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("form", choices=FORMS)
    parser.add_argument("input", type=Path)
    parser.add_argument("output", type=Path)
    options = parser.parse_args()
    print(f"{options.output}: {rewrite(options.form, options.input, options.output):,} packets")
    return 0


if __name__ == "__main__":
    sys.exit(main())

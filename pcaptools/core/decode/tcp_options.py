"""The options of TCP (RFC 9293, 3.1, and later ones)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from pcaptools.core.decode.layer import plain
from pcaptools.core.decode.mptcp import parse_mptcp
from pcaptools.core.decode.tlv import Fields

END, NOP, MSS, WINDOW_SCALE, SACK_PERMITTED, SACK, TIMESTAMPS = 0, 1, 2, 3, 4, 5, 8
MD5, USER_TIMEOUT, AUTHENTICATION, MPTCP, FAST_OPEN = 19, 28, 29, 30, 34
EXPERIMENTAL = (253, 254)
FAST_OPEN_EXPERIMENT = 0xF989
"""RFC 7413, 7 (of RFC 6994's registry)."""

NAMES = {
    2: "Maximum Segment Size", 3: "Window Scale", 4: "SACK Permitted", 5: "SACK", 6: "Echo", 7: "Echo Reply",
    8: "Timestamps", 9: "Partial Order Connection Permitted", 10: "Partial Order Service Profile", 11: "CC",
    12: "CC.NEW", 13: "CC.ECHO", 14: "TCP Alternate Checksum Request", 15: "TCP Alternate Checksum Data",
    16: "Skeeter", 17: "Bubba", 18: "Trailer Checksum", 19: "MD5 Signature", 20: "SCPS Capabilities",
    21: "Selective Negative Acknowledgements", 22: "Record Boundaries", 23: "Corruption Experienced", 24: "SNAP",
    26: "TCP Compression Filter", 27: "Quick-Start Response", 28: "User Timeout", 29: "TCP-AO", 30: "MPTCP",
    34: "Fast Open", 69: "Encryption Negotiation", 172: "Accurate ECN Order 0", 174: "Accurate ECN Order 1",
    253: "RFC3692-style Experiment 1", 254: "RFC3692-style Experiment 2",
}  # fmt: skip
"""IANA's names of the kinds."""
EXPERIMENTS = {
    0x0348: "HOST_ID", 0x454E: "Encryption Negotiation", 0xACCE: "Accurate ECN", 0xE2D4: "SMC", 0xF989: "Fast Open",
}  # fmt: skip
"""The first two bytes of experiments' identifiers (RFC 6994)."""


@dataclass(slots=True)
class TCPOptions:
    """The options that were there; None for the others."""

    mss: int | None = None
    window_scale: int | None = None
    """The shift count (RFC 7323, 2.2), not the multiplier."""
    sack_ok: bool | None = None
    sack: list[tuple[int, int]] | None = None
    """Blocks as (left edge, right edge) (RFC 2018, 3)."""
    timestamp: int | None = None
    echo: int | None = None
    fast_open: bytes | None = None
    """The cookie; empty where one is asked for (RFC 7413, 4.1.1)."""
    user_timeout: int | None = None
    """Seconds (RFC 5482, 3)."""
    md5: bytes | None = None
    """The digest (RFC 2385, 3)."""
    ao: Fields | None = None
    """`key_id`, `rnext_key_id`, `mac` (RFC 5925, 2.2)."""
    mptcp: list[Fields] = field(default_factory=list)
    """Multipath TCP (RFC 8684, 3): each with its `subtype`, `subtype_name` and fields."""
    others: list[Fields] = field(default_factory=list)
    """`kind`, `kind_name` and `content` of every other one, and of a known one with a length that it cannot have."""
    malformed: str = ""
    """Why the list could not be read to its end."""

    def names(self) -> list[str]:
        """Name the options that were there, as `as_dict` does; `timestamp` has `echo` with it."""
        return [name for name, _ in self._there() if name != "echo"]

    def as_dict(self) -> dict[str, Any]:
        """Return the options that were there."""
        return {name: plain(value) for name, value in self._there()}

    def _there(self) -> list[tuple[str, Any]]:
        values = zip(self.__slots__, _values(self), strict=True)
        return [(name, value) for name, value in values if value or value == 0 or isinstance(value, bytes)]


_values: Callable[[TCPOptions], tuple[Any, ...]] = attrgetter(*TCPOptions.__slots__)


def parse_options(data: bytes) -> TCPOptions:
    """Read a list of options (RFC 9293, 3.1). It never fails: what is wrong is told in the result."""
    options = TCPOptions()
    at = 0
    while at < len(data) and data[at] != END:
        kind = data[at]
        if kind == NOP:
            at += 1
            continue
        length = data[at + 1] if at + 1 < len(data) else 0
        if length < 2 or at + length > len(data):
            options.malformed = f"option {kind} with length {length} in {len(data) - at} bytes"
            break
        _set_option(options, kind, data[at + 2 : at + length])
        at += length
    return options


def _set_option(options: TCPOptions, kind: int, body: bytes) -> None:
    size = len(body)
    if kind == MSS and size == 2:
        options.mss = int.from_bytes(body, "big")
    elif kind == WINDOW_SCALE and size == 1:
        options.window_scale = body[0]
    elif kind == SACK_PERMITTED and size == 0:
        options.sack_ok = True
    elif kind == SACK and size and size % 8 == 0:
        edges = [int.from_bytes(body[i : i + 4], "big") for i in range(0, size, 4)]
        options.sack = list(zip(edges[::2], edges[1::2], strict=True))
    elif kind == TIMESTAMPS and size == 8:
        options.timestamp = int.from_bytes(body[:4], "big")
        options.echo = int.from_bytes(body[4:], "big")
    else:
        _set_rare_option(options, kind, body)


def _set_rare_option(options: TCPOptions, kind: int, body: bytes) -> None:
    size = len(body)
    if kind == MPTCP and body:
        options.mptcp.append(parse_mptcp(body))
    elif kind == FAST_OPEN:
        options.fast_open = body
    elif kind == MD5 and size == 16:
        options.md5 = body
    elif kind == AUTHENTICATION and size >= 2:
        options.ao = {"key_id": body[0], "rnext_key_id": body[1], "mac": body[2:]}
    elif kind == USER_TIMEOUT and size == 2:
        value = int.from_bytes(body, "big")  # RFC 5482, 3: with the highest bit it counts minutes
        options.user_timeout = (value & 0x7FFF) * (60 if value >> 15 else 1)
    elif kind in EXPERIMENTAL and size >= 2:
        _set_experiment(options, kind, body)
    else:
        options.others.append({"kind": kind, "kind_name": NAMES.get(kind, "unknown"), "content": body})


def _set_experiment(options: TCPOptions, kind: int, body: bytes) -> None:
    """RFC 6994: the first two bytes say whose experiment it is."""
    experiment = int.from_bytes(body[:2], "big")
    if experiment == FAST_OPEN_EXPERIMENT:
        options.fast_open = body[2:]
        return
    name = EXPERIMENTS.get(experiment, "unknown")
    told: Fields = {"kind": kind, "kind_name": NAMES[kind], "experiment": experiment, "experiment_name": name}
    options.others.append({**told, "content": body[2:]})

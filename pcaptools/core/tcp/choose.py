"""Choosing sessions by their figures: `--where` and `--sort` of tcp-metrics."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from functools import cache
from ipaddress import ip_address, ip_network
from typing import Any

from pcaptools.core.errors import UsageError
from pcaptools.core.events import Conversation
from pcaptools.core.tcp.stats import NAMES

Stats = Mapping[str, Any]
Test = Callable[[Conversation, Stats], bool]

ALIASES = {"bytes": "total", "retransmissions": "retrans", "rtt": "rtt_mean"}
"""Words that people have for a figure."""
GREATER_OF_BOTH = re.compile(
    r"rtt_(?!samples)|window_(min|max|scale)|zero_window_time|idle_time|throughput|goodput|mss|max_segment|bytes_in"
)
"""Figures of which the sum of both sides means nothing."""
_ENDS = ("endpoint", "src", "dst", "client", "server")
_TEXTS = ("state", "ended", "options")
_CONDITION = re.compile(r"\s*([a-z_0-9]+)\s*(!=|<=|>=|==|=|<|>|!~|~)\s*(.*?)\s*")
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_UNITS = {
    "": 1.0, "%": 0.01, "ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0,
    "b": 1.0, "kb": 1024.0, "mb": 1024.0**2, "gb": 1024.0**3,
}  # fmt: skip


def value_of(stats: Stats, name: str) -> float | None:
    """Return a figure as a number; of one that both sides have, without its side, the sum or the greater."""
    name = ALIASES.get(name, name)
    if name == "retrans_rate":
        packets = value_of(stats, "data_packets")
        return (value_of(stats, "retrans") or 0.0) / packets if packets else None
    if name in stats:
        value = stats[name]
        return float(value) if isinstance(value, int | float) else None
    both = [float(value) for side in ("send", "recv") if (value := stats[f"{side}_{name}"]) is not None]
    if not both:
        return None
    return max(both) if _is_greater(name) else sum(both)


@cache
def _is_greater(name: str) -> bool:
    return GREATER_OF_BOTH.match(name) is not None


def is_figure(name: str) -> bool:
    """Tell whether `value_of` has a number for a name."""
    name = ALIASES.get(name, name)
    return name == "retrans_rate" or name in NAMES or f"send_{name}" in NAMES


def condition(text: str) -> Test:
    """Read one condition: NAME OPERATOR VALUE."""
    found = _CONDITION.fullmatch(text)
    if found is None:
        raise UsageError(f'"{text}" is no condition', "write as in 'retrans > 0', 'state = RESET', 'rtt_p95 >= 200ms'")
    name, sign, value = found.groups()
    if name in _ENDS:
        return _about_an_end(text, name, sign, value)
    if name in _TEXTS:
        return _about_text(text, name, sign, value)
    if not is_figure(name):
        names = sorted({key.removeprefix("send_").removeprefix("recv_") for key in NAMES})
        raise UsageError(f'no figure is called "{name}"', f"there are {', '.join((*_ENDS, *names))}")
    if sign in ("~", "!~"):
        raise UsageError(f'"{text}": {sign} is for words', "compare numbers with =, !=, <, <=, > or >=")
    limit, compare = _number(text, value), _OPERATORS[sign]

    def test(_: Conversation, stats: Stats) -> bool:
        figure = value_of(stats, name)
        return figure is not None and compare(figure, limit)

    return test


def _about_text(text: str, name: str, sign: str, value: str) -> Test:
    if sign in ("~", "!~"):
        pattern = _pattern(text, value)
        return lambda _, stats: bool(pattern.search(_text(stats, name))) is (sign == "~")
    if sign not in ("=", "==", "!="):
        raise UsageError(f'"{text}": {sign} is for numbers', "compare words with =, !=, ~ or !~")
    return lambda _, stats: (_text(stats, name).lower() == value.lower()) is (sign != "!=")


def _text(stats: Stats, name: str) -> str:
    if name in stats:
        return str(stats[name])
    return f"{stats[f'send_{name}']} {stats[f'recv_{name}']}"


def _about_an_end(text: str, name: str, sign: str, value: str) -> Test:
    if sign in ("~", "!~"):
        pattern = _pattern(text, value)
        return lambda session, stats: any(map(pattern.search, _ends(session, stats, name))) is (sign == "~")
    if sign not in ("=", "==", "!="):
        raise UsageError(f'"{text}": {sign} is for numbers', "compare an end with =, !=, ~ or !~")
    matches = _end_matcher(text, value)
    return lambda session, stats: any(map(matches, _ends(session, stats, name))) is (sign != "!=")


def _ends(session: Conversation, stats: Stats, name: str) -> list[str]:
    client, server = session.src, session.dst
    if name in ("client", "server") and stats["client"] == "recv":
        client, server = server, client
    return {"endpoint": [session.src, session.dst], "src": [client], "client": [client]}.get(name, [server])


def _end_matcher(text: str, value: str) -> Callable[[str], bool]:
    """Return what matches an address, a network, a port, or an address with its port."""
    if value.isdecimal():
        return lambda end: end.rpartition(":")[2] == value
    try:
        network = ip_network(value.strip("[]"), strict=False)
    except ValueError:
        if not re.fullmatch(r".+:\d{1,5}", value):
            raise UsageError(
                f'"{text}": "{value}" is no end', "give an address, a network, a port, or address:port"
            ) from None
        return lambda end: end == value
    return lambda end: ip_address(end.rpartition(":")[0].strip("[]")) in network


def _pattern(text: str, value: str) -> re.Pattern[str]:
    try:
        return re.compile(value)
    except re.error as error:
        raise UsageError(f'"{text}": "{value}" is no regular expression: {error}') from None


def _number(text: str, value: str) -> float:
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]*)?)\s*(\D*)", value)
    if found is None or found[2].strip().lower() not in _UNITS:
        raise UsageError(f'"{text}": "{value}" is no number', "give one, with ns, us, ms, s, m, KB, MB, GB or %")
    return float(found[1]) * _UNITS[found[2].strip().lower()]

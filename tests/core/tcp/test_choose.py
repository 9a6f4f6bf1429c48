from __future__ import annotations

from typing import Any

import pytest
from support.build import ACK, RST, Dialogue

from pcaptools.core.errors import UsageError
from pcaptools.core.sources.base import Batch
from pcaptools.core.tcp.choose import condition, value_of
from pcaptools.core.tcp.session import Session
from pcaptools.core.tcp.stats import session_stats
from pcaptools.core.tcp.tracker import TCPTracker


def session(server: tuple[str, int] = ("10.0.0.2", 80)) -> tuple[Session, dict[str, Any]]:
    """100 bytes there, 300 back and 20 of those again; reset by the client. Frames are a millisecond apart."""
    talk = Dialogue(client=("fd00::1", 40000) if ":" in server[0] else ("10.0.0.1", 40000), server=server).open()
    talk.send("c", b"q" * 100).send("s", b"a" * 300).raw("s", ACK, b"a" * 20, seq=5001).raw("c", RST)
    tracker = TCPTracker(figures=True)
    tracker.track_batch(Batch(1, talk.records))
    (found,) = tracker.open_sessions()
    return found, session_stats(found)


SESSION, STATS = session()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("send_payload", 100), ("payload", 420), ("bytes", 420 + 9 * 40), ("retrans", 1), ("retrans_rate", 1 / 3),
        ("rtt_max", 0.001), ("mss", None), ("duration", 0.008),
    ],
)  # fmt: skip
def test_figures_by_name(name: str, value: float | None) -> None:
    found = value_of(STATS, name)
    assert found == (None if value is None else pytest.approx(value))


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("state = RESET", True), ("state=reset", True), ("state != RESET", False), ("ended ~ by src", True),
        ("ended !~ ^fin", True), ("retrans > 0", True), ("send_retrans>0", False), ("payload >= 420b", True),
        ("payload < 0.4KB", False), ("rtt_max <= 1ms", True), ("rtt_max > 900us", True), ("duration < 1 s", True),
        ("retrans_rate > 30%", True), ("retrans_rate > 34%", False), ("mss > 0", False), ("endpoint = 10.0.0.1", True),
        ("endpoint = 10.0.0.0/30", True), ("endpoint = 10.0.0.9", False), ("endpoint != 10.0.0.2:80", False),
        ("src = 40000", True), ("dst = 40000", False), ("client = 10.0.0.1", True), ("server = 80", True),
        ("server ~ :80$", True), ("endpoint !~ ^192", True), ("options ~ sack", False),
    ],
)  # fmt: skip
def test_conditions(text: str, holds: bool) -> None:
    assert condition(text)(SESSION, STATS) is holds


def test_ipv6_ends() -> None:
    found, stats = session(("fd00::2", 80))
    for text in ("endpoint = fd00::/64", "dst = [fd00::2]:80", "dst = fd00::2", "server = [fd00::2]"):
        assert condition(text)(found, stats)
    assert not condition("endpoint = 10.0.0.0/8")(found, stats)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("retrans", '"retrans" is no condition; write as in'),
        ("speed > 3", 'no figure is called "speed"; there are endpoint, src, dst'),
        ("retrans > many", '"retrans > many": "many" is no number; give one'),
        ("rtt > 3 parsecs", '"3 parsecs" is no number'),
        ("retrans ~ 3", "~ is for words"),
        ("state > RESET", "> is for numbers"),
        ("endpoint < 3", "< is for numbers"),
        ("endpoint = nobody", '"nobody" is no end; give an address'),
        ("state ~ (", "is no regular expression"),
    ],
)
def test_what_is_wrong_is_told(text: str, message: str) -> None:
    with pytest.raises(UsageError) as error:
        condition(text)
    assert message in str(error.value)

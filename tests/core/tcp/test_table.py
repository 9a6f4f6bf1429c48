"""The session table is bounded and forgets by the packets' clock."""

from __future__ import annotations

from pcaptools.core.protocols.base import EndReason
from pcaptools.core.tcp.session import NS, Session
from pcaptools.core.tcp.state import EndpointState
from pcaptools.core.tcp.table import SessionTable


def session(number: int, now: int) -> Session:
    made = Session(bytes([10, 0, 0, 1, 10, 0, 0, 2]) + number.to_bytes(2, "big") + b"\0P", now)
    made.send.state = made.recv.state = EndpointState.OPEN
    return made


def table(size: int = 100) -> tuple[SessionTable, list[tuple[Session, EndReason]]]:
    dropped: list[tuple[Session, EndReason]] = []
    return SessionTable(size, 7200, lambda gone, reason: dropped.append((gone, reason))), dropped


def test_idle_sessions_go_after_the_timeout_and_closed_ones_after_a_minute() -> None:
    sessions, dropped = table()
    idle, closed = session(1, 0), session(2, 0)
    closed.ended = True
    for made in (idle, closed):
        sessions.add(made, made.key)
    sessions.sweep(59 * NS)
    assert not dropped
    sessions.sweep(80 * NS)
    assert dropped == [(closed, "fin")]
    sessions.sweep(7300 * NS)
    assert dropped[1:] == [(idle, "timeout")]
    assert not sessions.flows
    assert sessions.created == 2


def test_the_first_to_close_go_when_an_eighth_of_the_table_lingers() -> None:
    sessions, dropped = table(32)
    made = [session(number, number) for number in range(8)]
    for one in made:
        sessions.add(one, one.key)
    for one in made[5], made[3], made[7], made[0]:
        one.ended = True
        sessions.close(one)
    assert not dropped
    made[1].ended = True
    sessions.close(made[1])
    assert dropped == [(made[5], "fin")]
    again = Session(made[3].key, 9)  # whose ports are used again lingers no more
    sessions.add(again, again.key)
    made[2].ended = True
    sessions.close(made[2])
    sessions.close(made[3])
    assert dropped == [(made[5], "fin")]
    assert sessions.sessions() == [*made[:3], made[4], made[6], made[7], again]


def test_a_full_table_gives_up_closed_then_half_open_then_idle_ones() -> None:
    sessions, dropped = table(16)
    made = [session(number, number) for number in range(16)]
    made[9].ended = True
    made[5].recv.state = EndpointState.SILENT
    for one in made:
        sessions.add(one, one.key)
    sessions.close(made[9])
    for number in range(16, 19):
        extra = session(number, number)
        sessions.add(extra, extra.key)
    assert dropped == [(made[9], "fin"), (made[5], "evicted"), (made[0], "evicted")]
    assert len(sessions.sessions()) == 16
    assert len(sessions.flows) == 32


def test_reused_ports_replace_the_entry() -> None:
    sessions, _ = table()
    first, second = session(1, 0), session(1, 5)
    sessions.add(first, first.key)
    assert sessions.add(second, second.key) is second.send
    assert sessions.sessions() == [second]

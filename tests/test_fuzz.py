"""A short run of tests/fuzz, whose choices stay the same, so that a failure is the change's fault; and its cases."""

from __future__ import annotations

from pathlib import Path

import pytest
from fuzz import engine, packets, records, run, target_sessions
from fuzz.choices import Choices
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from jsonschema import ValidationError

CASES = sorted(engine.CASES.iterdir())
TARGETS = engine.targets()
EXAMPLES = 25
"""Of each target: a few seconds in all. `make fuzz` takes an hour."""
Edit = tuple[int, int, bytes]
EDITS = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 12), st.binary(max_size=6)), max_size=6)


@pytest.fixture(autouse=True)
def _no_decoder_hides_an_exception(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PCAPTOOLS_DEBUG", "1")


def test_damaged_packets() -> None:
    pool = packets.seeds()
    assert len(pool) > 150
    assert packets.run(8_000, 1, pool) is None


def edited(data: bytes, edits: list[Edit]) -> bytes:
    """Take so many bytes out at a place, and put others in."""
    for at, count, more in edits:
        place = at % (len(data) + 1)
        data = data[:place] + more + data[place + count :]
    return data


@pytest.mark.parametrize("name", TARGETS)
def test_what_hypothesis_makes_of_the_seeds(name: str) -> None:
    check, seeds, invariant = engine.load(name)
    assert invariant.endswith(".")
    pool = list(seeds())
    assert len(pool) > 5

    @settings(
        max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, suppress_health_check=[*HealthCheck]
    )
    @given(st.sampled_from(pool), EDITS)
    @example(b"", [])
    @example(pool[0], [])
    def holds(data: bytes, edits: list[Edit]) -> None:
        check(edited(data, edits))

    holds()


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name)
def test_what_was_wrong_once_is_not_again(path: Path) -> None:
    if path.suffix.startswith(".pcap"):
        target_sessions.replay(path)
    else:
        engine.load(path.name.partition("-")[0])[0](path.read_bytes())


@pytest.mark.parametrize("change", records.CHANGES, ids=lambda change: change.__name__)
def test_every_change_changes_something_and_nothing_that_it_was_given(change: object) -> None:
    number = [*records.CHANGES].index(change)  # type: ignore[arg-type]
    name, link_type, given_packets = next(one for one in records.captures() if one[0] == "chunked")
    before = list(given_packets)
    made = [
        records.changed(Choices(bytes([number]) + (at * 256 + at).to_bytes(2, "big") + value.to_bytes(2, "big")),
                        link_type, given_packets)
        for at in range(len(given_packets))
        for value in (0x0102, 0x8305, 0x1119)
    ]  # fmt: skip
    assert given_packets == before, name
    assert any(packets != before for packets in made)


def _no_gap(*_: object) -> None:
    """Say nothing of bytes that are missing."""


PLANTED = [
    ("text", "pcaptools.printers.http.safe", str),
    ("text", "pcaptools.printers.bodies.safe", str),
    ("tracker", "pcaptools.core.tcp.streams.Streams._gap_event", _no_gap),
    ("tracker", "pcaptools.core.tcp.streams.hold", lambda *_: False),
    ("files", "pcaptools.core.sources.pcap.PcapReader._check_length", lambda _: int("x")),
    ("bodies", "pcaptools.core.protocols.http.framing.ChunkedReader.skip", lambda _, count: count),
    ("coding", "pcaptools.core.protocols.http.coding._Zlib.feed", lambda _, data: data),
    ("head", "pcaptools.core.protocols.http.head._check_line_end", lambda _, found: found.append("x")),
    ("har", "pcaptools.printers.har.redact_field", lambda _, value: value),
    ("har", "pcaptools.printers.har._ms", lambda _: -2),
    ("streams", "pcaptools.core.protocols.http.parser.MessageParser.skip", lambda *_: None),
    ("websocket", "pcaptools.core.protocols.websocket.messages.Assembly.release", lambda _: None),
    ("sessions", "pcaptools.printers.grep.safe", str),
    ("decode", "pcaptools.printers.packet.PacketPrinter.line", lambda *_: "no line end"),
]
"""A target → a function → what takes its place: a fault that the seeds of the target alone must find."""


@pytest.mark.parametrize(("name", "where", "fault"), PLANTED)
def test_a_planted_fault_is_found(name: str, where: str, fault: object, monkeypatch: pytest.MonkeyPatch) -> None:
    check, seeds, _ = engine.load(name)
    monkeypatch.setattr(where, fault)
    with pytest.raises((AssertionError, LookupError, ValueError, ValidationError)):  # noqa: PT012 (one of them shows it)
        for data in seeds():
            check(data)


def test_the_page_tells_every_target_and_every_case() -> None:
    page = run.PAGE.read_text(encoding="utf-8")
    assert [name for name in [*TARGETS, run.PACKETS] if f"| `{name}` | {run.invariant(name)} |" not in page] == []
    assert [path.name for path in CASES if f"| `{path.name}` |" not in page] == []
    assert [name for name in TARGETS if f"| {len(engine.cases(name)) or '-'} |" not in row_of(page, name)] == []


def row_of(page: str, name: str) -> str:
    """Return a target's line of the table."""
    return next(line for line in page.splitlines() if line.startswith(f"| `{name}` |"))

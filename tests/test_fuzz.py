"""A short run of tests/fuzz, whose choices stay the same, so that a failure is the change's fault; and its cases."""

from __future__ import annotations

from pathlib import Path

import pytest
from fuzz import engine, packets, records, target_sessions
from fuzz.choices import Choices
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

CASES = sorted(engine.CASES.iterdir())
TARGETS = engine.targets()
EXAMPLES = 12
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

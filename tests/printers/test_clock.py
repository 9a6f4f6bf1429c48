from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pcaptools.printers.clock import TIME_FORMATS, Clock, TimeFormat, decimal

NS = 1_000_000_000
EXACT = 1_700_000_000_123_456_789
"""A double has 53 bits: it cannot hold this as seconds."""

SetZone = Callable[[str], None]


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[SetZone]:
    def set_zone(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield set_zone
    monkeypatch.undo()
    time.tzset()


def ns(moment: datetime) -> int:
    """Nanoseconds since the epoch, from integers."""
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 1000


def as_text(moment: datetime) -> str:
    return f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03d} "


def test_the_design_line() -> None:
    assert Clock("utc")(ns(datetime(2010, 11, 14, 6, 20, 54, 250_999, UTC))) == "06:20:54.250 "


@given(
    st.integers(0, 2**33).map(lambda second: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=second)), st.data()
)
def test_utc_is_as_datetime_has_it(moment: datetime, data: st.DataObject) -> None:
    clock = Clock("utc")
    for _ in range(3):  # the text of a second is kept: go back and forth around it
        at = moment + timedelta(microseconds=data.draw(st.integers(-1_500_000, 1_500_000)))
        assert clock(ns(at)) == as_text(at)


def test_before_the_epoch() -> None:
    assert Clock("utc")(-1) == "23:59:59.999 "


@pytest.mark.parametrize(
    ("posix_zone", "hours"),
    [("UTC0", 0.0), ("IST-5:30", 5.5), ("NST3:30", -3.5), ("LINT-14", 14.0), ("NPT-5:45", 5.75)],
)
def test_local_is_as_datetime_has_it(zone: SetZone, posix_zone: str, hours: float) -> None:
    zone(posix_zone)
    moment = datetime(2023, 11, 14, 22, 13, 20, 123_456, UTC)
    assert Clock("local")(ns(moment)) == as_text(moment.astimezone(timezone(timedelta(hours=hours))))


@pytest.mark.parametrize(
    ("before", "shown"),
    [
        # European Union: one o'clock UTC on the last Sundays of March and October
        (datetime(2024, 3, 31, 1, tzinfo=UTC), ["01:59:59.999 ", "03:00:00.000 "]),
        (datetime(2024, 10, 27, 1, tzinfo=UTC), ["02:59:59.999 ", "02:00:00.000 "]),
    ],
    ids=["spring", "autumn"],
)
def test_summer_time_begins_and_ends(zone: SetZone, before: datetime, shown: list[str]) -> None:
    zone("CET-1CEST,M3.5.0,M10.5.0/3")
    clock = Clock("local")
    assert [clock(ns(before) - 1), clock(ns(before))] == shown


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        ("none", ["", "", ""]),
        ("utc", ["22:13:20.123 ", "22:13:20.623 ", "22:13:20.622 "]),
        ("epoch", ["1700000000.123456 ", "1700000000.623456 ", "1700000000.622455 "]),
        ("relative", ["0.000000 ", "0.500000 ", "0.498999 "]),
        ("delta", ["0.000000 ", "0.500000 ", "-0.001001 "]),
    ],
)
def test_forms_of_microsecond_sources(form: TimeFormat, shown: list[str]) -> None:
    clock = Clock(form)
    start = EXACT // 1000 * 1000
    assert [clock(start), clock(start + NS // 2), clock(start + NS // 2 - 1_001_000)] == shown


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        ("utc", ["22:13:20.123 ", "22:13:20.123 "]),
        ("epoch", ["1700000000.123456789 ", "1700000000.123456788 "]),
        ("relative", ["0.000000000 ", "-0.000000001 "]),
        ("delta", ["0.000000000 ", "-0.000000001 "]),
    ],
)
def test_forms_of_nanosecond_sources(form: TimeFormat, shown: list[str]) -> None:
    clock = Clock(form)
    clock.nanosecond = True
    assert [clock(EXACT), clock(EXACT - 1)] == shown


def test_relative_counts_from_a_first_time_of_zero() -> None:
    clock = Clock("relative")
    assert [clock(0), clock(NS), clock(3 * NS)] == ["0.000000 ", "1.000000 ", "3.000000 "]


def test_delta_counts_from_the_line_before() -> None:
    clock = Clock("delta")
    assert [clock(0), clock(NS), clock(3 * NS)] == ["0.000000 ", "1.000000 ", "2.000000 "]


@given(st.integers(-(2**70), 2**70))
def test_decimals_are_exact(value: int) -> None:
    assert Decimal(decimal(value, nanosecond=True)) == Decimal(value).scaleb(-9)
    assert Decimal(decimal(value * 1000, nanosecond=False)) == Decimal(value).scaleb(-6)


@pytest.mark.parametrize("nanosecond", [False, True])
@pytest.mark.parametrize("form", TIME_FORMATS)
@pytest.mark.parametrize("value", [2**64 - 1, 2**64 * NS, -(2**64) * NS, 584 * 365 * 86_400 * NS, -NS, -1])
def test_absurd_times_are_shown(form: TimeFormat, nanosecond: bool, value: int) -> None:
    clock = Clock(form)
    clock.nanosecond = nanosecond
    text = clock(value)
    assert text == "" if form == "none" else text.strip("-0123456789:.") == " "


def test_the_end_of_64_bits_of_nanoseconds() -> None:
    # year 2554, 584 years after the epoch; datetime reaches that far
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=(2**64 - 1) // 1000)
    assert Clock("utc")(2**64 - 1) == as_text(moment)


@pytest.mark.parametrize("form", ["utc", "local"])
def test_beyond_the_calendar_the_time_of_day_stays(form: TimeFormat, zone: SetZone) -> None:
    zone("UTC0")
    days = 2**64  # libc's calendar counts years in 32 bits
    assert Clock(form)((days * 86_400 + 3_723) * NS + 5_000_000) == "01:02:03.005 "

"""What hosts ask for, as numbers: whatever they write, the wait is sane."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.rules import patience
from crawler.rules.dates import from_utc_text, utc_text

NOW = datetime(2024, 11, 22, 9, 30, tzinfo=UTC)
NEAR = "Fri, 22 Nov 2024 09:31:00 GMT"
WAITS: list[tuple[str | None, float | None]] = [
    (None, None), ("", None), ("soon", None), ("-5", None), ("1e9", None), ("٣", None), ("0", 0.0), (" 7 ", 7.0),
    ("2.5", 2.5), ("86401", 86400.0), ("9" * 5000, 86400.0), (NEAR, 60.0),
    ("Friday, 22-Nov-24 09:31:00 GMT", 60.0), ("Fri Nov 22 09:31:00 2024", 60.0),
    ("Fri, 22 Nov 2024 17:31:00 +0800", 60.0), ("Fri, 22 Nov 2024 09:29:00 GMT", 0.0),
    ("Fri, 22 Nov 2999 09:29:00 GMT", 86400.0), ("Fri, 32 Nov 2024 09:31:00 GMT", None),
]  # fmt: skip


@pytest.mark.parametrize(("value", "wait"), WAITS)
def test_retry_after(value: str | None, wait: float | None) -> None:
    assert patience.retry_after(value, NOW) == wait


@pytest.mark.parametrize("ahead", [timedelta(), timedelta(minutes=2), timedelta(minutes=-2), timedelta(days=-9)])
def test_a_host_whose_clock_is_wrong_is_not_asked_early(ahead: timedelta) -> None:
    theirs = NOW + ahead
    until = format_datetime(theirs + timedelta(minutes=1), usegmt=True)
    wait = patience.retry_after(until, NOW, format_datetime(theirs, usegmt=True))
    assert wait is not None and (wait >= 60 or abs(ahead) > timedelta(hours=1))


@given(st.text() | st.integers().map(str) | st.datetimes().map(format_datetime), st.text())
def test_a_wait_is_none_or_at_most_a_day(value: str, date: str) -> None:
    wait = patience.retry_after(value, NOW, date)
    assert wait is None or 0 <= wait <= patience.LONGEST


@given(st.integers(0, 10**6), st.floats(0, 1000))
def test_back_off_grows_from_the_delay_and_stops_at_an_hour(failures: int, delay: float) -> None:
    wait, longer = patience.back_off(failures, delay), patience.back_off(failures + 1, delay)
    assert 0 <= wait <= longer <= 3600
    assert patience.back_off(1, delay) == delay


@given(st.none() | st.floats())
def test_a_crawl_delay_is_at_most_a_minute(value: float | None) -> None:
    assert 0 <= patience.crawl_delay(value) <= 60


@given(st.floats(0, patience.LONGEST))
def test_what_is_on_record_is_never_too_early(seconds: float) -> None:
    now = NOW + timedelta(microseconds=700_001)
    late = (from_utc_text(patience.until(now, seconds)) - now).total_seconds() - seconds
    assert -1e-3 < late < 1.001


@given(st.integers(-400, 400), st.integers(0, 2 * 86400), st.integers(0, 86400))
def test_what_is_left_of_a_wish_is_no_more_than_was_asked_or_an_hour_more(ahead: int, passed: int, asked: int) -> None:
    """Whatever days the clock that noted it was ahead or behind; where it was right, exactly what is left."""
    noted = NOW + timedelta(days=ahead, seconds=-passed)
    left = patience.left(utc_text(noted + timedelta(seconds=asked)), utc_text(noted), NOW)
    assert 0 <= left <= min(asked + patience.AHEAD, patience.LONGEST)
    if ahead == 0:
        assert left == max(asked - passed, 0)


RULES = b"User-agent: *\nDisallow: /a\n"
ROBOTS = [
    (200, RULES, (), RULES), (204, b"", (), b""), (401, RULES, (), b""), (404, RULES, (), b""),
    (408, RULES, (), "HTTP 408"), (429, RULES, (), "HTTP 429"),
    (301, RULES, (), "HTTP 301"), (500, RULES, (), "HTTP 500"), (503, RULES, (), "HTTP 503"),
    (200, RULES, ("partial",), "cut short"),
]  # fmt: skip


@pytest.mark.parametrize(("status", "body", "flags", "expected"), ROBOTS)
def test_robots(status: int, body: bytes, flags: tuple[str, ...], expected: bytes | str) -> None:
    rules = patience.robots_rules(status, body, flags)
    assert rules == expected if isinstance(expected, bytes) else expected in str(rules)


def test_robots_are_read_as_far_as_500_kib_and_no_half_line_is() -> None:
    line = b"Disallow: /private/reports\n"
    rules = patience.robots_rules(200, b"User-agent: *\n" + line * 30_000)
    assert isinstance(rules, bytes)
    assert 500 * 1024 - len(line) < len(rules) <= 500 * 1024
    assert rules.endswith(line)

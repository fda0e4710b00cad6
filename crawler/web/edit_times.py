"""Edits by hour of day and by age, from counts by quarter of an hour; and how hours, ages and days are written."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from math import inf
from zoneinfo import ZoneInfo

from crawler.rules import revisit


def by_hour(quarters: Iterable[tuple[int, int]], zone: ZoneInfo) -> list[int]:
    """24 counts: (seconds of the epoch, edits) by the hour of the zone's day.

    >>> by_hour([(0, 2), (900, 1)], ZoneInfo("Asia/Shanghai")).index(3)
    8
    """
    found = [0] * 24
    for seconds, edits in quarters:
        found[datetime.fromtimestamp(seconds, UTC).astimezone(zone).hour] += edits
    return found


def by_age(quarters: Iterable[tuple[int, int]]) -> list[int]:
    """Counts by the ages of the revisit rules: (seconds of age, edits).

    >>> by_age([(0, 2), (1800, 1), (10**9, 1)])
    [2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    """
    found = [0] * revisit.BUCKETS
    for seconds, edits in quarters:
        found[bisect_right(revisit.EDGES, seconds / 3600) - 1] += edits
    return found


def spans() -> list[tuple[float, float]]:
    """The ages of the revisit rules: from, to, in hours."""
    return list(zip(revisit.EDGES[:-1], revisit.EDGES[1:], strict=True))


def hours_text(hours: float) -> str:
    """A number of hours in the largest unit that fits.

    >>> [hours_text(n) for n in (0, 0.25, 1, 24, 168)]
    ['0', '15 min', '1 h', '1 d', '7 d']
    """
    if not hours:
        return "0"
    if hours < 1:
        return f"{hours * 60:g} min"
    return f"{hours:g} h" if hours < 24 else f"{hours / 24:g} d"


def age_name(low: float, high: float) -> str:
    """A stretch of ages.

    >>> age_name(0, 0.25), age_name(720, inf)
    ('0 – 15 min', '30 d +')
    """
    return f"{hours_text(low)} +" if high == inf else f"{hours_text(low)} – {hours_text(high)}"


def day_names(count: int, today: date) -> list[str]:
    """The last so many periods of 24 hours, by the day on which each ended, the newest last.

    >>> day_names(2, date(2024, 11, 22))
    ['11-21', '11-22']
    """
    return [f"{today - timedelta(days=ago):%m-%d}" for ago in range(count - 1, -1, -1)]

"""When a source that used to bring something new has been quiet for too long."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from crawler.rules.dates import from_utc_text

REMEMBERED = 2000  # times of a source that show what is usual
_FEWEST = 10  # gaps between them
_TIMES = 5  # the usual gap; and what should have come
_LONG, _TIMES_LONG = 0.95, 2.5  # share of the gaps that a long one is longer than; times such a one
_WEEK, _DAY = 7 * 86400, 86400
_PERIODS = 4  # weeks, or days, before


@dataclass(frozen=True, slots=True)
class Silence:
    """Since when (UTC text) nothing came, and the usual gap in seconds."""

    since: str
    usual: int


def silence(times: Sequence[str], now: str) -> Silence | None:
    """Whether a source is quiet at `now`. `times`: when its last articles were first seen, in any order (UTC text).

    Quiet is longer than 5 times the usual gap, which is the median of the gaps between different times, and than 2.5
    times the 95th percentile of them, for what comes irregularly; under 10 gaps nothing is usual. Nights and weekends
    are not quiet: at least 5 times must lie in the same hours of the (up to) four weeks before, in each but one where
    three or more are known; of the days before where no week is known yet.

    >>> hourly = [f"2024-01-01T{hour:02}:00:00Z" for hour in range(12)]
    >>> silence(hourly, "2024-01-01T15:59:00Z"), silence(hourly, "2024-01-01T16:01:00Z")
    (None, Silence(since='2024-01-01T11:00:00Z', usual=3600))
    """
    moments = sorted(from_utc_text(time).timestamp() for time in set(times))
    gaps = sorted(later - before for before, later in pairwise(moments))
    if len(gaps) < _FEWEST:
        return None
    usual, until = median(gaps), from_utc_text(now).timestamp()
    longest = max(_TIMES * usual, _TIMES_LONG * gaps[int(_LONG * len(gaps))])
    if until - moments[-1] <= longest or not all(n >= _TIMES for n in _before(moments, until)):
        return None
    return Silence(max(times), round(usual))


def _before(moments: Sequence[float], until: float) -> list[int]:
    """How many came in the same hours of the periods before, the fewest left out where three or more are known."""
    since = moments[-1]
    period = _WEEK if since - _WEEK >= moments[0] else _DAY
    shifts = [k * period for k in range(1, _PERIODS + 1) if since - k * period >= moments[0]]
    counts = [bisect_right(moments, until - shift) - bisect_right(moments, since - shift) for shift in shifts]
    return sorted(counts)[len(counts) >= 3 :]

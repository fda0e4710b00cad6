"""How a source's articles are edited as they age: edits per hour, learned in buckets of age."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from math import inf
from typing import NamedTuple

EDGES = (0, 0.25, 0.5, 1, 2, 4, 8, 16, 24, 48, 96, 168, 336, 720, inf)  # hours of age
BUCKETS = len(EDGES) - 1
_STARTS = EDGES[:-1]
_OLDEST = 1e9  # hours; what is older, or was never anything, stays a number
_PRIOR_LOOKS = 5.0  # edits' worth of trust in what is not learned yet: the prior in a pool, the pool in a source
_SLOWEST, _FASTEST = 1e-9, 1e6  # edits per hour: no bucket stands still, so that every age can be found again

Learned = Sequence[float]  # one number a bucket


def hours(value: float) -> float:
    """An age that can be reckoned with: what is below zero, or not a number, is zero.

    >>> hours(-3), hours(float("nan")), hours(float("inf"))
    (0.0, 0.0, 1000000000.0)
    """
    return min(value, _OLDEST) if value > 0 else 0.0


class Profile(NamedTuple):
    """Edits per hour in each bucket of age, and the edits to expect of an ordinary page up to each bucket's start."""

    rates: tuple[float, ...]
    sums: tuple[float, ...]

    def expected(self, age: float) -> float:
        """G: the edits an ordinary page has seen at this age (hours), on average.

        >>> of_rates([2.0] * BUCKETS).expected(3)
        6.0
        """
        age = hours(age)
        bucket = bisect_right(_STARTS, age) - 1
        return self.sums[bucket] + self.rates[bucket] * (age - _STARTS[bucket])

    def age_at(self, edits: float) -> float:
        """The age (hours) at which so many edits are expected: the inverse of `expected`.

        >>> of_rates([2.0] * BUCKETS).age_at(6)
        3.0
        """
        if not edits > 0:
            return 0.0
        bucket = bisect_right(self.sums, edits) - 1
        return hours(_STARTS[bucket] + (edits - self.sums[bucket]) / self.rates[bucket])

    def rate(self, age: float) -> float:
        """Edits per hour of an ordinary page of this age (hours)."""
        return self.rates[bisect_right(_STARTS, hours(age)) - 1]


def of_rates(rates: Iterable[float]) -> Profile:
    """A profile from edits per hour, one for each bucket."""
    kept = tuple(min(max(rate, _SLOWEST), _FASTEST) if rate > 0 else _SLOWEST for rate in rates)
    widths = (high - low for low, high in pairwise(_STARTS))
    return Profile(kept, tuple(accumulate((r * w for r, w in zip(kept, widths, strict=False)), initial=0.0)))


def prior_rates() -> tuple[float, ...]:
    """Edits per hour before anything is learned: 0.16·(1 + age/2)^-1.5, averaged over each bucket.

    >>> [round(rate, 4) for rate in prior_rates()[:3]]
    [0.1464, 0.1239, 0.0998]
    """
    means = [0.64 * ((1 + low / 2) ** -0.5 - (1 + high / 2) ** -0.5) / (high - low) for low, high in pairwise(_STARTS)]
    return (*means, 0.16 * (1 + _STARTS[-1] / 2) ** -1.5)


def shrunk(num: Learned, den: Learned, towards: Learned) -> tuple[float, ...]:
    """Edits per hour: `num` edits in `den` hours, and 5 edits at the rate that is believed without them.

    The mean of the gamma posterior whose prior has the shape 5 and the mean `towards`.
    """
    return tuple((_PRIOR_LOOKS + n) / (_PRIOR_LOOKS / g + d) for n, d, g in zip(num, den, towards, strict=True))


def pooled(nums: Iterable[Learned], dens: Iterable[Learned]) -> tuple[float, ...]:
    """Edits per hour over all sources, on top of the prior."""
    zero = [0.0] * BUCKETS
    num = [sum(column) for column in zip(zero, *nums, strict=True)]
    den = [sum(column) for column in zip(zero, *dens, strict=True)]
    return shrunk(num, den, prior_rates())


def profile(num: Learned, den: Learned, pool: Learned) -> Profile:
    """A source's profile from what it taught and the pool's edits per hour."""
    return of_rates(shrunk(num, den, pool))


def spread(of: Profile, from_age: float, to_age: float, edits: float, factor: float) -> list[tuple[int, float, float]]:
    """What a look teaches: (bucket, edits, hours at an ordinary page's rate) for each bucket it spans.

    The edits are shared out as the profile expects them; the hours count as much as the page's factor says.
    """
    low, high = hours(from_age), hours(to_age)
    first, last = bisect_right(_STARTS, low) - 1, bisect_right(_STARTS, high) - 1
    spans = [(k, min(high, EDGES[k + 1]) - max(low, EDGES[k])) for k in range(first, last + 1)]
    total = sum(of.rates[k] * span for k, span in spans)  # not a difference of sums: a short wait would drown in them
    if not (high > low and total > 0):
        return []
    return [(k, edits * (of.rates[k] * span / total), factor * span) for k, span in spans if span > 0]

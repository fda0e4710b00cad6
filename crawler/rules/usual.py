"""Whether what the record says of itself (how much of it is noise, how fast it grows) leaves its usual range."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

Counts = Mapping[str, int]  # of one day: looks by outcome, `changes`, `marked_false`, `versions`, `bytes`
LOOKS = (
    "new", "changed", "unchanged", "not_modified", "variant", "pending", "blocked", "login", "soft_404", "empty",
    "partial", "gone", "robots", "error",
)  # fmt: skip
DAYS, LEAST_DAYS, WEEK = 28, 7, 7
_CUT = 3.5 / 0.6745  # MADs from the median


@dataclass(frozen=True, slots=True)
class Figure:
    """What is counted in a day, and of what it is a share (nothing: it is an amount).

    It does not warn unless it exceeds the median by `least`, and unless `least_count` were counted.
    """

    what: tuple[str, ...]
    of: tuple[str, ...]
    least: float
    least_count: int


FIGURES = {
    "false": Figure(("marked_false",), ("changes",), 0.05, 3),
    "variant": Figure(("variant",), LOOKS, 0.05, 5),
    "blocked": Figure(("blocked", "login", "soft_404"), LOOKS, 0.05, 5),
    "pending": Figure(("pending",), LOOKS, 0.05, 5),
    "bytes": Figure(("bytes",), (), 10_000_000, 1),
    "versions": Figure(("versions",), (), 50, 1),
    "looks": Figure(LOOKS, (), 1000, 1),
}


@dataclass(frozen=True, slots=True)
class Left:
    """A figure that is above its usual range (`low` to `high`); shares are from 0 to 1."""

    figure: str
    value: float
    low: float
    high: float


def usual_range(past: Sequence[float], least: float) -> tuple[float, float] | None:
    """The range in which a day's figure usually lies, from those of at least 7 days before; None with fewer.

    The median, and 3.5 / 0.6745 median absolute deviations to either side, but at least `least`: the modified z-score
    of Iglewicz and Hoaglin, How to Detect and Handle Outliers (1993), also in the NIST/SEMATECH e-Handbook of
    Statistical Methods, 1.3.5.17. One bad day among many moves neither. No figure is below 0.

    >>> usual_range([10, 11, 9, 10, 12, 500, 10], least=2)
    (4.81, 15.19)
    >>> usual_range([0, 0, 0, 0, 0, 0, 0], least=0.05)
    (0.0, 0.05)
    >>> usual_range([10, 11, 9], least=2)
    """
    if len(past) < LEAST_DAYS:
        return None
    middle = median(past)
    spread = max(least, _CUT * median(abs(figure - middle) for figure in past))
    return round(max(0.0, middle - spread), 2 if least >= 1 else 4), round(middle + spread, 2 if least >= 1 else 4)


def value(counts: Counts, name: str) -> float | None:
    """A figure of what was counted in one day or in several; None for a share of nothing.

    >>> value({"unchanged": 6, "blocked": 1, "soft_404": 1}, "blocked")
    0.25
    >>> value({"bytes": 4000}, "bytes")
    4000.0
    >>> value({}, "blocked")
    """
    figure = FIGURES[name]
    if not figure.of:
        return float(_sum(counts, figure.what))
    whole = _sum(counts, figure.of)
    return _sum(counts, figure.what) / whole if whole else None


def _sum(counts: Counts, names: Sequence[str]) -> int:
    return sum(counts.get(name, 0) for name in names)


def together(days: Sequence[Counts]) -> dict[str, int]:
    """What was counted in some days, added up."""
    names = {name for day in days for name in day}
    return {name: sum(day.get(name, 0) for day in days) for name in names}


def per_day(days: Sequence[Counts], name: str) -> float:
    """A figure's amount a day over the last 7 days, newest first, or over the days since the first look where these
    are fewer."""
    seen = [index for index, day in enumerate(days) if _sum(day, LOOKS)]
    length = min(WEEK, max(seen, default=0) + 1)
    return _sum(together(days[:length]), FIGURES[name].what) / length


def left(days: Sequence[Counts]) -> list[Left]:
    """The figures of a source that are above their usual range in the newest of its days.

    `days`: the last 24 hours first, then up to 28 periods of 24 hours before. A day without looks tells nothing.
    """
    past = [day for day in days[1 : DAYS + 1] if _sum(day, LOOKS)]
    found = []
    for name, figure in FIGURES.items():
        usual = usual_range([v for day in past if (v := value(day, name)) is not None], figure.least)
        now = value(days[0], name)
        if usual and now is not None and now > usual[1] and _sum(days[0], figure.what) >= figure.least_count:
            found.append(Left(name, now, *usual))
    return found

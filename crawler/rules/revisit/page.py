"""What is believed of one page's edits, what a look teaches, and when the next one is worth a request."""

from math import exp, expm1, log1p
from typing import NamedTuple

from crawler.rules.revisit.curve import Profile, hours

MIN_GAP = 1 / 12  # hours between two looks at a page
_MOST_EDITS = 1e9  # as an expectation; more tells nothing more
_DEAREST = 0.98  # chance of a change at which every page is due, whatever a request costs
_PATIENCE, _SLOPE = (
    8,
    4,
)  # looks in a row with a change before a page is thought restless; by how many its weight halves
_DAY = 24.0


class Page(NamedTuple):
    """A gamma belief about a page's factor on its source's profile (mean a/b), and its looks in a row with a change."""

    a: float = 0.5
    b: float = 0.5
    streak: int = 0


def unchanged_probability(page: Page, expected: float) -> float:
    """Chance that nothing changed while an ordinary page saw `expected` edits: (b / (b + E))^a, the gamma-Poisson zero.

    >>> unchanged_probability(Page(), 0), unchanged_probability(Page(), 1.5)
    (1.0, 0.5)
    """
    return exp(-page.a * log1p(_edits(expected) / page.b))


def learned(page: Page, expected: float, changed: bool) -> tuple[Page, float]:
    """The belief after a look, and the edits that probably happened since the one before.

    A look without a change is exact: b grows by E. A change says "one or more", whose posterior is no gamma; the gamma
    of its mean and variance takes its place (moment matching), so that a change after a long wait teaches little.

    >>> page, edits = learned(Page(), 0.01, True)
    >>> round(page.a, 2), round(page.b, 2), page.streak, round(edits, 2)
    (1.5, 0.5, 1, 1.01)
    """
    a, b, streak = page
    x = _edits(expected)
    if not changed:
        return Page(a, b + x, 0), 0.0
    fewer = -log1p(x / b)
    some = -expm1(a * fewer)
    if some < 1e-9:  # hardly time for an edit, and yet there was one
        return Page(a + 1, b + x, streak + 1), 1.0
    edits = a * x / b / some
    mean = (a + edits) / (b + x)  # both are E[factor^k; one or more edits] / P(one or more)
    square = a * (a + 1) / b**2 * -expm1((a + 2) * fewer) / some
    shape = min(max(mean**2 / max(square - mean**2, 1e-300), a), a + edits)
    return Page(shape, shape / mean, streak + 1), edits


def weight(streak: int) -> float:
    """What a change of a page counts that changed at so many looks in a row: counters and clocks look like edits.

    >>> weight(8), weight(12)
    (1.0, 0.5)
    """
    return 1 / (1 + max(0, streak - _PATIENCE) / _SLOPE)


def urgency(wait: float) -> float:
    """What a change counts after so many hours without a look: one, and half as much again when a day has passed.

    A change came, on average, halfway through the wait; each day that it would wait unseen counts as one more change
    missed, up to that half day.

    >>> urgency(0), urgency(12), urgency(99)
    (1.0, 1.25, 1.5)
    """
    return 1 + min(hours(wait), _DAY) / (2 * _DAY)


def score(of: Profile, page: Page, last: float, age: float) -> float:
    """What a look is worth at this age (hours) when the last look was at the age `last`: highest first.

    The chance that the page changed, weighted. In [0, 1.5].
    """
    expected = of.expected(age) - of.expected(last)
    return weight(page.streak) * urgency(hours(age) - hours(last)) * (1 - unchanged_probability(page, expected))


def next_age(of: Profile, page: Page, last: float, price: float) -> float:
    """The age (hours) from which a page last looked at at the age `last` may be worth a look at this price.

    The closed form of chance = price, solved once for the wait without urgency and once with the urgency of that wait.
    So it is never too late, and where it is early, `score` is still under the price.
    """
    dear = price / weight(page.streak)
    late = _age_of_chance(of, page, last, dear)
    return _age_of_chance(of, page, last, dear / urgency(late - hours(last)))


def looks_and_edits(of: Profile, page: Page, last: float, price: float, until: float) -> tuple[float, float]:
    """Versions that will be read and edits that will happen, each per hour now, at a page looked at at this price.

    A page whose next look would come after it is let go (`until`, hours of age) is read no more.
    """
    age = next_age(of, page, last, price)
    expected = of.expected(age) - of.expected(last)
    edits = page.a / page.b * of.rate(last)
    if age >= until or not expected > 0:
        return 0.0, edits
    mean = page.a / page.b * expected
    return edits * min((1 - unchanged_probability(page, expected)) / mean, 1.0), edits


def _age_of_chance(of: Profile, page: Page, last: float, chance: float) -> float:
    last = hours(last)
    least = min(chance, _DEAREST) if chance > 0 else 0.0
    expected = page.b * expm1(min(-log1p(-least) / page.a, 500.0))
    return max(of.age_at(of.expected(last) + expected), last + MIN_GAP)


def _edits(expected: float) -> float:
    return min(expected, _MOST_EDITS) if expected > 0 else 0.0

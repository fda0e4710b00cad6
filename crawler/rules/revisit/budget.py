"""What a request costs: one price a site, moved until what is worth it fits the budget."""

from collections.abc import Iterable
from math import exp, isfinite, isnan, sqrt

from crawler.rules.revisit.curve import Profile, hours
from crawler.rules.revisit.page import Page, looks_and_edits

FIRST_PRICE = 0.1
CHEAPEST, DEAREST = 1e-4, 0.95
BURST = 2.0  # hours of the budget that may be saved up
_GONE_SOONEST = 6.0  # hours
FORGET_AFTER = 720.0  # hours of age
_STEP = 0.02  # of the price, at most, in ten minutes
_MOST_TICKS = 12.0  # a pause of hours says no more than two
_SPENT = 0.9  # of the tokens at hand are to be used: fewer and the highest score always finds one


def next_price(price: float, eligible: float, tokens: float, tokens_per_tick: float, ticks: float = 1.0) -> float:
    """The price after a choice that found so many pages worth it, and had so many tokens: up when they were too many.

    `ticks`: how many times ten minutes have passed since the choice before; the step grows with them.

    >>> next_price(0.1, 50, 10, 5) > 0.1 > next_price(0.1, 0, 10, 5)
    True
    """
    over = (_amount(eligible) - _SPENT * _amount(tokens)) / max(_amount(tokens_per_tick), 1e-9)
    step = _STEP * min(max(_amount(ticks), 0.0), _MOST_TICKS) * min(max(over, -1.0), 1.0)
    moved = price * exp(step) if isfinite(price) else FIRST_PRICE
    return min(max(moved, CHEAPEST), DEAREST)


def tokens_after(before: float, per_day: float, passed: float) -> float:
    """Tokens of a bucket `passed` hours after it had `before`; never more than two hours' worth (or one token).

    >>> tokens_after(0, 240, 0.5), tokens_after(15, 240, 9), tokens_after(5, 240, -1)
    (5.0, 20.0, 5)
    """
    if not passed > 0:  # a clock that went back gives nothing and takes nothing
        return max(_amount(before), 0)
    hourly = max(_amount(per_day), 0) / 24
    return min(max(_amount(before), 0) + hourly * min(passed, BURST), max(hourly * BURST, 1.0))


def listing_gap(price: float, new_per_hour: float, first_rate: float, soonest: float, latest: float) -> float:
    """Hours until a listing is worth another look: sqrt(2·price / (λ·(g(0) + 1/24))), within the two bounds.

    After a gap d, λ·d articles are new and have waited d/2 on average; each hour of it costs what its first edits are
    worth (`first_rate` = g(0) per hour) and a day's wait costs one change. The gap is the one at which that equals a
    request: λ·d²/2·(g(0) + 1/24) = price.

    >>> round(listing_gap(0.1, 10, 0.2, 1 / 12, 6), 5), listing_gap(0.1, 0, 0.2, 1 / 12, 6)
    (0.28768, 6)
    """
    loss = _amount(new_per_hour) * (_amount(first_rate) + 1 / 24)
    gap = sqrt(2 * _amount(price) / loss) if loss > 0 and price > 0 else latest
    return max(min(gap, latest), soonest)


def missed_share(pages: Iterable[tuple[Profile, Page, float]], price: float, until: float = FORGET_AFTER) -> float:
    """The share of the edits happening now that nobody will see at this price, in [0, 1].

    `pages`: profile, belief, and age (hours) at the last look, of each tracked page or a sample. A page is looked at
    when P(changed) reaches its price; one look reads one version whatever happened before it, so of the a·E/b edits
    expected in that wait 1 − P0 are seen. The mean weighs each page by its edits per hour.
    """
    seen = edits = 0.0
    for of, page, last in pages:
        read, happening = looks_and_edits(of, page, last, price, until)
        seen, edits = seen + read, edits + happening
    return 1 - seen / edits if edits > 0 else 0.0


def patrol_value(wait: float, age: float) -> float:
    """How likely it is, on a scale of its own, that a page of this age (hours) was taken down in so many hours' wait.

    Of 88 million news pages .7 % were gone after a day and 1.5 % after a week (GDELT): a hazard that falls as
    1 / (6 h + age).

    >>> patrol_value(2, 0) > patrol_value(9, 100) > patrol_value(2, 100)
    True
    """
    return hours(wait) / (hours(age) + _GONE_SOONEST)


def _amount(value: float) -> float:
    return min(max(value, -1e12), 1e12) if not isnan(value) else 0.0

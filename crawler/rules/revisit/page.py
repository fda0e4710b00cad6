"""One page's own factor on its source's profile, learned from looks; and when it is worth the next one."""

from math import exp, expm1, log1p
from typing import NamedTuple

from crawler.rules.revisit.curve import Profile

MIN_GAP = 1 / 12  # hours between two looks
_DEAREST = 0.98
_MOST = 1e12
_PATIENCE, _SLOPE = 8, 4


class Page(NamedTuple):
    """Gamma belief about a page's factor, of mean a/b, and how many looks in a row found a change."""

    a: float = 0.5
    b: float = 0.5
    streak: int = 0


def unchanged_probability(page: Page, expected: float) -> float:
    x = min(expected, _MOST) if expected > 0 else 0.0
    return exp(-page.a * log1p(x / page.b))


def learned(page: Page, expected: float, changed: bool) -> tuple[Page, float]:
    a, b, streak = page
    x = min(expected, _MOST) if expected > 0 else 0.0
    if not changed:
        return Page(a, b + x, 0), 0.0
    some = -expm1(-a * log1p(x / b))
    edits = a * x / b / some if some > 0 else 1.0
    if OPT["adf"] and some > 1e-12:
        l = -log1p(x / b)
        m1 = a / b * -expm1((a + 1) * l) / some
        m2 = a * (a + 1) / b / b * -expm1((a + 2) * l) / some
        a2 = m1 * m1 / max(m2 - m1 * m1, 1e-300)
        a2 = min(max(a2, a), a + edits)
        return Page(a2, a2 / m1, streak + 1), edits
    return Page(a + edits, b + x, streak + 1), edits


def weight(streak: int) -> float:
    return 1 / (1 + max(0, streak - _PATIENCE) / _SLOPE)


OPT = dict(idx=2, final=True, adf=False)


def _once(page, price):
    return page.b * expm1(min(-log1p(-price) / page.a, 600))


def _twice(page, price):
    a, b, _ = page
    q = -log1p(-price)
    y = min((2 * q / (a * (a + 1))) ** 0.5, (q + log1p(a)) / a)
    for _ in range(5):
        u = -expm1(-y)
        v = 1 + a * u
        y -= (a * y - log1p(a * u)) / (a - a * (1 - u) / v) - q / (a - a * (1 - u) / v)
    return b * expm1(min(y, 600))


END = 720.0


def next_age(of: Profile, page: Page, age: float, price: float) -> float:
    dear = min(price / weight(page.streak), _DEAREST)
    g = of.expected(age)
    if OPT["idx"] == 1:
        nxt = g + _once(page, dear)
    else:
        nxt = g + _twice(page, dear)
    if OPT["final"]:
        c = _once(page, dear)
        nxt = min(nxt, max(g + c, of.expected(END) - c))
    return max(of.age_at(nxt), age + MIN_GAP)


def score(of: Profile, page: Page, last: float, age: float, price) -> float:
    g = of.expected(age)
    e = max(g - of.expected(last), 0.0)
    w = weight(page.streak)
    p0 = unchanged_probability(page, e)
    if OPT["idx"] == 1:
        return w * (1 - p0)
    if OPT["final"] and g >= of.expected(END) - _once(page, min(price / w, _DEAREST)):
        return w * (1 - p0)
    return w * (1 - p0 * (1 + page.a * e / (page.b + e)))

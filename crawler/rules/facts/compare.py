"""What became of facts in an edit."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from crawler.items import Fact, FactChange
from crawler.rules.facts.numbers import SCALES

_NUMERIC = frozenset("amount percent points multiple count number".split())
_MORE = ("余", "多", "来")  # somewhat more than what is said: 15077余万元
_ABOVE = ("超过", "超", "逾", "以上", "之上", "不低于", "不少于", "不小于", "至少", "开外")
_BELOW = ("将近", "接近", "近", "不足", "不到", "以下", "以内", "不超过", "不高于", "不多于", "不大于", "至多", "最多")
_TOLERANCE = Decimal("0.1")  # of an approximate value: 约, 左右, 近


class _Left(NamedTuple):
    """A fact that is on one side only, and the equal fact that stands before it on both."""

    fact: Fact
    anchor: int


def changes(old: Sequence[Fact], new: Sequence[Fact]) -> list[FactChange]:
    """What an edit made of `old`: facts equal on both sides drop out; the others are paired where they belong together
    (by type, role and unit, then by type; in one place first, then by nearest value or by order), or come or go.

    >>> [change] = changes([Fact("count", "3例", None, "3", "例")], [Fact("count", "5例", None, "5", "例")])
    >>> change.old_text, change.new_text, change.unit
    ('3例', '5例', '例')
    """
    gone, come = _unequal(old, new)
    pairs: list[tuple[Fact | None, Fact | None]] = []
    for key in (_type_role_unit, _type_unit, _type_role, _type):
        gone, come = _pair(gone, come, key, pairs)
    pairs += [(left.fact, None) for left in gone] + [(None, left.fact) for left in come]
    order = {id(f): i for i, f in enumerate((*old, *new))}
    pairs.sort(key=lambda pair: min(order[id(f)] - (len(old) if f is pair[1] else 0) for f in pair if f is not None))
    return [_change(*pair) for pair in pairs]


def _type_role_unit(fact: Fact) -> Hashable:
    return fact.type, fact.role, fact.unit


def _type_unit(fact: Fact) -> Hashable:
    return fact.type, fact.unit


def _type_role(fact: Fact) -> Hashable:
    return fact.type, fact.role


def _type(fact: Fact) -> Hashable:
    return fact.type


def _unequal(old: Sequence[Fact], new: Sequence[Fact]) -> tuple[list[_Left], list[_Left]]:
    places: dict[Fact, list[int]] = {}  # the last first
    for i in range(len(new) - 1, -1, -1):
        places.setdefault(new[i], []).append(i)
    partner = [here.pop() if (here := places.get(fact)) else None for fact in old]
    matched = set(partner)
    return _anchored(zip(old, partner, strict=True)), _anchored(
        (f, i if i in matched else None) for i, f in enumerate(new)
    )


def _anchored(facts: Iterable[tuple[Fact, int | None]]) -> list[_Left]:
    left, anchor = [], -1
    for fact, partner in facts:
        if partner is None:
            left.append(_Left(fact, anchor))
        else:
            anchor = partner
    return left


def _pair(
    gone: list[_Left], come: list[_Left], key: Callable[[Fact], Hashable], pairs: list[tuple[Fact | None, Fact | None]]
) -> tuple[list[_Left], list[_Left]]:
    """Pair what has one key, in one place first; return what is left over."""
    gone, come = _zip(gone, come, lambda left: (key(left.fact), left.anchor), pairs)
    return _zip(gone, come, lambda left: key(left.fact), pairs)


def _zip(
    gone: list[_Left], come: list[_Left], key: Callable[[_Left], Hashable], pairs: list[tuple[Fact | None, Fact | None]]
) -> tuple[list[_Left], list[_Left]]:
    groups: defaultdict[Hashable, tuple[list[_Left], list[_Left]]] = defaultdict(lambda: ([], []))
    for side, facts in enumerate((gone, come)):
        for left in facts:
            groups[key(left)][side].append(left)
    used: set[int] = set()
    for olds, news in groups.values():
        for one, other in _matched(olds, news):
            pairs.append((one.fact, other.fact))
            used |= {id(one), id(other)}
    return [g for g in gone if id(g) not in used], [c for c in come if id(c) not in used]


def _matched(olds: list[_Left], news: list[_Left]) -> Iterable[tuple[_Left, _Left]]:
    if len(olds) == len(news) or not olds or not news or olds[0].fact.type not in _NUMERIC:
        return zip(olds, news, strict=False)
    if len(olds) < len(news):
        return _nearest(olds, news)
    return [(one, other) for other, one in _nearest(news, olds)]


def _nearest(few: list[_Left], many: list[_Left]) -> list[tuple[_Left, _Left]]:
    """Each of `few` with the nearest in value of `many` that is still free."""
    free = sorted(((_value(left), i) for i, left in enumerate(many)), key=lambda pair: pair[0])
    found = []
    for left in few:
        value = _value(left)
        at = bisect_left(free, (value, -1))
        around = [i for i in (at - 1, at) if 0 <= i < len(free)]
        best = min(around, key=lambda i: abs(free[i][0] - value))
        found.append((left, many[free.pop(best)[1]]))
    return found


def _value(left: _Left) -> Decimal:
    return _decimal(left.fact.value) or Decimal(0)


def _decimal(text: str | None) -> Decimal | None:
    try:
        return Decimal(text or "")
    except InvalidOperation:
        return None


def _change(old: Fact | None, new: Fact | None) -> FactChange:
    fact = new or old
    assert fact is not None
    return FactChange(
        fact.type,
        fact.role or (old.role if old else None),
        old.text if old else None,
        new.text if new else None,
        old.value if old else None,
        new.value if new else None,
        fact.unit or (old.unit if old else None),
    )


def is_refinement(old: Fact, new: Fact) -> bool:
    """Whether `new` says more exactly what `old` said, and does not contradict it.

    An approximate value became one that its words allow (余, 多: up to the next of its last digit; 约, 左右: a tenth
    more or less; 超, 逾, 以上: not less, up to a tenth or the next digit more; 近, 不足: not more, down to a tenth
    less), or a date became a longer one.

    >>> old = Fact("amount", "15077余万元", value="150770000", unit="元", approximate=True)
    >>> is_refinement(old, Fact("amount", "15077.38万元", value="150773800", unit="元"))
    True
    >>> is_refinement(old, Fact("amount", "15177.38万元", value="151773800", unit="元"))
    False
    """
    if old.type != new.type or old.unit != new.unit:
        return False
    if old.type in ("date", "deadline"):
        return _is_longer_date(old.value or "", new.value or "")
    before, after = _decimal(old.value), _decimal(new.value)
    if not old.approximate or new.approximate or before is None or after is None or old.type not in _NUMERIC:
        return False
    low, high = _allowed(old.text, before)
    return low <= after <= high


def _is_longer_date(old: str, new: str) -> bool:
    if not old or old == new:
        return False
    return new.endswith(old.lstrip("-")) if old.startswith("-") else new.startswith(old + "-")


def _allowed(text: str, value: Decimal) -> tuple[Decimal, Decimal]:
    step, slack = _last_place(text, value), abs(value) * _TOLERANCE
    if text.startswith(("不低于", "不少于", "不小于")):
        return value, value + max(slack, step)
    if text.startswith(_BELOW) or text.endswith(_BELOW):
        return value - slack, value
    if text.startswith(_ABOVE) or text.endswith(_ABOVE):
        return value, value + max(slack, step)
    if any(word in text for word in _MORE):
        return value, value + step
    return value - slack, value + slack


def _last_place(text: str, value: Decimal) -> Decimal:
    """One in the last digit of a value that is said: 15077余万 is less than 15078万, 100余 less than 200."""
    normal = value.normalize()
    exponent = normal.as_tuple().exponent
    step = Decimal(1).scaleb(exponent) if isinstance(exponent, int) else Decimal(0)
    scale = next((SCALES[c] for c in "万亿" if f"余{c}" in text or f"多{c}" in text), None)
    return min(step, Decimal(scale)) if scale and value % scale == 0 and not _round(text) else step


def _round(text: str) -> bool:
    """Whether the digits before 余 end with a zero: 100余万 may be 150万, 15070余万 may be 15077万."""
    digits = "".join(c for c in text if c.isdigit())
    return digits.endswith("0")

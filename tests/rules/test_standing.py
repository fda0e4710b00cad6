"""What is known of an article at a time, by rules alone."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.rules.standing import Stretch, standing, stretches, told

numbers = st.lists(st.integers(0, 59), min_size=2, max_size=20, unique=True).map(sorted)


def at(minute: int) -> str:
    return f"2024-01-01T00:{minute:02}:00Z"


def version(number: int, first: int, last: int) -> dict[str, Any]:
    return {"number": number, "first_seen_at": at(first), "last_seen_at": at(last)}


def change(kind: str, after: int, by: int) -> dict[str, Any]:
    return {"kind": kind, "changed_after": at(after), "changed_by": at(by)}


@pytest.mark.parametrize(
    ("minute", "said"),
    [
        (5, "stood then: version 1, read at 00 and, unchanged, at 10"),
        (15, "not read between 10 and 20: version 1 was seen last before, version 2 first after"),
        (25, "not read between 20 and 30: version 2 was seen last before, it was not found after"),
        (33, "not available then: not found at 30, and last at 35; there again at 40"),
        (36, "not read between 35 and 40: it was not found before, version 2 was seen first after"),
        (40, "stood then: version 2, read at 40"),
        (50, "not available then: not found at 50, and last at 55"),
        (59, "not looked at since 55: it was not found last"),
    ],
)
def test_it_is_said_in_a_sentence(minute: int, said: str) -> None:
    versions = [version(1, 0, 10), version(2, 20, 40)]
    happened = [change("removed", 20, 30), change("restored", 35, 40), change("removed", 40, 50)]
    found = standing(stretches(versions, happened, at(55)), at(minute))
    assert found is not None
    short = told(found)
    for number in range(60):
        short = short.replace(at(number), f"{number:02}")
    assert short == said


@given(numbers, st.integers(0, 59))
def test_a_time_lies_in_a_stretch_or_after_one(ends: list[int], minute: int) -> None:
    known = [Stretch(n, at(a), at(b)) for n, (a, b) in enumerate(zip(ends[::2], ends[1::2], strict=False), 1)]
    found = standing(known, at(minute))
    holding = [stretch for stretch in known if stretch.first <= at(minute) <= stretch.last]
    if found is None:
        assert at(minute) < known[0].first
    elif holding:
        assert (found.status, [found.before]) == ("seen", holding)
    else:
        assert found.before.last < at(minute) and (found.after is None or at(minute) < found.after.first)
        assert found.status == ("between" if found.after else "not_read_since")

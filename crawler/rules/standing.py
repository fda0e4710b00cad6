"""What is known of an article at a time: that it was read then, that it was not there, or that nobody knows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

Status = Literal["seen", "between", "not_available", "not_read_since"]

SENTENCES = {
    "seen": "stood then: version {number}, read at {first} and, unchanged, at {last}",
    "seen once": "stood then: version {number}, read at {first}",
    "gone": "not available then: not found at {first}, and last at {last}",
    "gone, back": "not available then: not found at {first}, and last at {last}; there again at {next}",
    "between": "not read between {last} and {next}: version {number} was seen last before, version {other} first after",
    "to gone": "not read between {last} and {next}: version {number} was seen last before, it was not found after",
    "from gone": "not read between {last} and {next}: it was not found before, version {other} was seen first after",
    "since": "not read since {last}: version {number} was seen last",
    "since gone": "not looked at since {last}: it was not found last",
}


class Stretch(NamedTuple):
    """From `first` to `last` (UTC texts) each look showed this version; with None: that it is not available."""

    number: int | None
    first: str
    last: str


class Standing(NamedTuple):
    """`status` at a time; `before` and `after`: the stretch that it lies in or comes after, and the next one."""

    status: Status
    before: Stretch
    after: Stretch | None


def stretches(
    versions: Iterable[Mapping[str, Any]], changes: Iterable[Mapping[str, Any]], gone_at: str | None
) -> list[Stretch]:
    """An article's stretches, oldest first. `versions` and `changes` as in the record, oldest first; `gone_at`: the
    last look that did not find it, until which a removal that was not taken back is known."""
    absences = _absences(changes, gone_at)
    found = [Stretch(None, first, last) for _, first, last, _ in absences]
    for version in versions:
        first, last = version["first_seen_at"], version["last_seen_at"]
        for read_at, gone, _, back in absences:
            if first < gone <= last:  # the same version was there before and after
                found.append(Stretch(version["number"], first, read_at or first))
                first = back or last
        found.append(Stretch(version["number"], first, last))
    return sorted(found, key=lambda stretch: stretch.first)


def _absences(
    changes: Iterable[Mapping[str, Any]], gone_at: str | None
) -> list[tuple[str | None, str, str, str | None]]:
    """(read last, not there first, not there last, there again) of each removal."""
    found: list[tuple[str | None, str, str, str | None]] = []
    for change in changes:
        if change["kind"] == "removed":
            gone = change["changed_by"]
            found.append((change["changed_after"], gone, max(gone, gone_at or gone), None))
        elif change["kind"] == "restored" and found and found[-1][3] is None:
            read_at, gone, _, _ = found[-1]
            found[-1] = (read_at, gone, max(gone, change["changed_after"] or gone), change["changed_by"])
    return found


def standing(known: Sequence[Stretch], at: str) -> Standing | None:
    """What is known of a time (UTC text); None before the first stretch."""
    begun = [stretch for stretch in known if stretch.first <= at]
    if not begun:
        return None
    before, after = begun[-1], next(iter(known[len(begun) :]), None)
    if at <= before.last:
        return Standing("not_available" if before.number is None else "seen", before, after)
    return Standing("between" if after else "not_read_since", before, after)


def told(standing: Standing, t: Callable[[str], str] = str) -> str:
    """The same in one sentence, with times as UTC texts; `t` puts one of `SENTENCES` into another language.

    >>> told(Standing("seen", Stretch(1, "2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z"), None))
    'stood then: version 1, read at 2024-01-01T00:00:00Z'
    """
    _, before, after = standing
    values = {"number": before.number, "first": before.first, "last": before.last}
    values |= {"other": after.number, "next": after.first} if after else {}
    return t(SENTENCES[_sentence(standing)]).format(**values)


def _sentence(standing: Standing) -> str:
    status, before, after = standing
    if status == "seen":
        return "seen" if before.first != before.last else "seen once"
    if status == "not_available":
        return "gone, back" if after else "gone"
    if after is None:
        return "since gone" if before.number is None else "since"
    return "from gone" if before.number is None else "to gone" if after.number is None else "between"

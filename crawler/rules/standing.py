"""What is known of an article at a time: that it was read then, that it was not there, or that nobody knows."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

Status = Literal["seen", "between", "not_available", "not_read_since"]


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


def told(standing: Standing) -> str:
    """The same in one sentence, with times as UTC texts.

    >>> told(Standing("seen", Stretch(1, "2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z"), None))
    'stood then: version 1, read at 2024-01-01T00:00:00Z'
    """
    status, before, after = standing
    if status == "seen":
        again = f" and, unchanged, at {before.last}" if before.last != before.first else ""
        return f"stood then: version {before.number}, read at {before.first}{again}"
    if status == "not_available":
        then = f"; there again at {after.first}" if after else ""
        return f"not available then: not found at {before.first}, and last at {before.last}{then}"
    if after is None:
        return f"not looked at since {before.last}: {_was(before)} last"
    return f"not read between {before.last} and {after.first}: {_was(before)} last before, {_was(after)} first after"


def _was(stretch: Stretch) -> str:
    return f"version {stretch.number} was seen" if stretch.number is not None else "it was not found"

"""A comparison side by side: what stood on the left, what stands on the right, in rows that begin together."""

import math
from collections.abc import Iterator
from typing import NamedTuple

from crawler.rules.diff import Operation, compare
from crawler.rules.diff.marked import Paragraph, Piece


class Row(NamedTuple):
    """The pieces of a row on either side, with their line ends; what moved away is `moved` on the left too."""

    left: Paragraph
    right: Paragraph

    @property
    def is_changed(self) -> bool:
        """Whether its sides differ."""
        return any(piece.kind != "equal" for piece in (*self.left, *self.right))


def rows(old: str, new: str) -> list[Row]:
    """Both texts in rows; the left sides joined are the old text, the right sides the new one.

    >>> [row.is_changed for row in rows("一。\\n二。\\n三。", "一。\\n二二。\\n三。")]
    [False, True, False]
    """
    found: list[Row] = [Row([], [])]
    for left, right in _pairs(old, compare(old, new)):
        if left == right:
            for number, line in enumerate(left.text.splitlines(keepends=True)):
                if number and found[-1] != ([], []):
                    found.append(Row([], []))
                for side in found[-1]:
                    side.append(Piece("equal", line))
            if left.text.endswith("\n"):
                found.append(Row([], []))
        else:
            for side, piece in zip(found[-1], (left, right), strict=True):
                if piece.text:
                    side.append(piece)
    return [row for row in found if row != ([], [])]


def _pairs(old: str, operations: list[Operation]) -> Iterator[tuple[Piece, Piece]]:
    """(what stood, what stands), in the order of the new text; what moved stands once more where it was."""
    late = _late(operations)
    away = sorted((o.old_start, o.old_end, o.kind) for o in operations if o.kind == "moved" or o in late)
    nothing = Piece("equal", "")
    at = 0

    def gone_from(until: int) -> Iterator[tuple[Piece, Piece]]:
        while away and away[0][0] <= until:
            begin, end, kind = away.pop(0)
            yield _moved(old[begin:end]) if kind == "moved" else Piece("delete", old[begin:end]), nothing

    for o in operations:
        if o.kind == "moved":
            yield nothing, _moved(old[o.old_start : o.old_end], 1 + old.count("\n", 0, o.old_start))
            continue
        if o in late:
            yield nothing, Piece("insert", o.text)
            continue
        if o.old_end > o.old_start:  # what only comes may say any place in the old text
            yield from gone_from(o.old_start)
            at = o.old_end
        before = old[o.old_start : o.old_end]
        if o.kind == "equal":
            yield Piece("equal", before), Piece("equal", before)
        else:
            yield Piece("delete", before), Piece("insert", o.text)
        yield from gone_from(at)
    yield from gone_from(len(old))


def _late(operations: list[Operation]) -> set[Operation]:
    """What was taken from before a place that stands already, or from behind one that is to come, as in a paragraph
    that was moved and written anew: on the left it is shown where it was."""
    late, at = set(), 0
    for o, until in zip(operations, _next_that_stays(operations), strict=True):
        if o.kind in ("delete", "replace") and (o.old_start < at or o.old_end > until):
            late.add(o)
        elif o.kind != "moved" and o.old_end > o.old_start:
            at = o.old_end
    return late


def _next_that_stays(operations: list[Operation]) -> list[float]:
    """For each operation, where the next of the old text begins that stays in its place."""
    found, begins = [], math.inf
    for o in reversed(operations):
        found.append(begins)
        if o.kind == "equal" and o.old_end > o.old_start:
            begins = o.old_start
    return found[::-1]


def _moved(text: str, paragraph: int = 0) -> Piece:
    return Piece("moved" if text.strip("\n") else "equal", text, paragraph)

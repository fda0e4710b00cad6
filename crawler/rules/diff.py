"""What changed between two texts, as a reader would mark it: paragraphs aligned first, then sentences, then words."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz.distance import Indel

from crawler.rules import words

Kind = Literal["equal", "insert", "delete", "replace", "moved"]
_LEVELS: tuple[Callable[[str], list[str]], ...] = (words.paragraphs, words.sentences, words.words)
_LARGEST_TABLE = 64_000_000  # pieces of the one text times pieces of the other; beyond, a stretch is replaced whole
_SHORTEST_MOVED = 8  # characters of a paragraph that can be told to have moved
_KEPT_SHARE = 0.25  # of a rewritten stretch; with less in common it is shown as replaced whole
_SHOWN, _ELIDED = 3, 40


@dataclass(frozen=True, slots=True)
class Operation:
    """One step from the old text to the new. Offsets are code points; `text` is what comes in by it."""

    kind: Kind
    old_start: int
    old_end: int
    new_start: int
    new_end: int
    text: str = ""


def compare(old: str, new: str) -> list[Operation]:
    """Operations in the order of the new text; `apply` rebuilds it from the old one and them.

    `moved` is a paragraph that stands elsewhere in the old text.

    >>> [(o.kind, o.text) for o in compare("交易额达15077余万元。", "交易额达15077.38万元。") if o.kind != "equal"]
    [('replace', '15077.38万元')]
    """
    return _joined(_operations(old, new))


def apply(old: str, operations: Sequence[Operation]) -> str:
    """The new text."""
    return "".join(o.text or old[o.old_start : o.old_end] for o in operations if o.kind != "delete")


def counts(operations: Sequence[Operation]) -> tuple[int, int]:
    """(characters added, characters removed); what moved is neither."""
    added = sum(len(o.text) for o in operations)
    removed = sum(o.old_end - o.old_start for o in operations if o.kind in ("delete", "replace"))
    return added, removed


def summary(old: str, new: str, operations: Sequence[Operation]) -> str:
    """The first few changes in one line.

    >>> summary("增长3.5%。", "增长35%。", compare("增长3.5%。", "增长35%。"))
    '3.5% → 35%'
    """
    told = [line for o in operations if o.kind != "equal" and (line := _told(old, o))]
    more = f"; … {len(told) - _SHOWN} more" if len(told) > _SHOWN else ""
    return "; ".join(told[:_SHOWN]) + more


def _told(old: str, operation: Operation) -> str:
    before, after = _elided(old[operation.old_start : operation.old_end]), _elided(operation.text)
    if operation.kind == "moved":
        return f"moved: {before}" if before else ""
    if before and after:
        return f"{before} → {after}"
    return f"+ {after}" if after else f"− {before}" if before else ""


def _elided(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _ELIDED else f"{line[: _ELIDED - 1]}…"


def blame(versions: Sequence[str]) -> list[tuple[str, int]]:
    """(paragraph, number of the version that brought it in its present form) for the last of these texts."""
    known: list[tuple[str, int]] = []
    for number, text in enumerate(versions, 1):
        unclaimed = list(known)
        present = []
        for paragraph in text.split("\n"):
            same = next((entry for entry in unclaimed if _form(entry[0]) == _form(paragraph)), None)
            if same:
                unclaimed.remove(same)
            present.append((paragraph, same[1] if same else number))
        known = present
    return known


def _form(paragraph: str) -> str:
    return "".join(paragraph.split())


def _operations(old: str, new: str) -> Iterator[Operation]:
    before, after = _Pieces(words.paragraphs(old)), _Pieces(words.paragraphs(new))
    gaps = list(_aligned(before, after))
    movable = _moved_paragraphs(gaps, before, after)
    for is_equal, i1, i2, j1, j2 in gaps:
        old_at, new_at = before.offsets[i1], after.offsets[j1]
        if is_equal:
            yield Operation("equal", old_at, before.offsets[i2], new_at, after.offsets[j2])
        elif movable.keys().isdisjoint(before.pieces[i1:i2] + after.pieces[j1:j2]):
            yield from _refined(before.text(i1, i2), after.text(j1, j2), old_at, new_at, 1)
        else:
            yield from _with_moves(before, after, (i1, i2, j1, j2), movable)


class _Pieces:
    """A text in pieces, and where each begins."""

    def __init__(self, pieces: list[str]) -> None:
        self.pieces = pieces
        self.offsets = [0]
        for piece in pieces:
            self.offsets.append(self.offsets[-1] + len(piece))

    def text(self, start: int, end: int) -> str:
        return "".join(self.pieces[start:end])


_Gap = tuple[bool, int, int, int, int]


def _aligned(before: _Pieces, after: _Pieces) -> Iterator[_Gap]:
    """Stretches of pieces in turn: (equal?, old start, old end, new start, new end)."""
    old, new = before.pieces, after.pieces
    if len(old) * len(new) > _LARGEST_TABLE:
        yield from _by_ends(old, new)
        return
    i = j = 0
    for block in Indel.opcodes(old, new):
        if block.tag != "equal":
            continue
        if (i, j) != (block.src_start, block.dest_start):
            yield False, i, block.src_start, j, block.dest_start
        i, j = block.src_end, block.dest_end
        yield True, block.src_start, i, block.dest_start, j
    if (i, j) != (len(old), len(new)):
        yield False, i, len(old), j, len(new)


def _by_ends(old: list[str], new: list[str]) -> Iterator[_Gap]:
    """What both begin and end with; the rest is one stretch."""
    shorter = min(len(old), len(new))
    head = next((n for n in range(shorter) if old[n] != new[n]), shorter)
    tail = next((n for n in range(shorter - head) if old[-1 - n] != new[-1 - n]), shorter - head)
    yield True, 0, head, 0, head
    yield False, head, len(old) - tail, head, len(new) - tail
    yield True, len(old) - tail, len(old), len(new) - tail, len(new)


def _moved_paragraphs(gaps: list[_Gap], before: _Pieces, after: _Pieces) -> dict[str, int]:
    """Paragraph -> its place in the old text, for those that left one place and came in at another, once each."""
    left = Counter(p for is_equal, i1, i2, _, _ in gaps if not is_equal for p in before.pieces[i1:i2])
    came = Counter(p for is_equal, _, _, j1, j2 in gaps if not is_equal for p in after.pieces[j1:j2])
    return {
        p: before.pieces.index(p)
        for p, n in came.items()
        if n == left[p] == 1 and len(p) >= _SHORTEST_MOVED and before.pieces.count(p) == 1
    }


def _with_moves(
    before: _Pieces, after: _Pieces, gap: tuple[int, int, int, int], movable: dict[str, int]
) -> Iterator[Operation]:
    """A stretch that paragraphs left or came into; what else differs in it is compared where it is in one piece."""
    i1, i2, j1, j2 = gap
    gone, come = _runs(before.pieces, i1, i2, movable), _runs(after.pieces, j1, j2, movable)
    pair = gone[0] if len(gone) == len(come) == 1 else None
    if pair is None:
        for start, end in gone:
            yield _changed(before.text(start, end), "", before.offsets[start], after.offsets[j1])
    come_at = dict(come)
    for j in range(j1, j2):
        start, end = after.offsets[j], after.offsets[j + 1]
        if after.pieces[j] in movable:
            i = movable[after.pieces[j]]
            yield Operation("moved", before.offsets[i], before.offsets[i + 1], start, end)
        elif j in come_at:
            old_start, old_end = pair or (i2, i2)
            old, new = before.text(old_start, old_end), after.text(j, come_at[j])
            yield from _refined(old, new, before.offsets[old_start], start, 1)


def _runs(pieces: list[str], start: int, end: int, movable: dict[str, int]) -> list[tuple[int, int]]:
    """Stretches between `start` and `end` without a paragraph that moved."""
    runs: list[tuple[int, int]] = []
    for position in range(start, end):
        if pieces[position] in movable:
            continue
        if runs and runs[-1][1] == position:
            runs[-1] = (runs[-1][0], position + 1)
        else:
            runs.append((position, position + 1))
    return runs


def _refined(old: str, new: str, old_at: int, new_at: int, level: int) -> Iterator[Operation]:
    """A stretch that differs, compared piece by piece of the next finer kind."""
    if level == len(_LEVELS) or not old or not new:
        yield _changed(old, new, old_at, new_at)
        return
    before, after = _Pieces(_LEVELS[level](old)), _Pieces(_LEVELS[level](new))
    gaps = list(_aligned(before, after))
    if level == len(_LEVELS) - 1:
        gaps = _readable(gaps, before, after)
    for is_equal, i1, i2, j1, j2 in gaps:
        old_from, new_from = old_at + before.offsets[i1], new_at + after.offsets[j1]
        if is_equal:
            old_to, new_to = old_at + before.offsets[i2], new_at + after.offsets[j2]
            yield Operation("equal", old_from, old_to, new_from, new_to)
        else:
            yield from _refined(before.text(i1, i2), after.text(j1, j2), old_from, new_from, level + 1)


def _changed(old: str, new: str, old_at: int, new_at: int) -> Operation:
    kind: Kind = "replace" if old and new else "insert" if new else "delete"
    return Operation(kind, old_at, old_at + len(old), new_at, new_at + len(new), new)


def _readable(gaps: list[_Gap], before: _Pieces, after: _Pieces) -> list[_Gap]:
    """Stretches without shreds: a short common word between two changes is part of the change, and two sentences
    that have little in common are one replaced by the other."""

    def size(gap: _Gap) -> int:
        _, i1, i2, j1, j2 = gap
        return max(len(before.text(i1, i2)), len(after.text(j1, j2)))

    kept = sum(size(gap) for gap in gaps if gap[0])
    if kept < _KEPT_SHARE * max(before.offsets[-1], after.offsets[-1]) and len(gaps) > 2:
        return [(False, 0, len(before.pieces), 0, len(after.pieces))]
    merged: list[_Gap] = []
    for position, gap in enumerate(gaps):
        inner = merged and position + 1 < len(gaps)
        is_shred = gap[0] and inner and size(gap) <= 2 and size(gap) < min(size(merged[-1]), size(gaps[position + 1]))
        if merged and not merged[-1][0] and (is_shred or not gap[0]):
            merged[-1] = (False, merged[-1][1], gap[2], merged[-1][3], gap[4])
        else:
            merged.append(gap)
    return merged


def _joined(operations: Iterator[Operation]) -> list[Operation]:
    """Neighbours of one kind as one."""
    joined: list[Operation] = []
    for o in operations:
        last = joined[-1] if joined else None
        if last and last.kind == o.kind != "moved" and (last.old_end, last.new_end) == (o.old_start, o.new_start):
            joined[-1] = Operation(o.kind, last.old_start, o.old_end, last.new_start, o.new_end, last.text + o.text)
        elif o.old_start != o.old_end or o.new_start != o.new_end:
            joined.append(o)
    return joined

"""What changed between two texts, as a reader would mark it: paragraphs aligned first, then sentences, then words."""

from collections import defaultdict, deque
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from crawler.rules import align, words

Kind = Literal["equal", "insert", "delete", "replace", "moved"]
_LEVELS: tuple[Callable[[str], list[str]], ...] = (words.paragraphs, words.sentences, words.words)
_FINEST = len(_LEVELS) - 1
_KEPT_SHARE = 0.25  # of a rewritten stretch; with less in common it is shown as replaced whole
_SHOWN, _ELIDED = 3, 24


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
    return _joined(_with_moved_line_end(list(_operations(old, new)), old))


def apply(old: str, operations: Sequence[Operation]) -> str:
    """The new text."""
    return "".join(o.text or old[o.old_start : o.old_end] for o in operations if o.kind != "delete")


def counts(operations: Sequence[Operation]) -> tuple[int, int]:
    """(characters added, characters removed); what moved is neither."""
    added = sum(len(o.text) for o in operations)
    removed = sum(o.old_end - o.old_start for o in operations if o.kind in ("delete", "replace"))
    return added, removed


def summary(old: str, new: str, operations: Sequence[Operation], limit: int = 60) -> str:
    """The first few changes in one line of at most `limit` characters.

    >>> summary("增长3.5%。", "增长35%。", compare("增长3.5%。", "增长35%。"))
    '3.5% → 35%'
    """
    told = [line for o in operations if o.kind != "equal" and (line := _told(old, o, max(_ELIDED, limit // 5)))]
    more = ["…"] if len(told) > _SHOWN else []
    return _elided("; ".join(told[:_SHOWN] + more), limit)


def _told(old: str, operation: Operation, length: int) -> str:
    before, after = _elided(old[operation.old_start : operation.old_end], length), _elided(operation.text, length)
    if operation.kind == "moved":
        return f"moved: 「{before}」" if before else ""
    if before and after:
        return f"{before} → {after}"
    return f"+「{after}」" if after else f"−「{before}」" if before else ""


def _elided(text: str, limit: int) -> str:
    line = " ".join(text[: 4 * limit].split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def blame(versions: Sequence[str]) -> list[tuple[str, int]]:
    """(paragraph, number of the version that brought it in its present form) for the last of these texts."""
    known: list[tuple[str, int]] = []
    for number, text in enumerate(versions, 1):
        origins: dict[str, deque[int]] = defaultdict(deque)
        for paragraph, origin in known:
            origins[_form(paragraph)].append(origin)
        known = []
        for paragraph in text.split("\n"):
            same = origins[_form(paragraph)]
            known.append((paragraph, same.popleft() if same else number))
    return known


def _form(paragraph: str) -> str:
    return "".join(paragraph.split())


class _Pieces:
    """A text in pieces, where each begins, and what they are without the line ends behind them."""

    def __init__(self, pieces: list[str], at: int = 0) -> None:
        self.pieces = pieces
        self.contents = [piece.rstrip("\n") or piece for piece in pieces]
        self.offsets = [at]
        for piece in pieces:
            self.offsets.append(self.offsets[-1] + len(piece))

    def text(self, start: int, end: int) -> str:
        return "".join(self.pieces[start:end])


# ── Which pieces are the same ───────────────────────────────────────────────────────────────────────────────────


def _operations(old: str, new: str) -> Iterator[Operation]:
    before, after = _Pieces(words.paragraphs(old)), _Pieces(words.paragraphs(new))
    gaps = align.aligned(before.contents, after.contents)
    moved = align.moved(gaps, before.contents, after.contents)
    gone = set(moved.values())
    for is_equal, i1, i2, j1, j2 in gaps:
        if is_equal:
            yield from _kept(before, after, i1, i2, j1, j2)
        else:
            yield from _edits(before, after, [i for i in range(i1, i2) if i not in gone], range(j1, j2), i1, moved, 1)


def _kept(before: _Pieces, after: _Pieces, i1: int, i2: int, j1: int, j2: int) -> Iterator[Operation]:
    """Pieces that are equal but perhaps for the line ends behind them."""
    if before.pieces[i1:i2] == after.pieces[j1:j2]:
        yield Operation("equal", before.offsets[i1], before.offsets[i2], after.offsets[j1], after.offsets[j2])
    else:
        for i, j in zip(range(i1, i2), range(j1, j2), strict=True):
            yield from _same_line("equal", before, after, i, j)


def _same_line(kind: Kind, before: _Pieces, after: _Pieces, i: int, j: int) -> Iterator[Operation]:
    """A piece kept or moved; the line end behind it, which a text's last one has not, may come or go."""
    old, new = before.pieces[i], after.pieces[j]
    length = min(len(old), len(new))
    old_at, new_at = before.offsets[i] + length, after.offsets[j] + length
    yield Operation(kind, old_at - length, old_at, new_at - length, new_at)
    if len(old) != len(new):
        yield _changed(old[length:], new[length:], old_at, new_at)


def _edits(
    before: _Pieces, after: _Pieces, olds: list[int], news: range, at: int, moved: dict[int, int], level: int
) -> Iterator[Operation]:
    """Pieces none of which is in the other text, but moved ones: those alike are compared, the others go and come.
    `level` is the next finer one."""
    rest = [j for j in news if j not in moved]
    old_pieces, new_pieces = [before.pieces[i] for i in olds], [after.pieces[j] for j in rest]
    stays = old_pieces and new_pieces and len(_runs(olds)) == 1 and len(rest) == len(news)
    pairs = align.edited(old_pieces, new_pieces) if level == _FINEST or not stays else []
    if stays and (level < _FINEST or align.are_one_stretch(old_pieces, new_pieces, pairs)):
        old, new = "".join(old_pieces), "".join(new_pieces)
        yield from _refined(old, new, before.offsets[olds[0]], after.offsets[news.start], level)
        return
    i_done, j_done = 0, news.start
    for i, j in pairs:
        yield from _unlike(before, after, olds[i_done:i], range(j_done, rest[j]), at, moved, level)
        old_at, new_at = before.offsets[olds[i]], after.offsets[rest[j]]
        yield from _refined(before.pieces[olds[i]], after.pieces[rest[j]], old_at, new_at, level)
        i_done, j_done, at = i + 1, rest[j] + 1, olds[i] + 1
    yield from _unlike(before, after, olds[i_done:], range(j_done, news.stop), at, moved, level)


def _unlike(
    before: _Pieces, after: _Pieces, olds: list[int], news: range, at: int, moved: dict[int, int], level: int
) -> Iterator[Operation]:
    """Pieces that go and pieces that come, some of them from elsewhere."""
    *lone, (i1, i2) = _runs(olds) or [(at, at)]
    for start, end in lone:
        yield _changed(before.text(start, end), "", before.offsets[start], after.offsets[news.start])
    for j, j2 in _runs(news, apart=moved.keys()):
        if j in moved:
            yield from _same_line("moved", before, after, moved[j], j)
        else:
            stretch = before.text(i1, i2), after.text(j, j2), before.offsets[i1], after.offsets[j]
            if i1 < i2 and level < _FINEST:  # unlike paragraphs may still share sentences
                yield from _refined(*stretch, level)
            else:
                yield _changed(*stretch)
            i1 = i2
    yield _changed(before.text(i1, i2), "", before.offsets[i1], after.offsets[news.stop])


def _runs(numbers: Iterable[int], apart: Container[int] = ()) -> list[tuple[int, int]]:
    """Stretches (start, end) of numbers that follow each other; those `apart` stand alone."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number and number not in apart and number - 1 not in apart:
            runs[-1] = (runs[-1][0], number + 1)
        else:
            runs.append((number, number + 1))
    return runs


def _refined(old: str, new: str, old_at: int, new_at: int, level: int) -> Iterator[Operation]:
    """A stretch that differs, compared piece by piece of this level."""
    before, after = _Pieces(_LEVELS[level](old), old_at), _Pieces(_LEVELS[level](new), new_at)
    gaps = align.aligned(before.contents, after.contents)
    for is_equal, i1, i2, j1, j2 in _readable(gaps, before, after) if level == _FINEST else gaps:
        if is_equal:
            yield from _kept(before, after, i1, i2, j1, j2)
        elif level == _FINEST:
            yield _changed(before.text(i1, i2), after.text(j1, j2), before.offsets[i1], after.offsets[j1])
        else:
            yield from _edits(before, after, list(range(i1, i2)), range(j1, j2), i1, {}, level + 1)


def _changed(old: str, new: str, old_at: int, new_at: int) -> Operation:
    kind: Kind = "replace" if old and new else "insert" if new else "delete"
    return Operation(kind, old_at, old_at + len(old), new_at, new_at + len(new), new)


def _readable(gaps: list[align.Gap], before: _Pieces, after: _Pieces) -> list[align.Gap]:
    """Stretches without shreds: a short common word between two changes is part of the change, and two sentences
    that have little in common are one replaced by the other."""

    def size(gap: align.Gap) -> int:
        _, i1, i2, j1, j2 = gap
        return max(before.offsets[i2] - before.offsets[i1], after.offsets[j2] - after.offsets[j1])

    whole = (False, 0, len(before.pieces), 0, len(after.pieces))
    shorter = min(before.offsets[-1] - before.offsets[0], after.offsets[-1] - after.offsets[0])
    kept = sum(size(gap) for gap in gaps if gap[0])
    if len(gaps) > 2 and kept < min(_KEPT_SHARE * size(whole), align.PART * shorter):
        return [whole]
    merged: list[align.Gap] = []
    for position, gap in enumerate(gaps):
        inner = merged and position + 1 < len(gaps)
        is_shred = gap[0] and inner and size(gap) <= 2 and size(gap) < min(size(merged[-1]), size(gaps[position + 1]))
        if merged and not merged[-1][0] and (is_shred or not gap[0]):
            merged[-1] = (False, merged[-1][1], gap[2], merged[-1][3], gap[4])
        else:
            merged.append(gap)
    return merged


def _with_moved_line_end(operations: list[Operation], old: str) -> list[Operation]:
    """Where the last paragraph changed places with another, one line end came and one went: it moved as well."""
    came = [n for n, o in enumerate(operations) if o.text == "\n" and o.kind == "insert"]
    left = [n for n, o in enumerate(operations) if old[o.old_start : o.old_end] == "\n" and o.kind == "delete"]
    if came and left and any(o.kind == "moved" for o in operations):
        new, gone = operations[came[0]], operations[left[0]]
        operations[came[0]] = Operation("moved", gone.old_start, gone.old_end, new.new_start, new.new_end)
        del operations[left[0]]
    return operations


def _joined(operations: Iterable[Operation]) -> list[Operation]:
    """Neighbours of one kind as one."""
    joined: list[Operation] = []
    for o in operations:
        last = joined[-1] if joined else None
        if last and last.kind == o.kind != "moved" and (last.old_end, last.new_end) == (o.old_start, o.new_start):
            joined[-1] = Operation(o.kind, last.old_start, o.old_end, last.new_start, o.new_end, last.text + o.text)
        elif o.old_start != o.old_end or o.new_start != o.new_end:
            joined.append(o)
    return joined

"""How one text becomes another, step by step: pieces aligned from paragraphs down to words."""

import string
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from rapidfuzz.distance import Postfix, Prefix

from crawler.rules.diff import align
from crawler.rules.diff.pieces import CLAUSES, PARAGRAPHS, SENTENCES, WORDS, Pieces

Kind = Literal["equal", "insert", "delete", "replace", "moved"]
Step = tuple[Kind, int, int, int, int]  # an operation but for its text
_Stretch = tuple[int, int, int, int]  # old start, old end, new start, new end
_LONGEST = 4000  # characters that are cut into words at once; a longer sentence is cut into clauses first
_ROOM, _PER_CHARACTER, _PER_STRETCH = 20_000, 0.05, 40  # pieces, see `_Task`
_FOR_SENTENCES = 0.3  # of that room, which words leave to sentences
_MANY, _SHORT = 10_000, 5  # pieces that are, on average, shorter than so many characters are not told apart
_SPARED = 32  # characters at the ends of a long stretch that settle how the next ones are cut into words
_IN_NUMBER = string.ascii_letters + string.digits + ".,:/%+-"


@dataclass(slots=True)
class _Task:
    """Two texts, the steps found so far, in the new text's order, and how many pieces may still be cut: what comes
    after that is shown as replaced, not refined, so that no two texts take longer than their length allows."""

    old: str
    new: str
    room: float
    spared: float  # of it, for sentences
    steps: list[Step]


def steps(old: str, new: str) -> list[Step]:
    """Steps in the order of the new text, neighbours of one kind joined."""
    head, tail = _equal_ends(old, new)
    old_end, new_end = len(old) - tail, len(new) - tail
    room = _ROOM + _PER_CHARACTER * (len(old) + len(new))
    task = _Task(old, new, room, _FOR_SENTENCES * room, [("equal", 0, head, 0, head)])
    _refine(task, (head, old_end, head, new_end), PARAGRAPHS)
    task.steps.append(("equal", old_end, len(old), new_end, len(new)))
    return _joined(_with_kept_line_end(_with_moved_line_end(task.steps, old, new), old, new))


# ── Which pieces are the same ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Cut:
    """Both sides of a stretch in pieces. `moved`: numbers of new pieces to those of the old ones that they are."""

    before: Pieces
    after: Pieces
    moved: dict[int, int]
    level: int

    def stretch(self, i1: int, i2: int, j1: int, j2: int) -> _Stretch:
        old, new = self.before.offsets, self.after.offsets
        return old[i1], old[i2], new[j1], new[j2]


def _refine(task: _Task, stretch: _Stretch, level: int) -> None:
    """A stretch that differs, compared piece by piece of this level."""
    inner = _trimmed(task, stretch) if level >= CLAUSES and _length(stretch) > _LONGEST else stretch
    task.steps.append(("equal", stretch[0], inner[0], stretch[2], inner[2]))
    if level == CLAUSES and _length(inner) <= _LONGEST:
        level = WORDS
    is_beyond = task.room <= 0 or (level == WORDS and (task.room <= task.spared or _length(inner) > _LONGEST))
    if is_beyond or inner[0] == inner[1] or inner[2] == inner[3]:
        task.steps.append(_changed(*inner))
    else:
        _compare_pieces(task, inner, level)
    task.steps.append(("equal", inner[1], stretch[1], inner[3], stretch[3]))


def _length(stretch: _Stretch) -> int:
    return max(stretch[1] - stretch[0], stretch[3] - stretch[2])


def _compare_pieces(task: _Task, stretch: _Stretch, level: int) -> None:
    before, after = Pieces(task.old, *stretch[:2], level), Pieces(task.new, *stretch[2:], level)
    count = len(before) + len(after)
    task.room -= count + _PER_STRETCH
    if count > _MANY and count * _SHORT > stretch[1] - stretch[0] + stretch[3] - stretch[2]:
        task.steps.append(_changed(*stretch))
    elif level == WORDS:
        _mark_words(task, before, after)
    else:
        _mark_pieces(task, before, after, level)


def _mark_words(task: _Task, before: Pieces, after: Pieces) -> None:
    gaps = align.aligned(before.contents, after.contents)
    old, new = before.offsets, after.offsets
    for is_equal, i1, i2, j1, j2 in align.readable(gaps, before, after):
        span = old[i1], old[i2], new[j1], new[j2]
        task.steps.append(("equal", *span) if is_equal else _changed(*span))


def _mark_pieces(task: _Task, before: Pieces, after: Pieces, level: int) -> None:
    gaps = align.aligned(before.contents, after.contents)
    moved = align.moved(gaps, before.contents, after.contents) if level < CLAUSES else {}
    cut = _Cut(before, after, moved, level)
    gone = set(moved.values())
    for is_equal, i1, i2, j1, j2 in gaps:
        if is_equal:
            _keep(task, cut, i1, i2, j1, j2)
        else:
            _edit(task, cut, [i for i in range(i1, i2) if i not in gone], range(j1, j2), i1)


def _keep(task: _Task, cut: _Cut, i1: int, i2: int, j1: int, j2: int) -> None:
    """Pieces that are equal but perhaps for the line ends behind them."""
    if cut.before.text(i1, i2) == cut.after.text(j1, j2):
        task.steps.append(("equal", *cut.stretch(i1, i2, j1, j2)))
    else:
        for i, j in zip(range(i1, i2), range(j1, j2), strict=True):
            _same_line(task, "equal", cut, i, j)


def _same_line(task: _Task, kind: Kind, cut: _Cut, i: int, j: int) -> None:
    """A piece kept or moved; the line end behind it, which a text's last one has not, may come or go."""
    old_at, old_end, new_at, new_end = cut.stretch(i, i + 1, j, j + 1)
    length = min(old_end - old_at, new_end - new_at)
    task.steps.append((kind, old_at, old_at + length, new_at, new_at + length))
    task.steps.append(_changed(old_at + length, old_end, new_at + length, new_end))


def _move(task: _Task, cut: _Cut, j: int) -> None:
    """A piece that came from elsewhere, perhaps edited on the way."""
    i = cut.moved[j]
    if cut.before.contents[i] == cut.after.contents[j]:
        _same_line(task, "moved", cut, i, j)
        return
    old_at, old_end, new_at, new_end = cut.stretch(i, i + 1, j, j + 1)
    line_end = min(old_end - old_at - len(cut.before.contents[i]), new_end - new_at - len(cut.after.contents[j]))
    first = len(task.steps)
    inner = old_at, old_at + len(cut.before.contents[i]), new_at, new_at + len(cut.after.contents[j])
    _refine(task, inner, cut.level + 1)
    task.steps.append(("equal", inner[1], inner[1] + line_end, inner[3], inner[3] + line_end))
    task.steps[first:] = [("moved", *s[1:]) if s[0] == "equal" else s for s in task.steps[first:]]
    task.steps.append(_changed(inner[1] + line_end, old_end, inner[3] + line_end, new_end))


def _edit(task: _Task, cut: _Cut, olds: list[int], news: range, at: int) -> None:
    """Pieces none of which is in the other text, but moved ones: those alike are compared, the others go and come."""
    rest = [j for j in news if j not in cut.moved]
    stays = olds and rest and len(rest) == len(news) and olds[-1] - olds[0] == len(olds) - 1
    pairs = _pairs(task, cut, olds, rest) if cut.level > PARAGRAPHS or not stays else []
    if stays and (cut.level == PARAGRAPHS or _are_one_stretch(cut, olds, rest, pairs)):
        _refine(task, cut.stretch(olds[0], olds[-1] + 1, news.start, news.stop), cut.level + 1)
        return
    i_done, j_done = 0, news.start
    for i, j in pairs:
        _replace(task, cut, olds[i_done:i], range(j_done, rest[j]), at)
        _refine(task, cut.stretch(olds[i], olds[i] + 1, rest[j], rest[j] + 1), cut.level + 1)
        i_done, j_done, at = i + 1, rest[j] + 1, olds[i] + 1
    _replace(task, cut, olds[i_done:], range(j_done, news.stop), at)


def _pairs(task: _Task, cut: _Cut, olds: list[int], news: list[int]) -> list[align.Pair]:
    if task.room <= 0 or not olds or not news or len(olds) == len(news) == 1:
        return []
    task.room -= 2 * (len(olds) + len(news))
    return align.edited([cut.before.contents[i] for i in olds], [cut.after.contents[j] for j in news])


def _are_one_stretch(cut: _Cut, olds: list[int], news: list[int], pairs: list[align.Pair]) -> bool:
    if len(olds) == len(news) == 1:
        return True
    texts = [cut.before.text(i, i + 1) for i in olds], [cut.after.text(j, j + 1) for j in news]
    return align.are_one_stretch(*texts, pairs)


def _replace(task: _Task, cut: _Cut, olds: list[int], news: range, at: int) -> None:
    """Pieces that go and pieces that come, some of them from elsewhere."""
    *lone, (i1, i2) = _runs(olds) or [(at, at)]
    task.steps += [_changed(*cut.stretch(start, end, news.start, news.start)) for start, end in lone]
    for j1, j2 in _runs(news, apart=cut.moved.keys()):
        if j1 in cut.moved:
            _move(task, cut, j1)
            continue
        stretch = cut.stretch(i1, i2, j1, j2)
        if i1 < i2 and cut.level == PARAGRAPHS:  # unlike paragraphs may still share sentences
            _refine(task, stretch, SENTENCES)
        else:
            task.steps.append(_changed(*stretch))
        i1 = i2
    task.steps.append(_changed(*cut.stretch(i1, i2, news.stop, news.stop)))


def _runs(numbers: Iterable[int], apart: Container[int] = ()) -> list[tuple[int, int]]:
    """Stretches (start, end) of numbers that follow each other; those `apart` stand alone."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number and number not in apart and number - 1 not in apart:
            runs[-1] = (runs[-1][0], number + 1)
        else:
            runs.append((number, number + 1))
    return runs


def _changed(old_start: int, old_end: int, new_start: int, new_end: int) -> Step:
    goes, comes = old_start < old_end, new_start < new_end
    return "replace" if goes and comes else "insert" if comes else "delete", old_start, old_end, new_start, new_end


# ── What is equal at both ends ──────────────────────────────────────────────────────────────────────────────────


def _equal_ends(old: str, new: str) -> tuple[int, int]:
    """Characters of the whole paragraphs that both texts begin with, and of those that both end with."""
    if old == new:
        return len(old), 0
    head = old.rfind("\n", 0, Prefix.similarity(old, new)) + 1
    rest = old[head:]
    line_end = rest.find("\n", len(rest) - Postfix.similarity(rest, new[head:]))
    return head, len(rest) - line_end - 1 if line_end >= 0 else 0


def _trimmed(task: _Task, stretch: _Stretch) -> _Stretch:
    """A long stretch without what is equal at both ends, but for as much as keeps words and numbers whole."""
    old, new = task.old[stretch[0] : stretch[1]], task.new[stretch[2] : stretch[3]]
    head = len(old[: max(0, Prefix.similarity(old, new) - _SPARED)].rstrip(_IN_NUMBER))
    ending = min(len(old) - head, len(new) - head, Postfix.similarity(old, new))
    tail = len(old[len(old) - max(0, ending - _SPARED) :].lstrip(_IN_NUMBER))
    return stretch[0] + head, stretch[1] - tail, stretch[2] + head, stretch[3] - tail


# ── Operations that read well ───────────────────────────────────────────────────────────────────────────────────


def _with_moved_line_end(steps: list[Step], old: str, new: str) -> list[Step]:
    """Where the last paragraph changed places with another, one line end came and one went: it moved as well."""
    if not any(step[0] == "moved" for step in steps):
        return steps
    came = [n for n, (kind, _, _, start, end) in enumerate(steps) if kind == "insert" and new[start:end] == "\n"]
    left = [n for n, (kind, start, end, _, _) in enumerate(steps) if kind == "delete" and old[start:end] == "\n"]
    if came and left:
        steps[came[0]] = ("moved", *steps[left[0]][1:3], *steps[came[0]][3:])
        del steps[left[0]]
    return steps


def _with_kept_line_end(steps: list[Step], old: str, new: str) -> Iterator[Step]:
    """Where words were put before a line end, or taken from there, that line end stayed."""
    waiting: Step | None = None
    for step in steps:
        one, waiting = waiting, None
        if one is None:
            waiting = step
            continue
        gone, come = old[one[1] : step[2]], new[one[3] : step[4]]
        apart = {one[0], step[0]} == {"delete", "insert"}
        if apart and gone.endswith("\n") and come.endswith("\n") and "\n" in (gone, come):
            if come != "\n":
                yield ("insert", one[1], one[1], one[3], step[4] - 1)
            else:
                yield ("delete", one[1], step[2] - 1, one[3], one[3])
            yield ("equal", step[2] - 1, step[2], step[4] - 1, step[4])
            continue
        yield one
        waiting = step
    if waiting is not None:
        yield waiting


def _joined(steps: Iterable[Step]) -> list[Step]:
    """Neighbours of one kind as one."""
    joined: list[Step] = []
    for step in steps:
        kind, old_start, old_end, new_start, new_end = step
        if old_start == old_end and new_start == new_end:
            continue
        last = joined[-1] if joined else None
        if last and last[0] == kind and (last[2], last[4]) == (old_start, new_start):
            joined[-1] = kind, last[1], old_end, last[3], new_end
        else:
            joined.append(step)
    return joined

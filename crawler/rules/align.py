"""Which pieces of two texts are the same, which moved, and which were edited into which."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise

from rapidfuzz.distance import Indel
from rapidfuzz.process import extractOne

_LARGEST_TABLE = 16_000_000  # pieces of the one text times pieces of the other that are compared all with all
_SHORTEST_MOVED = 8  # characters of a paragraph that can be told to have moved
_ALIKE = 0.5  # similarity of two sentences of which one is the other edited
PART = 0.8  # of a shorter text that is found in a longer one, where most of that went
_FEW, _JOINED = 4, 0.3  # pieces that may have been joined or parted, and what more they must then have in common
_PROBED, _NEAR = 400, 16  # characters of a piece, and pieces around its place, in which its likeness is sought

Gap = tuple[bool, int, int, int, int]  # equal?, old start, old end, new start, new end, all in pieces
_Pair = tuple[int, int]  # a piece of the old text and one of the new


def aligned(old: list[str], new: list[str]) -> list[Gap]:
    """Both from begin to end, in stretches that are equal or have nothing in common."""
    gaps: list[Gap] = []
    i = j = 0
    for start, new_start, length in _blocks(old, new):
        if (i, j) != (start, new_start):
            gaps.append((False, i, start, j, new_start))
        i, j = start + length, new_start + length
        if length:
            gaps.append((True, start, i, new_start, j))
    return gaps


def _blocks(old: list[str], new: list[str]) -> Iterator[tuple[int, int, int]]:
    """(old start, new start, length) of equal stretches, the last an empty one at both ends."""
    names: dict[str, int] = {}
    before, after = ([names.setdefault(piece, len(names)) for piece in pieces] for pieces in (old, new))
    ends = [(-1, -1), *_anchors(before, after), (len(old), len(new))]
    for (i, j), (i2, j2) in pairwise(ends):
        if before[i + 1 : i2] == after[j + 1 : j2]:
            yield i + 1, j + 1, i2 - i - 1
        elif (i2 - i) * (j2 - j) <= _LARGEST_TABLE:
            for step in Indel.opcodes(before[i + 1 : i2], after[j + 1 : j2]):
                if step.tag == "equal":
                    yield i + 1 + step.src_start, j + 1 + step.dest_start, step.src_end - step.src_start
        yield i2, j2, int(i2 < len(old))


def _anchors(old: list[int], new: list[int]) -> list[_Pair]:
    """Where the table of all pairs would be too large: pieces at both ends, and ones that occur once in each text."""
    if len(old) * len(new) <= _LARGEST_TABLE:
        return []
    shorter = min(len(old), len(new))
    head = next((n for n in range(shorter) if old[n] != new[n]), shorter)
    tail = next((n for n in range(shorter - head) if old[-1 - n] != new[-1 - n]), shorter - head)
    once = [{p for p, n in Counter(pieces[head : len(pieces) - tail]).items() if n == 1} for pieces in (old, new)]
    places = {p: j for j, p in enumerate(new[head : len(new) - tail], head) if p in once[1]}
    both = [(i, places[p]) for i, p in enumerate(old[head : len(old) - tail], head) if p in once[0] and p in places]
    ends = [(len(old) - n, len(new) - n) for n in range(tail, 0, -1)]
    return [*((n, n) for n in range(head)), *_in_order(both), *ends]


def _in_order(pairs: Iterable[_Pair]) -> list[_Pair]:
    """The most of these pairs, given in the order of the one side, that are in the order of the other as well."""
    chain: list[tuple[_Pair, int]] = []  # a pair, and the entry before it
    ends: list[int] = []  # the second sides by which the shortest, second shortest … chain can end
    entries: list[int] = []
    for pair in pairs:
        length = bisect_left(ends, pair[1])
        chain.append((pair, entries[length - 1] if length else -1))
        ends[length : length + 1], entries[length : length + 1] = [pair[1]], [len(chain) - 1]
    ordered = []
    entry = entries[-1] if entries else -1
    while entry >= 0:
        ordered.append(chain[entry][0])
        entry = chain[entry][1]
    return ordered[::-1]


def moved(gaps: list[Gap], old: list[str], new: list[str]) -> dict[int, int]:
    """New place -> old place of paragraphs that left one place and came in at another, once each."""
    left, came = defaultdict(list), defaultdict(list)
    for is_equal, i1, i2, j1, j2 in gaps:
        if not is_equal:
            for i in range(i1, i2):
                left[old[i]].append(i)
            for j in range(j1, j2):
                came[new[j]].append(j)
    return {
        places[0]: left[paragraph][0]
        for paragraph, places in came.items()
        if len(places) == len(left[paragraph]) == 1 and len(paragraph.strip()) >= _SHORTEST_MOVED
    }


def edited(olds: list[str], news: list[str]) -> list[_Pair]:
    """Pieces of which the one is the other edited, in order."""
    probes = [piece[:_PROBED].strip() for piece in olds]
    pairs = []
    for j, piece in enumerate(news):
        start = max(0, j * len(olds) // len(news) - _NEAR)
        nearest = extractOne(
            piece[:_PROBED].strip(),
            probes[start : start + 2 * _NEAR],
            scorer=Indel.normalized_similarity,
            processor=None,
            score_cutoff=_ALIKE,
        )
        if nearest:
            pairs.append((j, start + nearest[2]))
    return [(i, j) for j, i in _in_order(pairs)]


def are_one_stretch(olds: list[str], news: list[str], pairs: list[_Pair]) -> bool:
    """Whether few pieces were joined or parted, so that taken together they are more alike than in these pairs."""
    old, new = "".join(olds), "".join(news)
    if len(olds) == len(news) == 1:
        return True
    if max(len(olds), len(news)) > _FEW or max(len(old), len(new)) > _FEW * _PROBED:
        return False
    together = Indel.similarity(old, new)
    paired = sum(Indel.similarity(olds[i], news[j]) for i, j in pairs)
    shorter, both = min(len(old), len(new)), len(old) + len(new)
    return bool(together - paired > _JOINED * shorter and together >= min(_ALIKE * both, 2 * PART * shorter))


# ── What to do about those that are not ─────────────────────────────────────────────────────────────────────────

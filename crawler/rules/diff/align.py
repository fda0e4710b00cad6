"""Which pieces of two texts are the same, which moved, and which were edited into which."""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from operator import itemgetter, lt

from rapidfuzz.distance import Indel
from rapidfuzz.process import extractOne

from crawler.rules.diff.pieces import Pieces
from crawler.rules.diff.words import is_numeral, is_rest_of_number

_LARGEST_TABLE = 16_000_000  # pieces of the one text times pieces of the other that are compared all with all
_TWO_LETTERS = re.compile(r"[^\W\d_].*?[^\W\d_]", re.DOTALL)  # a line with less is a figure or a mark, no paragraph
_ALIKE = 0.5  # similarity of two sentences of which one is the other edited
_SURELY = 0.8  # the same of two that stand at the same place, so that no other need be looked at
_MOVED_ALIKE, _SHORTEST_EDITED = 0.6, 12  # the same of paragraphs that moved as well, and characters of such
PART = 0.8  # of a shorter text that is found in a longer one, where most of that went
_FEW, _JOINED = 4, 0.3  # pieces that may have been joined or parted, and what more they must then have in common
_PROBED, _NEAR = 400, 16  # characters of a piece, and pieces around its place, in which its likeness is sought
_KEPT_SHARE = 0.25  # of a rewritten stretch; with less in common it is shown as replaced whole

Gap = tuple[bool, int, int, int, int]  # equal?, old start, old end, new start, new end, all in pieces
Pair = tuple[int, int]  # a piece of the old text and one of the new
_Block = tuple[int, int, int]  # old start, new start, length


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


def _blocks(old: list[str], new: list[str]) -> Iterator[_Block]:
    """Equal stretches, the last an empty one at both ends."""
    if len(old) * len(new) <= _LARGEST_TABLE:
        yield from _in_table(old, new)
        return
    i = j = 0
    for start, new_start, length in (*_anchors(old, new), (len(old), len(new), 0)):
        if i < start and j < new_start and (start - i) * (new_start - j) <= _LARGEST_TABLE:
            inner = _in_table(old[i:start], new[j:new_start])
            yield from ((i + before, j + after, size) for before, after, size in inner[:-1])
        yield start, new_start, length
        i, j = start + length, new_start + length


def _in_table(old: list[str], new: list[str]) -> list[_Block]:
    names = {piece: name for name, piece in enumerate(dict.fromkeys((*old, *new)))}
    edits = Indel.editops([names[piece] for piece in old], [names[piece] for piece in new])
    return [(block.a, block.b, block.size) for block in edits.as_matching_blocks()]


def _anchors(old: list[str], new: list[str]) -> Iterator[_Block]:
    """Where the table of all pairs would be too large: pieces at both ends, and ones that occur once in each text."""
    shorter = min(len(old), len(new))
    head = next((n for n in range(shorter) if old[n] != new[n]), shorter)
    tail = next((n for n in range(shorter - head) if old[-1 - n] != new[-1 - n]), shorter - head)
    yield 0, 0, head
    length, begun = 0, (head, head)
    for i, j in _in_order(_once_in_each(old[head : len(old) - tail], new[head : len(new) - tail])):
        if (i + head - length, j + head - length) == begun:
            length += 1
        else:
            yield *begun, length
            length, begun = 1, (i + head, j + head)
    yield *begun, length
    yield len(old) - tail, len(new) - tail, tail


def _once_in_each(old: list[str], new: list[str]) -> list[Pair]:
    times, new_times = Counter(old), Counter(new)
    places = {piece: j for j, piece in enumerate(new) if new_times[piece] == 1}
    return [(i, places[piece]) for i, piece in enumerate(old) if piece in places and times[piece] == 1]


def _in_order(pairs: Sequence[Pair]) -> list[Pair]:
    """The most of these pairs, given in the order of the one side, that are in the order of the other as well."""
    seconds = list(map(itemgetter(1), pairs))
    if all(map(lt, seconds, seconds[1:])):
        return list(pairs)
    before: list[int] = []  # of each pair: the one before it in the longest chain that it ends
    ends: list[int] = []  # the second sides by which the shortest, second shortest … chain can end
    last: list[int] = []  # the pairs that have these
    for number, second in enumerate(seconds):
        length = bisect_left(ends, second)
        before.append(last[length - 1] if length else -1)
        ends[length : length + 1], last[length : length + 1] = [second], [number]
    ordered = []
    number = last[-1]
    while number >= 0:
        ordered.append(pairs[number])
        number = before[number]
    return ordered[::-1]


def moved(gaps: list[Gap], old: list[str], new: list[str]) -> dict[int, int]:
    """New place -> old place of pieces that left one place and came in at another, perhaps edited on the way."""
    left = {piece for is_equal, i1, i2, _, _ in gaps if not is_equal for piece in old[i1:i2]}
    both = {p for ok, _, _, j1, j2 in gaps if not ok for p in new[j1:j2] if p in left and _TWO_LETTERS.search(p)}
    moves: dict[int, int] = {}
    if both:
        olds = _places(old, [range(i1, i2) for is_equal, i1, i2, _, _ in gaps if not is_equal], both)
        news = _places(new, [range(j1, j2) for is_equal, _, _, j1, j2 in gaps if not is_equal], both)
        moves = {j: i for piece in both for j, i in zip(news[piece], olds[piece], strict=False)}
    return moves | _edited_on_the_way(gaps, old, new, moves)


def _places(pieces: list[str], stretches: list[range], wanted: set[str]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = defaultdict(list)
    for stretch in stretches:
        for place in stretch:
            if pieces[place] in wanted:
                places[pieces[place]].append(place)
    return places


def _edited_on_the_way(gaps: list[Gap], old: list[str], new: list[str], moves: dict[int, int]) -> dict[int, int]:
    """Pieces that only left where they were, and much alike ones that only came in where they are."""
    gone = set(moves.values())
    left, came = [], []
    for is_equal, i1, i2, j1, j2 in gaps:
        if not is_equal and i2 - i1 <= _NEAR and j2 - j1 <= _NEAR:
            olds = [i for i in range(i1, i2) if i not in gone and len(old[i]) >= _SHORTEST_EDITED]
            news = [j for j in range(j1, j2) if j not in moves and len(new[j]) >= _SHORTEST_EDITED]
            left += olds if not news else []
            came += news if not olds else []
    found: dict[int, int] = {}
    if len(left) * len(came) <= _NEAR**2:
        for j in came:
            probes = {i: old[i][:_PROBED] for i in left if i not in found.values()}
            best = extractOne(
                new[j][:_PROBED], probes, scorer=Indel.normalized_similarity, processor=None, score_cutoff=_MOVED_ALIKE
            )
            if best:
                found[j] = best[2]
    return found


def edited(olds: list[str], news: list[str]) -> list[Pair]:
    """Pieces of which the one is the other edited, in order."""
    probes = [piece[:_PROBED].strip() for piece in olds]
    pairs: list[Pair] = []
    for j, piece in enumerate(news):
        probe = piece[:_PROBED].strip()
        if len(olds) == len(news) and Indel.normalized_similarity(probes[j], probe) >= _SURELY:
            pairs.append((j, j))
            continue
        start = max(0, j * len(olds) // len(news) - _NEAR)
        nearest = extractOne(
            probe,
            probes[start : start + 2 * _NEAR],
            scorer=Indel.normalized_similarity,
            processor=None,
            score_cutoff=_ALIKE,
        )
        if nearest:
            pairs.append((j, start + nearest[2]))
    return [(i, j) for j, i in _in_order(pairs)]


def are_one_stretch(olds: list[str], news: list[str], pairs: list[Pair]) -> bool:
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


# ── Stretches that read well ────────────────────────────────────────────────────────────────────────────────────


def readable(gaps: list[Gap], before: Pieces, after: Pieces) -> list[Gap]:
    """Stretches of words without shreds: a short common word between two changes is part of the change, numbers in
    Chinese numerals are whole, and two sentences that have little in common are one replaced by the other."""

    old, new = before.offsets, after.offsets
    sizes = [max(old[i2] - old[i1], new[j2] - new[j1]) for _, i1, i2, j1, j2 in gaps]
    lengths = old[-1] - old[0], new[-1] - new[0]
    kept = sum(size for size, gap in zip(sizes, gaps, strict=True) if gap[0])
    if len(gaps) > 2 and kept < min(_KEPT_SHARE * max(lengths), PART * min(lengths)):
        return [(False, 0, len(before), 0, len(after))]
    merged: list[Gap] = []
    size_before = 0  # of what stands in `merged` last
    for position, gap in enumerate(gaps):
        size = sizes[position]
        inner = merged and position + 1 < len(gaps)
        is_shred = gap[0] and inner and size <= 2 and size < min(size_before, sizes[position + 1])
        if merged and not merged[-1][0] and (is_shred or not gap[0]):
            _, i1, _, j1, _ = merged[-1]
            merged[-1] = (False, i1, gap[2], j1, gap[4])
            size_before = max(old[gap[2]] - old[i1], new[gap[4]] - new[j1])
        else:
            merged.append(gap)
            size_before = size
    return _with_whole_numbers(merged, before.contents, after.contents)


def _with_whole_numbers(gaps: list[Gap], old: list[str], new: list[str]) -> list[Gap]:
    """Changes of a number in Chinese numerals take in the numerals and the unit that stand beside them."""
    whole: list[Gap] = []
    for gap in gaps:
        is_equal, i1, i2, j1, j2 = gap
        if is_equal and whole and _ends_in_number(whole[-1], old, new):
            while i1 < i2 and is_rest_of_number(old[i1]):
                i1, j1 = i1 + 1, j1 + 1
            whole[-1] = (False, whole[-1][1], i1, whole[-1][3], j1)
        elif whole and not is_equal and (_is_number(old, i1, i2) or _is_number(new, j1, j2)):
            _, h1, h2, k1, k2 = whole[-1]
            while h1 < h2 and is_numeral(old[h2 - 1]):
                h2, k2, i1, j1 = h2 - 1, k2 - 1, i1 - 1, j1 - 1
            whole[-1] = (True, h1, h2, k1, k2)
        whole.append((is_equal, i1, i2, j1, j2))
    return [gap for gap in whole if gap[1] < gap[2] or gap[3] < gap[4]]


def _ends_in_number(gap: Gap, old: list[str], new: list[str]) -> bool:
    _, i1, i2, j1, j2 = gap
    return (i1 < i2 and is_numeral(old[i2 - 1])) or (j1 < j2 and is_numeral(new[j2 - 1]))


def _is_number(pieces: list[str], start: int, end: int) -> bool:
    return start < end and is_numeral(pieces[start])

"""Many words as one pattern, fast to search: words that begin alike share their beginning."""

import math
import re
from collections import defaultdict
from collections.abc import Iterable


def any_of(words: Iterable[str]) -> str:
    """A pattern's source for the longest of these words that stands at a place; not grouped.

    Every branch begins with a literal character, so that `re` looks for a set of characters before all else.

    >>> any_of(["上", "上涨", "上升", "下"])
    '上(?:[升涨]|)|下'
    """
    return _branches(_by_head(words))


def any_there(words: Iterable[str]) -> str:
    """The same, grouped, for many words that stand close together: no set of first characters is sought ahead, but of
    the branches only those of a few first characters are tried at each place.

    >>> any_there(["上", "上涨", "上升", "下"])
    '(?=[上下])(?:(?=[上])(?:上(?:[升涨]|))|(?=[下])(?:下))'
    """
    heads = _by_head(words)
    size = math.isqrt(len(heads))
    parts = [heads[start : start + size] for start in range(0, len(heads), size)]
    return f"{_one_of(heads)}(?:{'|'.join(f'{_one_of(part)}(?:{_branches(part)})' for part in parts)})"


def _one_of(heads: list[tuple[str, set[str]]]) -> str:
    return f"(?=[{''.join(re.escape(head) for head, _ in heads)}])"


def _branches(heads: list[tuple[str, set[str]]]) -> str:
    return "|".join(re.escape(head) + _ending(tails) for head, tails in heads)


def _by_head(words: Iterable[str]) -> list[tuple[str, set[str]]]:
    heads: defaultdict[str, set[str]] = defaultdict(set)
    for word in words:
        if word:
            heads[word[0]].add(word[1:])
    return sorted(heads.items())


def _ending(tails: set[str]) -> str:
    """What may follow a common beginning; the empty tail, which any other is longer than, comes last."""
    heads = _by_head(tails)
    alone = "".join(re.escape(head) for head, after in heads if after == {""})
    branches = [_branches([head]) for head in heads if head[1] != {""}]
    branches += [f"[{alone}]"] if alone else []
    if "" in tails and branches:
        branches.append("")
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})" if branches else ""

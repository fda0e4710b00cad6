"""Chinese texts in any number whose words are as frequent as in real ones: a few are everywhere, most are rare.

The words are those of given texts, the most frequent first, and after them made-up ones of the same characters; the
share of a word is by its rank (Zipf and Mandelbrot: 1 / (rank + 2.7)).
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

import numpy as np
import rjieba

from crawler.demo.articles import first_articles

_WORDS = 40_000  # that are told apart
_HAN = re.compile(r"[\u4e00-\u9fff]{1,5}")
_CHUNK = 500  # texts that are drawn at once
_MARKS = ("，", "，", "，", "。", "、", "。\n")


def vocabulary(folder: Path | None, seed: int = 1) -> list[str]:
    """Words, the most frequent first: of the texts (`*.md`) in a folder, else of the demo's articles."""
    texts = [file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.md"))] if folder else []
    texts = texts or [f"{article.title}\n{article.body_html}" for article in first_articles()]
    counts = Counter(word for text in texts for word in rjieba.cut(text) if _HAN.fullmatch(word))
    return list(dict.fromkeys([*(word for word, _ in counts.most_common()), *_made_up(counts, seed)]))[:_WORDS]


def _made_up(counts: Counter[str], seed: int) -> Iterator[str]:
    characters = sorted(set(chain.from_iterable(counts)))
    drawn = np.random.default_rng(seed).integers(len(characters), size=(2 * _WORDS, 3))
    for number, row in enumerate(drawn):
        yield "".join(characters[at] for at in row[: 2 + (number % 4 == 0)])


def texts(words: Sequence[str], count: int, characters: int = 900, seed: int = 2) -> Iterator[tuple[str, str]]:
    """(title, body) of `count` articles, a body of some `characters` in paragraphs, with figures in it."""
    chance = np.random.default_rng(seed)
    shares = 1 / (np.arange(len(words)) + 2.7)
    shares = np.cumsum(shares / shares.sum())
    length = sum(len(word) * share for word, share in zip(words, np.diff(shares, prepend=0), strict=True))
    each = int(characters / (length + 0.27))  # a mark behind every eighth word, a figure behind every eightieth
    for start in range(0, count, _CHUNK):
        size = min(_CHUNK, count - start)
        drawn = np.searchsorted(shares, chance.random((size, each + 6)))
        marks = chance.integers(len(_MARKS), size=(size, each // 8 + 1))
        figures = chance.integers(1, 10_000_000, size=(size, each // 80 + 1))
        for row, mark, figure in zip(drawn.tolist(), marks.tolist(), figures.tolist(), strict=True):
            title = "".join(words[at] for at in row[:6])
            yield title, "".join(_body([words[at] for at in row[6:]], mark, figure))


def _body(drawn: Sequence[str], marks: Iterable[int], figures: Sequence[int]) -> Iterator[str]:
    for at, mark in enumerate(marks):
        yield from drawn[8 * at : 8 * at + 8]
        if at % 10 == 0:
            yield f"{figures[at // 10] / 100:.2f}万元"
        yield _MARKS[mark]

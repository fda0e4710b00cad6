"""Text cut where a reader would: paragraphs, sentences, words; no number, amount, Latin or Chinese word is torn."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from typing import Any

_SENTENCE = re.compile(r"[^。！？!?；;\n]*(?:[。！？!?；;]+[”’」』）)]*|\n|$)")
# A number with what belongs to it: 15077余万元, 3.5%, 2022-02-14, 1,234.5亿美元, 12个百分点.
_NUMBER = (
    r"[-+]?\d+(?:[.,:：/．-]\d+)*(?:[%‰％])?[余多来]?[十百千万亿]*[余多]?"
    r"(?:个百分点|个基点|基点|美元|欧元|港元|日元|英镑|元|吨|倍|成|家|件|例|起|人|名|项|个|月|日|年|号|股|点)?"
)
_PIECE = re.compile(rf"(?P<number>{_NUMBER})|(?P<latin>[A-Za-z\u00c0-\u024f]+(?:['’-][A-Za-z]+)*)|(?P<space>\s)")


def paragraphs(text: str) -> list[str]:
    """Paragraphs and the line ends between them; joined, they are the text."""
    return [piece for piece in re.split("(\n)", text) if piece]


def sentences(text: str) -> list[str]:
    """Sentences with their marks; joined, they are the text.

    >>> sentences("增长3.5%。他说：“好。”完")
    ['增长3.5%。', '他说：“好。”', '完']
    """
    return [match[0] for match in _SENTENCE.finditer(text) if match[0]]


def words(text: str) -> list[str]:
    """Words, numbers and marks; joined, they are the text.

    >>> words("山西增长15077余万元，GDP升3.5%")
    ['山西', '增长', '15077余万元', '，', 'GDP', '升', '3.5%']
    """
    return list(_words(text))


def _words(text: str) -> Iterator[str]:
    position = 0
    for match in _PIECE.finditer(text):
        yield from _chinese(text[position : match.start()])
        yield match[0]
        position = match.end()
    yield from _chinese(text[position:])


def _chinese(text: str) -> Iterator[str]:
    if not text:
        return
    if len(text) == 1:
        yield text
        return
    for is_han, run in groupby(text, key=lambda c: "\u3400" <= c <= "\u9fff" or c >= "\U00020000"):
        run_text = "".join(run)
        yield from _segmenter().cut(run_text) if is_han else run_text


@lru_cache(maxsize=1)
def _segmenter() -> Any:
    import rjieba  # its dictionary takes a tenth of a second to load; only a diff needs it

    return rjieba

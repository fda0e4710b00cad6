"""A comparison as people read it: paragraphs of marked pieces, long unchanged stretches folded."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Literal, NamedTuple

from crawler.rules.diff import Operation, compare

CONTEXT = 40  # characters of unchanged text beside a change
# A folded stretch is cut at a mark, where there is one in its outer half, and never within a word or figure.
_MARK_END = re.compile(r"(?:(?<=[，。；、：;])|(?<=,)(?!\d))[^，。；、：,;]{1,20}$")
_MARK_BEGIN = re.compile(r"^[^，。；、：,;]{0,20}(?:[，。；、：;]|,(?!\d))")
_WITHIN = re.compile(r"[A-Za-z\d.,]{2}|[\d余万亿][余万亿元%％‰]")
_LONGEST_WORD = 20


class Piece(NamedTuple):
    """A stretch of text: as it was, gone, new, or from elsewhere in the old text (`paragraph` 1, 2, … of it)."""

    kind: Literal["equal", "delete", "insert", "moved"]
    text: str
    paragraph: int = 0


Paragraph = list[Piece]


def marked(old: str, new: str) -> Paragraph:
    """Both texts in one stretch, in the order of the new one.

    >>> [(piece.kind, piece.text) for piece in marked("增长3.5%。", "增长35%。")]
    [('equal', '增长'), ('delete', '3.5%'), ('insert', '35%'), ('equal', '。')]
    """
    return [piece for piece in _pieces(old, compare(old, new)) if piece.text]


def paragraphs(old: str, new: str) -> list[Paragraph]:
    """The same by paragraph; a line end, kept, gone or new, ends one. None is empty."""
    found: list[Paragraph] = [[]]
    for piece in marked(old, new):
        for number, text in enumerate(piece.text.split("\n")):
            if number:
                found.append([])
            if text:
                found[-1].append(piece._replace(text=text))
    return [paragraph for paragraph in found if paragraph]


def is_changed(paragraph: Paragraph) -> bool:
    """Whether anything in it is not as it was."""
    return any(piece.kind != "equal" for piece in paragraph)


def folded(paragraph: Paragraph) -> Paragraph:
    """A paragraph whose unchanged stretches are cut, with `…`, to some `CONTEXT` characters beside each change.

    >>> [piece.text for piece in folded([Piece("equal", "天" * 99), Piece("insert", "35%")])]
    ['…天天天天天天天天天天天天天天天天天天天天天天天天天天天天天天天天天天天天天天天天', '35%']
    """
    last = len(paragraph) - 1
    return [
        piece._replace(text=_folded(piece.text, at == 0, at == last)) if piece.kind == "equal" else piece
        for at, piece in enumerate(paragraph)
    ]


def _pieces(old: str, operations: list[Operation]) -> Iterator[Piece]:
    starts = [0, *(end.end() for end in re.finditer("\n", old))]
    for position, o in enumerate(operations):
        before = old[o.old_start : o.old_end]
        if o.kind == "moved" and before != "\n":
            yield Piece("moved", before, bisect_right(starts, o.old_start))
        elif o.kind in ("equal", "moved"):
            yield Piece("equal", before)
        elif (before + o.text).strip("\n"):
            yield Piece("delete", before)
            yield Piece("insert", o.text)
        elif any(beside.kind == "moved" for beside in operations[max(0, position - 1) : position + 2]):
            yield Piece("equal", o.text)  # the line end of a paragraph that moved from or to the end
        else:  # no words changed, only where a paragraph ends
            yield Piece("delete", before.replace("\n", "¶"))
            yield Piece("insert", o.text.replace("\n", "¶"))
            yield Piece("equal", o.text)


def _folded(text: str, is_first: bool, is_last: bool) -> str:
    """Unchanged text with no more than its context shown."""
    head, tail = 0 if is_first else CONTEXT, 0 if is_last else CONTEXT
    if len(text) <= head + tail + 10 or not (head or tail):
        return text
    before, after = text[: _word_edge(text, head, 1)], text[_word_edge(text, len(text) - tail, -1) :]
    return f"{_MARK_END.sub('', before)}…{_MARK_BEGIN.sub('', after)}"


def _word_edge(text: str, at: int, step: int) -> int:
    """The first place from `at` on, forwards or backwards, that is not within a word."""
    places = range(at, at + step * _LONGEST_WORD, step)
    return next((place for place in places if place < 1 or not _WITHIN.match(text, place - 1)), at)

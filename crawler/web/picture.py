"""A diff as a picture (SVG): headline, facts and changed passages, wrapped for full-width and narrow characters."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from lxml import etree

from crawler.feeds import fit
from crawler.rules.diff.marked import Paragraph, Piece
from crawler.rules.text import printable

_WIDTH, _MARGIN, _SIZE = 1200, 48, 28  # pixels
_SMALL = 20
_MOST = 40  # lines
_WORD = re.compile(r"[A-Za-z\d.,%]{1,24}|.")  # what no line end goes through
_SVG = "http://www.w3.org/2000/svg"
_FONTS = "system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"
# Presentation attributes, as the pages' policy lets no style stand in a document.
_INK = {"equal": "#1b1f24", "delete": "#8a1c1c", "insert": "#0f5323", "moved": "#5c4400"}
_BEHIND = {"delete": "#fde2e1", "insert": "#d4f5dd", "moved": "#fff1c2"}
_PAPER, _MUTED = "#ffffff", "#59636e"


class Cell(NamedTuple):
    """A stretch of one line: how it is marked, its words, where it begins and how wide it is, in ems."""

    kind: str
    text: str
    x: float
    width: float


Line = list[Cell]


def picture(
    headline: Paragraph, where: str, facts: Iterable[tuple[str, str, str]], passages: Sequence[Paragraph], source: str
) -> str:
    """The picture as SVG text. `where`: outlet and time; `source`: the article's address, or empty."""
    wide = (_WIDTH - 2 * _MARGIN) / _SIZE
    blocks = [
        (36, _wrapped(headline, wide * _SIZE / 36)),
        (_SMALL, _wrapped([Piece("equal", where)], wide * _SIZE / _SMALL)),
    ]
    for what, old, new in facts:
        pieces = [
            Piece("equal", f"{what} "),
            Piece("delete", old),
            Piece("equal", " → " if old and new else ""),
            Piece("insert", new),
        ]
        blocks.append((_SIZE, _wrapped([piece for piece in pieces if piece.text], wide)))
    blocks += [(_SIZE, _wrapped(passage, wide)) for passage in passages]
    shown, left = _bounded(blocks)
    if left:
        shown.append((_SMALL, [[Cell("equal", f"… {left} more lines", 0, 0)]]))
    shown.append((_SMALL, _wrapped([Piece("equal", f"{source}  newstrail")], wide * _SIZE / _SMALL)))
    return _drawn(shown, "".join(piece.text for piece in headline if piece.kind != "delete"))


def width(character: str) -> float:
    """How wide a character is, in ems.

    >>> width("采"), width("，"), width("a")
    (1.0, 1.0, 0.56)
    """
    if unicodedata.combining(character):
        return 0.0
    return 1.0 if unicodedata.east_asian_width(character) in "WFA" else 0.56


def _wrapped(paragraph: Paragraph, wide: float) -> list[Line]:
    """A paragraph in lines of at most `wide` ems."""
    lines: list[Line] = [[]]
    at = 0.0
    for piece in paragraph:
        text = ""
        begin = at
        for word in _WORD.findall(fit(printable(piece.text)).replace("\n", " ")):
            broad = sum(map(width, word))
            if at + broad > wide:
                lines[-1].append(Cell(piece.kind, text, begin, at - begin))
                lines.append([])
                text, begin, at = "", 0.0, 0.0
            text += word
            at += broad
        lines[-1].append(Cell(piece.kind, text, begin, at - begin))
    return lines


def _bounded(blocks: list[tuple[int, list[Line]]]) -> tuple[list[tuple[int, list[Line]]], int]:
    """The first lines of these blocks, and how many are left out."""
    kept: list[tuple[int, list[Line]]] = []
    room = _MOST
    for size, lines in blocks:
        kept.append((size, lines[:room]))
        room -= len(lines[:room])
    return kept, sum(len(lines) for _, lines in blocks) - (_MOST - room)


def _drawn(blocks: list[tuple[int, list[Line]]], title: str) -> str:
    root = etree.Element(f"{{{_SVG}}}svg", nsmap={None: _SVG})
    _element(root, "title").text = fit(printable(title))
    _element(root, "rect", width="100%", height="100%", fill=_PAPER)
    y = float(_MARGIN)
    for size, lines in blocks:
        for line in lines:
            y += size * 1.45
            for cell in line:
                _put(root, cell, size, y)
        y += size * 0.5
    height = f"{y + _MARGIN / 2:.0f}"
    whole = {"width": str(_WIDTH), "height": height, "viewBox": f"0 0 {_WIDTH} {height}"}
    for name, value in (whole | {"role": "img", "font-family": _FONTS}).items():
        root.set(name, value)
    return etree.tostring(root, encoding="unicode")


def _put(root: etree._Element, cell: Cell, size: int, y: float) -> None:
    if not cell.text:
        return
    x, wide = f"{_MARGIN + cell.x * size:.1f}", f"{cell.width * size:.1f}"
    if cell.kind in _BEHIND:
        top, high = f"{y - size:.1f}", f"{size * 1.3:.1f}"
        _element(root, "rect", x=x, y=top, width=wide, height=high, rx="4", fill=_BEHIND[cell.kind])
    fill = _INK[cell.kind] if size > _SMALL else _MUTED
    text = _element(root, "text", x=x, y=f"{y:.1f}", fill=fill, **{"font-size": str(size)})
    if cell.kind == "delete":
        text.set("text-decoration", "line-through")
    if cell.width:  # whatever font is there, the marks stay behind their words
        text.set("textLength", wide)
        text.set("lengthAdjust", "spacingAndGlyphs")
    text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    text.text = cell.text


def _element(parent: etree._Element, tag: str, **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, f"{{{_SVG}}}{tag}")
    for name, value in attributes.items():
        element.set(name, value)
    return element

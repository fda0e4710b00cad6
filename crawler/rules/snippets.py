"""Where a text says what was searched for, and the passage around it. Pieces are plain text: no markup is made here."""

import re
from collections.abc import Iterable

from storage.words import LETTER, SOFT, Run, folded, folded_places, runs

Pieces = list[tuple[str, bool]]  # (text, whether it was searched for)
_BEFORE = 24  # characters that stand before a match
_NUMBER = re.compile(r"[0-9]{4,}(?:\.[0-9]+)?")
_LATIN_LATIN = rf"(?:\s+|\s*[{re.escape(SOFT)}]\s*)"


def pattern(words: Iterable[tuple[str, bool]]) -> re.Pattern[str]:
    """What finds these words ((text, whether it is a word's beginning)) in a folded text as the index does."""
    found = {_of(list(runs(text)), begins) for text, begins in words}
    return re.compile("|".join(sorted(found - {""}, key=len, reverse=True)) or r"(?!)")


def _of(parts: list[Run], begins: bool) -> str:
    pieces: list[str] = []
    for at, run in enumerate(parts):
        if at:
            pieces.append(_joint(parts[at - 1], run))
        is_open = begins and at == len(parts) - 1
        pieces.append(_run(run, is_open))
    return "".join(pieces)


def _joint(before: Run, run: Run) -> str:
    if "gap" in (before.kind, run.kind):
        return ""
    if before.kind == run.kind == "cjk":
        return r"[\W_]+"
    return _LATIN_LATIN if before.kind == run.kind == "latin" else r"\s*"


def _run(run: Run, is_open: bool) -> str:
    if run.kind == "cjk":
        return r"\s*".join(map(re.escape, run.text))
    if run.kind != "latin":
        return "[%‰]" if run.kind == "percent" else r"[\W_]+"
    end = "" if is_open else rf"(?!\.?{LETTER})"
    return rf"(?<!{LETTER})(?<!{LETTER}\.){_latin(run.text)}{end}"


def _latin(word: str) -> str:
    if not _NUMBER.fullmatch(word):
        return re.escape(word)
    whole, dot, rest = word.partition(".")  # 1234567 is also written 1,234,567
    grouped = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", ",?", whole)
    return grouped + (re.escape(dot) + rest)


def spans(text: str, sought: re.Pattern[str]) -> list[tuple[int, int]]:
    """Where a text (as it is stored) says it: (start, end) of each place."""
    flat = folded(text)
    found = [match.span() for match in sought.finditer(flat)]
    if not found or flat == text:
        return found
    flat, places = folded_places(text)
    return [(places[start], places[end - 1] + 1) for start, end in (match.span() for match in sought.finditer(flat))]


def marked(text: str, sought: re.Pattern[str]) -> Pieces:
    """A whole text in pieces.

    >>> marked("江州采购１５０７７余万元", pattern([("15077", False), ("江州", False)]))
    [('江州', True), ('采购', False), ('１５０７７', True), ('余万元', False)]
    """
    return _cut(text, spans(text, sought), 0, len(text))


def snippet(text: str, sought: re.Pattern[str], width: int = 100) -> Pieces:
    """The passage of some `width` characters that says most of it, on one line; the text's beginning if none does."""
    found = spans(text, sought)
    start, end = _window(text, found, width)
    pieces = [(" ".join(f"|{piece}|".split())[1:-1], hit) for piece, hit in _cut(text, found, start, end)]
    before, after = [("…", False)] * (start > 0), [("…", False)] * (end < len(text))
    return [*before, *(piece for piece in pieces if piece[0]), *after]


def _window(text: str, found: list[tuple[int, int]], width: int) -> tuple[int, int]:
    if not found:
        return 0, min(width, len(text))
    first = max(found[:200], key=lambda span: sum(span[0] <= at and end <= span[0] + width for at, end in found[:200]))
    start = max(0, first[0] - _BEFORE)
    return start, min(len(text), max(start + width, first[1]))


def _cut(text: str, found: list[tuple[int, int]], start: int, end: int) -> Pieces:
    pieces: Pieces = []
    at = start
    for begin, stop in found:
        if begin < at or stop > end or begin == stop:
            continue
        pieces += [(text[at:begin], False), (text[begin:stop], True)]
        at = stop
    return [piece for piece in [*pieces, (text[at:end], False)] if piece[0]]

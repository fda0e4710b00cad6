"""A diff as people read it: changed words marked in place, unchanged paragraphs folded."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import asdict
from itertools import groupby
from typing import Any

from rich.text import Text

from crawler.cli.output import printable
from crawler.rules.diff import Operation, compare

_CONTEXT = 40  # characters of unchanged text beside a change
# A folded stretch is cut at a mark, where there is one in its outer half, and never within a word or figure.
_MARK_END = re.compile(r"(?:(?<=[，。；、：;])|(?<=,)(?!\d))[^，。；、：,;]{1,20}$")
_MARK_BEGIN = re.compile(r"^[^，。；、：,;]{0,20}(?:[，。；、：;]|,(?!\d))")
_WITHIN = re.compile(r"[A-Za-z\d.,]{2}|[\d余万亿][余万亿元%％‰]")
_LONGEST_WORD = 20
_STYLES = {"equal": "", "delete": "red strike", "insert": "bold green", "moved": "yellow"}
_MARKS = {"equal": ("", ""), "delete": ("[-", "-]"), "insert": ("{+", "+}"), "moved": ("{~", "~}")}
_Segment = tuple[str, str]  # style name, text


def render(old_title: str, new_title: str, old_body: str, new_body: str, marked: bool) -> Text:
    """Title and body with their changes; without colours, `marked` writes `[-old-]{+new+}` as git does."""
    lines = [_line(_segments(old_title, compare(old_title, new_title)), marked, "bold"), Text()]
    paragraphs = _split(_segments(old_body, compare(old_body, new_body)))
    for is_changed, group in groupby(paragraphs, key=_is_changed):
        if is_changed:
            lines += [_line(paragraph, marked) for paragraph in group]
        else:
            count = len(list(group))
            lines.append(Text(f"… {count} paragraph{'s' * (count > 1)} unchanged …", style="dim"))
    return Text("\n").join(lines)


def plain(old_title: str, new_title: str, old_body: str, new_body: str) -> str:
    """The same for a pipe.

    >>> print(plain("增长3.5%", "增长35%", "不变。", "不变。"))
    增长[-3.5%-]{+35%+}
    <BLANKLINE>
    … 1 paragraph unchanged …
    """
    return render(old_title, new_title, old_body, new_body, marked=True).plain


def operations_json(old: str, operations: list[Operation]) -> list[dict[str, Any]]:
    """Operations as records, with the words that they take from the old text."""
    return [{**asdict(o), "old_text": old[o.old_start : o.old_end]} for o in operations]


def _segments(old: str, operations: list[Operation]) -> Iterator[_Segment]:
    starts = [0, *(end.end() for end in re.finditer("\n", old))]
    for position, o in enumerate(operations):
        before = old[o.old_start : o.old_end]
        if o.kind == "moved" and before != "\n":
            yield "moved", f"moved from paragraph {bisect_right(starts, o.old_start)}: {before}"
        elif o.kind in ("equal", "moved"):
            yield "equal", before
        elif (before + o.text).strip("\n"):
            yield "delete", before
            yield "insert", o.text
        elif any(beside.kind == "moved" for beside in operations[max(0, position - 1) : position + 2]):
            yield "equal", o.text  # the line end of a paragraph that moved from or to the end
        else:  # no words changed, only where a paragraph ends
            yield "delete", before.replace("\n", "¶")
            yield "insert", o.text.replace("\n", "¶")
            yield "equal", o.text


def _split(segments: Iterator[_Segment]) -> list[list[_Segment]]:
    """Segments by paragraph; a line end, kept, gone or new, ends one."""
    paragraphs: list[list[_Segment]] = [[]]
    for kind, text in segments:
        for number, piece in enumerate(text.split("\n")):
            if number:
                paragraphs.append([])
            if piece:
                paragraphs[-1].append((kind, piece))
    return [paragraph for paragraph in paragraphs if paragraph]


def _is_changed(paragraph: list[_Segment]) -> bool:
    return any(kind != "equal" for kind, _ in paragraph)


def _line(segments: Any, marked: bool, style: str = "") -> Text:
    line = Text(style=style)
    pieces = list(segments)
    for position, (kind, text) in enumerate(pieces):
        if not text:
            continue
        before, after = _MARKS[kind] if marked else ("", "")
        shown = _folded(text, position == 0, position == len(pieces) - 1) if kind == "equal" and not style else text
        line.append(before + printable(shown) + after, style=_STYLES[kind])
    return line


def _folded(text: str, is_first: bool, is_last: bool) -> str:
    """Unchanged text with no more than its context shown."""
    head, tail = 0 if is_first else _CONTEXT, 0 if is_last else _CONTEXT
    if len(text) <= head + tail + 10 or not (head or tail):
        return text
    before, after = text[: _word_edge(text, head, 1)], text[_word_edge(text, len(text) - tail, -1) :]
    return f"{_MARK_END.sub('', before)}…{_MARK_BEGIN.sub('', after)}"


def _word_edge(text: str, at: int, step: int) -> int:
    """The first place from `at` on, forwards or backwards, that is not within a word."""
    places = range(at, at + step * _LONGEST_WORD, step)
    return next((place for place in places if place < 1 or not _WITHIN.match(text, place - 1)), at)

"""A diff as people read it: changed words marked in place, unchanged paragraphs folded."""

import re
from collections.abc import Iterator
from dataclasses import asdict
from itertools import groupby
from typing import Any

from rich.text import Text

from crawler.cli.output import printable
from crawler.rules.diff import Operation, compare

_CONTEXT = 40  # characters of unchanged text beside a change
# A folded stretch is cut at a mark, where there is one in its outer half.
_MARK_END = re.compile(r"(?<=[，。；、：,;])[^，。；、：,;]{1,20}$")
_MARK_BEGIN = re.compile(r"^[^，。；、：,;]{0,20}[，。；、：,;]")
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


def operations_json(old: str, operations: list[Operation]) -> list[dict[str, Any]]:
    """Operations as records, with the words that they take from the old text."""
    return [{**asdict(o), "old_text": old[o.old_start : o.old_end]} for o in operations]


def _segments(old: str, operations: list[Operation]) -> Iterator[_Segment]:
    for o in operations:
        if o.kind in ("equal", "moved"):
            yield o.kind, old[o.old_start : o.old_end]
        else:
            yield "delete", old[o.old_start : o.old_end]
            yield "insert", o.text


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
    if len(text) <= head + tail + 10:
        return text
    before, after = text[:head], text[len(text) - tail :] if tail else ""
    return f"{_MARK_END.sub('', before)}…{_MARK_BEGIN.sub('', after)}" if head or tail else text

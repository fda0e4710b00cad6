"""A diff on a terminal: changed words marked in place, unchanged paragraphs folded."""

from dataclasses import asdict
from itertools import groupby
from typing import Any

from rich.text import Text

from crawler.cli.output import printable
from crawler.rules.diff import Operation
from crawler.rules.diff.marked import Paragraph, Piece, folded, is_changed, marked, paragraphs

_STYLES = {"equal": "", "delete": "red strike", "insert": "bold green", "moved": "yellow"}
_MARKS = {"equal": ("", ""), "delete": ("[-", "-]"), "insert": ("{+", "+}"), "moved": ("{~", "~}")}


def render(old_title: str, new_title: str, old_body: str, new_body: str, has_marks: bool) -> Text:
    """Title and body with their changes; without colours, `has_marks` writes `[-old-]{+new+}` as git does."""
    lines = [_line(marked(old_title, new_title), has_marks, "bold"), Text()]
    for changed, group in groupby(paragraphs(old_body, new_body), key=is_changed):
        if changed:
            lines += [_line(folded(paragraph), has_marks) for paragraph in group]
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
    return render(old_title, new_title, old_body, new_body, has_marks=True).plain


def operations_json(old: str, operations: list[Operation]) -> list[dict[str, Any]]:
    """Operations as records, with the words that they take from the old text."""
    return [{**asdict(o), "old_text": old[o.old_start : o.old_end]} for o in operations]


def _line(paragraph: Paragraph, has_marks: bool, style: str = "") -> Text:
    line = Text(style=style)
    for piece in paragraph:
        before, after = _MARKS[piece.kind] if has_marks else ("", "")
        line.append(before + printable(_words(piece)) + after, style=_STYLES[piece.kind])
    return line


def _words(piece: Piece) -> str:
    return f"moved from paragraph {piece.paragraph}: {piece.text}" if piece.kind == "moved" else piece.text

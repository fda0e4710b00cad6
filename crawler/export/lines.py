"""Rows as lines: JSON, and CSV that a spreadsheet opens without running any of it."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

BOM = "\ufeff"  # by it a spreadsheet knows that the file is UTF-8
_FORMULA = ("=", "+", "-", "@", "\t", "＝", "＋", "－", "＠")
_UNSEEN = " \xa0\u3000\u200b\u200c\u200d\u2060\ufeff\n"  # what may stand before a formula and not be seen
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_LINE_END = re.compile("\r\n?")


def jsonl(items: Iterable[dict[str, Any]]) -> Iterator[str]:
    """One JSON object a line."""
    for item in items:
        yield json.dumps(_parsed(item), ensure_ascii=False) + "\n"


def csv_lines(items: Iterable[dict[str, Any]]) -> Iterator[str]:
    """CSV (RFC 4180) with a byte order mark, a header line, and cells as `safe_cell` makes them. Line ends are CR LF,
    those within a cell LF."""
    for number, item in enumerate(items):
        if number == 0:
            yield BOM + _csv_line(item)
        cells = (" ".join(value) if isinstance(value, list) else value for value in _parsed(item).values())
        yield _csv_line(safe_cell(cell) for cell in cells)


def _parsed(item: dict[str, Any]) -> dict[str, Any]:
    return {**item, "fields": json.loads(item["fields"])} if "fields" in item else item


def _csv_line(cells: Iterable[Any]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()


def safe_cell(value: Any) -> Any:
    """A cell that a spreadsheet reads as text: an apostrophe goes before what would start a formula, also behind what
    cannot be seen; control characters are written out, for a NUL ends a cell and a lone CR a row.

    >>> safe_cell("=cmd|' /C calc'!A0"), safe_cell("\\u3000＝1+1"), safe_cell("甲\\r\\n乙\\x00"), safe_cell(-1)
    ("'=cmd|' /C calc'!A0", "'\\u3000＝1+1", '甲\\n乙‹U+0000›', -1)
    """
    if not isinstance(value, str):
        return value
    text = _CONTROL.sub(lambda found: f"‹U+{ord(found[0]):04X}›", _LINE_END.sub("\n", value))
    return f"'{text}" if text.lstrip(_UNSEEN).startswith(_FORMULA) or text.startswith("\n") else text

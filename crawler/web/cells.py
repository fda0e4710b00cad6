"""Datasette's CSV made safe: no cell of it can start a formula in a spreadsheet."""

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from storage.export import safe_cell

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
_CELL = re.compile(r'"(?:[^"]|"")*"|[^,"\r\n]+')
_NUMBER = re.compile(r"[-+]?[\d.]+(?:e[-+]?\d+)?", re.I)


def safe(send: Send) -> Send:
    """`send`, but with the cells of a CSV answer made safe. Datasette sends one row a message."""
    is_csv = False

    async def sending(message: Message) -> None:
        nonlocal is_csv
        if message["type"] == "http.response.start":
            kind = dict(message["headers"]).get(b"content-type", b"")
            is_csv = kind.startswith((b"text/plain", b"text/csv"))
        elif is_csv:
            message = {**message, "body": safe_row(message.get("body", b"").decode()).encode()}
        await send(message)

    return sending


def safe_row(row: str) -> str:
    r"""A row of CSV, its cells made safe; numbers stay.

    >>> safe_row('-1.5,=1+1,"=HYPERLINK(""x"",1)","a,=b"\r\n')
    '-1.5,\'=1+1,"\'=HYPERLINK(""x"",1)","a,=b"\r\n'
    """
    return _CELL.sub(_safe, row)


def _safe(cell: re.Match[str]) -> str:
    text = cell[0]
    if text.startswith('"'):
        return f'"{safe_cell(text[1:])}'
    return text if _NUMBER.fullmatch(text) else str(safe_cell(text))

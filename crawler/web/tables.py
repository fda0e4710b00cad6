"""Datasette's own pages over the record: what tables and columns mean, how cells are shown, and what SQL may do."""

import csv
import io
import json
import re
import sqlite3
from collections.abc import Awaitable, Callable, MutableMapping
from functools import lru_cache
from typing import Any

from datasette.utils.asgi import Base400
from datasette.views.base import DatasetteError
from jinja2.ext import Extension
from markupsafe import Markup

from crawler import searching
from crawler.export.lines import safe_cell
from crawler.web import functions
from crawler.web.queries import QUERIES
from storage import describe
from storage.sql import authorize

_LONGEST_VALUE = 64_000_000  # bytes that one value may have, so that no query fills the memory
_CELL = 200  # characters that are shown of one
_LABELS = {
    "sources": "key", "articles": "title", "versions": "title", "changes": "summary", "runs": "started_at",
    "responses": "url", "incidents": "reason", "clusters": "made_at",
}  # fmt: skip
_FACETS = {
    "changes": ["kind", "severity"], "articles": ["state", "outlet"], "runs": ["outcome"],
    "fact_changes": ["type", "role"], "incidents": ["outcome"],
}  # fmt: skip
_SIZES = {
    "versions": 20, "bodies": 20, "responses": 30, "latest": 20, "edits": 20, "listing_snapshots": 20,
    "articles": 40, "checks": 50, "changes": 50,
}  # fmt: skip
_NEWEST_FIRST = ("changes", "runs", "checks", "incidents")
_ADDRESS = re.compile(r"https?://[^\s\"'<>]+", re.I)
_HIDDEN = ("_sqlite_migrations",)
# What a template lacks for those who do not see it -> with it.
_NAMED = (
    ("<html>", '<html lang="en">'),
    ('<select name="_filter_column', '<select aria-label="Column" name="_filter_column'),
    ('<select name="_filter_op', '<select aria-label="Comparison" name="_filter_op'),
    ('<select name="_sort"', '<select aria-label="Sort by" name="_sort"'),
    ('<input type="text" name="_filter_value', '<input aria-label="Value" type="text" name="_filter_value'),
    ('<textarea id="sql-editor"', '<textarea aria-label="SQL" id="sql-editor"'),
)
Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]


class Named(Extension):
    """Gives the forms in Datasette's templates their labels, and its pages their language."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        for plain, named in _NAMED:
            source = source.replace(plain, named)
        return source


def told(exception: Exception, seconds: float) -> tuple[str, int]:
    """What a reader hears of what went wrong on Datasette's pages, and the status."""
    if isinstance(exception, Base400):
        return str(exception.args[0]), exception.status
    if not isinstance(exception, DatasetteError):
        return "something went wrong here; the log says what", 500
    if exception.title == "SQL Interrupted":
        return f"stopped after {seconds:g} s; narrow the query, or ask for less at once", 400
    said = str(exception.message)
    is_ours = any(word in said for word in ("readonly", "not authorized", "must be a SELECT", "disallowed PRAGMA"))
    why = f"the record is read-only, and only SELECT is run: {said}" if is_ours else said
    return why, 400 if exception.status == 500 else exception.status  # a column that is not there is the asker's doing


def prepare(connection: sqlite3.Connection) -> None:
    """A connection on which readers' SQL runs: our functions, no other file, no value without bounds."""
    functions.register(connection)
    searching.register(connection)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
    connection.set_authorizer(authorize)


@lru_cache(maxsize=1)
def metadata(database: str) -> dict[str, Any]:
    """What Datasette tells of the record: descriptions, labels, facets."""
    about = "Every version of every article that was watched, and what changed. Times are UTC."
    tables = {name: _table(name, told) for name, told in describe.tables().items()}
    tables |= {name: {"hidden": True} for name in _HIDDEN}
    return {
        "title": "newstrail",
        "databases": {database: {"title": "Tables and SQL", "description": about, "tables": tables}},
    }


def _table(name: str, told: describe.Table) -> dict[str, Any]:
    found: dict[str, Any] = {"description": told.text, "columns": told.columns}
    found |= {key: values[name] for key, values in
              (("label_column", _LABELS), ("facets", _FACETS), ("size", _SIZES)) if name in values}  # fmt: skip
    return found | ({"sort_desc": "id"} if name in _NEWEST_FIRST else {})


def canned() -> dict[str, Any]:
    """The questions of docs/queries.md."""
    return {
        query.key: {"sql": query.sql, "title": query.title, "description": query.note, "hide_sql": True}
        for query in QUERIES
    }


def cell(value: Any, column: str) -> Markup | str | None:
    """How a cell is shown: a list as its words, an address of the web as a link, other text as text; None: as Datasette
    shows it."""
    if not isinstance(value, str) or not value:
        return None
    if (column.endswith("url") or column == "moved_to") and _ADDRESS.fullmatch(value):
        return Markup('<a href="{}" rel="noreferrer noopener nofollow">{}</a>').format(value, _cut(value))
    if value.startswith(("[", "{")):
        return _cut(_plain(value))
    return _cut(value)


def _plain(value: str) -> str:
    """A JSON list of texts without its marks; anything else as it stands."""
    try:
        found = json.loads(value)
    except ValueError:
        return value
    is_words = isinstance(found, list) and found and all(isinstance(item, str) for item in found)
    return ", ".join(found) if is_words else value


def _cut(text: str) -> str:
    return text if len(text) <= _CELL else f"{text[:_CELL]}…"


def safe_csv(app: Any) -> Any:
    """`app`, whose CSV cannot start a formula: Datasette sends one row a message."""

    async def served(scope: Message, receive: Any, send: Send) -> None:
        is_table = scope["type"] == "http" and (scope["path"].endswith(".csv") or b"csv" in scope["query_string"])
        await app(scope, receive, _sending(send) if is_table else send)

    return served


def _sending(send: Send) -> Send:
    is_csv = False

    async def sending(message: Message) -> None:
        nonlocal is_csv
        if message["type"] == "http.response.start":
            kinds = [value for name, value in message["headers"] if name.lower() == b"content-type"]
            is_csv = bool(kinds) and kinds[0].startswith((b"text/csv", b"text/plain"))
        elif is_csv and message.get("body"):
            message = {**message, "body": _safe_row(message["body"].decode("utf-8")).encode()}
        await send(message)

    return sending


def _safe_row(text: str) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([_safe(cell) for cell in row] for row in csv.reader(io.StringIO(text, newline="")))
    return buffer.getvalue()


def _safe(text: str) -> str:
    """A cell that starts no formula; a number below zero is one."""
    return text if re.fullmatch(r"-\d+(\.\d+)?", text) else str(safe_cell(text))

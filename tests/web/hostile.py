"""A record whose every text is hostile: what a publisher, or whoever broke into one, might have written."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

MARK = "pwned"  # what a payload does where it gets to run: it sets window.pwned, or calls alert
_RUN = f"window.{MARK}=1;alert(1)"
PAYLOADS = (
    f"<script>{_RUN}</script>",
    f"<img src=x onerror={_RUN}>",
    f"</title><script>{_RUN}</script>",
    f"</textarea></style></script><script>{_RUN}</script>",
    f'"><svg onload={_RUN}>',
    f"' onmouseover='{_RUN}' autofocus onfocus='{_RUN}",
    "{{7*7}}{{config}}{% raw %}{% include '/etc/passwd' %}",
    "${7*7}#{7*7}<%= 7*7 %>",
    "=cmd|' /C calc'!A0",
    "\t=1+1",
    "\r@SUM(1+1)",
    "\u202egnp.exe\u202c\u200b\u2066",
    "\ufffd\ufffdNUL and a lone surrogate, replaced",
    "a line\r\nSet-Cookie: pwned=1\r\n\r\n<script>alert(1)</script>",
    "]]><script>alert(1)</script><![CDATA[",
    "-->\"'`<b>bold</b><!--",
    "长" * 40_000,
)
URLS = (
    "javascript:window.pwned=1//https://example.org/",
    "data:text/html,<script>alert(1)</script>",
    'https://example.org/"onmouseover="window.pwned=1',
    "https://example.org/\r\nX-Pwned: 1",
    " \tjavascript:alert(1)",
    "//example.org/x",
)
CODES = ("<script>alert(1)</script>", "../../etc/passwd", "a\r\nX-Pwned: 1", "{{7*7}}", ".", "=cmd|' /C calc'!A0", "/")
_TIME = "2024-11-22T01:00:00Z"
# Columns that the program alone writes: their values are of a kind, or numbers of other rows' making.
_KINDS = {
    "kind", "state", "severity", "disclosure", "verdict", "outcome", "role", "codec", "event", "published_precision",
    "content_hash", "text_hash", "body_hash", "hash", "edit_hash", "link", "observation", "message_id", "value", "name",
}  # fmt: skip
_TABLES = (
    "sources", "articles", "versions", "changes", "facts", "fact_changes", "listings", "listing_snapshots", "runs",
    "responses", "checks", "incidents", "redactions", "outbox",
)  # fmt: skip
_LISTS = {"fields", "images", "tables", "links", "attachments", "codes", "gained"}
_UNIQUE = {("sources", "key"), ("articles", "code"), ("listing_snapshots", "seen_at")}


def fill(path: Path) -> None:
    """Write hostile texts into every column of a real record at `path` that holds a publisher's or a user's words.

    Rows, numbers, times and kinds stay what they were, so that every page still finds what it looks for.
    """
    with closing(sqlite3.connect(path)) as db, db:
        for table in _TABLES:
            columns = [(name, kind) for _, name, kind, *_ in db.execute(f"PRAGMA table_info({table})")]
            texts = [name for name, kind in columns if kind == "TEXT" and _is_words(table, name)]
            for at, (key,) in enumerate(db.execute(f"SELECT rowid FROM {table}").fetchall()):
                values = [_value(table, name, at + place) for place, name in enumerate(texts)]
                if texts:
                    given = ", ".join(f"{name} = ?" for name in texts)
                    db.execute(f"UPDATE {table} SET {given} WHERE rowid = ?", [*values, key])
        db.execute("UPDATE sources SET name = ?", (PAYLOADS[0],))
        db.execute("UPDATE facts SET value = ? WHERE rowid % 2", (PAYLOADS[1],))
        db.execute("DELETE FROM articles_fts")
        db.execute("INSERT INTO articles_fts (rowid, title, body) SELECT id, title, body_text FROM latest")


def _is_words(table: str, name: str) -> bool:
    return (
        name not in _KINDS
        and not name.endswith(("_at", "_since"))
        and name not in ("changed_after", "changed_by")
        and (table, name) not in {("articles", "site"), ("sources", "site"), ("runs", "site"), ("incidents", "site")}
    )


def _value(table: str, name: str, at: int) -> str:
    words = PAYLOADS[at % len(PAYLOADS)]
    if name in ("headers", "places", "robots", "rules"):
        return json.dumps({words[:200]: words[:200]})
    if name == "tables":
        return json.dumps([[[words]]])
    if name in _LISTS:
        return json.dumps([words[:500], URLS[at % len(URLS)]])
    if "url" in name or name == "moved_to":
        return URLS[at % len(URLS)]
    if (table, name) in _UNIQUE:
        return f"{CODES[at % len(CODES)]}{at}"
    if name in ("body_html", "body_text"):
        return "\n".join([*PAYLOADS[at % 3 :], f"号码 {at}"])
    return words

"""Functions of ours for a reader's SQL."""

import sqlite3

from crawler.rules.diff.marked import marked

_LONGEST = 20_000  # characters; what is longer is not compared
_SHOWN = 20  # changes


def register(connection: sqlite3.Connection) -> None:
    """Make `changed_words(old, new)` known to a connection."""
    connection.create_function("changed_words", 2, changed_words, deterministic=True)


def changed_words(old: object, new: object) -> str | None:
    """What went and what came, in order; None where either is no text, or too long to compare.

    >>> changed_words("下浮3.5%，期限一年", "下浮35%，期限两年")
    '3.5% → 35%; 一年 → 两年'
    """
    if not isinstance(old, str) or not isinstance(new, str) or len(old) + len(new) > _LONGEST:
        return None
    found: list[list[str]] = []
    last = ""
    for piece in marked(old, new):
        if piece.kind == "delete":
            found.append([piece.text, ""])
        elif piece.kind == "insert" and last == "delete":
            found[-1][1] = piece.text
        elif piece.kind == "insert":
            found.append(["", piece.text])
        last = piece.kind
    told = [" → ".join([before or "∅", after or "∅"]) for before, after in found[:_SHOWN]]
    return "; ".join(told + ["…"] * (len(found) > _SHOWN))

"""The schema's history. `schema.sql` is the first step; every later one is a function added below."""

import sqlite3
from importlib import resources

from sqlite_utils import Database, Migrations

migrations = Migrations("newstrail")


def statements(script: str) -> list[str]:
    """The statements of an SQL script (`executescript` would commit the transaction around it)."""
    found, pending = [], ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            found.append(pending)
            pending = ""
    return found


@migrations()
def m001_first_schema(db: Database) -> None:
    script = resources.files("storage").joinpath("schema.sql").read_text(encoding="utf-8")
    for statement in statements(script):
        db.execute(statement)

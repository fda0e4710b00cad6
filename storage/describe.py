"""What the tables and columns of the record mean, read from the comments of the schema, which is their one place."""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources

_MADE = re.compile(
    r"((?:^--[^\n]*\n)*)^CREATE (?:VIRTUAL )?(?:TABLE|VIEW) (\w+)(.*?)(?:^\)[^;\n]*;|;\s*$)", re.MULTILINE | re.DOTALL
)
_COLUMN = re.compile(r"^    ([a-z_]+) (?:TEXT|INTEGER|REAL|BLOB)\b(.*?)(?=^    [a-zA-Z_]+ [A-Z]|^    --|^    [A-Z]|\Z)",
                     re.MULTILINE | re.DOTALL)  # fmt: skip
_FROM = re.compile(r"\b(?:FROM|JOIN) (\w+)\b")


@dataclass(frozen=True)
class Table:
    """What one row is, and what its columns hold where that is said."""

    text: str
    columns: dict[str, str] = field(default_factory=dict)


@lru_cache(maxsize=1)
def tables() -> dict[str, Table]:
    """Each table and view of the schema."""
    schema = resources.files("storage").joinpath("schema.sql").read_text(encoding="utf-8")
    found: dict[str, Table] = {}
    for comment, name, body in _MADE.findall(schema):
        text = " ".join(line.lstrip("- ") for line in comment.splitlines())
        found[name] = Table(text, _columns(body) or _of_view(body, found))
    return found


def _columns(body: str) -> dict[str, str]:
    """Name of a column -> what it says: its comment, what it may be, whose row it names."""
    found = {}
    for name, rest in _COLUMN.findall(body):
        said = [" ".join(re.findall(r"--\s*(.*)", rest)).strip()]
        if values := re.search(r"IN \((.*?)\)", rest, re.DOTALL):
            said.append(", ".join(re.findall(r"'(\w+)'", values[1])))
        if goal := re.search(r"REFERENCES (\w+)", rest):
            said.append(f"a row of {goal[1]}")
        if text := "; ".join(part for part in said if part):
            found[name] = text
    return found


def _of_view(body: str, known: dict[str, Table]) -> dict[str, str]:
    """A view's columns say what those of the tables say that it is made of, the first first."""
    found: dict[str, str] = {}
    for name in _FROM.findall(body):
        if name in known:
            found = {**known[name].columns, **found}
    return {name: text for name, text in found.items() if re.search(rf"\.{name}\b", body)}

"""The questions that docs/queries.md answers, which the SQL page offers ready to run. Each file says its own."""

import re
from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True)
class Query:
    """`key`: its name in an address; `read`: how the answer is read; `limits`: what it does not say."""

    key: str
    title: str
    read: str
    limits: str
    sql: str

    @property
    def note(self) -> str:
        """How it is read, and its limits."""
        return f"{self.read} {self.limits}"


def _queries() -> tuple[Query, ...]:
    files = [file for file in resources.files("crawler.web").joinpath("questions").iterdir() if ".sql" in file.name]
    return tuple(_query(file.name, file.read_text("utf-8")) for file in sorted(files, key=lambda file: file.name))


def _query(name: str, text: str) -> Query:
    head = dict(re.findall(r"^-- (title|read|limits): (.*)$", text, re.MULTILINE))
    sql = re.sub(r"^-- .*\n", "", text, flags=re.MULTILINE).strip()
    return Query(re.sub(r"^\d+_|\.sql$", "", name), sql=sql, **head)


QUERIES = _queries()

"""Writes queries.md from crawler/web/questions: `python docs/make_queries.py`."""

from pathlib import Path

from crawler.web.queries import QUERIES

GOAL = Path(__file__).with_name("queries.md")
_HEAD = """# Questions to the record

Each of these is one query in plain SQL: for `newstrail sql "…"`, the sqlite3 shell, a notebook, any program that reads
SQLite. `newstrail web` has them on its page “Tables and SQL”, with everything that the answer leads to. All times are
UTC. [data.md](data.md) says what the tables hold. In the web page's SQL, `changed_words(old_title, new_title)` tells
what went and what came, such as `3.5% → 35%`.

This page is made from `crawler/web/questions/`, where the queries are.
"""


def page() -> str:
    """The text of queries.md."""
    parts = [
        f"## {q.title}\n\n```sql\n{q.sql}\n```\n\n**To be read so:** {q.read}\n\n**Limits:** {q.limits}\n"
        for q in QUERIES
    ]
    return "\n".join([_HEAD, *parts])


if __name__ == "__main__":
    GOAL.write_text(page(), encoding="utf-8")

"""The replica's own articles, from `articles.toml` beside this module."""

import tomllib
from importlib import resources
from typing import Any

from crawler.demo.pages import ENDPOINT_FIELDS, Article


def first_articles() -> list[Article]:
    """The 40 articles that the site has at first."""
    return [_article(row) for row in _rows() if not row.get("later")]


def later_articles() -> list[Article]:
    """Those that it publishes in the course of the script."""
    return [_article(row) for row in _rows() if row.get("later")]


def _rows() -> list[dict[str, Any]]:
    text = resources.files("crawler.demo").joinpath("articles.toml").read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = tomllib.loads(text)["article"]
    return rows


def _article(row: dict[str, Any]) -> Article:
    return Article(
        code=row["code"],
        category=row["category"],
        title=row["title"],
        published=row["published"],
        outlet=row["outlet"],
        body_html=row["body"].rstrip("\n"),
        endpoint_fields=frozenset(row.get("endpoint", ENDPOINT_FIELDS)),
        body_key=row.get("body_key", "text"),
        also_in=tuple(row.get("also_in", ())),
    )

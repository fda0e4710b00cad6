"""Taking an article's words out of the record, and out of the file's unused places."""

import sqlite3
from pathlib import Path
from typing import Any

import msgspec
from sqlite_utils import Database

from crawler.config import Config
from crawler.items import ROLES, Layout
from crawler.rules import identity
from crawler.rules.layouts import without
from storage import fulltext, redactions, retention
from storage.database import transaction, usable

_LOG_WAIT = 5.0  # seconds for readers to let the log be emptied


def redact(db: Database, config: Config, article: dict[str, Any], reason: str, at: str) -> dict[str, int]:
    """Take an article's words out of the record (`article`: its row; `at`: UTC text); what lost its words, as
    `storage.redactions.redact` counts it. What takes long holds up no crawl. The file still has to be cleaned: `clean`.
    """
    site = config.sites.get(article["site"])
    pages = (identity.page_url(site, role, article["code"], article["post_url"]) for role in ROLES) if site else ()
    with usable(config.database):
        redactions.overwrite_deleted(db)
        found = redactions.search(db, article)  # crawls write meanwhile
        with transaction(db):
            lost = redactions.redact(db, article, reason, at, [url for url in pages if url], _without, found)
        fulltext.merge(db)
        return lost


def _without(layout: str, titles: list[str]) -> str:
    """A learned layout (JSON) without the parts of the template that say one of these titles."""
    known = msgspec.json.decode(layout, type=Layout)
    cleaned = without(known, titles)
    return layout if cleaned == known else msgspec.json.encode(cleaned).decode()


def clean(db: Database, path: Path) -> str | None:
    """Write the file anew, so that no unused place of it still holds a word, and empty its log; None where that is
    done, else what kept it from it."""
    try:
        retention.rewrite(db)
    except sqlite3.OperationalError as error:
        return str(error)
    with usable(path):
        return None if retention.checkpoint(db, _LOG_WAIT) else "another program is reading the file"

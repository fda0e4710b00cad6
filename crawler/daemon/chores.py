"""What the daemon does besides crawling, now and then."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from sqlite_utils import Database

from crawler import budget, notify, retention
from crawler.config import Config, Retention
from crawler.rules.dates import utc_text

log = logging.getLogger("newstrail.daemon")


class Chore(NamedTuple):
    """Something done every so many seconds, in a thread, never twice at once; the first time soon after the start."""

    name: str
    seconds: float
    do: Callable[[Database, Config, datetime], None]


def _deliver(db: Database, settings: Config, now: datetime) -> None:
    """Send what waits in the outbox."""
    if settings.channels:
        notify.deliver_due(db, settings)


def _prune(db: Database, settings: Config, now: datetime) -> None:
    """Drop what the configuration says is old."""
    if settings.retention != Retention():
        log.info("pruned: %s", retention.prune(db, settings.database, settings.retention, utc_text(now)))


def _replan(db: Database, settings: Config, now: datetime) -> None:
    """Plan the articles' next looks by what was learned since."""
    log.info("planned anew: %d articles", budget.replan(db, settings))


CHORES = (
    Chore("notifications", 5, _deliver),
    Chore("plans of articles", 3 * 3600, _replan),
    Chore("retention", 86400, _prune),
)

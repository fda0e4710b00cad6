"""One crawl of the daemon, in a worker thread: the job from the record, a child that crawls, what came of it."""

import logging
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime

from sqlite_utils import Database

from crawler import jobs
from crawler.config import Config, seconds
from crawler.daemon import plans
from crawler.items import Job
from crawler.recorder import Recorder
from crawler.rules.dates import utc_text
from crawler.rules.text import printable
from crawler.runner import Leash, Limits, run_in_child
from storage.database import open_database, usable

STOPPED = "the daemon was stopped"
log = logging.getLogger("newstrail.daemon")


def now() -> datetime:
    """The time by the clock on the wall."""
    return datetime.now(UTC)


def crawl_source(current: Callable[[], Config], key: str, planned: datetime, leash: Leash) -> None:
    """Read a source's listing and look at its articles that are due; then plan the next time, by the configuration as
    it is by then.

    A crawl that the daemon's own end cuts off leaves its plan as it is: the next daemon makes it again.
    """
    settings = current()
    with usable(settings.database), closing(open_database(settings.database)) as db:
        if why_not := plans.begin(db, settings, key, now()):
            log.info("%s: %s", key, printable(why_not))
            return
        try:
            _crawl(db, settings, key, jobs.category_job(db, settings, key, utc_text(now())), leash)
        finally:
            if leash.why != STOPPED and key in current().sources:
                plans.finish(db, current(), key, planned, now())


def crawl_due(settings: Config, site: str, leash: Leash) -> None:
    """Look at a site's articles that are due between two readings of its listings, if there are any."""
    with usable(settings.database), closing(open_database(settings.database)) as db:
        if plans.site_waits(db, settings, site, now()):
            return
        if job := jobs.looks_job(db, settings, site, utc_text(now())):
            _crawl(db, settings, f"{site} (what is due)", job, leash)


def _crawl(db: Database, settings: Config, name: str, job: Job, leash: Leash) -> None:
    started = time.monotonic()
    limits = Limits(settings.daemon.memory_mb, float(seconds(settings.daemon.longest_crawl)))
    recorder = run_in_child(db, settings.database, job, limits=limits, leash=leash)
    _tell(name, recorder, time.monotonic() - started)


def _tell(name: str, recorder: Recorder, took: float) -> None:
    """One line for each crawl."""
    tally, outcome = recorder.tally, recorder.outcome
    changes = ", ".join(f"{count} {kind}" for kind, count in sorted(tally.changes.items())) or "no change"
    why = f": {tally.why}" if outcome != "ok" and tally.why else ""
    level = logging.INFO if outcome == "ok" else logging.WARNING
    log.log(
        level, "%s: %s, %d looks, %s, %.1f s%s", printable(name), outcome, tally.looks, changes, took, printable(why),
        extra={"source": name, "outcome": outcome, "looks": tally.looks, "changes": dict(tally.changes),
               "seconds": round(took, 1)},
    )  # fmt: skip
    for remark in tally.remarks:
        if remark != tally.why:
            log.info("%s: %s", printable(name), printable(remark))

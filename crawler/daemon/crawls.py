"""One crawl of the daemon, in a worker thread: the job from the record, a child that crawls, what came of it."""

import logging
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime

from sqlite_utils import Database

from crawler import jobs
from crawler.config import Config, seconds
from crawler.daemon import plans
from crawler.items import Job
from crawler.leash import Leash
from crawler.recorder import Recorder
from crawler.rules.dates import later, utc_text
from crawler.rules.text import printable
from crawler.runner import run_in_child
from storage import schedule
from storage.database import open_database, transaction, usable

STOPPED, GONE = "the daemon was stopped", "its source is configured no more"  # why a crawl is told to end
_SUSPECTS, _SPARED = 4, 3600  # articles that may have ended a crawl; seconds for which they are left alone then
log = logging.getLogger("newstrail.daemon")


def now() -> datetime:
    """The time by the clock on the wall."""
    return datetime.now(UTC)


def crawl_source(current: Callable[[], Config], key: str, planned: datetime, leash: Leash, cut: Counter[str]) -> None:
    """Read a source's listing and look at its articles that are due; then plan the next time, by the configuration as
    it is by then. `cut`: site -> how many crawls in a row were cut off there.

    A crawl that the daemon's own end cuts off leaves its plan as it is: the next daemon makes it again.
    """
    settings = current()
    with usable(settings.database), closing(open_database(settings.database, make=False)) as db:
        if why_not := plans.begin(db, settings, key, now()):
            log.info("%s: %s", key, printable(why_not))
            return
        try:
            _crawl(db, settings, key, jobs.scheduled_job(db, settings, key, utc_text(now())), leash, cut)
        finally:
            if leash.why != STOPPED and key in current().sources:
                plans.finish(db, current(), key, planned, now())


def crawl_due(settings: Config, site: str, leash: Leash, cut: Counter[str]) -> None:
    """Look at a site's articles that are due between two readings of its listings, if there are any."""
    with usable(settings.database), closing(open_database(settings.database, make=False)) as db:
        if plans.site_waits(db, settings, site, now()):
            return
        if job := jobs.looks_job(db, settings, site, utc_text(now())):
            _crawl(db, settings, f"{site} (what is due)", job, leash, cut)


def _crawl(db: Database, settings: Config, name: str, job: Job, leash: Leash, cut: Counter[str]) -> None:
    started, began = time.monotonic(), utc_text(now())
    leash.seconds = float(seconds(settings.daemon.longest_crawl))
    channels = settings.channels.values()
    recorder = run_in_child(db, settings.database, job, leash=leash, channels=channels)
    _tell(name, recorder, time.monotonic() - started)
    for site in job.sites:
        cut[site] = cut[site] + 1 if recorder.outcome == "interrupted" and leash.why not in (STOPPED, GONE) else 0
        if cut[site] > 1:
            _spare(db, settings, site, began)


def _spare(db: Database, settings: Config, site: str, began: str) -> None:
    """A page may be what ends one crawl after another: those that were next in turn wait, so that the rest is read."""
    until, most = later(began, _SPARED), max(_SUSPECTS, settings.crawl.concurrency_per_host)
    with transaction(db):
        spared = schedule.spare(db, site, began, until, most)
    if spared:
        log.warning("%s: crawls were cut off again and again; not looked at before %s: %s", site, until, spared)


def _tell(name: str, recorder: Recorder, took: float) -> None:
    """One line for each crawl."""
    tally, outcome = recorder.tally, recorder.outcome
    changes = ", ".join(f"{count} {kind}" for kind, count in sorted(tally.changes.items())) or "no change"
    why = (recorder.reason or tally.why or "") if outcome != "ok" else ""
    log.log(
        logging.INFO if outcome == "ok" else logging.WARNING,
        "%s: %s, %d looks, %s, %.1f s%s",
        printable(name), outcome, tally.looks, changes, took, f": {printable(why)}" if why else "",
        extra={
            "source": name, "outcome": outcome, "looks": tally.looks, "changes": dict(tally.changes),
            "seconds": round(took, 1),
        },
    )  # fmt: skip
    for remark in tally.remarks:
        if remark != tally.why:
            log.info("%s: %s", printable(name), printable(remark))

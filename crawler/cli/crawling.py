"""`newstrail crawl` and `newstrail watch`."""

import sys
import time
from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlite_utils import Database

from crawler import config, jobs
from crawler.cli.output import json_option, print_records, printable
from crawler.errors import CrawlError, NotFoundError
from crawler.items import Job, ListingReading
from crawler.recorder import Recorder, Tally
from crawler.rules.dates import utc_text
from crawler.runner import run_in_child
from storage import sources
from storage.database import open_database, transaction, usable

_COLUMNS = {
    "source": "source", "outcome": "outcome", "listed": "listed", "looks": "looked at", "first_seen": "new",
    "edited": "edited", "removed": "removed", "restored": "restored", "moved": "moved", "unchanged": "unchanged",
    "errors": "errors", "seconds": "seconds",
}  # fmt: skip
_log_option = click.option(
    "--log-level",
    type=click.Choice(["DEBUG", "INFO", "WARNING", "ERROR"]),
    help="Print Scrapy's log on standard error.",
)


def now() -> str:
    return utc_text(datetime.now(UTC))


@click.command()
@click.argument("keys", nargs=-1, metavar="[KEY]...")
@click.option("--recheck", is_flag=True, help="Look at every article that the source ever listed, due or not.")
@_log_option
@json_option
@click.pass_obj
def crawl(config_path: str | None, keys: tuple[str, ...], recheck: bool, log_level: str | None, as_json: bool) -> None:
    """Crawl these sources once (default: all, and what is watched outside them)."""
    settings = config.load(config_path)
    names = [settings.source(key).key for key in keys] or list(settings.sources)
    jobs.refuse_placeholder(settings, {settings.sources[name].site for name in names})
    db = open_database(settings.database)
    names = names if keys else _not_paused(db, settings, names)
    results: list[dict[str, Any]] = []
    for name in names:
        with usable(settings.database):
            job = jobs.category_job(db, settings, name, now(), recheck)
        results.append(run_with_progress(db, settings, job, name, log_level))
        if results[-1]["outcome"] == "interrupted":
            break
    if not keys and all(result["outcome"] != "interrupted" for result in results):
        with usable(settings.database):
            job = jobs.due_job(db, settings, jobs.EVER if recheck else now(), unlisted_only=True)
        if job.targets:
            results.append(run_with_progress(db, settings, job, "(watched)", log_level))
    finish(results, as_json)


def _not_paused(db: Database, settings: config.Config, names: list[str]) -> list[str]:
    """These sources but those that are paused, which one line tells of."""
    with usable(settings.database):
        paused = [name for name in names if name in sources.paused(db)]
    if paused:
        click.echo(f"newstrail: paused, left out: {printable(', '.join(paused))}", err=True)
    return [name for name in names if name not in paused]


@click.command()
@click.argument("url")
@_log_option
@json_option
@click.pass_obj
def watch(config_path: str | None, url: str, log_level: str | None, as_json: bool) -> None:
    """Track the article at URL (its post, share or content page), outside any listing; look at it now."""
    settings = config.load(config_path)
    target = jobs.watch_target(settings, url)
    jobs.refuse_placeholder(settings, {target.site})
    db = open_database(settings.database)
    with usable(settings.database):
        with transaction(db):
            jobs.remember(db, target, now())
        job = jobs.code_job(db, settings, [target.code], target.site)
    result = run_with_progress(db, settings, job, target.code, log_level)
    finish([result], as_json)
    if result["outcomes"].get("gone"):
        raise NotFoundError(f"{url}: nothing is there now; it stays watched")


def run_with_progress(db: Any, settings: config.Config, job: Job, name: str, log_level: str | None) -> dict[str, Any]:
    """One crawl with a progress bar on a terminal; its summary as a record."""
    started = time.monotonic()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True) as progress:
        bar = progress.add_task(printable(name), total=len(job.targets) or None)

        def listed(reading: ListingReading) -> None:
            due = {target.code for target in job.targets}
            new = [e for e in reading.entries if e.code not in due and e.code not in job.known_codes]
            progress.update(bar, total=len(due) + len(new))

        def committed(tally: Tally) -> None:
            progress.update(bar, completed=tally.looks)

        channels = settings.channels.values()
        scrapy = {"LOG_ENABLED": True, "LOG_LEVEL": log_level} if log_level else {}
        recorder = run_in_child(db, settings.database, job, committed, listed, scrapy, channels)
    return _summary(name, recorder, time.monotonic() - started)


def _summary(name: str, recorder: Recorder, seconds: float) -> dict[str, Any]:
    tally = recorder.tally
    return {
        "source": name,
        "run": recorder.run_id,
        "outcome": recorder.outcome,
        "listed": tally.listed,
        "looks": tally.looks,
        **{kind: tally.changes[kind] for kind in ("first_seen", "edited", "removed", "restored", "moved")},
        "unchanged": tally.outcomes["unchanged"] + tally.outcomes["not_modified"],
        "outcomes": dict(tally.outcomes),
        "errors": tally.outcomes["error"] + (tally.listing_error is not None),
        "error": tally.why,
        "remarks": tally.remarks,
        "seconds": round(seconds, 1),
    }


def finish(results: list[dict[str, Any]], as_json: bool) -> None:
    """Print what the crawls came to; raises `CrawlError` where one of them ended with errors."""
    print_records(results, _COLUMNS, as_json, empty="nothing to crawl: no source is configured, or all are paused")
    for result in results:
        for remark in result["remarks"]:
            if result["outcome"] == "ok" or remark != result["error"]:
                click.echo(f"newstrail: {printable(remark)}", err=True)
    bad = [f"{r['source']} {r['outcome']} ({r['error'] or 'stopped'})" for r in results if r["outcome"] != "ok"]
    if bad:
        raise CrawlError(printable(f"ended with errors: {'; '.join(bad)}; what was fetched is kept"))

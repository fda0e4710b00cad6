"""`scrapy crawl category -a source=KEY` and `scrapy crawl share -a code=CODE`, with newstrail's exit codes."""

import argparse
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from scrapy.commands import crawl
from scrapy.settings import SETTINGS_PRIORITIES
from sqlite_utils import Database

from crawler import config, jobs
from crawler.errors import CrawlError, NewstrailError, NotFoundError, UsageError, as_newstrail_error
from crawler.items import Job
from crawler.recorder import Tally
from crawler.rules.dates import utc_text
from crawler.rules.text import printable
from crawler.runner import run_in_child
from storage.database import open_database, usable
from storage.errors import StorageError

log = logging.getLogger("newstrail")
_ARGUMENTS = {"category": ("source", "recheck"), "share": ("code", "site", "recheck")}


class Command(crawl.Command):
    """Scrapy's `crawl`, with the job made from newstrail.toml and the record, and its result as exit code.

    It fetches and reads in a process of its own, as `newstrail crawl` does, so that no page can end the recording.
    """

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Makes the job here, before Scrapy logs its first line, so that what is wrong with it is one line."""
        super().process_options(args, opts)
        self._prepared: tuple[Database, config.Config, Job] | None = None
        if len(args) == 1 and args[0] in _ARGUMENTS:
            with _told():
                self._prepared = _prepare(args[0], opts.spargs)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if self._prepared is None:  # not one of newstrail's spiders
            super().run(args, opts)
            return
        db, settings, job = self._prepared
        with _told():
            channels = settings.channels.values()
            recorder = run_in_child(db, settings.database, job, settings=self._given(), channels=channels)
            counts = {"looks": recorder.tally.looks, **recorder.tally.outcomes, **recorder.tally.changes}
            log.info("Recorded: %s", ", ".join(f"{count} {name}" for name, count in counts.items()))
            _judge(recorder.outcome, recorder.tally, opts.spargs)

    def _given(self) -> dict[str, Any]:
        """What a person said of Scrapy's settings, on the command line or in the environment."""
        assert self.settings is not None
        given = {
            name: self.settings.get(name)
            for name in self.settings
            if (self.settings.getpriority(name) or 0) >= SETTINGS_PRIORITIES["cmdline"]
        }
        plain = {name: value for name, value in given.items() if isinstance(value, str | int | float)}
        return {"LOG_ENABLED": self.settings.getbool("LOG_ENABLED")} | plain


@contextmanager
def _told() -> Iterator[None]:
    """Errors as one line and an exit code."""
    try:
        yield
    except (NewstrailError, StorageError) as error:
        told = as_newstrail_error(error) if isinstance(error, StorageError) else error
        print(f"newstrail: {printable(' '.join(str(told).split()))}", file=sys.stderr)
        sys.exit(told.exit_code)


def _prepare(spider: str, arguments: dict[str, str]) -> tuple[Database, config.Config, Job]:
    for name in arguments:
        if name not in _ARGUMENTS[spider]:
            allowed = ", ".join(_ARGUMENTS[spider])
            raise UsageError(f"scrapy crawl {spider}: unknown argument {name!r}; allowed: {allowed}")
    settings = config.load()
    if spider == "category" and "source" not in arguments:
        there_are = ", ".join(settings.sources)
        raise UsageError(f"scrapy crawl category: -a source=KEY is needed; there are: {there_are}")
    if "source" in arguments:
        jobs.refuse_placeholder(settings, [settings.source(arguments["source"]).site])
    if "site" in arguments:
        settings.site(arguments["site"])
    db = open_database(settings.database)
    with usable(settings.database):
        return db, settings, _job(db, settings, arguments)


def _job(db: Database, settings: config.Config, arguments: dict[str, str]) -> Job:
    now = utc_text(datetime.now(UTC))
    recheck = arguments.get("recheck", "0") not in ("0", "", "false", "no")
    if "source" in arguments:
        return jobs.category_job(db, settings, arguments["source"], now, recheck)
    site = arguments.get("site")
    if codes := [code for code in arguments.get("code", "").split(",") if code]:
        return jobs.code_job(db, settings, codes, site)
    return jobs.due_job(db, settings, jobs.EVER if recheck else now, site)


def _judge(outcome: str | None, tally: Tally, arguments: dict[str, Any]) -> None:
    """Raises where the crawl was not what was asked for."""
    is_gone = outcome != "interrupted" and 0 < tally.looks == tally.outcomes["gone"]
    if "code" in arguments and is_gone and not tally.left:
        raise NotFoundError(f"{arguments['code']}: nothing is there")
    if outcome != "ok":
        raise CrawlError(f"the crawl ended {outcome}: {tally.why or 'see the log'}")

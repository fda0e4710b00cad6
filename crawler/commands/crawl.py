"""`scrapy crawl category -a source=KEY` and `scrapy crawl share -a code=CODE`, with newstrail's exit codes."""

import argparse
import sys
from datetime import UTC, datetime

from scrapy.commands import crawl
from sqlite_utils import Database

from crawler import config, jobs
from crawler.errors import CrawlError, NewstrailError, NotFoundError, UsageError, as_newstrail_error
from crawler.items import Job
from crawler.rules.dates import utc_text
from crawler.runner import run_here
from storage.database import open_database
from storage.errors import StorageError

_ARGUMENTS = {"category": ("source", "recheck"), "share": ("code", "site", "recheck")}


class Command(crawl.Command):
    """Scrapy's `crawl`, with the job made from newstrail.toml and the record, and its result as exit code."""

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1 or args[0] not in _ARGUMENTS:
            super().run(args, opts)
            return
        try:
            self._crawl(args[0], opts.spargs)
        except NewstrailError as error:
            print(f"newstrail: {error}", file=sys.stderr)
            self.exitcode = error.exit_code

    def _crawl(self, spider: str, arguments: dict[str, str]) -> None:
        for name in arguments:
            if name not in _ARGUMENTS[spider]:
                allowed = ", ".join(_ARGUMENTS[spider])
                raise UsageError(f"scrapy crawl {spider}: unknown argument {name!r}; allowed: {allowed}")
        settings = config.load()
        if "source" in arguments:
            settings.source(arguments["source"])
        try:
            db = open_database(settings.database)
            job = _job(db, settings, spider, arguments)
            recorder = run_here(self.crawler_process, db, settings.database, job)
        except StorageError as error:
            raise as_newstrail_error(error) from error
        if "code" in arguments and recorder.tally.looks == recorder.tally.outcomes["gone"]:
            raise NotFoundError(f"{arguments['code']}: nothing is there")
        if recorder.outcome != "ok":
            raise CrawlError(f"the crawl ended {recorder.outcome}: {recorder.tally.why or 'see the log'}")


def _job(db: Database, settings: config.Config, spider: str, arguments: dict[str, str]) -> Job:
    now = utc_text(datetime.now(UTC))
    recheck = arguments.get("recheck", "0") not in ("0", "", "false", "no")
    if spider == "category":
        if "source" not in arguments:
            raise UsageError(
                f"scrapy crawl category: -a source=KEY is needed; there are: {', '.join(settings.sources)}"
            )
        return jobs.category_job(db, settings, arguments["source"], now, recheck)
    site = arguments.get("site")
    if codes := [code for code in arguments.get("code", "").split(",") if code]:
        return jobs.code_job(db, settings, codes, site)
    return jobs.due_job(db, settings, jobs.EVER if recheck else now, site)

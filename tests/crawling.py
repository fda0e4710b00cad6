"""A configuration and a database of their own in a folder, and newstrail's commands run on them for real."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crawler import config, jobs
from crawler.demo.site import Replica, newstrail_toml
from crawler.rules.dates import utc_text
from crawler.runner import run_in_child
from storage.database import open_database
from tests import warm

ROOT = Path(__file__).parents[1]


class Trail:
    """newstrail pointed at a replica, or at what is in a folder already.

    `cold`: each command is a program that starts from nothing.
    """

    cold = False

    def __init__(self, folder: Path, site: Replica | None = None, sources: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.toml = folder / "newstrail.toml"
        self.database = folder / "newstrail.db"
        if site is not None:
            self.site = site
            toml = newstrail_toml(site.base, "newstrail.db", sources or site.sources)
            self.toml.write_text(toml, encoding="utf-8")

    def newstrail(self, *arguments: str, code: int = 0) -> str:
        """Run `newstrail …`; its standard output. The exit code must be `code`."""
        return self.run("crawler", *arguments, code=code).stdout

    def scrapy(self, *arguments: str, code: int = 0) -> str:
        """Run `scrapy …`; its log."""
        return self.run("scrapy", *arguments, code=code).stderr

    def run(self, program: str, *arguments: str, code: int) -> "subprocess.CompletedProcess[str]":
        """Run `python -m PROGRAM …`; the exit code must be `code`."""
        environment = {**os.environ, "NEWSTRAIL_CONFIG": str(self.toml)}
        if self.cold:
            command = [sys.executable, "-m", program, *arguments]
            done = subprocess.run(
                command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=100, check=False
            )
        else:
            done = warm.run(program, arguments, ROOT, environment, 100)
        assert done.returncode == code, f"{done.args} left with {done.returncode}:\n{done.stdout}\n{done.stderr}"
        return done

    def crawl(self, recheck: bool = False) -> str:
        """Crawl every source, each in its child process; the worst outcome."""
        settings = config.load(self.toml)
        db = open_database(settings.database)
        outcomes = set()
        for key in settings.sources:
            job = jobs.category_job(db, settings, key, utc_text(datetime.now(UTC)), recheck)
            outcomes.add(run_in_child(db, settings.database, job, channels=settings.channels.values()).outcome)
        db.close()
        return max((o for o in outcomes if o), key=["ok", "partial", "failed", "interrupted"].index)

    def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        """Rows of the database, read-only."""
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)
        connection.row_factory = sqlite3.Row
        try:
            return [dict(row) for row in connection.execute(sql, values)]
        finally:
            connection.close()

    def counts(self, sql: str) -> dict[Any, int]:
        """A query of two columns as a dict."""
        return {next(iter(row.values())): list(row.values())[1] for row in self.rows(sql)}

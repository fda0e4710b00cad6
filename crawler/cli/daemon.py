"""`newstrail daemon`."""

import importlib
import importlib.util
import logging
import os
import signal
import sys
import tomllib
from pathlib import Path
from typing import Any

import click

from crawler.daemon.lock import Lock
from crawler.errors import UsageError


@click.command()
@click.option("--metrics", metavar="HOST:PORT", help="Serve figures for Prometheus there.")
@click.option("--log-json", is_flag=True, help="Write the log as JSON, one object a line.")
@click.pass_obj
def daemon(config_path: str | None, metrics: str | None, log_json: bool) -> None:
    """Crawl every source when its time has come, until stopped (SIGTERM); SIGHUP rereads the configuration."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until there is something to reread
    # Before anything that takes long: of many that are started at once, all but one are gone at once.
    lock = Lock(database) if (database := _database(config_path)) else None
    from crawler import config, jobs
    from crawler.daemon import service
    from crawler.daemon.systemd import Systemd
    from storage.database import open_database

    settings = config.load(config_path)
    lock = lock or Lock(settings.database)
    systemd = Systemd()
    jobs.refuse_placeholder(settings, {source.site for source in settings.sources.values()})
    open_database(settings.database).close()
    _configure_logs(log_json)
    _serve_metrics(metrics, settings.database)
    service.run(settings, systemd)
    del lock


def _database(config_path: str | None) -> Path | None:
    """The database that a configuration names; None where that is not to be seen at a glance."""
    try:
        file = Path(config_path or os.environ.get("NEWSTRAIL_CONFIG") or "newstrail.toml")
        return file.parent / str(tomllib.loads(file.read_text(encoding="utf-8")).get("database", "newstrail.db"))
    except (OSError, ValueError):
        return None  # what is wrong is told by the whole check


def _configure_logs(as_json: bool) -> None:
    if logs := _module("crawler.logs"):
        logs.configure(as_json)
    else:
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")


def _serve_metrics(address: str | None, database: Path) -> None:
    if address is None:
        return
    metrics = _module("crawler.metrics")
    if metrics is None:
        raise UsageError("--metrics: this version serves none")
    metrics.serve(address, database)


def _module(name: str) -> Any:
    return importlib.import_module(name) if importlib.util.find_spec(name) else None

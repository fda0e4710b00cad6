"""`newstrail daemon`."""

import importlib
import importlib.util
import logging
import signal
import sys
from typing import Any

import click

from crawler import config
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
    settings = config.load(config_path)
    lock = Lock(settings.database)  # before what takes long to import: of many started at once, one goes on
    from crawler import jobs
    from crawler.daemon import service
    from crawler.daemon.systemd import Systemd
    from storage.database import open_database

    systemd = Systemd()
    jobs.refuse_placeholder(settings, {source.site for source in settings.sources.values()})
    open_database(settings.database).close()
    _configure_logs(log_json)
    _serve_metrics(metrics, settings)
    service.run(settings, systemd)
    del lock


def _configure_logs(as_json: bool) -> None:
    if logs := _module("crawler.logs"):
        logs.configure(as_json)
    else:
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")


def _serve_metrics(address: str | None, settings: config.Config) -> None:
    if address is None:
        return
    metrics = _module("crawler.metrics")
    if metrics is None:
        raise UsageError("--metrics: this version serves none")
    metrics.serve(address, settings.database)


def _module(name: str) -> Any:
    return importlib.import_module(name) if importlib.util.find_spec(name) else None

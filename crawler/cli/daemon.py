"""`newstrail daemon`."""

import os
import signal
import sys
import tomllib
from pathlib import Path

import click

from crawler.daemon.lock import Lock


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
    from crawler import config, jobs, logs
    from crawler.daemon import service
    from crawler.daemon.systemd import Systemd
    from crawler.metrics import serve
    from storage.database import open_database

    settings = config.load(config_path)
    lock = lock or Lock(settings.database)
    systemd = Systemd()
    jobs.refuse_placeholder(settings, {source.site for source in settings.sources.values()})
    open_database(settings.database).close()
    logs.configure(log_json)
    if metrics:
        serve(metrics, settings.database)
    service.run(settings, systemd)
    del lock


def _database(config_path: str | None) -> Path | None:
    """The database that a configuration names; None where that is not to be seen at a glance."""
    try:
        file = Path(config_path or os.environ.get("NEWSTRAIL_CONFIG") or "newstrail.toml")
        return file.parent / str(tomllib.loads(file.read_text(encoding="utf-8")).get("database", "newstrail.db"))
    except (OSError, ValueError):
        return None  # what is wrong is told by the whole check

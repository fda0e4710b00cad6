"""What Prometheus may scrape of a running daemon: the record's own figures, read anew at each scrape."""

import logging
import platform
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, ProcessCollector, start_http_server
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
    Metric,
    SummaryMetricFamily,
)
from prometheus_client.registry import Collector

from crawler import __version__
from crawler.config import host_and_port
from crawler.errors import UsageError
from crawler.rules.dates import utc_text
from storage import metrics
from storage.errors import StorageError

Rows = dict[str, list[dict[str, Any]]]
_log = logging.getLogger("newstrail.metrics")
_SECONDS = "newstrail_crawl_duration_seconds", "How long the crawls that have ended took."


class Figure(NamedTuple):
    """A gauge: its name, what it is, and where `storage.metrics.figures` says it: in which rows, by which label, in
    which column."""

    name: str
    what: str
    rows: str
    label: str
    column: str


class Total(NamedTuple):
    """A counter: its name, what it counts, its name in the table `totals`, and label -> column of that table."""

    name: str
    what: str
    counted: str
    labels: dict[str, str]


FIGURES = (
    Figure("newstrail_articles_due", "Articles whose next look is due.", "articles", "site", "due"),
    Figure("newstrail_article_lag_seconds", "How long the article that waits longest for its look has been due.",
           "articles", "site", "overdue"),
    Figure("newstrail_source_lag_seconds", "How long the source's next crawl has been due.",
           "sources", "source", "late"),
    Figure("newstrail_source_next_crawl_timestamp_seconds", "When the source's next crawl is due.",
           "sources", "source", "next_run"),
    Figure("newstrail_source_last_success_timestamp_seconds", "When the source's last crawl with outcome ok ended.",
           "sources", "source", "last_ok"),
    Figure("newstrail_source_last_crawl_timestamp_seconds", "When the source's last crawl ended, whatever its outcome.",
           "sources", "source", "last_end"),
    Figure("newstrail_source_last_crawl_duration_seconds", "How long that crawl took.",
           "sources", "source", "last_seconds"),
    Figure("newstrail_source_paused", "1 where the source is paused.", "sources", "source", "paused"),
    Figure("newstrail_outbox_waiting", "Messages that are still to be sent.", "outbox", "channel", "waiting"),
    Figure("newstrail_outbox_parked", "Messages that were given up.", "outbox", "channel", "parked"),
    Figure("newstrail_outbox_oldest_seconds", "Age of the oldest message that is still to be sent.",
           "outbox", "channel", "age"),
    Figure("newstrail_budget_tokens", "Requests that may be made at once, as counted last.",
           "budgets", "site", "tokens"),
    Figure("newstrail_budget_requests_per_day", "Requests that may be made in a day.", "budgets", "site", "per_day"),
    Figure("newstrail_budget_price", "How likely an edit must be to be worth a request.", "budgets", "site", "price"),
)  # fmt: skip
TOTALS = (
    Total("newstrail_checks", "Looks at articles.", "checks", {"outcome": "value"}),
    Total("newstrail_changes", "Changes on record.", "changes", {"kind": "value"}),
    Total("newstrail_crawls", "Crawls that have ended.", "crawls", {"source": "source", "outcome": "value"}),
    Total("newstrail_crawl_requests", "Requests of the crawls that have ended.", "requests", {"source": "source"}),
    Total("newstrail_messages", "Messages that were made.", "messages", {"channel": "value"}),
    Total("newstrail_messages_delivered", "Messages that were delivered.", "deliveries", {"channel": "value"}),
)
# What is counted from the start, so that the first of them shows as a rise.
_FROM_ZERO = {
    "checks": (
        "new", "changed", "unchanged", "not_modified", "variant", "pending", "blocked", "login", "soft_404", "empty",
        "partial", "gone", "robots", "error",
    ),
    "changes": ("first_seen", "edited", "removed", "restored", "moved"),
}  # fmt: skip


class Served:
    """A server that answers scrapes, until it is closed or its `with` block ends."""

    def __init__(self, host: str, server: WSGIServer, thread: Thread) -> None:
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{server.server_port}/metrics"
        self._server, self._thread = server, thread

    def __enter__(self) -> str:
        return self.url

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Answer no more; takes half a second at most."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def serve(address: str, database: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Served:
    """Answer scrapes at HOST:PORT from the database, from now on, by threads that end with the process. Port 0 takes a
    free one.

    Raises `UsageError` where the address cannot be understood or listened at.
    """
    if (place := host_and_port(address)) is None:
        raise UsageError(f"--metrics {address}: write HOST:PORT, such as 127.0.0.1:9100 or [::1]:9100")
    host, port = place
    registry = CollectorRegistry(auto_describe=True)
    ProcessCollector(registry=registry)
    registry.register(Record(database, clock))
    try:
        return Served(host, *start_http_server(port, host, registry))
    except (OSError, UnicodeError) as error:
        said = getattr(error, "strerror", None) or error
        raise UsageError(f"--metrics {address}: cannot be listened at: {said}; name another HOST:PORT") from None


class Record(Collector):
    """The record's figures for a registry. A database that cannot be read leaves `newstrail_up 0` and no figures."""

    def __init__(self, database: Path, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock
        self._started = time.time()
        self._up = True

    def collect(self) -> Iterator[Metric]:
        """All metrics, read now."""
        rows = self._rows()
        yield GaugeMetricFamily("newstrail_up", "1 where the database could be read.", float(rows is not None))
        yield GaugeMetricFamily("newstrail_start_time_seconds", "When the daemon started.", self._started)
        build = {"version": __version__, "python": platform.python_version()}
        yield InfoMetricFamily("newstrail_build", "What runs.", build)
        yield self._sizes()
        if rows is not None:
            yield from (_counter(total, rows["totals"]) for total in TOTALS)
            yield _durations(rows["totals"])
            yield from (_gauge(figure, rows[figure.rows]) for figure in FIGURES)

    def _rows(self) -> Rows | None:
        try:
            rows = metrics.figures(self._database, utc_text(self._clock()))
        except (StorageError, OSError) as error:
            if self._up:
                _log.warning("no metrics: %s", error)
            self._up = False
            return None
        if not self._up:
            _log.info("metrics again: %s can be read", self._database)
        self._up = True
        return rows

    def _sizes(self) -> Metric:
        family = GaugeMetricFamily("newstrail_database_size_bytes", "Bytes of the database's files.", labels=["file"])
        try:
            for name, size in metrics.sizes(self._database).items():
                family.add_metric([name], size)
        except OSError:
            pass  # newstrail_up says it
        return family


def _counter(total: Total, rows: list[dict[str, Any]]) -> Metric:
    family = CounterMetricFamily(total.name, total.what, labels=list(total.labels))
    counts = {(value,): 0 for value in _FROM_ZERO.get(total.counted, ())}
    for row in rows:
        if row["name"] == total.counted:
            counts[tuple(row[column] for column in total.labels.values())] = row["total"]
    for labels, count in counts.items():
        family.add_metric(labels, count)
    return family


def _durations(rows: list[dict[str, Any]]) -> Metric:
    family = SummaryMetricFamily(*_SECONDS, labels=["source"])
    for row in rows:
        if row["name"] == "crawl_seconds":
            ended = sum(r["total"] for r in rows if r["name"] == "crawls" and r["source"] == row["source"])
            family.add_metric([row["source"]], count_value=ended, sum_value=row["total"])
    return family


def _gauge(figure: Figure, rows: list[dict[str, Any]]) -> Metric:
    family = GaugeMetricFamily(figure.name, figure.what, labels=[figure.label])
    for row in rows:
        if row[figure.column] is not None:
            family.add_metric([row[figure.label]], row[figure.column])
    return family

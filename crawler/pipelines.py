"""From what a spider read to what the record is told: normalize, drop what the run has seen, observe."""

import logging
from collections.abc import Callable
from typing import Any, Self

import msgspec
from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.logformatter import LogFormatter

from crawler.items import Begun, Ending, ListingReading, Look, Message, Observation
from crawler.rules import classify
from crawler.rules.dates import utc_text
from crawler.rules.normalize import normalize
from crawler.rules.text import printable, storable

Sink = Callable[[Message], None]
logger = logging.getLogger(__name__)


class NormalizePipeline:
    """Fields as they are kept; what could not be understood becomes the look's reason."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_item(self, item: Observation) -> Observation:
        try:
            return self._normalized(item) if isinstance(item, Look) else item
        except Exception as error:  # Scrapy would drop it, and the look with it
            return _unread(item, error)

    def _normalized(self, item: Look) -> Look:
        self._crawler.stats.inc_value(f"newstrail/looks/{item.outcome}")
        reasons = [item.reason] if item.reason else []
        fields = item.fields
        if fields is not None:
            self._crawler.spider.sink(Begun(_nothing(item)))  # type: ignore[union-attr]
            fields, remarks = normalize(fields, self._crawler.spider.job.sites[item.site].zone)  # type: ignore[union-attr]
            reasons += remarks + _lacking(item, fields)
            for remark in reasons:
                self._crawler.stats.inc_value("newstrail/remarks")
                logger.warning("%s: %s", item.page or item.url, printable(remark))
        return msgspec.structs.replace(item, fields=fields, reason=storable("; ".join(reasons)) or None)


def _unread(item: Observation, error: Exception) -> Observation:
    """What is on record of a page whose words broke a rule of ours; raises the error where it is of no page."""
    if not isinstance(item, Look | ListingReading):
        raise error
    return msgspec.structs.replace(_nothing(item), reason=storable(classify.broken(error)))


def _nothing(item: Look | ListingReading) -> Look | ListingReading:
    """A look, or a reading of a listing, that brought nothing."""
    if isinstance(item, ListingReading):
        return msgspec.structs.replace(item, outcome="error", heading=None, entries=(), broken=None, response=None)
    nothing: dict[str, Any] = {"fields": None, "responses": (), "not_modified": (), "vanished": (), "collapsed": False}
    return msgspec.structs.replace(item, outcome="error", moved_from=None, moved_to=None, **nothing)


def _lacking(look: Look, fields: Any) -> list[str]:
    """What a first look should have found and did not."""
    if look.version is not None:
        return []
    said = look.reason or ""
    return [f"no {name}" for name in ("title", "published_at") if getattr(fields, name) is None and name not in said]


class DeduplicatePipeline:
    """Drops a look at what this run has looked at already (an article that stands on the listing twice)."""

    def __init__(self, crawler: Crawler) -> None:
        self._stats = crawler.stats
        self._seen: set[tuple[str, str, int]] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_item(self, item: Observation) -> Observation:
        if isinstance(item, Look):
            key = (item.site, item.code, item.attempt)
            if key in self._seen:
                self._stats.inc_value("newstrail/duplicates_dropped")
                raise DropItem(f"looked at twice in one run: {item.url}")
            self._seen.add(key)
        return item


class ObservePipeline:
    """Hands every observation to the crawl's sink, and at the end how the crawl went."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._sink: Sink | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        pipeline = cls(crawler)
        crawler.signals.connect(pipeline.spider_closed, signal=signals.spider_closed)
        return pipeline

    def process_item(self, item: Observation) -> Observation:
        if isinstance(item, ListingReading) and item.outcome == "error":
            logger.error("%s: %s", item.url, printable(item.reason))
        sink: Sink = self._crawler.spider.sink  # type: ignore[union-attr]
        try:
            sink(item)
        except Exception as error:  # it cannot be told as it is
            sink(_unread(item, error))
        return item

    def spider_closed(self, spider: Spider, reason: str) -> None:
        stats = self._crawler.stats
        spider.sink(  # type: ignore[attr-defined]
            Ending(
                id=f"{spider.job.run}:end",  # type: ignore[attr-defined]
                seen_at=utc_text(spider.clock()),  # type: ignore[attr-defined]
                interrupted=reason != "finished",
                reason=None if reason == "finished" else reason,
                requests=stats.get_value("newstrail/requests", 0),
                not_modified=stats.get_value("downloader/response_status_count/304", 0),
                left=spider.left,  # type: ignore[attr-defined]
            )
        )


class ShortLogFormatter(LogFormatter):
    """Log lines without the items' contents."""

    def scraped(self, item: Any, response: Any, spider: Any) -> None:  # type: ignore[override]
        return None

    def dropped(self, item: Any, exception: BaseException, response: Any, spider: Any = None) -> Any:
        return {"level": logging.DEBUG, "msg": "Dropped: %(exception)s", "args": {"exception": exception}}

"""The category spider: reads a listing, reports who is on it, and looks at every article that is new or due."""

from collections.abc import AsyncIterator
from typing import Any

from scrapy import Request
from scrapy.http import Response

from crawler.hosts import HostSpared
from crawler.items import Begun, ListingReading, ListingTask, Raw
from crawler.rules import classify, listing, rest
from crawler.rules.decode import decode
from crawler.rules.extract import ExtractionError
from crawler.rules.text import storable
from spiders.reading import as_raw
from spiders.share import ShareSpider


class CategorySpider(ShareSpider):
    """Reads the listing of its job, then looks at what is new there and at its targets."""

    name = "category"

    @property
    def task(self) -> ListingTask:
        assert self.job.listing is not None, "a category job has a listing"
        return self.job.listing

    async def start(self) -> AsyncIterator[Any]:
        meta = {"site": self.task.site}
        yield Request(self.task.url, self.parse_listing, errback=self.listing_failed, dont_filter=True, meta=meta)

    async def parse_listing(self, response: Response) -> AsyncIterator[Any]:
        self.sink(Begun(self.reading("error", url=response.url)))
        try:
            reading = self.read_listing(response)
        except Exception as error:  # a page that breaks a rule of ours is a reading that brought nothing, not silence
            reading = self.reading("error", reason=classify.broken(error), url=response.url)
        yield reading
        for target in self.bounded(rest.of_listing(self.job, reading)):
            yield self.first_request(target)

    async def listing_failed(self, failure: Any) -> AsyncIterator[Any]:
        if isinstance(failure.value, HostSpared):
            self.leave(failure.value)
        else:
            yield self.reading("error", reason=classify.failure(failure.value)[1])
        for target in self.bounded(self.job.targets):
            yield self.first_request(target)

    def reading(self, outcome: Any, **values: Any) -> ListingReading:
        values.setdefault("url", self.task.url)
        for name in ("reason", "broken"):
            if values.get(name):
                values[name] = storable(values[name])
        return ListingReading(id=self.next_id(), source=self.task.source, seen_at=self.now(), outcome=outcome, **values)

    def read_listing(self, response: Response) -> ListingReading:
        raw: Raw = as_raw("listing", response, self.now())
        markup, _ = decode(raw.body, raw.header("Content-Type"))
        asked = next(iter(response.meta.get("redirect_urls", [])), None)
        verdict = None
        try:
            verdict = classify.answer(raw, response.flags, asked, markup)
            if verdict and verdict[0] == "not_found" and self.task.seen_before:
                return self.reading("gone", reason=f"{verdict[1]}: nothing listed now", url=response.url)
            heading, entries, others = listing.read(self.job.sites[self.task.site], markup, response.url)
        except ExtractionError as error:
            broken = str(error) if self.task.seen_before and verdict is None else None
            return self.reading("error", reason=verdict[1] if verdict else str(error), broken=broken, url=response.url)
        if verdict and (verdict[0] == "partial" or response.status != 200 or not entries):
            return self.reading("error", reason=verdict[1], url=response.url)
        broken = listing.shortfall(len(entries), others, self.task.links_before)
        return self.reading(
            "read", heading=heading, entries=entries, other_links=others, broken=broken, response=raw, url=response.url
        )

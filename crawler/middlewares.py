"""What every request passes on its way out: `never_fetch`, addresses, robots.txt, a bound on requests to one host."""

import asyncio
import socket
from collections.abc import Coroutine
from typing import Any, Self

from scrapy.core.downloader import Downloader, Slot
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import ProtegoRobotParser
from scrapy.utils.httpobj import urlparse_cached
from twisted.internet.defer import Deferred

from crawler.rules import addresses, classify


class NeverFetchMiddleware:
    """Refuses what a site's `never_fetch` names: listings, pages and endpoints, and redirects that lead there."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        sites = self._crawler.spider.job.sites  # type: ignore[union-attr]
        site = sites.get(request.meta.get("site"))
        if site and addresses.is_left_alone(request.url, site.never_fetch_pattern):
            self._crawler.stats.inc_value("newstrail/never_fetched")
            raise IgnoreRequest(f"never_fetch leaves {request.url} alone")


class AddressMiddleware:
    """Refuses requests, redirects and robots.txt look-ups that lead to private addresses."""

    def __init__(self, crawler: Crawler) -> None:
        self._allowed: list[str] = crawler.settings.getlist("NEWSTRAIL_ALLOW_PRIVATE")
        self._stats = crawler.stats
        self._verdicts: dict[str, asyncio.Future[str | None]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        host = urlparse_cached(request).hostname or ""
        if host not in self._verdicts:
            self._verdicts[host] = asyncio.ensure_future(self._refusal(host))
        if refusal := await self._verdicts[host]:
            self._stats.inc_value("newstrail/refused_address")
            raise IgnoreRequest(refusal)

    async def _refusal(self, host: str) -> str | None:
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return f"the host name {host} cannot be resolved"
        return addresses.refusal(host, [str(entry[4][0]) for entry in found], self._allowed)


class RobotsMiddleware:
    """Obeys robots.txt by RFC 9309: none (4xx) allows everything, one that cannot be had (5xx, network) nothing.

    Scrapy's own lets requests that wait for the same robots.txt through, obeys the body of a 404 page and allows
    everything where robots.txt cannot be had.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._agent: str = crawler.settings["USER_AGENT"]
        self._parsers: dict[str, asyncio.Future[ProtegoRobotParser | str]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        if request.meta.get("is_robots_txt"):
            return
        url = urlparse_cached(request)
        root = f"{url.scheme}://{url.netloc}"
        if root not in self._parsers:
            self._parsers[root] = asyncio.ensure_future(self._fetch(f"{root}/robots.txt"))
        rules = await self._parsers[root]  # each waiter awaits the same future and gets the same rules
        if isinstance(rules, str) or not rules.allowed(request.url, self._agent):
            self._crawler.stats.inc_value("newstrail/robots_disallowed")
            why = rules if isinstance(rules, str) else "disallows it"
            raise IgnoreRequest(f"robots.txt of {url.netloc} {why}")

    async def _fetch(self, url: str) -> ProtegoRobotParser | str:
        """The rules, or why there are none to be had."""
        request = Request(url, priority=1000, meta={"is_robots_txt": True}, callback=NO_CALLBACK)
        try:
            response = await self._crawler.engine.download_async(request)
        except Exception as error:  # whatever kept robots.txt away, nothing may be fetched
            return f"cannot be had: {classify.failure(error)[1]}"
        if 400 <= response.status < 500:
            return ProtegoRobotParser(b"", None)
        if response.status >= 300:
            return f"disallows it, by its answer HTTP {response.status}"  # RFC 9309, 2.3.1.4
        return ProtegoRobotParser(response.body[: 500 * 1024], None)


class BoundedDownloader(Downloader):
    """Keeps `concurrency_per_host` also without a delay.

    Scrapy counts a request when its task begins, so all that are queued in one turn of the loop would begin at once.
    """

    def _wait_for_download(
        self, slot: Slot, request: Request, queue_dfd: Deferred[Response]
    ) -> Coroutine[Any, Any, None]:
        slot.transferring.add(request)
        return super()._wait_for_download(slot, request, queue_dfd)

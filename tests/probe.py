"""What newstrail's own way out does with any URL: `python -m tests.probe URL… [--allow CIDR]`.

Prints JSON: for each URL in turn its status and the beginning of its body, or the error that kept it away; and the TCP
ports on which the process listened meanwhile.
"""

import argparse
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from scrapy import Request
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from crawler import network
from crawler.child import scrapy_settings
from crawler.config import CrawlSettings
from crawler.items import Job
from crawler.rules import classify
from spiders.share import ShareSpider


class Probe(ShareSpider):
    """Asks for URLs, one after the other."""

    name = "probe"

    async def start(self) -> AsyncIterator[Any]:
        for url in self.urls:
            try:
                request = Request(url, dont_filter=True)
                if self.is_bare:
                    response = await self.crawler.engine.downloader.handlers.download_request_async(request)
                else:
                    response = await self.crawler.engine.download_async(request)
                self.found.append([response.status, response.body[:60].decode("latin-1")])
            except Exception as error:
                self.found.append([None, f"{type(error).__name__}: {classify.failure(error)[1]}"])
        self.listening = _listening()
        return
        yield


def _listening() -> list[int]:
    mine = {os.readlink(f"/proc/self/fd/{fd}")[8:-1] for fd in os.listdir("/proc/self/fd") if _is_socket(fd)}
    rows = [line.split() for line in Path("/proc/self/net/tcp").read_text().splitlines()[1:]]
    return [int(row[1].split(":")[1], 16) for row in rows if row[3] == "0A" and row[9] in mine]


def _is_socket(fd: str) -> bool:
    try:
        return os.readlink(f"/proc/self/fd/{fd}").startswith("socket:")
    except OSError:
        return False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("urls", nargs="+")
    parser.add_argument("--allow", action="append", default=[])
    parser.add_argument("--proxy")
    parser.add_argument("--bare", action="store_true", help="past the middlewares, by the download handlers alone")
    wanted = parser.parse_args()
    job = Job("probe", "share", CrawlSettings(delay=0, allow_private=tuple(wanted.allow), proxy=wanted.proxy), {})
    network.guard_process(job.crawl.allow_private)
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.update(scrapy_settings(job) | {"LOG_ENABLED": False}, priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(Probe)
    process.crawl(crawler, job=job, sink=lambda message: None, urls=wanted.urls, found=[], is_bare=wanted.bare)
    process.start()
    print(json.dumps({"found": crawler.spider.found, "listening": crawler.spider.listening}))  # type: ignore[union-attr]


if __name__ == "__main__":
    main()

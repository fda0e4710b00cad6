"""A Scrapy spider that parses the same pages as newstrail and keeps nothing: what newstrail is measured against.

`python -m bench.bare LISTING --settings newstrail|scrapy` crawls the replica and prints what it came to as JSON.
"""

import argparse
import gc
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

from scrapy import Request, Selector, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from scrapy.settings import Settings

_NO_OTHERS = dict.fromkeys(("file", "data", "ftp", "s3"))
_RESOLVER = "scrapy.resolver.CachingThreadedResolver"
_COMPRESSION = "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware"
_ROBOTS = "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware"


class BareSpider(Spider):
    """Follows a listing to the content endpoint of each article; title, time, outlet and paragraphs are its items."""

    name = "bare"

    def __init__(self, listing: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.start_urls = [listing]
        self.articles = self.characters = 0

    def parse(self, response: Response) -> Iterator[Request]:
        for link in response.css("li a::attr(href)").getall():
            code = link.rpartition("/")[2].removesuffix(".html")
            url = urljoin(response.url, f"/NewsData/GetNewsText.do?id={code}")
            yield Request(url, self.parse_article, dont_filter=True)

    def parse_article(self, response: Any) -> Iterator[dict[str, str]]:
        answer = response.json()
        body = "\n".join(Selector(text=answer["text"]).xpath("//p").xpath("string()").getall())
        self.articles += 1
        self.characters += len(body)
        yield {"title": answer["title"], "time": answer["showTime"], "outlet": answer["source"], "body": body}


def settings_of(kind: str, concurrency: int) -> Settings:
    """Scrapy's own defaults, or newstrail's settings without newstrail's parts; without a log in either case.

    Both get the same number of requests at once, since the replica is one host.
    """
    settings = Settings()
    if kind == "newstrail":
        settings.setmodule("crawler.settings", priority="project")
        parts = {path: place for path, place in settings["DOWNLOADER_MIDDLEWARES"].items() if _is_scrapys(path)}
        parts |= {_ROBOTS: 100, _COMPRESSION: 590}
        settings.set("DOWNLOADER_MIDDLEWARES", parts, priority="cmdline")
        settings.update({"ITEM_PIPELINES": {}, "DOWNLOAD_HANDLERS": _NO_OTHERS}, priority="cmdline")
        settings.set("TWISTED_DNS_RESOLVER", _RESOLVER, priority="cmdline")
    fair = {"CONCURRENT_REQUESTS": concurrency, "CONCURRENT_REQUESTS_PER_DOMAIN": concurrency, "LOG_ENABLED": False}
    settings.update(fair | {"DOWNLOAD_DELAY": 0}, priority="cmdline")
    return settings


def _is_scrapys(path: Any) -> bool:
    return str(path).startswith("scrapy.")


def main() -> None:
    """Crawl, and tell how many articles were parsed."""
    parser = argparse.ArgumentParser(prog="python -m bench.bare", description=__doc__)
    parser.add_argument("listing", help="the URL of the replica's listing")
    parser.add_argument("--settings", choices=("newstrail", "scrapy"), required=True)
    parser.add_argument("--concurrency", type=int, required=True)
    options = parser.parse_args()
    process = AsyncCrawlerProcess(settings_of(options.settings, options.concurrency))
    crawler = process.create_crawler(BareSpider)
    process.crawl(crawler, listing=options.listing)
    if options.settings == "newstrail":  # as crawler/child.py has it
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)
    process.start()
    spider = crawler.spider
    assert isinstance(spider, BareSpider)
    print(json.dumps({"articles": spider.articles, "characters": spider.characters}))


if __name__ == "__main__":
    main()

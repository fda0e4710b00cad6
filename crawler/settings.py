"""Scrapy's settings. What newstrail.toml decides (agent, delay, concurrency) is set for each crawl by its job."""

from typing import Any

BOT_NAME = "newstrail"
SPIDER_MODULES = ["spiders"]
COMMANDS_MODULE = "crawler.commands"
LOG_LEVEL = "INFO"
LOG_FORMAT = "%(asctime)s %(levelname)s %(message)s"

# --- Secure by default: an origin may send anything, and Scrapy ships most of these open. tests/test_secure.py attacks
# each of them.
# Nothing but http and https is asked for, wherever a link or a redirect leads.
DOWNLOAD_HANDLERS: dict[str, Any] = {
    "http": "crawler.handler.BoundedHandler",  # bounds the headers, too
    "https": "crawler.handler.BoundedHandler",
    "file": None,
    "data": None,
    "ftp": None,
    "s3": None,
}
# No address is connected to that is not public, unless crawl.allow_private names it.
TWISTED_DNS_RESOLVER = "crawler.resolver.CheckedResolver"
DOWNLOAD_VERIFY_CERTIFICATES = True  # of https; one that cannot be verified is an error, never a page
HTTPPROXY_ENABLED = False  # no proxy from the environment; crawl.proxy names one
# These two run code for whoever connects to them.
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
# Nothing that one answer says goes back to a host with the next request.
COOKIES_ENABLED = False
REFERRER_POLICY = "no-referrer"
METAREFRESH_ENABLED = False  # a page's own markup leads nowhere
# What one answer may cost. crawl.timeout bounds its time, crawl.memory_mb and crawl.page_seconds its reading.
DOWNLOAD_MAXSIZE = 8 * 1024 * 1024  # bytes of a body, before and after decompression
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_FAIL_ON_DATALOSS = False  # what came of a cut answer is kept as evidence, and never read
REDIRECT_MAX_TIMES = 5
# --- End of what is secure by default.

# Polite by default.
ROBOTSTXT_OBEY = True
DOWNLOADER = "crawler.middlewares.BoundedDownloader"  # keeps DOWNLOAD_DELAY for all crawls of the machine
DOWNLOAD_DELAY_JITTER = 0.0  # the delay is a promise, not a mean
RETRY_TIMES = 1
RETRY_HTTP_CODES = [500, 502, 504, 522, 524, 408]  # not 429 and 503: they ask for patience
RETRY_EXCEPTIONS = [  # not what took too long: it would take as long again
    "scrapy.exceptions.CannotResolveHostError",
    "scrapy.exceptions.DownloadConnectionRefusedError",
    "scrapy.exceptions.DownloadFailedError",
]
RETRY_GIVE_UP_LOG_LEVEL = "DEBUG"

DOWNLOADER_MIDDLEWARES: dict[str, Any] = {
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "crawler.handler.BoundedCompressionMiddleware": 590,  # where Scrapy has its own
    "crawler.middlewares.NeverFetchMiddleware": 80,
    "crawler.middlewares.AddressMiddleware": 90,
    "crawler.middlewares.RobotsMiddleware": 100,
}
# Each would wrap every answer once more and has nothing to do here.
SPIDER_MIDDLEWARES: dict[str, Any] = {
    "scrapy.spidermiddlewares.start.StartSpiderMiddleware": None,
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,  # every status is a finding
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
}
ITEM_PIPELINES: dict[str, Any] = {
    "crawler.pipelines.NormalizePipeline": 300,
    "crawler.pipelines.DeduplicatePipeline": 400,
    "crawler.pipelines.ObservePipeline": 500,
}
EXTENSIONS: dict[str, Any] = {
    "scrapy.extensions.feedexport.FeedExporter": None,
    "scrapy.extensions.logstats.LogStats": None,
}
LOG_FORMATTER = "crawler.pipelines.ShortLogFormatter"

# Scrapy starts this many tasks for each response; its default of 100 costs a third of a crawl's CPU time.
CONCURRENT_ITEMS = 4
CONCURRENT_REQUESTS = 16

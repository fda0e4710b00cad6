"""What may stand in newstrail.toml, with every default named once, and what it means."""

import difflib
import re
import string
from collections.abc import Iterator
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from crawler.errors import ConfigError

PLACEHOLDER_AGENT = "newstrail/0.1 (+https://example.org/bot)"
DEFAULT_EVERY = "15m"
SELECTORS = ("title", "body", "published_at", "outlet", "author")
TEMPLATES = ("listing", "share", "content")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
Kind = Literal["first_seen", "edited", "removed", "restored", "moved"]
Field = Literal[
    "title", "body", "outlet", "author", "published_at", "modified_at", "images", "tables", "links", "attachments"
]
Severity = Literal["cosmetic", "minor", "material"]
_ADDRESS = re.compile(r"(?:\[(?P<six>[^\[\]\s]+)\]|(?P<host>[^:\[\]\s]+)):(?P<port>\d{1,5})")
_LONGEST = 3650 * 86400  # seconds; no calendar has trouble with a time that far off


@lru_cache(maxsize=256)
def seconds(duration: str) -> int:
    """Seconds of a duration such as `90s`, `10m`, `1h`, `2d`, `1w`.

    >>> seconds("10m"), seconds("0s"), seconds("1h30m")
    (600, 0, 5400)

    Raises `ValueError` for anything else, and for more than ten years.
    """
    if not re.fullmatch(r"(?:\d{1,9}[smhdw])+", duration):
        raise ValueError("a duration such as 90s, 10m, 1h, 2d")
    total = sum(int(n) * _SECONDS[unit] for n, unit in re.findall(r"(\d+)([smhdw])", duration))
    if total > _LONGEST:
        raise ValueError("a duration of at most ten years, such as 90s, 10m, 1h, 2d")
    return total


class CrawlSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`[crawl]`: how requests are made, whatever the site."""

    user_agent: Annotated[str, Meta(min_length=1)] = PLACEHOLDER_AGENT
    delay: Annotated[float, Meta(ge=0, le=86400)] = 1.0  # seconds between requests to one host
    concurrency_per_host: Annotated[int, Meta(ge=1, le=32)] = 1
    allow_private: tuple[str, ...] = ()
    proxy: str | None = None  # through which everything is fetched; none from the environment
    timeout: Annotated[float, Meta(gt=0, le=3600)] = 30.0  # seconds that one answer may take, all in all
    most_looks: Annotated[int, Meta(ge=1, le=10**9)] = 10_000  # of one crawl
    memory_mb: Annotated[int, Meta(ge=128, le=1_048_576)] = 384  # MiB beyond what a crawl starts with
    page_seconds: Annotated[int, Meta(ge=1, le=600)] = 20  # of CPU time that reading one page may take


class Site(msgspec.Struct, forbid_unknown_fields=True, frozen=True, dict=True):
    """`[site.NAME]`: how one publisher's listings, article links, share pages and endpoint look."""

    listing: str
    article: str
    share: str
    timezone: str
    content: str | None = None
    confirm_after: str = "10m"
    variant_window: str = "1h"
    never_fetch: tuple[str, ...] = ()
    requests_per_day: Annotated[int, Meta(ge=1, le=10**9)] | None = None  # None: by the new articles of a day
    patrol: Annotated[float, Meta(ge=0, le=0.5)] = 0.1  # share of the budget that looks for removals
    forget_after: str = "30d"
    title: str | None = None
    body: str | None = None
    published_at: str | None = None
    outlet: str | None = None
    author: str | None = None

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @cached_property
    def article_pattern(self) -> re.Pattern[str]:
        return re.compile(self.article)

    @cached_property
    def never_fetch_pattern(self) -> re.Pattern[str] | None:
        return re.compile("|".join(f"(?:{p})" for p in self.never_fetch)) if self.never_fetch else None

    @property
    def selectors(self) -> dict[str, str]:
        """Field -> selector (CSS, or XPath behind `xpath:`), for the fields that have one."""
        return {name: value for name in SELECTORS if (value := getattr(self, name))}


class Source(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`[[source]]`: one listing that is watched."""

    key: Annotated[str, Meta(min_length=1)]
    site: str
    category: str | None = None
    name: str | None = None
    every: str | None = None
    min_every: str | None = None
    cron: str | None = None

    @property
    def category_name(self) -> str:
        return self.category or self.key

    @property
    def schedule(self) -> str:
        """When the listing is read: a crontab line, `every …`, or `every … to …` where the record decides."""
        every = self.every or DEFAULT_EVERY
        return self.cron or (f"every {self.min_every} to {every}" if self.min_every else f"every {every}")


class DaemonSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`[daemon]`: what `newstrail daemon` may use."""

    crawls: Annotated[int, Meta(ge=1, le=64)] = 2  # at once, each in a process of its own
    longest_crawl: str = "1h"


class Retention(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`[retention]`: what is dropped in time; None: nothing."""

    checks: str | None = None
    raw: str | None = None


class WebSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`[web]`: where `newstrail web` answers, and what it shows to readers who are not on this machine."""

    address: str = "127.0.0.1:8400"
    url: str | None = None  # under which others reach it
    whole_texts: bool = False  # or the changed passages alone
    personal_numbers: bool = False


class VerifySettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`[verify]`: who puts a time to the heads that `newstrail verify --anchor` writes."""

    timestamp_url: str | None = None  # of an RFC 3161 server
    timestamp_ca: str | None = None  # PEM file of whose time stamps are believed


class Channel(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`[[notify]]`: where findings are sent, and which."""

    name: Annotated[str, Meta(min_length=1)]
    url: str | None = None  # of one of Apprise's services
    webhook: str | None = None
    secret: str | None = None  # key of the webhook's signature
    sources: tuple[str, ...] = ()  # these; none named: all
    kinds: tuple[Kind, ...] = ()
    fields: tuple[Field, ...] = ()
    min_severity: Severity = "minor"
    words: tuple[str, ...] = ()
    trouble: bool = True  # tell of sources that cannot be read, too
    every: str | None = None  # a digest; None: each finding by itself


class Config(msgspec.Struct, frozen=True):
    """The whole of a configuration file, checked."""

    path: Path
    database: Path
    crawl: CrawlSettings
    sites: dict[str, Site]
    sources: dict[str, Source]
    daemon: DaemonSettings = DaemonSettings()
    retention: Retention = Retention()
    web: WebSettings = WebSettings()
    verify: VerifySettings = VerifySettings()
    channels: dict[str, Channel] = {}

    def source(self, key: str) -> Source:
        """The source of that key; `ConfigError` names the near ones where there is none."""
        if key in self.sources:
            return self.sources[key]
        raise ConfigError(
            f"{self.path}: no source {key!r}; there are: {', '.join(self.sources) or 'none'}"
            + did_you_mean(key, self.sources)
        )

    def site(self, name: str) -> Site:
        """The site of that name; `ConfigError` names those that there are."""
        if name in self.sites:
            return self.sites[name]
        there_are = ", ".join(self.sites) or "none"
        raise ConfigError(f"{self.path}: no [site.{name}]; there are: {there_are}{did_you_mean(name, self.sites)}")


def did_you_mean(word: str, words: Any) -> str:
    """A hint at the word among `words` that a wrong one is nearest to; empty where none is near."""
    near = difflib.get_close_matches(word, list(words), 1)
    return f" (did you mean {near[0]}?)" if near else ""


def named_hosts(site: Site) -> Iterator[str]:
    """Hosts that the site's own URL templates name."""
    for key in TEMPLATES:
        if (template := getattr(site, key)) is not None and (host := urlsplit(template).hostname):
            yield host


def host_and_port(address: str) -> tuple[str, int] | None:
    """HOST:PORT taken apart; None where it is none.

    >>> host_and_port("127.0.0.1:9100"), host_and_port("[::1]:9100"), host_and_port("9100")
    (('127.0.0.1', 9100), ('::1', 9100), None)
    """
    found = _ADDRESS.fullmatch(address)
    if found is None or int(found["port"]) > 65535:
        return None
    return found["six"] or found["host"], int(found["port"])


def placeholders(template: str) -> set[str]:
    """Names in braces: `placeholders("a/{code}")` is `{"code"}`. Raises `ValueError` for more than a name in them."""
    found = [part[1:] for part in string.Formatter().parse(template) if part[1] is not None]
    for name, form, conversion in found:
        if form or conversion:
            raise ValueError(f"{{{name}}} takes no format")
    return {name for name, _, _ in found if name is not None}


def selector_xpath(selector: str) -> str:
    """The XPath of a selector: CSS (with `::text` and `::attr(name)`), or XPath behind `xpath:`.

    >>> selector_xpath("h1::attr(title)")
    'descendant-or-self::h1/@title'
    """
    from parsel.csstranslator import HTMLTranslator  # only a site with selectors pays for the parser

    return selector.removeprefix("xpath:") if selector.startswith("xpath:") else HTMLTranslator().css_to_xpath(selector)

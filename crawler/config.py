"""newstrail.toml: what may stand in it, and what it means.

Every setting and its default is named here once. Anything that cannot be is a `ConfigError` whose one line
names the file, the key and what is allowed.
"""

import difflib
import ipaddress
import os
import re
import string
import tomllib
from collections.abc import Iterator
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from crawler.errors import ConfigError

PLACEHOLDER_AGENT = "newstrail/0.1 (+https://example.org/bot)"
DEFAULT_EVERY = "15m"
SELECTORS = ("title", "body", "published_at", "outlet", "author")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_LONGEST = 3650 * 86400  # seconds; no calendar has trouble with a time that far off
_TEMPLATES = ("listing", "share", "content")
_Struct = TypeVar("_Struct", bound=msgspec.Struct)


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
    delay: Annotated[float, Meta(ge=0)] = 1.0  # seconds between requests to one host
    concurrency_per_host: Annotated[int, Meta(ge=1, le=32)] = 1
    allow_private: tuple[str, ...] = ()


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
    cron: str | None = None

    @property
    def category_name(self) -> str:
        return self.category or self.key

    @property
    def schedule(self) -> str:
        """When the listing is read: a crontab line or `every …`."""
        return self.cron or f"every {self.every or DEFAULT_EVERY}"


class Config(msgspec.Struct, frozen=True):
    """The whole of a configuration file, checked."""

    path: Path
    database: Path
    crawl: CrawlSettings
    sites: dict[str, Site]
    sources: dict[str, Source]

    def source(self, key: str) -> Source:
        """The source of that key; `ConfigError` names the near ones where there is none."""
        if key in self.sources:
            return self.sources[key]
        raise ConfigError(
            f"{self.path}: no source {key!r}; there are: {', '.join(self.sources) or 'none'}"
            + _did_you_mean(key, self.sources)
        )

    def site(self, name: str) -> Site:
        """The site of that name; `ConfigError` names those that there are."""
        if name in self.sites:
            return self.sites[name]
        there_are = ", ".join(self.sites) or "none"
        raise ConfigError(f"{self.path}: no [site.{name}]; there are: {there_are}{_did_you_mean(name, self.sites)}")


def find(path: str | Path | None = None) -> Path:
    """Where the configuration is: `path`, else $NEWSTRAIL_CONFIG, else ./newstrail.toml."""
    return Path(path or os.environ.get("NEWSTRAIL_CONFIG") or "newstrail.toml")


def load(path: str | Path | None = None) -> Config:
    """Read and check a configuration file; raises `ConfigError`."""
    file = find(path)
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(f"{file}: not found; 'newstrail init' writes one, --config names another") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    return parse(text, file)


def parse(text: str, file: Path) -> Config:
    """Check the text of a configuration file; `file` is what messages and relative paths refer to."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file}: not valid TOML: {error}") from None
    _known_keys(file, raw)
    crawl = _section(file, "crawl", raw.get("crawl", {}), CrawlSettings)
    _check_crawl(file, crawl)
    sites = {
        name: _check_site(file, f"site.{name}", _section(file, f"site.{name}", value, Site))
        for name, value in _table(file, "site", raw.get("site", {})).items()
    }
    sources: dict[str, Source] = {}
    for number, value in enumerate(_list(file, "source", raw.get("source", [])), 1):
        source = _section(file, f"source {number}", value, Source)
        _check_source(file, f"source {source.key}", source, sites, sources)
        sources[source.key] = source
    database = raw.get("database", "newstrail.db")
    if not isinstance(database, str) or not database:
        _refuse(file, "database", "a file name")
    return Config(file, file.parent / database, crawl, sites, sources)


def _refuse(file: Path, key: str, allowed: str) -> NoReturn:
    raise ConfigError(f"{file}: {key}: {allowed}")


def _did_you_mean(word: str, words: Any) -> str:
    near = difflib.get_close_matches(word, list(words), 1)
    return f" (did you mean {near[0]}?)" if near else ""


def _known_keys(file: Path, raw: dict[str, Any]) -> None:
    allowed = ("database", "crawl", "site", "source")
    for key in raw:
        if key not in allowed:
            _refuse(file, key, f"unknown key; allowed: {', '.join(allowed)}{_did_you_mean(key, allowed)}")


def _table(file: Path, key: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        _refuse(file, key, f"write [{key}.NAME] tables")
    return value


def _list(file: Path, key: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        _refuse(file, key, f"write [[{key}]], once for each")
    return value


def _section(file: Path, where: str, value: Any, kind: type[_Struct]) -> _Struct:
    """One table of the file as a `kind`; unknown keys and wrong types name the key and what is allowed."""
    if not isinstance(value, dict):
        _refuse(file, where, "must be a table")
    allowed = kind.__struct_fields__
    for key in value:
        if key not in allowed:
            near = _did_you_mean(key, allowed)
            _refuse(file, f"{where}.{key}", f"unknown key; allowed: {', '.join(allowed)}{near}")
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        _refuse(file, where + path.rstrip("`"), message)


def _check_crawl(file: Path, crawl: CrawlSettings) -> None:
    if "\n" in crawl.user_agent or not crawl.user_agent.isascii():
        _refuse(file, "crawl.user_agent", "one line of ASCII, such as newsdesk/1.0 (+https://you.example/bot)")
    for entry in crawl.allow_private:
        if not _is_host_or_network(entry):
            _refuse(file, "crawl.allow_private", f"{entry!r} is neither a host name nor a CIDR such as 10.0.0.0/8")


def _is_host_or_network(entry: str) -> bool:
    try:
        ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return bool(re.fullmatch(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?", entry))
    return True


def _check_site(file: Path, where: str, site: Site) -> Site:
    try:
        groups = set(re.compile(site.article).groupindex)
    except re.error as error:
        _refuse(file, f"{where}.article", f"not a regular expression: {error}")
    if "code" not in groups:
        _refuse(file, f"{where}.article", "needs a group (?P<code>…) for the article's own id")
    for key in _TEMPLATES:
        if (template := getattr(site, key)) is not None:
            _check_template(file, f"{where}.{key}", template, {"category"} if key == "listing" else groups)
    _check_zone(file, f"{where}.timezone", site.timezone)
    for key in ("confirm_after", "variant_window"):
        _check_duration(file, f"{where}.{key}", getattr(site, key))
    for pattern in site.never_fetch:
        try:
            re.compile(pattern)
        except re.error as error:
            _refuse(file, f"{where}.never_fetch", f"{pattern!r} is not a regular expression: {error}")
    for field, selector in site.selectors.items():
        _check_selector(file, f"{where}.{field}", selector)
    return site


def placeholders(template: str) -> set[str]:
    """Names in braces: `placeholders("a/{code}")` is `{"code"}`."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def _check_template(file: Path, where: str, template: str, fields: set[str]) -> None:
    try:
        used = placeholders(template)
    except ValueError as error:
        _refuse(file, where, f"not a URL template: {error}")
    if unknown := used - fields:
        allowed = ", ".join(sorted(f"{{{f}}}" for f in fields))
        _refuse(file, where, f"{{{min(unknown)}}} is not known here; allowed: {allowed}")
    if "code" in fields and "code" not in used:
        _refuse(file, where, "needs {code}, which tells one article from another")
    parts = urlsplit(template)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        _refuse(file, where, "must be a whole http:// or https:// URL")


def _check_zone(file: Path, where: str, name: str) -> None:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        _refuse(file, where, f"{name!r} is not an IANA time zone such as Asia/Shanghai")


def _check_duration(file: Path, where: str, value: str) -> None:
    try:
        seconds(value)
    except ValueError as error:
        _refuse(file, where, f"{value!r} is not {error}")


def selector_xpath(selector: str) -> str:
    """The XPath of a selector: CSS (with `::text` and `::attr(name)`), or XPath behind `xpath:`.

    >>> selector_xpath("h1::attr(title)")
    'descendant-or-self::h1/@title'
    """
    from parsel.csstranslator import HTMLTranslator  # only a site with selectors pays for the parser

    return selector.removeprefix("xpath:") if selector.startswith("xpath:") else HTMLTranslator().css_to_xpath(selector)


def _check_selector(file: Path, where: str, selector: str) -> None:
    from lxml.etree import XPath

    try:
        XPath(selector_xpath(selector))
    except Exception as error:  # cssselect and lxml have no common base
        _refuse(file, where, f"{selector!r} is neither a CSS selector nor, behind xpath:, XPath ({error})")


def _check_source(file: Path, where: str, source: Source, sites: dict[str, Site], seen: dict[str, Source]) -> None:
    if source.key in seen:
        _refuse(file, where, "key stands twice; each must be unique")
    if source.site not in sites:
        names = ", ".join(sites) or "none is defined"
        _refuse(
            file, f"{where}.site", f"no [site.{source.site}]; there are: {names}{_did_you_mean(source.site, sites)}"
        )
    if source.every is not None and source.cron is not None:
        _refuse(file, f"{where}.every", "give either every or cron, not both")
    if source.every is not None:
        _check_duration(file, f"{where}.every", source.every)
        if seconds(source.every) == 0:
            _refuse(file, f"{where}.every", "must be longer than 0s")
    if source.cron is not None:
        _check_cron(file, f"{where}.cron", source.cron)


def _check_cron(file: Path, where: str, value: str) -> None:
    from apscheduler.triggers.cron import CronTrigger

    try:
        CronTrigger.from_crontab(value)
    except ValueError as error:
        _refuse(file, where, f"{value!r} is not a crontab line such as '*/5 8-20 * * 1-5': {error}")


def named_hosts(site: Site) -> Iterator[str]:
    """Hosts that the site's own URL templates name."""
    for key in _TEMPLATES:
        if (template := getattr(site, key)) is not None and (host := urlsplit(template).hostname):
            yield host

"""newstrail.toml: found, read and checked.

Anything that cannot be is a `ConfigError` whose one line names the file, the key and what is allowed.
"""

import os
import tomllib
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from crawler.config.checks import (
    check_channel,
    check_crawl,
    check_daemon,
    check_retention,
    check_site,
    check_source,
    check_verify,
    check_web,
    refuse,
)  # fmt: skip
from crawler.config.model import (
    DEFAULT_EVERY,
    PLACEHOLDER_AGENT,
    SELECTORS,
    Channel,
    Config,
    CrawlSettings,
    DaemonSettings,
    Retention,
    Site,
    Source,
    VerifySettings,
    WebSettings,
    did_you_mean,
    host_and_port,
    named_hosts,
    placeholders,
    seconds,
    selector_xpath,
)  # fmt: skip
from crawler.errors import ConfigError

__all__ = [
    "DEFAULT_EVERY", "PLACEHOLDER_AGENT", "SELECTORS", "Channel", "Config", "CrawlSettings", "DaemonSettings",
    "Retention", "Site", "Source", "VerifySettings", "WebSettings", "find", "host_and_port", "load", "named_hosts",
    "parse", "placeholders", "seconds", "selector_xpath",
]  # fmt: skip
_SECTIONS = ("database", "crawl", "daemon", "retention", "web", "verify", "notify", "site", "source")
_Struct = TypeVar("_Struct", bound=msgspec.Struct)


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
    except (ValueError, RecursionError) as error:  # tomllib's own is a ValueError; so is a number without end
        raise ConfigError(f"{file}: not valid TOML: {error}") from None
    _known_keys(file, raw)
    crawl, daemon, retention, web = (
        _section(file, "crawl", raw.get("crawl", {}), CrawlSettings),
        _section(file, "daemon", raw.get("daemon", {}), DaemonSettings),
        _section(file, "retention", raw.get("retention", {}), Retention),
        _section(file, "web", raw.get("web", {}), WebSettings),
    )
    check_crawl(file, crawl)
    check_daemon(file, "daemon", daemon)
    check_retention(file, "retention", retention)
    check_web(file, "web", web)
    verify = _section(file, "verify", raw.get("verify", {}), VerifySettings)
    check_verify(file, "verify", verify)
    sites = {
        name: check_site(file, f"site.{name}", _section(file, f"site.{name}", value, Site))
        for name, value in _table(file, "site", raw.get("site", {})).items()
    }
    sources: dict[str, Source] = {}
    for number, value in enumerate(_list(file, "source", raw.get("source", [])), 1):
        source = _section(file, f"source {number}", value, Source)
        check_source(file, f"source {source.key}", source, sites, sources)
        sources[source.key] = source
    channels: dict[str, Channel] = {}
    for number, value in enumerate(_list(file, "notify", raw.get("notify", [])), 1):
        channel = _section(file, f"notify {number}", value, Channel)
        check_channel(file, f"notify {channel.name}", channel, sources, channels)
        channels[channel.name] = channel
    database = raw.get("database", "newstrail.db")
    if not isinstance(database, str) or not database:
        refuse(file, "database", "a file name")
    return Config(file, file.parent / database, crawl, sites, sources, daemon, retention, web, verify, channels)


def _known_keys(file: Path, raw: dict[str, Any]) -> None:
    for key in raw:
        if key not in _SECTIONS:
            refuse(file, key, f"unknown key; allowed: {', '.join(_SECTIONS)}{did_you_mean(key, _SECTIONS)}")


def _table(file: Path, key: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        refuse(file, key, f"write [{key}.NAME] tables")
    return value


def _list(file: Path, key: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        refuse(file, key, f"write [[{key}]], once for each")
    return value


def _section(file: Path, where: str, value: Any, kind: type[_Struct]) -> _Struct:
    """One table of the file as a `kind`; unknown keys and wrong types name the key and what is allowed."""
    if not isinstance(value, dict):
        refuse(file, where, "must be a table")
    allowed = kind.__struct_fields__
    for key in value:
        if key not in allowed:
            near = did_you_mean(key, allowed)
            refuse(file, f"{where}.{key}", f"unknown key; allowed: {', '.join(allowed)}{near}")
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        refuse(file, where + path.rstrip("`"), message)

"""Which article a URL means, and where its pages are."""

import re
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from w3lib.url import canonicalize_url

from crawler.config import Site, named_hosts, placeholders
from crawler.items import Role

_KEPT = "()!*'~,;:@&=+$/"  # allowed in a path as they are (RFC 3986, 3.3); sites write parentheses in category names
_DEFAULT_PORTS = {"http": 80, "https": 443}


def canonical(url: str, identifying: frozenset[str] = frozenset()) -> str:
    """The URL as it is compared: sorted query, no fragment; with `identifying` keys given, only those of the query.

    >>> canonical("HTTP://a.example/x?b=2&a=1#top")
    'http://a.example/x?a=1&b=2'
    >>> canonical("http://a.example/s?infoCode=1&from=wx", frozenset({"infoCode"}))
    'http://a.example/s?infoCode=1'
    """
    whole = canonicalize_url(url)
    if not identifying:
        return whole
    query = "&".join(f"{quote(k)}={quote(v)}" for k, v in parse_qsl(urlsplit(whole).query) if k in identifying)
    return canonicalize_url(urlsplit(whole)._replace(query=query).geturl())


def identifying_keys(template: str) -> frozenset[str]:
    """Query keys of a URL template that carry an article's identity: `?infoCode={code}` has infoCode."""
    return frozenset(k for k, v in parse_qsl(urlsplit(template).query, keep_blank_values=True) if placeholders(v))


def listing_url(site: Site, category: str) -> str:
    """The URL of a category's listing."""
    return site.listing.format(category=quote(category, safe=_KEPT))


def article_groups(site: Site, url: str) -> dict[str, str] | None:
    """What the site's `article` pattern reads from an article's URL (`code` among it); None where it is none."""
    match = site.article_pattern.search(unquote(url)) or site.article_pattern.search(url)
    if match is None or not match["code"]:
        return None
    return {name: value for name, value in match.groupdict().items() if value is not None}


def is_own(site: Site, url: str, listing: str) -> bool:
    """Whether a link of the listing leads to the site itself, not to somebody else's article."""
    if "://" in site.article:
        return True
    host = _host(url)
    return host == _host(listing) or host in {h.removeprefix("www.") for h in named_hosts(site)}


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def page_url(site: Site, role: Role, code: str, post_url: str | None) -> str | None:
    """Where this page of the article is; None where the site has none or too little is known to say."""
    if role == "post":
        return post_url
    template = site.content if role == "content" else site.share
    if template is None:
        return None
    groups = (article_groups(site, post_url) or {}) if post_url else {}
    values = {name: quote(value, safe=_KEPT if name != "code" else "(),") for name, value in groups.items()}
    values["code"] = quote(code, safe="(),")
    return template.format(**values) if placeholders(template) <= values.keys() else None


def code_of(site: Site, url: str) -> str | None:
    """The code of the article that a share page's or content endpoint's URL names; None where it is neither."""
    for template in (site.share, site.content):
        if template and (match := _template_pattern(template).fullmatch(url)):
            return unquote(match["code"])
    return None


def _template_pattern(template: str) -> re.Pattern[str]:
    seen: set[str] = set()

    def group(match: re.Match[str]) -> str:
        name = match[1]
        if name in seen:
            return f"(?P={name})"
        seen.add(name)
        return f"(?P<{name}>[^/?&#]+)" if name != "date" else "(?P<date>.+?)"

    escaped = re.sub(r"\\\{(\w+)\\\}", group, re.escape(template))
    return re.compile(re.sub(r"^https?", "https?", escaped) + r"(?:[&#].*)?")


def leads_to_same_article(url: str, code: str) -> bool:
    """Whether a redirect's goal still names the article."""
    return code in unquote(url)


def only_site_moved(old: str, new: str) -> bool:
    """Whether a redirect changed nothing but scheme and host: the site's move, not the article's."""
    a, b = urlsplit(old), urlsplit(new)
    return (a.path, a.query) == (b.path, b.query)


def is_home(url: str) -> bool:
    """Whether a URL is a site's front page, where publishers send readers of what is gone."""
    parts = urlsplit(url)
    return not parts.query and parts.path.rstrip("/").lower() in ("", "/index.html", "/index.htm", "/index.php")

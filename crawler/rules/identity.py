"""Which article a URL means, and where its pages are."""

import re
from urllib.parse import quote, unquote, urlsplit

from w3lib.url import canonicalize_url

from crawler.config import Site, named_hosts, placeholders
from crawler.items import Role

_KEPT = "()!*'~,;:@&=+$/"  # allowed in a path as they are (RFC 3986, 3.3); sites write parentheses in category names


def canonical(url: str) -> str:
    """The URL as it is kept and compared: sorted query, no fragment, one way of writing.

    >>> canonical("HTTP://a.example/x?b=2&a=1#top")
    'http://a.example/x?a=1&b=2'
    """
    return canonicalize_url(url)


def listing_url(site: Site, category: str) -> str:
    """The URL of a category's listing."""
    return site.listing.format(category=quote(category, safe=_KEPT))


def article_groups(site: Site, url: str) -> dict[str, str] | None:
    """What the site's `article` pattern reads from an article's URL (`code` among it); None where it is none.

    A query that keeps the pattern from matching is no part of the article's identity (`?from=app`).
    """
    for candidate in (unquote(url), url, without_query(unquote(url))):
        match = site.article_pattern.search(candidate)
        if match and match["code"]:
            return {name: value for name, value in match.groupdict().items() if value is not None}
    return None


def article_url(site: Site, url: str) -> str:
    """The canonical URL of an article's link: without its query where that is no part of its identity."""
    carries = site.article_pattern.search(unquote(url)) or site.article_pattern.search(url)
    return canonical(url if carries else without_query(url))


def without_query(url: str) -> str:
    """The URL up to its query, also of what is no URL, such as one that was decoded.

    >>> without_query("http://a.example/1?from=app#top"), without_query("//]?")
    ('http://a.example/1', '//]')
    """
    return re.split("[?#]", url, maxsplit=1)[0]


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


def is_home(url: str) -> bool:
    """Whether a URL is a site's front page, where publishers send readers of what is gone."""
    parts = urlsplit(url)
    return not parts.query and parts.path.rstrip("/").lower() in ("", "/index.html", "/index.htm", "/index.php")

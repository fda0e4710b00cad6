"""What an answer is, before anything is read from it: only one without a verdict can make a version."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import unquote, urlsplit

from crawler.items import Raw
from crawler.rules.classify import notices, wholeness
from crawler.rules.decode import decode
from crawler.rules.identity import is_home

NOT_FOUND = (404, 410)  # RFC 9110, 15.5.5 and 15.5.11
# Looks that found nothing to read, and say nothing of the article.
NOTHING_READ = ("blocked", "login", "soft_404", "empty", "partial", "robots", "error")
Verdict = tuple[str, str]  # outcome of the look, reason

_CUT = "the answer was cut short"
_STATUS = {
    206: "partial",  # nothing was asked for in parts
    401: "login", 407: "login", 511: "login",
    403: "blocked", 429: "blocked", 451: "blocked",
    # What firewalls of their own accord answer: 418, and 567 and 999 outside the registry.
    418: "blocked", 567: "blocked", 999: "blocked",
}  # fmt: skip
# Headers that only a firewall's refusal or challenge carries: name -> words in it, "" for any.
_REFUSALS = {
    "cf-mitigated": ("",),
    "x-sucuri-block": ("",),
    "x-amzn-waf-action": ("challenge", "captcha"),
    "x-waf": ("block", "deny", "denied", "captcha", "challenge", "intercept"),
    "x-waf-action": ("block", "deny", "denied", "captcha", "challenge", "intercept"),
    "x-waf-status": ("block", "deny", "denied", "captcha", "challenge", "intercept"),
}
_NO_TEXT = re.compile(
    r"\s*(?:image|video|audio|font)/|\s*application/(?:pdf|zip|gzip|x-|msword|vnd\.(?:ms-|openxml|rar))", re.IGNORECASE
)
_TEXTUAL = re.compile(r"\+xml|x-(?:javascript|json|httpd|empty|www)|xhtml", re.IGNORECASE)
_MAGIC = (b"%PDF-", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"PK\x03\x04", b"\x1f\x8b\x08", b"Rar!", b"7z\xbc\xaf",
          b"RIFF", b"\xd0\xcf\x11\xe0", b"\x00\x00\x00")  # fmt: skip
_WIDE = (b"\xff\xfe", b"\xfe\xff")  # UTF-16, which is full of NUL
# Where redirects lead instead of to the article: a whole segment of the path, or the host's first name.
_DETOURS = {
    "login": r"(?:user|member|account|sso)?[_-]?(?:log-?in|sign-?in|logon|passport)|sso",
    "blocked": r"\w{0,20}?(?:captcha|anti[_-]?(?:spider|bot|robot)|verifycode|humancheck)\w{0,12}|waf|verify",
    "soft_404": r"(?:page)?(?:error[_-]?)?404(?:[_-]?error)?|(?:page[_-]?)?not[_-]?found|nopage",
    "error": r"error|maintenance|50[0-9]",
}
_DETOUR = {kind: re.compile(rf"(?:{place})(?:\.[a-z]{{2,5}})?", re.IGNORECASE) for kind, place in _DETOURS.items()}


def answer(raw: Raw, flags: Sequence[str] = (), asked: str | None = None, markup: str | None = None) -> Verdict | None:
    """(outcome, reason) of an answer that cannot be read as what was asked for; None for one that can.

    `flags` are Scrapy's, `asked` is the URL that was asked for where redirects led to another, `markup` the decoded
    body where the caller has it. Outcomes: `not_found` and those of `NOTHING_READ` but `robots`.

    >>> answer(Raw("post", "http://a.example/1", "", 404, {}, b"gone"))
    ('not_found', 'HTTP 404')
    >>> answer(Raw("post", "http://a.example/1", "", 200, {}, b"<title>404 Not Found</title>"))
    ('soft_404', 'titled “404 Not Found”')
    >>> answer(Raw("content", "http://a.example/1", "", 200, {}, b'{"text": "<p>...</p>"}'))
    """
    refused = _refused(raw.headers)
    if refused:
        return "blocked", f"HTTP {raw.status}, {refused}"
    if not 200 <= raw.status < 300:
        return _by_status(raw, markup)
    return (
        _whole(raw, flags)
        or _no_text(raw)
        or (redirected(asked, raw.url) if asked and asked != raw.url else None)
        or _by_words(decode(raw.body, raw.header("Content-Type"))[0] if markup is None else markup)
    )


def _refused(headers: Mapping[str, str]) -> str | None:
    for name, value in headers.items():
        words = _REFUSALS.get(name.lower())
        if words and any(word in value.lower() for word in words):
            return f"{name}: {value}"[:100]
    return None


def _by_status(raw: Raw, markup: str | None) -> Verdict:
    """What an answer with a status of failure is: its words may say that it was the firewall's, or a check's."""
    outcome = "not_found" if raw.status in NOT_FOUND else _STATUS.get(raw.status, "error")
    reason = f"HTTP {raw.status}"
    if outcome in ("not_found", "error") and raw.body and not _no_text(raw):
        text = decode(raw.body, raw.header("Content-Type"))[0] if markup is None else markup
        said = notices.in_json(text) if _is_json(text) else notices.in_page(text)
        if said and said[0] == "blocked" and not (outcome == "not_found" and notices.says_gone(text)):
            return "blocked", f"{reason}, {said[1]}"
    return outcome, reason


def _whole(raw: Raw, flags: Sequence[str]) -> Verdict | None:
    if "partial" in flags or "dataloss" in flags:
        return "partial", _CUT
    if raw.status in _STATUS:
        return _STATUS[raw.status], f"HTTP {raw.status}"
    if not raw.body or raw.body.isspace():
        return "empty", "an empty answer"
    return None


def _no_text(raw: Raw) -> Verdict | None:
    """Whether the answer is a file, as its type or its bytes say."""
    kind = (raw.header("Content-Type") or "").partition(";")[0].strip()
    head = raw.body[:1024]
    if _NO_TEXT.match(kind) and not _TEXTUAL.search(kind):
        return "error", f"{kind[:80]}, not a page"
    nul = 0 if head.startswith(_WIDE) else head.count(b"\x00")
    if head.startswith(_MAGIC) or nul * 20 > len(head):
        return "error", f"binary data, not a page; it begins {head[:8]!r}"
    return None


def _is_json(markup: str) -> bool:
    return markup[:200].lstrip("\ufeff \t\r\n")[:1] in ("{", "[")


def _by_words(markup: str) -> Verdict | None:
    if not markup.strip("\ufeff \t\r\n\x00"):
        return "empty", "an empty answer"
    if _is_json(markup):
        closes = markup.count("{") == markup.count("}") and markup[-200:].rstrip()[-1:] in ("}", "]")
        if not closes and wholeness.is_cut_json(markup):
            return "partial", "the JSON stops in the middle"
        return notices.in_json(markup)
    if wholeness.is_xml(markup):
        return ("partial", "the feed stops in the middle") if wholeness.is_cut_xml(markup) else None
    said = notices.in_page(markup)
    stands_for_itself = said is not None and said[0] in ("blocked", "login")
    if not stands_for_itself and wholeness.is_cut_html(markup):
        return "partial", "the page stops in the middle"
    return said


def redirected(asked: str, url: str) -> Verdict | None:
    """What redirects from one URL to another say by where they lead; None where they lead to no such place.

    >>> redirected("http://a.example/2022/1.html", "http://a.example/")
    ('soft_404', 'redirected to the front page http://a.example/')
    >>> redirected("http://a.example/2022/1.html", "http://a.example/user/login?from=/2022/1.html")[0]
    'login'
    """
    try:
        if is_home(url) and not is_home(asked):
            return "soft_404", f"redirected to the front page {url}"
        new = _places(url) - _places(asked)
    except ValueError:  # no URL
        return None
    for outcome, pattern in _DETOUR.items():
        if any(pattern.fullmatch(place) for place in new):
            return outcome, f"redirected to {url}"[:300]
    return None


def _places(url: str) -> set[str]:
    """The segments of a URL's path, and its host's first name."""
    parts = urlsplit(url)
    host = (parts.hostname or "").partition(".")[0]
    return {unquote(segment) for segment in parts.path.split("/") if segment and len(segment) <= 60} | {host}


_FAILURES = {
    "DNSLookupError": "the host name cannot be resolved",
    "CannotResolveHostError": "the host name cannot be resolved",
    "ConnectionRefusedError": "the connection was refused",
    "DownloadConnectionRefusedError": "the connection was refused",
    "ConnectionRefusedByPeer": "the connection was refused",
    "TimeoutError": "no answer in time",
    "TCPTimedOutError": "no answer in time",
    "DownloadTimeoutError": "no answer in time",
    "ResponseNeverReceived": "the connection broke before an answer came",
    "ResponseFailed": "the connection broke in the answer",
    "ResponseDataLossError": "the answer was cut short",
    "DownloadFailedError": "the connection broke",
    "DownloadCancelledError": "the answer is larger than allowed",
    "HeadersTooLongError": "its headers are longer than allowed",
    "ConnectionLost": "the connection broke",
    "ConnectionDone": "the connection broke",
    "NotSupported": "only http and https are fetched",
    "CertificateError": "its certificate cannot be verified",
    "UnsupportedURLSchemeError": "only http and https are fetched",
}


def failure(error: BaseException) -> Verdict:
    """(outcome, reason) of a request that brought no answer."""
    name = type(error).__name__
    said = str(error)
    if name == "IgnoreRequest":
        return ("robots", said) if said.startswith("robots.txt") and "disallows" in said else ("error", said)
    if name in ("ResponseDataLossError",):
        return "partial", _FAILURES[name]
    return "error", _FAILURES.get(name) or f"{name}: {said}".rstrip(": ")[:200]


def broken(error: Exception) -> str:
    """Why a page could not be read, where that is no verdict of a rule.

    >>> broken(MemoryError()), broken(ValueError("no"))
    ('reading it takes more memory than crawl.memory_mb allows', 'ValueError: no')
    """
    if isinstance(error, MemoryError):
        return "reading it takes more memory than crawl.memory_mb allows"
    return f"{type(error).__name__}: {error}"[:200]

"""What a host asks for, by its answers and its robots.txt, and how long it is spared when it does not answer.

All lengths are seconds.
"""

import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from crawler.rules.dates import from_utc_text, utc_text

LONGEST = 86400.0  # that a host is spared, whatever it asks for
PATIENT = 60.0  # that a crawl waits for a host; for longer it leaves it
ENOUGH = 5  # failures in a row, after which a crawl leaves a host
_BACK_OFF = 3600.0
_CRAWL_DELAY = 60.0
_SKEW = 3600.0  # a host's clock may be wrong by
AHEAD = 3600.0  # that what is on record may be dated ahead of the clock; farther, it was written by a wrong one
ROUNDED = 2  # by which an end on record may be later than it was, and a bit
ASKING = (429, 503)  # answers whose Retry-After is a wish
_NOT_NOW = (408, 429)  # RFC 9309 counts all of 4xx as "there is none"; these say nothing of whether there is one
ROBOTS_SIZE = 500 * 1024  # bytes that are read: RFC 9309, 2.5
ROBOTS_KEPT = 86400.0  # RFC 9309, 2.4
# Requests that failed for a reason of their own, not because the host does not answer.
_OWN_FAULT = (
    "CertificateError", "DownloadCancelledError", "HeadersTooLongError", "UnsupportedURLSchemeError",
    "ResponseDataLossError", "IgnoreRequest",
)  # fmt: skip


def retry_after(value: str | None, now: datetime, date: str | None = None) -> float | None:
    """Seconds that a Retry-After header asks to wait (RFC 9110, 10.2.3), at most a day; None where it says nothing.

    `now` is aware; `date` is the answer's Date header, so that a host whose clock is wrong is not asked too early.

    >>> now = datetime(2024, 11, 22, 9, 30, tzinfo=UTC)
    >>> retry_after("120", now), retry_after("Fri, 22 Nov 2024 09:31:00 GMT", now), retry_after("-5", now)
    (120.0, 60.0, None)
    >>> retry_after("9" * 400, now), retry_after("Fri, 22 Nov 2024 08:00:00 GMT", now), retry_after("soon", now)
    (86400.0, 0.0, None)
    """
    text = (value or "").strip()
    if re.fullmatch(r"[0-9]+(?:\.[0-9]*)?", text):
        return min(float(text), LONGEST) if len(text) < 300 else LONGEST
    until, said = _http_date(text), _http_date(date or "")
    if until is None:
        return None
    skewed = said is not None and abs((said - now).total_seconds()) <= _SKEW
    wait = (until - (min(said, now) if said and skewed else now)).total_seconds()
    return min(max(wait, 0.0), LONGEST)


def _http_date(text: str) -> datetime | None:
    """One of the three forms of RFC 9110, 5.6.7."""
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError, TypeError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def back_off(failures: int, delay: float) -> float:
    """How long a host is spared after so many failures in a row, beyond what is asked: its delay, doubled with each.

    >>> [back_off(failures, 1.0) for failures in (0, 1, 2, 5, 13, 10**9)]
    [0.0, 1.0, 2.0, 16.0, 3600.0, 3600.0]
    """
    return min(delay * 2.0 ** min(failures - 1, 60), _BACK_OFF) if failures > 0 else 0.0


def is_failure(status: int) -> bool:
    """Whether an answer says that the host is in trouble or asks too much."""
    return status == 429 or status >= 500


def is_host_failure(error: BaseException) -> bool:
    """Whether a request that brought no answer says so."""
    return isinstance(error, Exception) and type(error).__name__ not in _OWN_FAULT


def crawl_delay(value: float | None) -> float:
    """Seconds that a robots.txt asks for between two requests, at most a minute.

    >>> crawl_delay(None), crawl_delay(2.5), crawl_delay(600.0), crawl_delay(-1.0), crawl_delay(float("nan"))
    (0.0, 2.5, 60.0, 0.0, 0.0)
    """
    if value is None or math.isnan(value):
        return 0.0
    return min(max(value, 0.0), _CRAWL_DELAY)


def robots_rules(status: int, body: bytes, flags: Sequence[str] = ()) -> bytes | str:
    """What of a robots.txt is read, by RFC 9309, 2.3.1; a text says why nothing may be fetched.

    >>> robots_rules(200, b"User-agent: *"), robots_rules(404, b"User-agent: *"), robots_rules(503, b"")
    (b'User-agent: *', b'', 'disallows it, by its answer HTTP 503')
    >>> robots_rules(429, b"")
    'cannot be had now, by its answer HTTP 429'
    """
    if status in _NOT_NOW:
        return f"cannot be had now, by its answer HTTP {status}"
    if 400 <= status < 500:
        return b""  # there is none: everything is allowed
    if not 200 <= status < 300:
        return f"disallows it, by its answer HTTP {status}"
    if len(body) > ROBOTS_SIZE:
        return body[: body.rfind(b"\n", 0, ROBOTS_SIZE) + 1]  # half a line would be another rule
    if "partial" in flags or "dataloss" in flags:
        return "cannot be had: the answer was cut short"
    return body


def until(now: datetime, seconds: float) -> str:
    """The time of the record from which on a host may be asked: never before the seconds are over.

    >>> until(datetime(2024, 11, 22, 9, 30, 0, 1, tzinfo=UTC), 5)
    '2024-11-22T09:30:06Z'
    """
    moment = now + timedelta(seconds=seconds)
    return utc_text(moment + timedelta(microseconds=-moment.microsecond % 1_000_000))


def left(not_before: str | None, seen_at: str, now: datetime) -> float:
    """Seconds that are left of a wish on record, at most a day; none where it is over.

    One that is dated far ahead of `now` was noted by a clock that was wrong: what it asked for counts from now on.

    >>> now = datetime(2024, 11, 22, 9, 30, tzinfo=UTC)
    >>> left("2024-11-22T09:31:00Z", "2024-11-22T09:29:00Z", now), left(None, "2024-11-22T09:29:00Z", now)
    (60.0, 0.0)
    >>> left("2025-01-01T00:02:00Z", "2025-01-01T00:00:00Z", now)
    120.0
    """
    if not_before is None:
        return 0.0
    said = from_utc_text(seen_at)
    since = said if (said - now).total_seconds() > AHEAD else now
    return min(max((from_utc_text(not_before) - since).total_seconds(), 0.0), LONGEST)


def told(host: str, not_before: str | None, reason: str | None, left: int) -> str:
    """What is said of a host that a crawl left.

    >>> told("a.example", "2024-11-22T09:30:06Z", "HTTP 429", 3)
    'a.example is not asked before 2024-11-22T09:30:06Z (HTTP 429); 3 looks were not made'
    """
    when = f"is not asked before {not_before}" if not_before else "is not asked any more in this crawl"
    looks = "1 look was" if left == 1 else f"{left} looks were"
    return f"{host} {when} ({reason or 'it asked for that'}); {looks} not made"

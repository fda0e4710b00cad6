"""Time travel by RFC 7089 (Memento): which version answers for a time, and the headers and lists that say so."""

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import quote, unquote

_SAFE = "/:?#[]@!$&'()*+,;=-._~%"  # in a URL that is told as it is
_SAFE_WITHIN = "/:?[]@!$&'()*+,;=-._~"  # in one that is a part of our addresses: an escape is escaped once more
_LANGUAGE = re.compile(r"(?:^|&)lang=(?:zh|en)$")  # what our pages add to an address
_DAYS = "Mon Tue Wed Thu Fri Sat Sun".split()
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_RFC1123 = re.compile(rf"({'|'.join(_DAYS)}), (\d\d) ({'|'.join(_MONTHS)}) (\d{{4}}) (\d\d):(\d\d):(\d\d) GMT", re.A)


class Memento(NamedTuple):
    """A version: from `first` on, last seen at `last`."""

    version_id: int
    first: datetime
    last: datetime


class Answer(NamedTuple):
    """What is answered: status, headers in order, body; `version_id` of the memento that is meant."""

    status: int
    headers: list[tuple[str, str]]
    body: str = ""
    version_id: int | None = None


def accept_datetime(text: str) -> datetime | None:
    """The time in an `Accept-Datetime` header: RFC 1123, in GMT and nothing else; None where it is none.

    >>> accept_datetime("Thu, 31 May 2007 20:35:00 GMT").isoformat()
    '2007-05-31T20:35:00+00:00'
    >>> accept_datetime("Thu, 31 May 2007 20:35:00 CST")
    """
    found = _RFC1123.fullmatch(text.strip())
    if found is None:
        return None
    day, month, year, *clock = found.groups()[1:]
    hour, minute, second = map(int, clock)
    try:
        at = datetime(int(year), _MONTHS.index(month) + 1, int(day), hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    return at if _DAYS[at.weekday()] == found[1] else None


def http_date(at: datetime) -> str:
    """A time as RFC 1123 writes it.

    >>> http_date(datetime(2007, 5, 31, 20, 35, tzinfo=UTC))
    'Thu, 31 May 2007 20:35:00 GMT'
    """
    at = at.astimezone(UTC)
    day, month = _DAYS[at.weekday()], _MONTHS[at.month - 1]
    return f"{day}, {at.day:02} {month} {at.year:04} {at.hour:02}:{at.minute:02}:{at.second:02} GMT"


def stamp(at: datetime) -> str:
    """A time as 14 digits, in UTC.

    >>> stamp(datetime(2007, 5, 31, 20, 35, tzinfo=UTC))
    '20070531203500'
    """
    at = at.astimezone(UTC)
    return f"{at.year:04}{at.month:02}{at.day:02}{at.hour:02}{at.minute:02}{at.second:02}"


def from_stamp(text: str) -> datetime | None:
    """The time that 14 digits say, in UTC; fewer (4, 6, 8, 10, 12) are the beginning of that time. None: no time.

    >>> from_stamp("200705").isoformat()
    '2007-05-01T00:00:00+00:00'
    >>> from_stamp("20070532000000")
    """
    if not re.fullmatch(r"[0-9]{4}(?:[0-9]{2}){0,5}", text):
        return None
    whole = text + "00000101000000"[len(text) :]
    try:
        parts = [int(whole[:4]), *(int(whole[i : i + 2]) for i in range(4, 14, 2))]
        return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]
    except ValueError:
        return None


def choose(mementos: Sequence[Memento], at: datetime | None) -> Memento:
    """The version that stood at a time: the last that was seen by then, the first where it is before all; without a
    time, the last. `mementos` are oldest first, and not none."""
    if at is None:
        return mementos[-1]
    return next((memento for memento in reversed(mementos) if memento.first <= at), mementos[0])


def asked(path: str, query: str) -> list[str]:
    """The URLs that may be meant by what stands behind `/timegate/`, as it came: with escapes of its own or of ours.

    >>> asked("http://a.example/b", "id=%31&lang=zh")[:2]
    ['http://a.example/b?id=1&lang=zh', 'http://a.example/b?id=%31&lang=zh']
    """
    found = []
    for told in dict.fromkeys((query, _LANGUAGE.sub("", query))):
        rest = f"?{told}" if told else ""
        found += [unquote(path + rest), path + rest, unquote(path) + rest]
    return list(dict.fromkeys(found))


def memento_url(base: str, memento: Memento, url: str) -> str:
    """Where a memento is; `base` is the server's address without a slash at its end."""
    return f"{base}/memento/{stamp(memento.first)}/{_within(url)}"


def timegate_url(base: str, url: str) -> str:
    return f"{base}/timegate/{_within(url)}"


def timemap_url(base: str, url: str, form: str = "link") -> str:
    return f"{base}/timemap/{form}/{_within(url)}"


def _within(url: str) -> str:
    """A URL as a part of our addresses, from which `asked` has it back."""
    part = quote(url, safe=_SAFE_WITHIN)
    return part.replace("?", "%3F") if part.endswith("?") else part


def links(base: str, url: str, mementos: Sequence[Memento], chosen: Memento) -> str:
    """The `Link` header of a memento or a TimeGate: original, timegate, timemap; first, prev, chosen, next, last."""
    place = mementos.index(chosen)
    roles: dict[int, list[str]] = {place: []}
    for name, index in (("first", 0), ("last", len(mementos) - 1), ("prev", place - 1), ("next", place + 1)):
        if 0 <= index < len(mementos):
            roles.setdefault(index, []).append(name)
    parts = [
        f'<{quote(url, safe=_SAFE)}>; rel="original"',
        f'<{timegate_url(base, url)}>; rel="timegate"',
        f'<{timemap_url(base, url)}>; rel="timemap"; type="application/link-format"',
    ]
    parts += [_memento_link(base, url, mementos[index], roles[index]) for index in sorted(roles)]
    return ", ".join(parts)


def _memento_link(base: str, url: str, memento: Memento, names: Sequence[str] = ()) -> str:
    rel = " ".join([*names, "memento"])
    return f'<{memento_url(base, memento, url)}>; rel="{rel}"; datetime="{http_date(memento.first)}"'


def timegate(base: str, url: str, mementos: Sequence[Memento], wanted: str | None) -> Answer:
    """What a TimeGate answers (RFC 7089, 4.1.1): 302 to the memento, 400 for a time that is none, 404 without any.

    `wanted` is the `Accept-Datetime` header, None where there is none.
    """
    if not mementos:
        return Answer(404, [("Vary", "accept-datetime")], "no version of this URL is on record\n")
    at = accept_datetime(wanted) if wanted is not None else None
    if wanted is not None and at is None:
        said = "Accept-Datetime must be as in: Thu, 31 May 2007 20:35:00 GMT\n"
        return Answer(400, [("Vary", "accept-datetime")], said)
    chosen = choose(mementos, at)
    headers = [
        ("Vary", "accept-datetime"),
        ("Location", memento_url(base, chosen, url)),
        ("Link", links(base, url, mementos, chosen)),
    ]
    return Answer(302, headers, "", chosen.version_id)


def memento(base: str, url: str, mementos: Sequence[Memento], time: str) -> Answer:
    """What stands at `/memento/<time>/<url>`: 200 with the version and its headers; 302 to the exact address of the
    version that stood then where the time is between two; 400 for an impossible time, 404 without versions."""
    at = from_stamp(time)
    if at is None:
        return Answer(400, [], "the time must be as in: 20070531203500 (UTC)\n")
    if not mementos:
        return Answer(404, [], "no version of this URL is on record\n")
    chosen = choose(mementos, at)
    link = ("Link", links(base, url, mementos, chosen))
    if stamp(chosen.first) != time:
        return Answer(302, [("Location", memento_url(base, chosen, url)), link], "", chosen.version_id)
    return Answer(200, [("Memento-Datetime", http_date(chosen.first)), link], "", chosen.version_id)


def timemap(base: str, url: str, mementos: Sequence[Memento], form: str = "link") -> Answer:
    """All mementos of a URL (RFC 7089, 5), as `link` (application/link-format) or `json`."""
    if not mementos:
        return Answer(404, [], "no version of this URL is on record\n")
    body, kind = (_json(base, url, mementos), "application/json") if form == "json" else (
        _link_format(base, url, mementos), "application/link-format",
    )  # fmt: skip
    return Answer(200, [("Content-Type", kind)], body)


def _link_format(base: str, url: str, mementos: Sequence[Memento]) -> str:
    first, last = http_date(mementos[0].first), http_date(mementos[-1].first)
    lines = [
        f'<{quote(url, safe=_SAFE)}>; rel="original"',
        f'<{timemap_url(base, url)}>; rel="self"; type="application/link-format"; from="{first}"; until="{last}"',
        f'<{timegate_url(base, url)}>; rel="timegate"',
        *(_memento_link(base, url, each, _ends(mementos, place)) for place, each in enumerate(mementos)),
    ]
    return ",\n".join(lines) + "\n"


def _ends(mementos: Sequence[Memento], place: int) -> list[str]:
    ends = {"first": 0, "last": len(mementos) - 1}
    return [name for name, index in ends.items() if index == place]


def _json(base: str, url: str, mementos: Sequence[Memento]) -> str:
    listed = [
        {"datetime": f"{each.first:%Y-%m-%dT%H:%M:%SZ}", "uri": memento_url(base, each, url)} for each in mementos
    ]
    value = {
        "original_uri": url,
        "timegate_uri": timegate_url(base, url),
        "timemap_uri": {"link_format": timemap_url(base, url), "json_format": timemap_url(base, url, "json")},
        "mementos": {"first": listed[0], "last": listed[-1], "list": listed},
    }
    return json.dumps(value, ensure_ascii=False) + "\n"

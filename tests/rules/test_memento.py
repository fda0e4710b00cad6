"""Time travel by RFC 7089: the version that is chosen, addresses and headers there and back, and the RFC's table."""

import json
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.rules import memento as rules
from crawler.rules.memento import Answer, Memento

BASE = "http://127.0.0.1:8400"
URL = "http://news.example/share?infoCode=NW1"
FIRST = datetime(2024, 11, 20, 8, 0, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
THREE = [Memento(number, FIRST + number * HOUR, FIRST + number * HOUR + HOUR / 2) for number in range(3)]
_LINK = re.compile(r'<([^<>\s]*)>((?:; \w+="[^"]*")+)(?:,\s*|\s*$)')
times = st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC)).map(
    lambda at: at.replace(microsecond=0)
)
urls = st.text(min_size=1).map(lambda rest: f"http://news.example/{rest}") | st.text("?#%&=lang zh中/25", min_size=1)


def parsed(text: str) -> list[tuple[str, dict[str, str]]]:
    """(target, parameters) of each link; there is nothing between and behind them."""
    found = list(_LINK.finditer(text))
    assert "".join(match[0] for match in found) == text
    return [(match[1], dict(re.findall(r'(\w+)="([^"]*)"', match[2]))) for match in found]


def by_rel(text: str) -> dict[str, str]:
    """rel -> target; a link of several has an entry for each."""
    return {rel: target for target, said in parsed(text) for rel in said["rel"].split() if rel != "memento"}


def header(answer: Answer, name: str) -> str:
    return dict(answer.headers)[name]


# ── What is chosen ──────────────────────────────────────────────────────────────────────────────────────────────


@given(st.lists(times, min_size=1, unique=True).map(sorted), times)
def test_the_last_that_was_seen_by_then_is_chosen(firsts: list[datetime], at: datetime) -> None:
    mementos = [Memento(number, first, first) for number, first in enumerate(firsts)]
    chosen = rules.choose(mementos, at)
    before = [memento for memento in mementos if memento.first <= at]
    assert chosen == (before[-1] if before else mementos[0])
    assert rules.choose(mementos, None) == mementos[-1]
    assert all(rules.choose(mementos, memento.first) == memento for memento in mementos)


# ── There and back ──────────────────────────────────────────────────────────────────────────────────────────────


@given(times, st.integers(-12, 14))
def test_times_come_back(at: datetime, hours: int) -> None:
    elsewhere = at if at.year in (1000, 9999) else at.astimezone(timezone(timedelta(hours=hours)))
    assert rules.from_stamp(rules.stamp(elsewhere)) == at
    assert rules.accept_datetime(rules.http_date(elsewhere)) == at


@given(st.text("0123456789") | st.text())
def test_no_text_breaks_the_reading_of_times(text: str) -> None:
    at = rules.from_stamp(text)
    assert at is None or rules.stamp(at).startswith(text)
    assert rules.accept_datetime(text) is None


@given(urls)
def test_an_address_of_ours_leads_back_to_its_url(url: str) -> None:
    for address, prefix in (
        (rules.memento_url(BASE, THREE[0], url), f"{BASE}/memento/20241120080000/"),
        (rules.timegate_url(BASE, url), f"{BASE}/timegate/"),
        (rules.timemap_url(BASE, url), f"{BASE}/timemap/link/"),
    ):
        assert address.startswith(prefix) and address.isascii() and address.isprintable() and "#" not in address
        path, _, query = address.removeprefix(prefix).partition("?")
        assert rules.asked(path, query)[0] == url


@pytest.mark.parametrize(
    "came",
    [
        ("http://news.example/%E4%B8%AD", ""),  # as it is on record, typed as it is
        ("http%3A%2F%2Fnews.example%2F%25E4%25B8%25AD", ""),  # escaped once more, as clients do
        ("http://news.example/%E4%B8%AD", "lang=zh"),  # in the other language
    ],
)
def test_escapes_of_the_url_and_of_the_client_are_both_understood(came: tuple[str, str]) -> None:
    assert "http://news.example/%E4%B8%AD" in rules.asked(*came)


@given(urls, st.integers(1, 6), st.data())
def test_link_headers_are_read_back(url: str, count: int, data: st.DataObject) -> None:
    mementos = [Memento(number, FIRST + number * HOUR, FIRST) for number in range(count)]
    place = data.draw(st.integers(0, count - 1))
    text = rules.links(BASE, url, mementos, mementos[place])
    assert text.isascii() and text.isprintable()
    rels = by_rel(text)
    expected = {"first": 0, "last": count - 1, "prev": place - 1, "next": place + 1}
    told = {rel: index for rel, index in expected.items() if 0 <= index < count}
    assert {rel for rel in rels if rel in expected} == set(told)
    assert all(rels[rel] == rules.memento_url(BASE, mementos[index], url) for rel, index in told.items())
    assert rels["timegate"] == rules.timegate_url(BASE, url) and rels["timemap"] == rules.timemap_url(BASE, url)
    dated = [(target, said["datetime"]) for target, said in parsed(text) if "memento" in said["rel"].split()]
    assert len(dated) == len({target for target, _ in dated}) == len({place, *told.values()})
    for target, date in dated:
        assert rules.stamp(rules.accept_datetime(date) or FIRST - HOUR) in target


# ── The table of RFC 7089 ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("Thu, 31 May 2007 20:35:00 GMT", True),
        ("  Thu, 31 May 2007 20:35:00 GMT ", True),
        ("Thu, 29 Feb 2024 00:00:00 GMT", True),
        ("Fri, 31 May 2007 20:35:00 GMT", False),  # it was a Thursday
        ("Thu, 31 May 2007 20:35:00 UTC", False),
        ("Thu, 31 May 2007 20:35:00 +0000", False),
        ("Thu, 31 May 2007 20:35:00", False),
        ("thu, 31 may 2007 20:35:00 gmt", False),
        ("Thursday, 31-May-07 20:35:00 GMT", False),  # RFC 850
        ("Thu May 31 20:35:00 2007", False),  # asctime
        ("Thu, 31 May 2007 20:35:00 GMT; -P3DT5H; +P2DT6H", False),  # an interval, of drafts before the RFC
        ("Thu, 31 May 2007 24:00:00 GMT", False),
        ("Fri, 30 Feb 2007 20:35:00 GMT", False),
        ("Thu, ３１ May 2007 20:35:00 GMT", False),
        ("2007-05-31T20:35:00Z", False),
        ("20070531203500", False),
        ("昨天", False),
        ("", False),
    ],
)
def test_accept_datetime_is_rfc_1123_in_gmt(text: str, accepted: bool) -> None:
    assert (rules.accept_datetime(text) is not None) == accepted
    answer = rules.timegate(BASE, URL, THREE, text)
    assert answer.status == (302 if accepted else 400)
    assert header(answer, "Vary") == "accept-datetime"


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [
        (None, 2),
        ("Wed, 20 Nov 2024 07:59:59 GMT", 0),  # before all
        ("Wed, 20 Nov 2024 08:00:00 GMT", 0),
        ("Wed, 20 Nov 2024 08:59:59 GMT", 0),
        ("Wed, 20 Nov 2024 09:00:00 GMT", 1),
        ("Wed, 20 Nov 2124 09:00:00 GMT", None),  # no Wednesday
        ("Mon, 20 Nov 2124 09:00:00 GMT", 2),  # to come: the last that is known
    ],
)
def test_a_timegate_redirects_to_the_memento(wanted: str | None, chosen: int | None) -> None:
    answer = rules.timegate(BASE, URL, THREE, wanted)
    if chosen is None:
        assert answer.status == 400
        return
    assert (answer.status, answer.version_id) == (302, chosen)
    assert "Memento-Datetime" not in dict(answer.headers)  # a TimeGate is no memento
    location = header(answer, "Location")
    assert location == f"{BASE}/memento/{rules.stamp(THREE[chosen].first)}/{URL}"
    rels = by_rel(header(answer, "Link"))
    assert rels["original"] == URL and {"timegate", "timemap", "first", "last"} <= set(rels)


@pytest.mark.parametrize("wanted", [None, "Thu, 31 May 2007 20:35:00 GMT"])
def test_without_a_version_nothing_is_found(wanted: str | None) -> None:
    gate = rules.timegate(BASE, URL, [], wanted)
    assert gate.status == 404 and header(gate, "Vary") == "accept-datetime"
    assert rules.timemap(BASE, URL, []).status == rules.memento(BASE, URL, [], "20241120080000").status == 404


@pytest.mark.parametrize(
    ("time", "status", "chosen"),
    [
        ("20241120080000", 200, 0),
        ("20241120100000", 200, 2),
        ("20241120093000", 302, 1),  # between two: the address of the one that stood
        ("2024112009", 302, 1),
        ("2007", 302, 0),
        ("20241301000000", 400, None),
        ("2024112", 400, None),
        ("now", 400, None),
    ],
)
def test_mementos_say_their_time_and_have_one_address(time: str, status: int, chosen: int | None) -> None:
    answer = rules.memento(BASE, URL, THREE, time)
    assert (answer.status, answer.version_id) == (status, chosen)
    if status == 302:
        assert header(answer, "Location") == rules.memento_url(BASE, THREE[chosen or 0], URL)
    if status == 200:
        assert header(answer, "Memento-Datetime") == rules.http_date(THREE[chosen or 0].first)
        assert by_rel(header(answer, "Link"))["original"] == URL
        assert "Vary" not in dict(answer.headers)  # what stands at a memento's address depends on no header


def test_a_timemap_lists_every_memento_once() -> None:
    answer = rules.timemap(BASE, URL, THREE)
    assert header(answer, "Content-Type") == "application/link-format"
    links = parsed(answer.body)
    assert [said["rel"] for _, said in links] == [
        "original", "self", "timegate", "first memento", "memento", "last memento",
    ]  # fmt: skip
    about = links[1][1]
    assert about["type"] == "application/link-format"
    assert (about["from"], about["until"]) == (rules.http_date(THREE[0].first), rules.http_date(THREE[2].first))
    assert [rules.accept_datetime(said["datetime"]) for _, said in links[3:]] == [each.first for each in THREE]
    (only,) = (said for _, said in parsed(rules.timemap(BASE, URL, THREE[:1]).body) if "datetime" in said)
    assert only["rel"] == "first last memento"


@given(urls)
def test_a_timemap_as_json_says_the_same(url: str) -> None:
    answer = rules.timemap(BASE, url, THREE, "json")
    told = json.loads(answer.body)
    assert header(answer, "Content-Type") == "application/json" and told["original_uri"] == url
    listed = [(each["datetime"], each["uri"]) for each in told["mementos"]["list"]]
    assert listed == [(f"{each.first:%Y-%m-%dT%H:%M:%SZ}", rules.memento_url(BASE, each, url)) for each in THREE]
    linked = [target for target, said in parsed(rules.timemap(BASE, url, THREE).body) if "datetime" in said]
    assert linked == [uri for _, uri in listed]

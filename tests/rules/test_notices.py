"""What is told to whom, in which words; how it is signed; when a source is quiet."""

import base64
import hashlib
import hmac
import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.config import Channel
from crawler.rules import delivery, notices
from crawler.rules.dates import later
from crawler.rules.notices import Event, wanted
from crawler.rules.silence import silence
from crawler.sending import _unmarked

ZONE = ZoneInfo("Asia/Shanghai")
START = "2024-01-01T00:00:00Z"  # a Monday
EDIT = Event("edited", ("yaowen", "caijing"), ("title", "body"), "minor", "江州市采购公示\n3.5% → 35%\nＭＷ Fuse")
CHANGE: dict[str, Any] = {
    "event": "change", "id": 7, "kind": "edited", "changed_after": "2024-11-22T01:30:00Z",
    "changed_by": "2024-11-22T01:45:00Z", "recorded_at": "2024-11-22T01:45:01Z", "fields": ["body"], "added_chars": 10,
    "removed_chars": 8, "severity": "material", "disclosure": "none", "summary": "15077余万元 → 15077.38万元",
    "reason": None, "old_version": 1, "new_version": 2, "old_title": "公示", "new_title": "公示", "site": "replica",
    "code": "NW1", "url": "https://news.example/share?id=NW1", "title": "江州市采购公示", "outlet": "江州日报",
    "state": "live", "noarchive": 0, "sources": ["yaowen"],
    "facts": [{"type": "amount", "role": "预算金额", "old_text": "15077余万元", "new_text": "15077.38万元",
               "old_value": "150770000", "new_value": "150773800", "unit": "CNY"}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("filters", "event", "expected"),
    [
        ({}, EDIT, True),
        ({}, Event("removed", severity="material"), True),
        ({}, Event("restored"), True),
        ({}, Event("first_seen"), False),
        ({}, Event("moved"), False),
        ({"kinds": ("first_seen",)}, Event("first_seen"), True),
        ({"kinds": ("first_seen",)}, EDIT, False),
        ({}, Event("edited", severity="cosmetic"), False),
        ({"min_severity": "cosmetic"}, Event("edited", severity="cosmetic"), True),
        ({"min_severity": "material"}, EDIT, False),
        ({"min_severity": "material"}, Event("restored"), True),
        ({"sources": ("caijing",)}, EDIT, True),
        ({"sources": ("tiyu",)}, EDIT, False),
        ({"sources": ("tiyu",)}, Event("edited", (), (), "material"), False),
        ({"fields": ("title", "author")}, EDIT, True),
        ({"fields": ("author",)}, EDIT, False),
        ({"fields": ("title",)}, Event("removed", severity="material"), False),
        ({"words": ("采购",)}, EDIT, True),
        ({"words": ("教育", "35%")}, EDIT, True),
        ({"words": ("mw fuse",)}, EDIT, True),
        ({"words": ("教育",)}, EDIT, False),
        ({"words": ("采购",), "sources": ("tiyu",)}, EDIT, False),
    ],
)
def test_filters(filters: dict[str, Any], event: Event, expected: bool) -> None:
    assert wanted(Channel("desk", **filters), event) is expected


def test_trouble_is_told_of_the_sources_that_were_asked_for() -> None:
    assert notices.wants_trouble(Channel("desk"), ["yaowen"])
    assert notices.wants_trouble(Channel("desk", sources=("yaowen",)), ["caijing", "yaowen"])
    assert not notices.wants_trouble(Channel("desk", sources=("yaowen",)), ["caijing"])
    assert not notices.wants_trouble(Channel("desk", trouble=False), ["yaowen"])


def test_an_edit_in_words() -> None:
    assert notices.title(CHANGE) == "Edited: 江州市采购公示"
    assert notices.text(CHANGE, ZONE).split("\n") == [
        "江州日报 · material · body",
        "15077余万元 → 15077.38万元",
        "预算金额: 15077余万元 → 15077.38万元",
        "Between 2024-11-22 09:30:00 and 2024-11-22 09:45:00 (Asia/Shanghai).",
        "The page shows a modified time, and it has not moved.",
        "https://news.example/share?id=NW1",
    ]


def test_a_removal_says_what_was_seen() -> None:
    removed = CHANGE | {"kind": "removed", "fields": [], "summary": "", "facts": [], "reason": "Not available at …"}
    assert notices.title(removed) == "Not available: 江州市采购公示"
    assert "\nNot available at …\n" in notices.text(removed | {"disclosure": None}, ZONE)


def test_a_page_that_asks_for_it_is_not_quoted() -> None:
    withheld = CHANGE | {"noarchive": 1}
    told = notices.text(withheld, ZONE) + notices.digest([withheld], 1, {})[1]
    assert "15077" not in told + json.dumps(notices.data(withheld)) and "noarchive" in told


@given(st.text(), st.text())
def test_page_text_is_plain_and_bounded(title: str, summary: str) -> None:
    change = CHANGE | {"title": title, "summary": summary * 9, "outlet": summary, "facts": CHANGE["facts"] * 99}
    line, text = notices.title(change), notices.text(change, ZONE)
    assert "\n" not in line and len(line) <= 200 and len(text) <= 2000
    assert all(c == "\n" or c.isprintable() or not c.isascii() for c in line + text)


def test_a_digest_is_grouped_and_counts_what_it_leaves_out() -> None:
    many = [CHANGE | {"kind": kind, "code": str(n)} for n in range(40) for kind in ("edited", "removed")]
    title, text = notices.digest(many, 80, {"replica": ZONE})
    assert title == "80 findings" and text.endswith("and 30 more") and len(text) < 20_000
    assert "Edited (25)\n- 2024-11-22 09:45:00 江州市采购公示 15077余万元" in text and "Not available (25)" in text


@given(st.text(alphabet="*_`[](){}<>#@|~ab\n"))
def test_markdown_is_told_as_what_it_shows(words: str) -> None:
    shown = _unmarked(words).replace("\u200b", "")
    assert "".join(c for c in shown if c != "\\") == words
    assert "@a" not in _unmarked(words) and "**" not in _unmarked(words)


# ── Delivery ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_secret_is_text_or_base64() -> None:
    for secret, key in (("long random text", b"long random text"), ("whsec_a2V5", b"key"), ("whsec_?", b"whsec_?")):
        sent = delivery.headers(secret, "msg_1", 1700000000, b"{}")
        signature = base64.b64encode(hmac.digest(key, b"msg_1.1700000000.{}", hashlib.sha256)).decode()
        assert sent == {
            "webhook-id": "msg_1", "webhook-timestamp": "1700000000", "webhook-signature": f"v1,{signature}",
        }  # fmt: skip


def test_ten_failures_take_minutes_and_a_day_takes_some_thirty() -> None:
    waits = [delivery.wait_after(n) for n in range(1, 60)]
    assert waits == sorted(waits) and sum(waits[:10]) < 180
    assert 20 < next(n for n in range(60) if sum(waits[:n]) >= delivery.GIVEN_UP_AFTER) < 40


# ── Silence ─────────────────────────────────────────────────────────────────────────────────────────────────────


def every(minutes: float, count: int) -> list[str]:
    return [later(START, 60 * minutes * n) for n in range(count)]


@pytest.mark.parametrize(
    ("times", "minutes", "is_quiet"),
    [
        pytest.param(every(10, 11), 49, False, id="not yet 5 gaps"),
        pytest.param(every(10, 11), 51, True, id="5 gaps"),
        pytest.param(every(10, 10), 5000, False, id="too few to know"),
        pytest.param([START] * 99, 5000, False, id="all at once"),
        pytest.param([*every(10, 11), *every(10, 11)], 51, True, id="many at a time"),
        pytest.param([], 0, False, id="nothing ever"),
    ],
)
def test_five_times_the_usual_gap_is_quiet(times: list[str], minutes: float, is_quiet: bool) -> None:
    now = later(max(times, default=START), 60 * minutes)
    found = silence(times, now)
    assert (found is not None) is is_quiet
    assert found is None or (found.since, found.usual) == (max(times), 600)


def office_hours(days: int) -> list[str]:
    """Every 20 minutes from 8 to 20 on workdays."""
    return [
        later(START, day * 86400 + minute * 60)
        for day in range(days) if day % 7 < 5
        for minute in range(8 * 60, 20 * 60, 20)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("days", "hours", "is_quiet"),
    [
        pytest.param(12, 11 * 24 + 31.5, False, id="the night after a Friday"),
        pytest.param(12, 13 * 24 + 15, False, id="Sunday"),
        pytest.param(12, 14 * 24 + 9, False, id="Monday morning"),
        pytest.param(12, 14 * 24 + 11, True, id="Monday noon"),
        pytest.param(10, 10 * 24 + 8.5, False, id="a morning"),
        pytest.param(10, 10 * 24 + 12, True, id="a day without any"),
    ],
)
def test_nights_and_weekends_are_not_quiet(days: int, hours: float, is_quiet: bool) -> None:
    assert (silence(office_hours(days), later(START, hours * 3600)) is not None) is is_quiet

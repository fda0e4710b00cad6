"""What a whole run shows that no look shows alone: absences, collapses, moves, and when they are believed after all."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.items import Fields, Look, Raw
from crawler.rules import absences, collapses
from crawler.rules.absences import Article, SiteRun
from crawler.rules.dates import later
from crawler.rules.moves import Moves
from crawler.rules.recheck import next_check

NOW, EARLIER, DAY = "2024-03-01T00:00:00Z", "2024-02-01T00:00:00Z", 86400


def look(code: str, outcome: str = "not_found", **values: Any) -> Look:
    given = {"id": f"{code}:{outcome}", "site": "site", "url": f"https://news.example/{code}", "seen_at": NOW}
    return Look(code=code, outcome=outcome, reason=outcome, **given | values)  # type: ignore[arg-type]


def run_of(*looks: Look) -> SiteRun:
    run = SiteRun()
    for seen in looks:
        run.judged(seen)
    return run


def absences_of(gone: Sequence[Look], read: int, live: int, before: dict[str, Any] | None = None, **given: Any) -> Any:
    """(what each held look means, why the run is quarantined) for so many articles, each a day older."""
    run = run_of(*gone, *(look(f"read{n}", "read") for n in range(read)))
    missing = {seen.code: Article(seen.code, EARLIER, "live", **before or {}) for seen in gone}
    verdict = absences.judge(run, missing, live, **{"cutoff": None, "reads_normally": True} | given)
    return [seen.absence for seen in verdict.looks], verdict.quarantine


GONE = [look(f"NW{n}") for n in range(4)]
SOFT = [look(f"NW{n}", "soft_404") for n in range(4)]
LONG_AGO = {"gone_since": EARLIER, "gone_looks": 2}
PENDING = {"gone_since": NOW, "gone_firmly_since": NOW, "gone_looks": 1}


@pytest.mark.parametrize(
    ("absent", "quarantined"),
    [
        (absences_of(GONE[:1], 9, 10), False),
        (absences_of(GONE[:2], 1, 3), False),
        (absences_of(GONE, 10, 14), False),
        (absences_of(GONE, 9, 13), True),
        (absences_of(GONE, 2, 100), True),
        (absences_of(GONE, 2, 100, PENDING), False),
        (absences_of(GONE, 0, 4, PENDING), True),
        (absences_of(GONE, 9, 13, LONG_AGO), False),
        (absences_of(GONE, 0, 13, LONG_AGO), True),
        (absences_of(GONE[:1], 20, 21, broken_listing="no link"), True),
    ],
    ids=[
        "one", "two are too few", "under 30 %", "over 30 %", "of those that were due", "which waited for it", "all",
        "missing for a day", "and nothing else is read", "a broken listing",
    ],
)  # fmt: skip
def test_too_many_to_be_believed(absent: Any, quarantined: bool) -> None:
    found, why = absent
    assert set(found) == {"quarantined" if quarantined else None}
    assert why is None or quarantined


def test_a_soft_404_counts_only_where_the_site_reads() -> None:
    assert absences_of(SOFT[:1], 9, 10)[0] == ["soft"]
    assert absences_of(SOFT[:1], 9, 10, reads_normally=False)[0] == [None]
    assert absences_of(SOFT, 9, 13)[0] == [None] * 4


def test_most_looks_that_bring_nothing_quarantine_the_run() -> None:
    failed = [look(f"NW{n}", "blocked") for n in range(3)]
    run = run_of(*failed, look("NW8", "read"), look("NW9"))
    missing = {"NW9": Article("NW9", EARLIER, "live")}
    verdict = absences.judge(run, missing, 5, None, reads_normally=True)
    assert verdict.quarantine and "blocked" in verdict.quarantine
    assert [seen.absence for seen in verdict.looks] == ["quarantined"]
    assert not run_of(*failed[:2]).fails, "two are too few"
    assert not run_of(*failed, *(look(f"R{n}", "read") for n in range(3))).fails, "half is not most"
    assert not run_of(*(look(f"NW{n}", "robots") for n in range(9))).fails, "it is asked not to come"


def test_an_expiry_of_more_than_half_is_a_breakage() -> None:
    assert absences_of(GONE, 4, 8, cutoff=EARLIER)[0] == ["expired"] * 4
    assert absences_of(GONE, 3, 7, cutoff=EARLIER)[0] == ["quarantined"] * 4


def test_a_look_that_reads_comes_after_the_one_that_did_not() -> None:
    run = SiteRun()
    first, second = look("NW1"), look("NW1", "read", attempt=2)
    assert run.judged(first) == []
    assert run.judged(second) == [first, second] and not run.held
    assert run.judged(look("NW2")) == []
    assert [seen.code for seen in run.judged(look("NW2", "read", collapsed=True))] == ["NW2"]
    assert [seen.code for seen in run.collapsed] == ["NW2"]


def test_what_waits_is_bounded() -> None:
    raw = Raw("content", "https://news.example/1", NOW, 404, {}, b"x" * 9 * 1024 * 1024)
    run = run_of(*(look(f"NW{n}", responses=(raw,)) for n in range(6)))
    kept = [bool(held[0].responses) for held in run.held.values()]
    assert kept == [True, True, True, False, False, False]


@given(st.lists(st.tuples(st.integers(0, 40), st.booleans()), max_size=30), st.sets(st.integers(0, 29)))
def test_an_expiry_is_a_cutoff(articles: list[tuple[int, bool]], missing: set[int]) -> None:
    site = [
        Article(str(n), later("2024-01-01T00:00:00Z", day * DAY), "live", gone_since=EARLIER if gone else None)
        for n, (day, gone) in enumerate(articles)
    ]
    codes = {str(n) for n in missing if n < len(site)}
    cutoff = absences.expiry(site, codes, set(), NOW)
    if cutoff is not None:
        older = [a for a in site if a.published_at <= cutoff]
        gone = [a for a in older if a.code in codes or a.gone_since]
        younger_gone = [a for a in site if a.published_at > cutoff and (a.code in codes or a.gone_since)]
        assert len(gone) >= 3 and len(older) < len(site)
        assert len(older) - len(gone) + len(younger_gone) <= 0.1 * len(gone)


# --- collapses --------------------------------------------------------------------------------------------------------


def collapsed(code: str, words: str) -> Look:
    return look(code, "read", collapsed=True, fields=Fields(body_html=words, body_text=words, places={"body": "share"}))


@pytest.mark.parametrize(
    ("words", "read", "outcomes"),
    [
        (["甲", "乙"], 9, ["read", "read"]),
        (["维护中", "维护中"], 9, ["read", "read"]),
        (["维护中", "维护 中", "维护中", "甲"], 99, ["blocked", "blocked", "blocked", "read"]),
        (["甲", "乙", "丙", "丁"], 8, ["read"] * 4),
        (["甲", "乙", "丙", "丁"], 7, ["variant"] * 4),
    ],
    ids=["two", "two alike are too few", "three alike", "half of the run", "more than half"],
)
def test_collapses_of_many(words: list[str], read: int, outcomes: list[str]) -> None:
    looks = [collapsed(f"NW{n}", body) for n, body in enumerate(words)]
    found, why = collapses.judge(looks, read)
    assert [seen.outcome for seen in found] == outcomes
    assert (why is None) == (set(outcomes) == {"read"})
    assert all((seen.fields is None) == (seen.outcome != "read") for seen in found)


def test_an_article_behind_a_wall_was_not_read() -> None:
    def shrunk(code: str, foot: str) -> Look:
        page = f"<h1>题</h1><p>某公司重组……</p>{foot}<p>登录后发表评论</p>".encode()
        raw = Raw("share", f"http://a.example/{code}", "", 200, {}, page)
        return msgspec.structs.replace(
            collapsed(code, code), responses=(raw,), reason="the body shrank from 900 to 7 characters"
        )

    walls = [
        "<p>登录后查看全文</p>",
        "<div>剩余80%内容，开通会员后可阅读全文</div>",
        "<p>Subscribe to continue reading.</p>",
    ]
    looks = [
        *(shrunk(f"NW{n}", wall) for n, wall in enumerate(walls)),
        shrunk("NW9", "<p>他说，登录后查看全文即可。</p>"),
    ]
    found, why = collapses.judge(looks, 9)
    assert [seen.outcome for seen in found] == ["login"] * len(walls) + ["read"]
    assert why is None


# --- moves ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    ["https://new.example/{code}.html", "https://new.example/2024/05/{day:02}/{code}.html"],
    ids=["by its code", "with the article's date in it"],
)
def test_a_site_moves_with_its_articles(address: str) -> None:
    moves = Moves()
    looks = [look(f"NW{n}", "read", moved_to=address.format(code=f"NW{n}", day=n + 1)) for n in range(5)]
    elsewhere = [msgspec.structs.replace(seen, site="other", moved_to=None) for seen in looks * 3]
    for seen in elsewhere:
        assert moves.judged(seen) == [seen], "another site's looks are none of this one's"
    told = [moved for seen in looks for moved in moves.judged(seen)]
    assert [seen.code for seen in told] == [f"NW{n}" for n in range(5)]
    assert all(seen.site_moved for seen in told) and moves.notice and not moves.rest()


# --- when it is looked at again ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "state", "firmly", "looks", "seconds"),
    [
        ("pending", "live", NOW, 1, 600),
        ("pending", "live", None, 1, 3600),
        ("pending", "live", None, 9, 16 * 1800),
        ("gone", "expired", NOW, 0, 7 * DAY),
        ("gone", "expired", NOW, 2, 28 * DAY),
        ("blocked", "live", None, 0, 1800),
    ],
)
def test_when_it_is_due_again(outcome: str, state: str, firmly: str | None, looks: int, seconds: int) -> None:
    assert next_check(outcome, state, NOW, NOW, firmly, looks, 600) == later(NOW, seconds)

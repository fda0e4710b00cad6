"""What is looked at when: learned from looks, ranked by the likelihood of an edit, within a site's budget."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from crawler import budget, config, jobs
from crawler.demo.site import Replica
from crawler.learning import Learning
from crawler.rules.dates import later
from storage import articles, budgets, profiles, sources
from storage.database import open_database, transaction
from tests.conftest import Desk

NOW = "2024-11-22T12:00:00Z"
TOML = """
[crawl]
delay = 0
[site.finews]
listing = "http://127.0.0.1/{category}.html"
article = '/(?P<code>[^/]+)\\.html$'
share = "http://127.0.0.1/{code}"
timezone = "Asia/Shanghai"
requests_per_day = 240
patrol = 0.5
[[source]]
key = "a"
site = "finews"
every = "1h"
min_every = "5m"
"""
HOUR, MOST = 3600, 500


def ago(hours: float) -> str:
    return later(NOW, round(-hours * HOUR))


@pytest.fixture
def settings(tmp_path: Path) -> config.Config:
    return config.parse(TOML, tmp_path / "newstrail.toml")


@pytest.fixture
def db(settings: config.Config) -> Database:
    return open_database(settings.database)


@pytest.fixture
def put(db: Database) -> Callable[..., int]:
    """Put an article on record: found so many hours ago, with other columns as given; its id."""
    source = sources.put_source(db, "a", None, "finews", "a", "http://127.0.0.1/a.html")

    def put(code: str, found: float, **columns: Any) -> int:
        articles.add(db, "finews", code, f"http://127.0.0.1/{code}", None, code, ago(found))
        row = articles.find(db, "finews", code)
        assert row is not None
        read = {"state": "live", "last_read_at": ago(found), "last_checked_at": ago(found), "next_check_at": NOW}
        articles.update(db, row | read | columns)
        sources.stay(db, source, row["id"], code, 1, ago(found))
        return int(row["id"])

    return put


def test_the_likeliest_edits_are_looked_at_first(db: Database, settings: config.Config, put: Any) -> None:
    budgets.put(db, {"site": "finews", "price": 0.1, "tokens": 3.0, "patrol": 0.0, "tokens_at": NOW, "per_day": 240.0})
    calm = put("calm", 30, factor_b=2.0, last_read_at=ago(1))
    busy = put("busy", 30, factor_a=5.0, factor_b=0.5)
    usual = put("usual", 30)
    assert budget.pick(db, settings, "finews", NOW, MOST)[:2] == [busy, usual]
    row = articles.find(db, "finews", "calm")
    assert row and row["id"] == calm and row["next_check_at"] > NOW  # not worth it yet, and planned anew


def test_what_would_be_lost_is_spent(db: Database, settings: config.Config, put: Any) -> None:
    for number in range(9):
        put(f"NW{number}", 30, factor_b=1e3, last_checked_at=ago(0.5))
    assert len(budget.pick(db, settings, "finews", NOW, MOST)) == 5  # under the price, and ten saved up
    db.execute("UPDATE articles SET next_check_at = ?", (NOW,))
    assert not budget.pick(db, settings, "finews", NOW, MOST)


def test_the_budget_bounds_what_is_looked_at(db: Database, settings: config.Config, put: Any) -> None:
    for number in range(60):
        put(f"NW{number}", 30, factor_a=5.0, factor_b=0.5)
    first = budget.pick(db, settings, "finews", NOW, MOST)
    assert len(first) == 20  # two hours of 240 a day, half of them for the patrol
    assert len(set(first)) == 20
    assert not budget.pick(db, settings, "finews", NOW, MOST)
    assert len(budget.pick(db, settings, "finews", later(NOW, HOUR), MOST)) == 10
    left = budgets.find(db, "finews")
    assert left is not None and left["per_day"] == 240 and 0 <= left["tokens"] < 1


def test_more_that_is_worth_it_than_can_be_paid_raises_the_price(
    db: Database, settings: config.Config, put: Any
) -> None:
    budget.pick(db, settings, "finews", NOW, MOST)
    first = budgets.price(db, "finews")
    for number in range(60):
        put(f"NW{number}", 30, factor_a=5.0, factor_b=0.5)
    budget.pick(db, settings, "finews", later(NOW, HOUR), MOST)
    dear = budgets.price(db, "finews")
    assert first is not None and dear is not None and dear > first
    db.execute("UPDATE articles SET next_check_at = NULL")
    budget.pick(db, settings, "finews", later(NOW, 3 * HOUR), MOST)
    assert (budgets.price(db, "finews") or 1) < dear


def test_what_waits_to_be_settled_is_looked_at_whatever_it_costs(
    db: Database, settings: config.Config, put: Any
) -> None:
    waiting = [
        put("unread", 1, state="unknown", last_read_at=None),
        put("gone", 30, gone_since=ago(1)),
        put("removed", 30, state="removed"),
        put("hinted", 30, factor_b=1e6, hinted_at=ago(0.1)),
    ]
    budgets.put(db, {"site": "finews", "price": 0.9, "tokens": 0.0, "patrol": 0.0, "tokens_at": NOW, "per_day": 240.0})
    assert sorted(budget.pick(db, settings, "finews", NOW, MOST)) == waiting


def test_the_patrol_goes_to_those_likeliest_to_be_gone(db: Database, settings: config.Config, put: Any) -> None:
    later_on = {"next_check_at": later(NOW, 9 * HOUR), "factor_b": 1e6}
    seen = [put(f"NW{number}", 100, last_checked_at=ago(50 - number), **later_on) for number in range(30)]
    put("old", 24 * 8, last_checked_at=ago(90), **later_on)  # over 7 days: not on patrol
    put("let go", 100, last_checked_at=ago(99), next_check_at=None)
    assert budget.pick(db, settings, "finews", NOW, MOST) == seen[:10]


@pytest.mark.parametrize("paused_at", [NOW, None])
def test_a_source_that_rests_or_is_configured_no_more_is_not_looked_at(
    db: Database, settings: config.Config, put: Any, paused_at: str | None
) -> None:
    both, alone = put("both", 30, factor_a=9.0), put("alone", 30, factor_a=9.0)
    schedule = "INSERT INTO schedule (source_id, next_run_at, paused_at) VALUES (?, ?, ?)"
    db.execute(schedule, (1, None, paused_at))
    other = sources.put_source(db, "b", None, "finews", "b", "http://127.0.0.1/b.html")
    db.execute(schedule, (other, NOW, None))
    sources.stay(db, other, both, "both", 1, NOW)
    assert budget.pick(db, settings, "finews", NOW, MOST) == [both]
    db.execute("UPDATE schedule SET next_run_at = ?, paused_at = NULL", (NOW,))
    assert alone in budget.pick(db, settings, "finews", later(NOW, HOUR), MOST)


def test_looks_teach(db: Database, settings: config.Config, put: Any) -> None:
    site = settings.sites["finews"]
    learning = Learning(db)
    plans = {}
    for code, changed in (("calm", False), ("busy", True)):
        put(code, 3)
        row = articles.find(db, "finews", code)
        assert row is not None
        plans[code] = learning.looked(row, site, changed, NOW)
        assert row["last_read_at"] == NOW
        assert (row["factor_a"] / row["factor_b"] > 1) == changed and row["streak"] == changed
    assert plans["busy"] < plans["calm"] and later(plans["busy"], -299) > NOW
    learning.write()
    ((_, buckets),) = profiles.sums(db).items()
    assert sorted(buckets) == [0, 1, 2, 3, 4]  # the three hours since, from the first quarter on
    hours = sum(den for _, den in buckets.values())
    assert hours > 3 and sum(num for num, _ in buckets.values()) > 0.9
    learning.write()
    assert sum(den for _, den in profiles.sums(db)[1].values()) == hours  # nothing is added twice


def test_plans_follow_what_was_learned(db: Database, settings: config.Config, put: Any) -> None:
    far = {"next_check_at": later(NOW, 100 * HOUR), "last_read_at": ago(1), "last_checked_at": ago(1)}
    put("busy", 2, factor_a=5.0, factor_b=0.5, **far)
    put("failing", 2, factor_a=5.0, factor_b=0.5, **far | {"last_checked_at": NOW})
    budgets.put(db, {"site": "finews", "price": 0.1, "tokens": 0.0, "patrol": 0.0, "tokens_at": NOW, "per_day": 240.0})
    assert budget.replan(db, settings) == 1
    plans = dict(db.execute("SELECT code, next_check_at FROM articles"))
    assert plans["busy"] < later(NOW, HOUR) and plans["failing"] == far["next_check_at"]
    assert budget.replan(db, settings) == 0


def test_an_article_is_let_go_in_time(db: Database, settings: config.Config, put: Any) -> None:
    put("old", 24 * 29.9, factor_b=1e6)
    row = articles.find(db, "finews", "old")
    assert row is not None and Learning(db).looked(row, settings.sites["finews"], False, NOW) is None


def test_age_counts_from_publication() -> None:
    assert budget.age_at({"first_seen_at": ago(1), "published_at": ago(5), "published_precision": "minute"}, NOW) == 5
    assert budget.age_at({"first_seen_at": ago(1), "published_at": ago(20), "published_precision": "day"}, NOW) == 1
    assert (
        budget.age_at({"first_seen_at": ago(1), "published_at": later(NOW, 9), "published_precision": None}, NOW) == 1
    )


def test_a_busy_listing_is_read_more_often(db: Database, settings: config.Config, put: Any) -> None:
    source = settings.sources["a"]
    budgets.put(db, {"site": "finews", "price": 0.1, "tokens": 0.0, "patrol": 0.0, "tokens_at": NOW, "per_day": 240.0})
    quiet = budget.listing_gap(db, settings, source, NOW)
    assert quiet.total_seconds() == HOUR
    with transaction(db):
        for number in range(200):
            put(f"NW{number}", number / 10)
    busy = budget.listing_gap(db, settings, source, NOW)
    assert 300 <= busy.total_seconds() < quiet.total_seconds()


@pytest.mark.parametrize("find", [budgets.unsettled, budgets.candidates])
def test_what_is_due_is_found_by_index(db: Database, find: Callable[..., Any]) -> None:
    asked: list[str] = []
    db.conn.set_trace_callback(asked.append)
    find(db, "finews", NOW, 9)
    db.conn.set_trace_callback(None)
    plan = " ".join(row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {asked[0]}"))
    assert "articles_site_due (site=? AND next_check_at<?)" in plan and "SCAN a" not in plan


def test_another_title_on_the_listing_makes_an_article_due(trail: Desk, site: Replica) -> None:
    trail.newstrail("crawl")
    assert not trail.rows("SELECT 1 FROM articles WHERE next_check_at <= strftime('%Y-%m-%dT%H:%M:%SZ', 'now')")
    changed = trail.database
    db = open_database(changed)
    db.execute("UPDATE articles SET last_read_at = '2024-01-01T00:00:00Z' WHERE code = 'NW2'")
    db.close()
    site.edit("NW2", title="江州市采购项目公示（更正）")
    site.edit("NW3", title="江州市采购结果公示")
    trail.newstrail("crawl")
    row = trail.row("SELECT hinted_at, next_check_at FROM articles WHERE code = 'NW2'")
    assert row["hinted_at"] == row["next_check_at"] is not None
    row = trail.row("SELECT hinted_at, next_check_at, last_read_at FROM articles WHERE code = 'NW3'")  # read just now
    assert row["hinted_at"] and row["next_check_at"] == later(row["last_read_at"], 600)
    trail.newstrail("crawl")
    assert trail.row("SELECT hinted_at FROM articles WHERE code = 'NW2'")["hinted_at"] is None
    assert trail.row("SELECT fields FROM changes WHERE kind = 'edited'")["fields"] == '["title"]'


def test_a_scheduled_crawl_looks_at_what_is_worth_it(trail: Desk, site: Replica) -> None:
    trail.newstrail("crawl")
    settings = config.load(trail.toml)
    db = open_database(settings.database)
    (key,) = settings.sources
    (name,) = settings.sites
    assert jobs.looks_job(db, settings, name, NOW) is None
    db.execute("UPDATE articles SET next_check_at = first_seen_at, published_at = NULL, factor_a = 50")
    (seen,) = db.execute("SELECT max(last_read_at) FROM articles").fetchone()
    job = jobs.scheduled_job(db, settings, key, later(seen, 9 * HOUR))
    assert sorted(target.code for target in job.targets) == ["NW1", "NW2", "NW3"] and job.listing
    assert all(target.known for target in job.targets)
    db.close()


def test_what_comes_next_and_why_is_told(trail: Desk, site: Replica) -> None:
    trail.newstrail("crawl")
    db = open_database(trail.database)
    db.execute("UPDATE articles SET published_at = first_seen_at, next_check_at = first_seen_at WHERE code = 'NW1'")
    db.execute("UPDATE articles SET gone_since = first_seen_at, next_check_at = first_seen_at WHERE code = 'NW2'")
    db.close()
    first, second = json.loads(trail.newstrail("next", "2", "--json"))
    why = {item["what"]: item["why"] for item in (first, second)}
    assert why["NW2"] == "not found: whether it stays away"
    assert re.fullmatch(r"edited since its last look with a chance of \d+% \(worth it from 2.0%\)", why["NW1"])
    told = json.loads(trail.newstrail("status", "--schedule", "--json"))
    (source,) = told["sources"]
    assert told["sites"] == [] and source["rule"] == "every 5m" and 0 <= source["missed"] <= 1
    assert len(source["edits_by_age"]) == 14
    assert "█" in trail.newstrail("status", "--schedule")


def test_what_a_listing_had_at_first_is_no_rate(tmp_path: Path) -> None:
    db = open_database(tmp_path / "newstrail.db")
    db["sources"].insert({"id": 1, "key": "k", "site": "s", "category": "c", "listing_url": "http://s/"})
    for number in range(300):
        at = "2024-11-20T08:00:00Z" if number < 297 else "2024-11-21T08:30:00Z"
        db["articles"].insert(
            {"id": number + 1, "site": "s", "code": f"c{number}", "url": f"http://s/{number}", "first_seen_at": at}
        )
        stay = {"source_id": 1, "article_id": number + 1, "position": 1, "first_seen_at": at, "last_seen_at": at}
        db["listings"].insert(stay)
    since = "2024-11-19T00:00:00Z"
    assert budgets.found_since(db, "s", since) == 3
    assert budgets.found_by_hour(db, 1, since) == [{"hour": "2024-11-21T08:00:00Z", "found": 3}]
    assert budgets.watched_since(db, 1) == "2024-11-20T08:00:00Z" and budgets.watched_since(db, 2) is None
    db.close()

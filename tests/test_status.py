"""What `newstrail status` says of its own noise, readers' verdicts, and what `newstrail changes` hides."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.rules import usual
from crawler.rules.dates import later, utc_text
from storage import articles, incidents, sources, versions
from storage.database import open_database, transaction
from tests.conftest import Desk
from tests.crawling import Trail

NOW = utc_text(datetime.now(UTC))
QUIET = {"unchanged": 97, "blocked": 2, "variant": 1}
HALF = {"unchanged": 50, "blocked": 50}

# ── The usual range ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("today", "before", "expected"),
    [
        pytest.param({"unchanged": 50, "blocked": 40, "soft_404": 10}, [QUIET] * 28, ["blocked"], id="blocked"),
        pytest.param({"unchanged": 60, "login": 40}, [QUIET] * 28, ["blocked"], id="login is blocked"),
        pytest.param({"unchanged": 80, "variant": 20}, [QUIET] * 28, ["variant"], id="variant"),
        pytest.param({"unchanged": 80, "pending": 20}, [QUIET] * 28, ["pending"], id="pending"),
        pytest.param({**QUIET, "changes": 9, "marked_false": 4}, [{**QUIET, "changes": 9}] * 9, ["false"], id="false"),
        pytest.param({**QUIET, "bytes": 60_000_000}, [{**QUIET, "bytes": 9_000_000}] * 9, ["bytes"], id="bytes"),
        pytest.param({**QUIET, "versions": 400}, [{**QUIET, "versions": 90}] * 9, ["versions"], id="versions"),
        pytest.param({"unchanged": 9000}, [QUIET] * 9, ["looks"], id="looks"),
        pytest.param(QUIET, [QUIET] * 28, [], id="as usual"),
        pytest.param(HALF, [QUIET] * 6, [], id="too few days to know"),
        pytest.param(HALF, [QUIET] * 6 + [{}] * 22, [], id="days without looks are none"),
        pytest.param({"unchanged": 4, "blocked": 4}, [QUIET] * 28, [], id="tiny numbers"),
        pytest.param({"unchanged": 94, "blocked": 6}, [QUIET] * 28, [], id="a little more"),
        pytest.param({"unchanged": 100}, [HALF] * 28, [], id="less is no trouble"),
        pytest.param({"unchanged": 70, "blocked": 30}, [QUIET, HALF] * 14, [], id="unsteady"),
        pytest.param(HALF, [QUIET] * 25 + [{"blocked": 99}] * 3, ["blocked"], id="bad days"),
        pytest.param({}, [QUIET] * 28, [], id="no look today"),
    ],
)  # fmt: skip
def test_a_figure_above_its_usual_range_is_told(
    today: dict[str, int], before: list[dict[str, int]], expected: list[str]
) -> None:
    assert [left.figure for left in usual.left([today, *before])] == expected


@given(st.lists(st.floats(0, 1), min_size=7, max_size=28), st.floats(0.01, 0.2))
def test_the_range_holds_most_days_is_never_narrow_and_forgets_their_order(past: list[float], least: float) -> None:
    low, high = usual.usual_range(past, least) or (1, 0)
    assert 0 <= low <= high and high - low >= least - 1e-3
    assert 2 * sum(low - 1e-4 <= figure <= high + 1e-4 for figure in past) >= len(past)
    assert usual.usual_range(past[::-1], least) == (low, high)


def test_growth_is_by_the_days_that_were_watched() -> None:
    assert usual.per_day([{"unchanged": 30}], "looks") == 30
    assert usual.per_day([{"unchanged": 30}, {}, {"unchanged": 30}], "looks") == 20
    assert usual.per_day([{"unchanged": 70}] * 29, "looks") == 70
    assert usual.per_day([{}] * 29, "looks") == 0


# ── The command ─────────────────────────────────────────────────────────────────────────────────────────────────


class Record(Trail):
    """A record of one source that is written by the storage, not crawled."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.toml.write_text(f'database = "{self.database}"\n', encoding="utf-8")
        self.db = open_database(self.database)
        self.source = sources.put_source(self.db, "yaowen", "江州要闻", "江州", "yaowen", "http://a.example/yaowen")
        articles.add(self.db, "江州", "NW1", "http://a.example/NW1", None, "江州市采购公示", NOW)
        sources.stay(self.db, self.source, 1, "江州市采购公示", 1, NOW)

    def run_of(self, days_ago: float, outcomes: dict[str, int], source: int | None = None) -> None:
        """One crawl with so many looks of each outcome."""
        at = later(NOW, -days_ago * 86400)
        with transaction(self.db):
            run = sources.begin_run(self.db, "category", "replica", source or self.source, at)
            for outcome, count in outcomes.items():
                for number in range(count):
                    self._check(run, outcome, at, f"{run}:{outcome}:{number}")

    def _check(self, run: int, outcome: str, at: str, name: str) -> None:
        values = dict.fromkeys(("version_id", "response_id", "http_status", "reason"))
        about = {"article_id": 1, "run_id": run, "checked_at": at, "outcome": outcome, "observation": name}
        articles.add_check(self.db, {**values, **about})

    def status(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.newstrail("status", "--json"))
        return told

    def change(self, kind: str, severity: str | None, summary: str, at: str = NOW) -> int:
        values = dict.fromkeys(
            ("old_version_id", "new_version_id", "changed_after", "disclosure", "reason", "edit_hash")
        )
        about = {"article_id": 1, "kind": kind, "changed_by": at, "recorded_at": at, "severity": severity}
        counts = {"fields": "[]", "added_chars": 0, "removed_chars": 0, "summary": summary}
        with transaction(self.db):
            return versions.add_change(self.db, "江州", "NW1", {**values, **about, **counts})

    def summaries(self, *arguments: str) -> list[str]:
        return sorted(c["summary"] for c in json.loads(self.newstrail("changes", "--json", *arguments)))


@pytest.fixture
def record(tmp_path: Path) -> Iterable[Record]:
    record = Record(tmp_path)
    yield record
    record.db.close()


def test_warns_when_more_is_blocked_than_on_other_days(record: Record) -> None:
    for day in range(1, 15):
        record.run_of(day + 0.5, QUIET)
    record.run_of(0.2, QUIET)
    assert record.status()["warnings"] == []
    record.run_of(0.1, {"unchanged": 10, "blocked": 80, "login": 5, "soft_404": 5})
    told = record.status()
    (warning,) = told["warnings"]
    assert (warning["source"], warning["figure"], warning["value"]) == ("yaowen", "blocked", 0.46)
    assert warning["usual"] == [0.0, 0.07]
    text = record.newstrail("status")
    assert f"warning: {warning['message']}\n" in text
    assert "yaowen: 46.0 % of the looks were blocked in the last 24 hours; usual are 0.0 % to 7.0 %" in text
    (source,) = told["sources"]
    assert source["blocked_rate"] == (7 * 2 + 90) / 800  # of 7 days: 6 of the earlier ones
    assert (source["variant_rate"], source["pending_rate"]) == (7 / 800, 0.0)
    assert source["growth_per_day"] == {"bytes": 0.0, "versions": 0.0, "looks": 114.3}


def test_a_source_is_measured_by_its_own_runs(record: Record) -> None:
    other = sources.put_source(record.db, "caijing", None, "江州", "caijing", "http://a.example/caijing")
    record.run_of(0.1, {"unchanged": 1, "variant": 1})
    record.run_of(0.1, {"unchanged": 4}, other)
    record.run_of(8, {"blocked": 4}, other)
    assert [(s["key"], s["variant_rate"], s["blocked_rate"]) for s in record.status()["sources"]] == [
        ("caijing", 0.0, 0.0), ("yaowen", 0.5, 0.0),
    ]  # fmt: skip


def test_open_incidents_are_told_until_they_end(record: Record) -> None:
    article = {"site": "江州", "article_id": 1, "source_id": None}
    site = {"site": "江州", "article_id": None, "source_id": None}
    record.run_of(0, {"blocked": 1})
    incidents.failed(record.db, article, "blocked", "访问验证", NOW)
    incidents.failed(record.db, site, "quarantined", "encoding flipped", NOW)
    told = record.status()
    assert told["sources"][0]["open_incidents"] == 2
    assert [(i["code"], i["outcome"]) for i in told["incidents"]] == [(None, "quarantined"), ("NW1", "blocked")]
    assert (told["totals"]["failed_looks"], [look["code"] for look in told["failed_looks"]]) == (1, ["NW1"])
    text = record.newstrail("status")
    assert "访问验证" in text and "江州 (all of it)" in text
    for subject in (article, site):
        incidents.ended(record.db, subject, NOW)
    told = record.status()
    assert (told["incidents"], told["failed_looks"], told["sources"][0]["open_incidents"]) == ([], [], 0)


def test_findings_that_wait_are_counted(trail: Desk) -> None:
    trail.configure('confirm_after = "0s"', 'confirm_after = "1h"') if "0s" in trail.toml.read_text() else None
    trail.crawl()
    trail.site.remove("NW3")
    trail.crawl(recheck=True)
    told = json.loads(trail.newstrail("status", "--json"))["sources"][0]
    pending = trail.row("SELECT count(*) AS n FROM checks WHERE outcome = 'pending'")["n"]
    looks = trail.row("SELECT count(*) AS n FROM checks")["n"]
    assert pending == 1 and told["waiting"] == 1
    assert told["pending_rate"] == pending / looks
    kept = trail.row(
        "SELECT sum(length(b.data)) AS n FROM version_responses v JOIN responses r ON r.id = v.response_id"
        " JOIN bodies b ON b.hash = r.body_hash"
    )["n"]
    assert told["growth_per_day"] == {"bytes": kept, "versions": 3.0, "looks": looks}


# ── Verdicts ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_verdict_is_kept_shown_and_counted(record: Record) -> None:
    record.change("first_seen", None, "first")
    number = record.change("edited", "minor", "second")
    assert "verdict" not in record.newstrail("changes")
    assert record.newstrail("mark", str(number), "reviewed") == (
        f"change {number} (edited NW1 江州市采购公示) is marked reviewed\n"
    )
    again = record.newstrail("mark", str(number), "false")
    assert again == f"change {number} (edited NW1 江州市采购公示) is marked false, instead of reviewed\n"
    assert json.loads(record.newstrail("mark", str(number), "false", "--json"))["replaced"] == "false"
    assert [c["verdict"] for c in json.loads(record.newstrail("changes", "--json"))] == ["false", None]
    assert "verdict" in record.newstrail("changes") and "false" in record.newstrail("log", "NW1")
    (source,) = record.status()["sources"]
    assert {key: source[key] for key in ("changes", "marked_reviewed", "marked_false", "false_rate")} == {
        "changes": 2, "marked_reviewed": 0, "marked_false": 1, "false_rate": 0.5,
    }  # fmt: skip
    assert "1 of 2 (50.0 %)" in record.newstrail("status")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["7", "false"], 1, "no change 7 on record"),
        (["0", "false"], 1, "no change 0 on record"),
        (["9" * 40, "reviewed"], 1, "on record"),
        (["1", "wrong"], 2, "'wrong' is not one of"),
        (["first", "false"], 2, "not a valid integer"),
        (["1"], 2, "Missing argument"),
    ],
)
def test_a_verdict_that_cannot_be_kept_is_one_line(record: Record, arguments: list[str], code: int, said: str) -> None:
    done = record.run("crawler", "mark", *arguments, code=code)
    assert said in done.stderr and done.stderr.count("\n") == 1
    assert not record.rows("SELECT * FROM marks")


def test_marking_makes_no_database(tmp_path: Path) -> None:
    trail = Trail(tmp_path)
    trail.toml.write_text('database = "newstrail.db"\n', encoding="utf-8")
    assert "there is no database yet" in trail.run("crawler", "mark", "1", "false", code=4).stderr
    assert not trail.database.exists()


# ── Cosmetic edits ──────────────────────────────────────────────────────────────────────────────────────────────


def test_cosmetic_edits_are_hidden_until_they_are_asked_for(record: Record) -> None:
    record.change("first_seen", None, "found", later(NOW, -200))
    record.change("edited", "cosmetic", "comma", later(NOW, -100))
    record.change("edited", "minor", "word")
    assert record.summaries() == ["found", "word"]
    assert record.summaries("--min-severity", "cosmetic") == ["comma", "word"]
    assert record.summaries("--min-severity", "minor") == ["word"]
    assert record.summaries("--kind", "edited") == ["word"]
    done = record.run("crawler", "changes", code=0)
    assert "comma" not in done.stdout and "found" in done.stdout
    assert done.stderr == "1 cosmetic edit is not shown; --min-severity cosmetic shows all edits\n"
    assert record.run("crawler", "changes", "--json", code=0).stderr == ""
    assert record.run("crawler", "changes", "--min-severity", "cosmetic", code=0).stderr == ""
    assert record.run("crawler", "changes", "--kind", "first_seen", code=0).stderr == ""
    assert record.run("crawler", "changes", "--limit", "1", code=0).stderr == ""  # it is older than what is shown
    assert "comma" in record.newstrail("log", "NW1")

"""One story under several codes: who joins which cluster, what `newstrail cluster` tells of it, and corrections."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from crawler import cli
from crawler.items import Fields
from crawler.rules import diff, shingles, story
from crawler.rules.story import edit_hash
from storage import clusters, relations
from storage.database import open_database, transaction
from tests.rules.test_shingles import STORY, quote, scattered

TOML = """
database = "newstrail.db"
[site.a]
listing = "http://a.example/category/{category}.html"
article = '/(?P<category>[^/]+)/(?P<date>\\d{4}/\\d{2}/\\d{2})/(?P<code>[^/]+)\\.html$'
share = "http://a.example/share?infoCode={code}"
timezone = "Asia/Shanghai"
"""
OTHER_STORY = (
    "海陵市气象台20日发布台风蓝色预警，预计未来24小时沿海阵风8级。市防指要求在港渔船2310艘全部加固，"
    "海上养殖人员当晚撤离，中小学21日停课一天。"
)
AT = "2024-11-20T0{}:00:00Z"
CORRECTED = STORY.replace("15077.38万元", "15177.38万元")


class Record:
    """A database file, and what happens to articles in it, written as a crawl does."""

    def __init__(self, folder: Path) -> None:
        self.toml = folder / "newstrail.toml"
        self.toml.write_text(TOML, encoding="utf-8")
        self.db: Database = open_database(folder / "newstrail.db")
        self.ids: dict[str, int] = {}

    def read(self, code: str, text: str, hour: int, site: str = "a", **article: Any) -> int | None:
        """An article's text is read: the first, or an edit; the article's cluster."""
        with transaction(self.db):
            values = {
                "title": "江州政府采购",
                "published_at": AT.format(hour),
                "published_precision": "second",
            } | article
            if code not in self.ids:
                row = {"site": site, "code": code, "url": f"http://{site}.example/{code}", "state": "live"}
                self._insert("articles", **row, first_seen_at=AT.format(hour), **values)
                self.ids[code] = self._id()
            return self._version(self.ids[code], text, AT.format(hour), values["title"])

    def _version(self, article_id: int, text: str, at: str, title: str) -> int | None:
        before = self.rows("SELECT * FROM versions WHERE article_id = ? ORDER BY number DESC LIMIT 1", article_id)
        kept = dict.fromkeys(("body_html", "text_hash", "content_hash", "extractor"), "")
        number = before[0]["number"] + 1 if before else 1
        self._insert(
            "versions", article_id=article_id, number=number, title=title, body_text=text, first_seen_at=at,
            last_seen_at=at, **kept,
        )  # fmt: skip
        version_id = self._id()
        self.db.execute("UPDATE articles SET version_count = ? WHERE id = ?", (number, article_id))
        if before:
            old, new = Fields(body_text=before[0]["body_text"]), Fields(body_text=text)
            operations = diff.compare(before[0]["body_text"], text)
            self.change(
                article_id, "edited", at, old_version_id=before[0]["id"], new_version_id=version_id, fields='["body"]',
                summary=diff.summary(before[0]["body_text"], text, operations),
                edit_hash=edit_hash(["body"], old, new, operations),
            )  # fmt: skip
        found = clusters.join(self.db, article_id, shingles.bands(text), text, shingles.is_same_story, at, title=title)
        self.db.execute("UPDATE articles SET cluster_id = ? WHERE id = ?", (found, article_id))
        return found

    def change(self, article_id: int, kind: str, at: str, **values: Any) -> int:
        self._insert("changes", article_id=article_id, kind=kind, changed_by=at, recorded_at=at, **values)
        self.db.execute("UPDATE articles SET last_changed_at = ? WHERE id = ?", (at, article_id))
        return self._id()

    def states(self, code: str, *facts: tuple[str, str | None, str, str]) -> None:
        """What an article's current text states: (type, role, text, value)."""
        (version,) = self.rows("SELECT id, article_id FROM versions WHERE article_id = ?"
                               " ORDER BY number DESC LIMIT 1", self.ids[code])  # fmt: skip
        for kind, role, text, value in facts:
            self._insert("facts", version_id=version["id"], type=kind, role=role, text=text, value=value)

    def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        return list(self.db.query(sql, values))

    def clusters(self) -> dict[str, int | None]:
        return {row["code"]: row["cluster_id"] for row in self.rows("SELECT code, cluster_id FROM articles")}

    def _insert(self, table: str, **values: Any) -> None:
        names = ", ".join(values)
        marks = ", ".join("?" * len(values))
        self.db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(values.values()))

    def _id(self) -> int:
        return int(self.db.execute("SELECT last_insert_rowid()").fetchone()[0])


@pytest.fixture
def record(tmp_path: Path) -> Record:
    return Record(tmp_path)


# ── Joining ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_second_copy_makes_the_cluster_and_a_third_joins_it(record: Record) -> None:
    assert record.read("NW1", STORY, 1) is None
    assert record.read("NW2", OTHER_STORY, 1) is None
    made = record.read("1", f"本报讯（记者 王小明）{STORY}", 2)
    assert made is not None
    assert record.read("NW3", CORRECTED, 3, site="b") == made
    assert record.clusters() == {"NW1": made, "NW2": None, "1": made, "NW3": made}
    assert record.rows("SELECT id, made_at FROM clusters") == [{"id": made, "made_at": AT.format(2)}]


def test_an_equal_flash_joins_and_another_or_an_empty_one_does_not(record: Record) -> None:
    texts = ("离岸人民币跌破7.1关口", "离岸人民币 跌破7.1关口", "离岸人民币跌破7.2关口", "", "")
    found = [record.read(f"NW{n}", text, 1) for n, text in enumerate(texts)]
    assert found[1] is not None
    assert list(record.clusters().values()) == [found[1], found[1], None, None, None]


def test_equal_texts_of_different_days_stay_apart(record: Record) -> None:
    record.read("NW1", OTHER_STORY, 1, title="19日天气")
    assert record.read("NW2", OTHER_STORY, 2, title="20日天气") is None
    assert record.read("NW3", OTHER_STORY, 2, title="海陵20日天气") == record.clusters()["NW2"] is not None


def test_an_article_stays_in_its_cluster_whatever_it_says_now(record: Record) -> None:
    for code in ("NW1", "NW2"):
        record.read(code, STORY, 1)
    for code in ("NW3", "NW4"):
        record.read(code, OTHER_STORY, 1)
    first, second = record.clusters()["NW1"], record.clusters()["NW3"]
    assert record.read("NW1", OTHER_STORY, 2) == first  # it left its story; the two clusters have not become one
    assert record.clusters() == {"NW1": first, "NW2": first, "NW3": second, "NW4": second}


def test_a_text_of_two_clusters_makes_them_one_under_the_smaller_id(record: Record) -> None:
    for n, text in enumerate((STORY, STORY, OTHER_STORY, OTHER_STORY, "离岸人民币跌破7.1关口")):
        record.read(f"NW{n}", text, 1)
    first, _, second, _, alone = record.clusters().values()
    assert first and second and first != second and alone is None
    bands = [*shingles.bands(STORY), *shingles.bands(OTHER_STORY)]
    found = clusters.join(record.db, record.ids["NW4"], bands, STORY, lambda *texts: True, AT.format(2))
    assert found == min(first, second)
    assert set(record.clusters().values()) == {found}
    assert record.rows("SELECT id FROM clusters") == [{"id": found}]


def test_bands_are_those_of_the_latest_text(record: Record) -> None:
    record.read("NW1", STORY, 1)
    record.read("NW1", OTHER_STORY, 2)
    assert {row["hash"] for row in record.rows("SELECT hash FROM bands")} == set(shingles.bands(OTHER_STORY))
    assert record.read("NW2", STORY, 3) is None
    clusters.forget(record.db, record.ids["NW1"])
    assert record.read("NW3", OTHER_STORY, 3) is None


def test_a_flood_of_siblings_is_judged_in_bounds_and_hides_no_copy(record: Record) -> None:
    g = random.Random(1)
    first = quote(g)
    record.read("NW0", first, 1)
    for n in range(1, 120):
        record.read(f"NW{n}", quote(g), 1)
    judged = []

    def is_same(*texts: str) -> bool:
        judged.append(texts)
        return shingles.is_same_story(*texts)

    copy = scattered(first, 0.01, g)
    with transaction(record.db):
        record.db.execute("INSERT INTO articles (site, code, url, first_seen_at) VALUES ('b', 'X', 'http://b/', '')")
        found = clusters.join(record.db, record._id(), shingles.bands(copy), copy, is_same, AT.format(2))
    assert found is not None and record.clusters()["NW0"] == found
    assert len(judged) <= 16
    assert sum(cluster is not None for cluster in record.clusters().values()) == 2


# ── The same edit ───────────────────────────────────────────────────────────────────────────────────────────────


def hash_of(old: Fields, new: Fields, *fields: str) -> str:
    operations = diff.compare(old.body_text or "", new.body_text or "")
    return edit_hash(fields, old, new, operations)


@settings(deadline=None)  # the first diff loads a dictionary
@given(st.text("江州采购公布，。\n", max_size=60), st.text("江州采购公布，。\n", max_size=60))
def test_an_edit_is_the_same_whatever_stands_around_it(before: str, after: str) -> None:
    def edited(old: str, new: str) -> str:
        texts = [f"{before}\n全市交易额达{figure}，比上年增长一成。\n{after}" for figure in (old, new)]
        return hash_of(*(Fields(body_text=text) for text in texts), "body")

    alone = hash_of(
        *(Fields(body_text=f"全市交易额达{n}，比上年增长一成。") for n in ("15077余万元", "15077.38万元")), "body"
    )
    assert edited("15077余万元", "15077.38万元") == alone
    assert edited("15077余万元", "15078.38万元") != alone
    assert edited("15077.38万元", "15077余万元") != alone


@pytest.mark.parametrize(
    ("fields", "old", "new", "is_one"),
    [
        (("body",), {}, {}, True),
        (("body", "modified_at"), {}, {"modified_at": "2024-11-20T09:00:00Z"}, True),
        (("body", "author"), {"author": "甲"}, {"author": "乙"}, False),
        (("title", "body"), {"title": "增长"}, {"title": "下降"}, False),
        (("body", "images"), {"images": ["1.png"]}, {"images": ["2.png"]}, False),
        (("body", "tables"), {"tables": [[["1"]]]}, {"tables": [[["2"]]]}, True),
    ],
)
def test_what_makes_an_edit_another(
    fields: tuple[str, ...], old: dict[str, Any], new: dict[str, Any], is_one: bool
) -> None:
    bare = hash_of(Fields(body_text=STORY), Fields(body_text=CORRECTED), "body")
    both = Fields(body_text=f"（电）{STORY}", **old), Fields(body_text=f"（电）{CORRECTED}", **new)
    assert (hash_of(*both, *fields) == bare) is is_one


def test_metadata_alone_and_lists_have_hashes_of_their_own() -> None:
    def exchanged(name: str, old: Any, new: Any) -> str:
        return edit_hash([name], Fields(**{name: old}), Fields(**{name: new}), [])

    hashes = [
        exchanged("title", "增长", "下降"), exchanged("title", "下降", "增长"), exchanged("outlet", "甲", "乙"),
        exchanged("modified_at", "1", "2"), exchanged("modified_at", "1", "3"), exchanged("links", ["a", "b"], ["b"]),
        exchanged("links", ["b"], ["b", "a"]), exchanged("tables", [[["1"]]], [[["2"]]]),
    ]  # fmt: skip
    assert len(set(hashes)) == len(hashes)
    assert exchanged("links", ["a", "b"], ["b"]) == exchanged("links", ["c", "a"], ["c"])


def test_one_edit_under_two_codes_is_one_story(record: Record) -> None:
    for code, hour in (("NW1", 1), ("X1", 2)):
        record.read(code, STORY, hour)
    record.read("NW9", STORY.replace("。", "！"), 1)
    record.read("X1", CORRECTED, 3)
    record.read("NW1", CORRECTED, 4)
    record.read("NW1", STORY, 5)
    record.read("NW1", CORRECTED, 6)
    changes = record.rows(
        "SELECT c.*, a.code, a.cluster_id FROM changes c JOIN articles a ON a.id = c.article_id"
        " ORDER BY c.changed_by DESC, c.id DESC"
    )
    told = [(change["changed_by"][12], change["code"], change["codes"]) for change in story.by_story(changes)]
    assert told == [("6", "NW1", ["NW1"]), ("5", "NW1", ["NW1"]), ("3", "X1", ["X1", "NW1"])]
    alone = [{**change, "cluster_id": None} for change in changes]
    assert len(story.by_story(alone)) == 4


# ── The command ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def syndicated(record: Record) -> Record:
    """A story at three outlets: one corrected it, one carries the old figure, one took it down."""
    old = ("amount", "交易额", "15077.38万元", "150773800")
    new = ("amount", "交易额", "15177.38万元", "151773800")
    record.read("NW1", STORY, 2, outlet="江州日报")
    record.read("X1", STORY, 1, outlet="海陵网", published_at="2024-11-20T00:00:00Z", published_precision="day")
    record.read("B7", f"（转自江州日报）{STORY}", 3, site="b", outlet="云川\x1b[31m通讯")
    record.read("NW1", CORRECTED, 4)
    for code, fact in (("NW1", new), ("X1", old), ("B7", old)):
        record.states(code, fact)
    (edit,) = record.rows("SELECT id FROM changes WHERE kind = 'edited'")
    names = "change_id, type, role, old_text, new_text, old_value, new_value"
    values = (edit["id"], *old[:3], new[2], old[3], new[3])
    record.db.execute(f"INSERT INTO fact_changes ({names}) VALUES (?, ?, ?, ?, ?, ?, ?)", values)
    gone = AT.format(5)
    record.change(record.ids["B7"], "removed", gone)
    record.db.execute("UPDATE articles SET state = 'removed', gone_since = ? WHERE code = 'B7'", (gone,))
    return record


Run = Callable[..., str]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def newstrail(record: Record, *arguments: str, code: int = 0) -> str:
        assert cli.run(["--config", str(record.toml), *arguments]) == code
        printed = capsys.readouterr()
        return printed.err if code else printed.out

    return newstrail


def test_shows_members_side_by_side(syndicated: Record, run: Run) -> None:
    told = json.loads(run(syndicated, "cluster", "X1", "--json"))
    members = {member["code"]: member for member in told["members"]}
    assert list(members) == ["NW1", "B7", "X1"]  # a date without a time may be any of that day
    assert told["published_first"] == {"site": "a", "code": "NW1"} and told["seen_first"] == {"site": "a", "code": "X1"}
    assert [member["wording"] for member in members.values()] == ["newest", "own", "earlier"]
    assert (members["NW1"]["version_count"], members["NW1"]["last_change"]) == (2, "edited")
    assert (members["B7"]["state"], members["B7"]["removed_since"]) == ("removed", AT.format(5))
    (edit,) = told["edits"]
    assert (edit["code"], edit["changed_by"], edit["fields"]) == ("NW1", AT.format(4), ["body"])
    assert edit["summary"] == "15077.38万元 → 15177.38万元" and edit["facts"][0]["new_value"] == "151773800"
    (figure,) = told["old_figures"]
    assert figure["still_at"] == [{"site": "a", "code": "X1"}] and figure["changed_by"] == [
        {"site": "a", "code": "NW1"}
    ]
    assert "body_text" not in members["NW1"]


def test_prints_what_was_seen_in_the_sites_zone(syndicated: Record, run: Run) -> None:
    shown = run(syndicated, "cluster", "NW1")
    assert "3 articles carry this story; published first: NW1 (a); seen first: X1 (a)" in shown
    assert "15077.38万元 → 15177.38万元: when read last, X1 (a) had 15077.38万元" in shown
    gone = "B7 (b): not available at http://b.example/B7 since 2024-11-20 13:00:00; last read 2024-11-20 11:00:00"
    assert gone in shown
    assert "2024-11-20 10:00:00" in shown and "\x1b" not in shown and "云川‹U+001B›[31m通讯" in shown
    lines = [line.split() for line in shown.splitlines()]
    assert next(line for line in lines if line[:2] == ["a", "X1"])[3] == "2024-11-20"


def test_an_article_alone_and_one_unknown(record: Record, run: Run) -> None:
    record.read("NW1", STORY, 1)
    assert run(record, "cluster", "NW1") == "NW1: no other article on record carries this story\n"
    assert json.loads(run(record, "cluster", "NW1", "--json")) == {"site": "a", "code": "NW1", "cluster": None}
    assert "NW9: not on record" in run(record, "cluster", "NW9", code=1)


# ── Corrections ─────────────────────────────────────────────────────────────────────────────────────────────────

NUMBER = "江政采〔2024〕118号"


def notice(record: Record, code: str, title: str, hour: int, **article: Any) -> list[int]:
    record.read(code, f"{title}{hour}", hour, title=title, **article)
    kind = "更正" if "更正" in title else "招标"
    record.states(code, ("identifier", "项目编号", NUMBER, NUMBER), ("notice", None, kind, kind))
    return relations.link_correction(record.db, record.ids[code], {NUMBER}, kind == "更正", AT.format(hour))


def test_a_correction_is_linked_to_the_notice_whichever_is_read_first(record: Record) -> None:
    notice(record, "T1", "招标公告", 1)
    assert notice(record, "C1", "更正公告", 2) == [record.ids["T1"]]
    assert notice(record, "C2", "第二次更正公告", 3) == [record.ids["T1"]]
    assert notice(record, "R1", "中标公告", 6) == []  # it was published after the corrections
    late = notice(record, "T0", "资格预审公告", 7, published_at=AT.format(0))
    assert late == [record.ids["C2"], record.ids["C1"]]
    told = [(row["relation"], row["code"], row["basis"]) for row in relations.relations_of(record.db, record.ids["T1"])]
    assert told == [("corrected_by", "C1", NUMBER), ("corrected_by", "C2", NUMBER)]
    told = [(row["relation"], row["code"], row["basis"]) for row in relations.relations_of(record.db, record.ids["C1"])]
    assert told == [("corrects", "T1", NUMBER), ("corrects", "T0", NUMBER)]


def test_linking_again_adds_nothing_and_another_number_links_nothing(record: Record) -> None:
    notice(record, "T1", "招标公告", 1)
    notice(record, "C1", "更正公告", 2)
    again = relations.link_correction(record.db, record.ids["C1"], {NUMBER}, True, AT.format(5))
    other = relations.link_correction(record.db, record.ids["C1"], {"江政采〔2024〕119号", "更正"}, True, AT.format(5))
    assert again == other == [] and len(relations.relations_of(record.db, record.ids["T1"])) == 1


def test_a_date_without_a_time_may_be_before_a_time_of_its_day(record: Record) -> None:
    notice(record, "T1", "招标公告", 5)
    day = {"published_at": AT.format(0), "published_precision": "day"}
    assert notice(record, "C1", "更正公告", 6, **day) == [record.ids["T1"]]
    assert notice(record, "C2", "更正公告", 6, published_at="2024-11-18T00:00:00Z", published_precision="day") == []

"""What a listing and an article said at a time, from records that were crawled while they changed."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crawler.rules.dates import later
from tests.conftest import Desk, article
from tests.origin import Replica

KEY = "yaowen"


def crawled(trail: Desk) -> str:
    """A crawl, at a second of its own; when its listing was read."""
    time.sleep(1.1)
    assert trail.crawl() == "ok"
    return str(trail.row("SELECT listing_seen_at FROM sources")["listing_seen_at"])


@pytest.fixture(scope="module")
def site() -> Iterator[Replica]:
    with Replica([article(code) for code in ("NW1", "NW2", "NW3")]) as replica:
        yield replica


@pytest.fixture(scope="module")
def trail(tmp_path_factory: pytest.TempPathFactory, site: Replica) -> Desk:
    return Desk(tmp_path_factory.mktemp("asof"), site)


@pytest.fixture(scope="module")
def story(trail: Desk, site: Replica) -> dict[str, str]:
    """When the listing was read: as it was first, the same again, with another title, without NW2, with it again, and
    with nothing on it."""
    told = {"first": crawled(trail), "same": crawled(trail)}
    site.edit("NW1", title="另一个标题")
    told["titled"] = crawled(trail)
    site.unlist("NW2")
    told["left"] = crawled(trail)
    site.restore("NW2")
    told["back"] = crawled(trail)
    for code in ("NW1", "NW2", "NW3"):
        site.unlist(code)
    told["empty"] = crawled(trail)
    return told


def test_listings_are_told_as_they_were_read(trail: Desk, story: dict[str, str]) -> None:
    def told(at: str) -> dict[str, Any]:
        (listing,) = json.loads(trail.newstrail("asof", at, "--source", KEY, "--json"))
        return dict(listing)

    first = told(story["first"])
    assert sorted(item["code"] for item in first["items"]) == ["NW1", "NW2", "NW3"]
    assert (first["seen_at"], first["changed_by"]) == (story["first"], story["left"])
    assert story["same"] <= first["read_again_at"] <= story["titled"]  # a crawl began so long before its reading
    titles = {item["code"]: item["title"] for item in first["items"]}
    assert titles["NW1"] == article("NW1").title
    for name, title in (("same", titles["NW1"]), ("titled", "另一个标题"), ("back", "另一个标题")):
        assert {item["code"]: item["title"] for item in told(story[name])["items"]} == titles | {"NW1": title}, name
    assert sorted(item["code"] for item in told(story["left"])["items"]) == ["NW1", "NW3"]
    empty = told(story["empty"])
    assert empty["items"] == [] and empty["changed_by"] is empty["read_again_at"] is None
    assert told("2199-01-01")["seen_at"] == story["empty"]


def test_what_is_known_is_said_in_the_zone_of_the_site(trail: Desk, story: dict[str, str]) -> None:
    def local(at: str) -> str:
        return str(trail.rows("SELECT datetime(?, '+8 hours') AS at", at)[0]["at"])

    said = trail.newstrail("asof", local(story["same"]))
    known = said.splitlines()[1]
    assert known.startswith(f"as read at {local(story['first'])}; read again unchanged until ")
    assert known.endswith(f"; another order was first read at {local(story['left'])} (Asia/Shanghai)")
    assert "Z" not in known and "title as listed" in said
    left = trail.newstrail("asof", local(story["left"])).splitlines()[1]
    assert left.startswith(f"as read at {local(story['left'])}; not read again in this order; another order")
    empty = trail.newstrail("asof", local(story["empty"]))
    assert "nothing was listed" in empty and "; no other since" in empty
    later = trail.newstrail("asof", "2199-01-01")
    assert later.startswith("2199-01-01 00:00:00 (Asia/Shanghai) is still to come; this is what is known last\n")


def test_what_cannot_be_told_is_one_line(trail: Desk, story: dict[str, str]) -> None:
    first = trail.row("SELECT datetime(min(seen_at), '+8 hours') AS at FROM listing_snapshots")["at"]
    for arguments, code, line in (
        (
            ["2001-01-01"],
            1,
            f"2001-01-01 00:00:00 (Asia/Shanghai): no listing was read by then; the first was at {first}",
        ),
        (["2024-13-45"], 2, "'2024-13-45' is not a time"),
        (["yesterday", "--source", "nix"], 2, "nix"),
    ):
        for form in ([], ["--json"]):
            done = trail.shell("newstrail", "asof", *arguments, *form)
            assert done.returncode == code and line in done.stderr, done.stderr
            assert done.stdout == "" and len(done.stderr.splitlines()) == 1


def test_titles_that_were_replaced_go_with_a_redaction(trail: Desk, story: dict[str, str]) -> None:
    assert trail.rows("SELECT title, replaced_at FROM listing_titles") == [
        {"title": article("NW1").title, "replaced_at": story["titled"]}
    ]
    trail.newstrail("redact", "NW1", "--reason", "an order", "--yes")
    assert trail.rows("SELECT * FROM listing_titles") == []
    (listing,) = json.loads(trail.newstrail("asof", story["same"], "--json"))
    assert [item["title"] for item in listing["items"] if item["code"] == "NW1"] == [None]


def test_an_article_is_told_with_what_is_known_of_the_time(tmp_path: Path) -> None:
    """Read twice, edited, read twice, removed, looked for twice, there again with the same text."""
    with Replica([article("NW1")]) as site:
        trail = Desk(tmp_path, site)

        def look() -> None:
            time.sleep(2.1)  # there is a second between two looks
            trail.crawl(recheck=True)

        look()
        look()
        site.edit("NW1", body_html="<p>江州市公布第一号项目，预算5.3亿元。</p><p>资金由市级财政安排，年底前完成。</p>")
        look()
        look()
        site.remove("NW1")
        look()
        look()
        site.restore("NW1")
        look()
    one, two = trail.rows("SELECT first_seen_at AS first, last_seen_at AS last FROM versions ORDER BY number")
    gone, back = trail.rows("SELECT * FROM changes WHERE kind IN ('removed', 'restored') ORDER BY id")
    assert two["first"] < gone["changed_after"] < gone["changed_by"] < back["changed_after"] < back["changed_by"]

    def told(at: str) -> tuple[int, str, str | None, str | None]:
        found = json.loads(trail.newstrail("show", "NW1", "--at", at, "--json"))
        known = found["standing"]
        assert known["at"] == at
        return found["number"], known["status"], known["before"]["last"], known["after"] and known["after"]["first"]

    first_gone, last_gone = gone["changed_by"], back["changed_after"]
    for at, expected in {
        one["first"]: (1, "seen", one["last"], two["first"]),
        one["last"]: (1, "seen", one["last"], two["first"]),
        later(one["last"], 1): (1, "between", one["last"], two["first"]),
        two["first"]: (2, "seen", gone["changed_after"], first_gone),
        gone["changed_after"]: (2, "seen", gone["changed_after"], first_gone),
        later(gone["changed_after"], 1): (2, "between", gone["changed_after"], first_gone),
        first_gone: (2, "not_available", last_gone, back["changed_by"]),
        last_gone: (2, "not_available", last_gone, back["changed_by"]),
        later(last_gone, 1): (2, "between", last_gone, back["changed_by"]),
        back["changed_by"]: (2, "seen", two["last"], None),
        later(two["last"], 1): (2, "not_read_since", two["last"], None),
    }.items():
        assert told(at) == expected, at
    local = trail.row("SELECT datetime(?, '+8 hours') AS at", first_gone)["at"]
    line, empty, title = trail.newstrail("show", "NW1", "--at", local).splitlines()[:3]
    assert line.startswith(f"{local} (Asia/Shanghai): not available then: not found at {local}, and last at ")
    assert (empty, title) == ("", article("NW1").title)
    early = trail.shell("newstrail", "show", "NW1", "--at", later(one["first"], -1))
    first = trail.row("SELECT datetime(?, '+8 hours') AS at", one["first"])["at"]
    assert early.returncode == 1 and f"NW1: not seen before {first} (Asia/Shanghai)" in early.stderr
    assert "standing" not in json.loads(trail.newstrail("show", "NW1", "--json"))

"""Articles, diffs, search, feeds and time travel over HTTP, on the demo's record."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import feedparser
import httpx
import pytest
from lxml import etree

from crawler.config import Config

FIGURE, RATE, GONE = "NW202411222276090107", "NW202411222276085533", "NW202411192275995586"


@pytest.fixture(scope="module")
def client(demo: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=demo, timeout=30) as opened:
        yield opened


@pytest.fixture(scope="module")
def numbers(demo_settings: Config) -> dict[str, int]:
    """Code -> number of the article."""
    db = sqlite3.connect(demo_settings.database)
    found = dict(db.execute("SELECT code, id FROM articles").fetchall())
    db.close()
    return found


def words(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    return " ".join("".join(etree.HTML(answer.text).itertext()).split())


# ── Articles ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_article_has_its_versions_in_time_and_its_text(client: httpx.Client, numbers: dict[str, int]) -> None:
    answer = client.get(f"article/{numbers[RATE]}")
    tree = etree.HTML(answer.text)
    assert len(tree.xpath("//figure//rect[contains(@class, 'version')]")) == 2
    assert [row for row in tree.xpath("//table[1]/tbody/tr/td[1]//text()") if row.strip()][:2] == ["2", "1"]
    assert "利率较同类信用贷款下浮35%" in words(answer) and "since version 2" in words(answer)


def test_what_is_gone_is_worded_as_seen(client: httpx.Client, numbers: dict[str, int]) -> None:
    assert "Not available at its address since" in words(client.get(f"article/{numbers[GONE]}"))


def test_codes_addresses_and_times_lead_to_articles(client: httpx.Client, numbers: dict[str, int]) -> None:
    page = f"/article/{numbers[RATE]}"
    found = client.get("article", params={"code": RATE})
    assert found.status_code == 302 and found.headers["location"] == page
    now = client.get(page, params={"at": "2099-01-01"})
    assert now.headers["location"] == f"{page}/version/2?at=2098-12-31T16:00:00Z"
    for language, said in (("en", "not read since"), ("zh", "之后未再读取")):
        known = words(client.get(now.headers["location"], headers={"Accept-Language": language}))
        assert "2099-01-01 00:00:00" in known and said in known


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("article/999999", 404, "no article 999999"),
        ("article/" + "9" * 30, 404, "on record"),
        ("article?code=NOWHERE", 404, "not on record"),
        ("article/1?at=2024-13-45", 400, "not a time"),
        ("article/1?at=1999-01-01", 404, "not seen before"),
        ("article/1/version/9", 404, "no version 9"),
        ("article/1/diff/1/9", 404, "no version 9"),
        ("article/1/diff/1/2?view=upside", 400, "inline, side"),
        ("raw/" + "0" * 64, 404, "no bytes were ever kept"),
        ("search?q=%22", 400, ""),
        ("search?q=since:never+x", 400, "not a time"),
        ("changes.json?after=999999", 400, "no change of that number"),
        ("changes.json?after=-1", 400, "whole number"),
        ("changes.json?after=1e9", 400, "whole number"),
        ("feed.atom?kind=burnt", 400, "must be one of"),
        ("?since=neverland", 400, "not a time"),
        ("?since=12", 400, "not a time"),
        ("?since=" + "1 " * 9000, 400, "not a time"),
        ("article/1/diff/1/1", 400, "name two"),
        ("article?code=http%3A%2F%2F%5B", 404, "not on record"),
        ("feed.atom?q=%E9%87%87%E8%B4%AD%20source:yaowen", 400, "words alone"),
    ],
)
def test_what_cannot_be_is_one_message(client: httpx.Client, path: str, status: int, said: str) -> None:
    answer = client.get(path)
    assert answer.status_code == status and said in answer.text and "Traceback" not in answer.text


def test_kept_bytes_are_a_file_that_nothing_opens(client: httpx.Client, demo_settings: Config) -> None:
    db = sqlite3.connect(demo_settings.database)
    (digest,) = db.execute("SELECT hash FROM bodies WHERE data IS NOT NULL LIMIT 1").fetchone()
    db.close()
    answer = client.get(f"raw/{digest}")
    assert answer.status_code == 200 and len(answer.content) > 100
    assert answer.headers["content-type"] == "application/octet-stream"
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"


# ── Diffs ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("view", ["inline", "side"])
def test_a_diff_marks_the_words_and_tells_the_facts(client: httpx.Client, numbers: dict[str, int], view: str) -> None:
    tree = etree.HTML(client.get(f"article/{numbers[FIGURE]}/diff/1/2", params={"view": view}).text)
    assert tree.xpath("//ul[@class='facts']//del/text()") == ["8642余万元"]
    assert tree.xpath("//ul[@class='facts']//ins/text()") == ["8642.17万元"]
    body = "//div[@class='text' or @class='sides']"
    assert tree.xpath(f"{body}//del/text()") == ["8642余万元"] and tree.xpath(f"{body}//ins/text()") == ["8642.17万元"]
    columns = [
        [etree.tostring(c, method="text", encoding="unicode") for c in tree.xpath(f"//div[@role='cell'][{n}]")]
        for n in (1, 2)
    ]
    if view == "side":
        assert "8642余万元" in "".join(columns[0]) and "8642.17" not in "".join(columns[0])
        assert "8642.17万元" in "".join(columns[1]) and "8642余" not in "".join(columns[1])


def test_backwards_is_the_other_way_round(client: httpx.Client, numbers: dict[str, int]) -> None:
    tree = etree.HTML(client.get(f"article/{numbers[FIGURE]}/diff/2/1").text)
    assert tree.xpath("//ul[@class='facts']//del/text()") == ["8642.17万元"]


def test_a_diff_is_a_picture_too(client: httpx.Client, numbers: dict[str, int]) -> None:
    answer = client.get(f"article/{numbers[FIGURE]}/diff/1/2.svg")
    assert answer.headers["content-type"].startswith("image/svg+xml")
    root = etree.fromstring(answer.content)
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "8642余万元" in texts and "8642.17万元" in texts
    assert not root.xpath("//@style | //*[local-name() = 'script'] | //@href")
    right = [float(t.get("x")) + float(t.get("textLength", 0)) for t in root.iter("{http://www.w3.org/2000/svg}text")]
    assert max(right) <= float(root.get("width"))


# ── Search ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("asked", ["采购", "福林", "下浮35%", "8642.17万元", "金梭 OR 青禾"])
def test_search_marks_what_it_finds(client: httpx.Client, asked: str) -> None:
    tree = etree.HTML(client.get("search", params={"q": asked}).text)
    assert tree.xpath("//article") and tree.xpath("//mark")


def test_texts_that_no_longer_stand_are_found_on_request(client: httpx.Client) -> None:
    assert "No article on record says so." in words(client.get("search", params={"q": "接近尾生"}))
    found = words(client.get("search", params={"q": "接近尾生", "all": "1"}))
    assert "no longer says so" in found


# ── Feeds and the cursor ────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_confirmed_late_comes_first_in_a_feed(client: httpx.Client) -> None:
    told = [item["_newstrail"]["change"] for item in client.get("feed.json?kind=all").json()["items"]]
    assert told == sorted(told, reverse=True)


def test_what_is_new_comes_in_order_and_whole(client: httpx.Client) -> None:
    answer = client.get("changes/new?after=0&kind=all")
    ids = [int(number) for number in etree.HTML(answer.text).xpath("//article/@data-id")]
    assert ids == sorted(ids) and int(answer.headers["x-newest"]) == ids[-1] and answer.headers["x-more"] == "0"
    assert client.get(f"changes/new?after={ids[-1]}&kind=all").status_code == 204


def test_a_feed_of_a_relative_time_stays_the_same_feed(client: httpx.Client) -> None:
    ids = {feedparser.parse(client.get("feed.atom?since=2d").content).feed.id for _ in range(2)}
    assert len(ids) == 1


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 11),
        ("?min_severity=material", 8),
        ("?source=zhengfucaigou&kind=edited", 3),
        ("?q=福林", 1),
        ("?article=2&kind=all", 2),
    ],
)
def test_feeds_are_valid_and_filtered(client: httpx.Client, query: str, count: int) -> None:
    atom, items = client.get(f"feed.atom{query}"), client.get(f"feed.json{query}").json()["items"]
    parsed = feedparser.parse(atom.content)
    assert not parsed.bozo and len({entry.id for entry in parsed.entries}) == len(items) == count
    assert [entry.id for entry in parsed.entries] == [item["id"] for item in items]
    again = client.get(f"feed.atom{query}", headers={"If-None-Match": atom.headers["etag"]})
    assert again.status_code == 304 and not again.content


def test_links_of_a_feed_lead_to_our_pages(client: httpx.Client) -> None:
    entry = feedparser.parse(client.get("feed.atom?kind=edited").content).entries[0]
    (ours,) = [link.href for link in entry.links if link.rel == "related"]
    assert client.get(ours).status_code == 200


def test_the_cursor_brings_every_change_once(client: httpx.Client, demo_settings: Config) -> None:
    got, after, more = [], 0, True
    while more:
        page = client.get("changes.json", params={"after": after, "limit": 7, "kind": "all"}).json()
        got += [change["id"] for change in page["changes"]]
        after, more = page["next"], page["more"]
    db = sqlite3.connect(demo_settings.database)
    assert got == [row[0] for row in db.execute("SELECT id FROM changes ORDER BY id")]
    db.close()


# ── Time travel (RFC 7089) ──────────────────────────────────────────────────────────────────────────────────────────


def test_mementos_are_negotiated_and_listed(client: httpx.Client, demo_settings: Config) -> None:
    db = sqlite3.connect(demo_settings.database)
    ((url, article),) = db.execute("SELECT url, id FROM articles WHERE code = ?", (RATE,)).fetchall()
    db.close()
    newest, oldest = (
        client.get(f"timegate/{url}"),
        client.get(f"timegate/{quote(url, safe='')}", headers={"Accept-Datetime": "Thu, 31 May 2007 20:35:00 GMT"}),
    )
    assert newest.status_code == oldest.status_code == 302 and "accept-datetime" in newest.headers["vary"]
    assert 'rel="timegate"' in newest.headers["link"] and 'rel="original"' in newest.headers["link"]
    for answer, rate in ((newest, "下浮35%"), (oldest, "下浮3.5%")):
        memento = client.get(answer.headers["location"])
        assert memento.status_code == 200 and memento.headers["memento-datetime"].endswith("GMT")
        assert rate in words(memento)
    listed = client.get(f"timemap/link/{url}")
    assert listed.headers["content-type"].startswith("application/link-format") and listed.text.count('memento"') == 2
    assert len(client.get(f"timemap/json/{url}").json()["mementos"]["list"]) == 2
    assert client.get(f"timegate/{url}", headers={"Accept-Datetime": "yesterday"}).status_code == 400
    assert client.get(f"{newest.headers['location']}&lang=zh").status_code == 200
    assert client.get(f"memento/20241399/{url}").status_code == 400
    assert client.get("timegate/http://nowhere.invalid/").status_code == 404
    assert article


# ── Beyond this machine ─────────────────────────────────────────────────────────────────────────────────────────────


def test_beyond_this_machine_only_changed_passages_are_shown(demo_settings: Config, numbers: dict[str, int]) -> None:
    import msgspec

    from crawler.web.serve import serving

    public = msgspec.structs.replace(
        demo_settings, web=msgspec.structs.replace(demo_settings.web, url="https://news.example.org")
    )
    with serving(public) as url, httpx.Client(base_url=url, headers={"Host": "news.example.org"}) as client:
        diff = words(client.get(f"article/{numbers[FIGURE]}/diff/1/2"))
        assert "8642.17万元" in diff and "农副产品网络销售" in diff
        assert "据悉，江州市" not in diff + words(client.get(f"article/{numbers[FIGURE]}"))
        assert "据悉，江州市" not in words(client.get(f"article/{numbers[FIGURE]}/diff/1/2?view=side"))
        assert client.get(f"article/{numbers[FIGURE]}/version/2").status_code == 404
        link = feedparser.parse(client.get("feed.atom").content).entries[0].links
        assert any(one.href.startswith("https://news.example.org/article/") for one in link)


def test_json_is_of_one_shape(client: httpx.Client) -> None:
    (change,) = client.get("changes.json", params={"kind": "edited", "words": "8642"}).json()["changes"]
    assert change["facts"] == [{"what": "amount", "old": "8642余万元", "new": "8642.17万元"}]
    assert change["fields"] == ["body"] and json.dumps(change["passages"], ensure_ascii=False).count("8642余万元") == 1


def test_assets_are_in_the_package() -> None:
    from crawler import web

    folder = Path(web.__file__).parent
    styles = {
        found
        for page in folder.rglob("*.html")
        for found in __import__("re").findall(r"/assets/([\w.]+)", page.read_text())
    }
    assert styles and all((folder / "static" / name).is_file() for name in styles)

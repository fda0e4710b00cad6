"""The pages of sources: how each is read, when its articles are edited, and what of that is noise."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from crawler import config
from crawler.demo.config import newstrail_toml
from crawler.rules.dates import later
from crawler.web import charts
from crawler.web.serve import serving
from storage import incidents, schedule, sources
from storage.database import transaction
from tests.test_status import NOW, QUIET, Record

KEY = "要闻(快讯)/a b"
PATH = f"/sources/{quote(KEY, safe='')}"


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    record = Record(tmp_path)
    record.toml.write_text(newstrail_toml("http://a.example", "newstrail.db", {"yaowen": "江州要闻"}), "utf-8")
    with transaction(record.db):
        other = sources.put_source(
            record.db, KEY, "<script>alert(1)</script>{{7*7}}", "江州", "kx", "javascript:alert(1)"
        )
    sources.stay(record.db, other, 1, "x", 1, NOW)
    yield record
    record.db.close()


@pytest.fixture
def web(record: Record) -> Iterator[httpx.Client]:
    with serving(config.load(record.toml)) as url, httpx.Client(base_url=url, timeout=20) as client:
        yield client


def table(page: str, caption: str) -> dict[str, str]:
    """The numbers of the chart of that name."""
    figure = next(part for part in page.split("<figure") if f"<figcaption>{caption}" in part)
    return dict(re.findall(r'<tr><th scope="row">([^<]*)</th><td>([^<]*)</td></tr>', figure))


def test_every_source_has_a_page_even_without_a_configuration(web: httpx.Client) -> None:
    overview = web.get("/sources")
    assert overview.status_code == 200
    assert f'href="{PATH}"' in overview.text and 'href="/sources/yaowen"' in overview.text
    page = web.get(PATH)
    assert page.status_code == 200 and "no longer configured; its history stays" in page.text
    for shown in (overview.text, page.text):
        assert "<script>alert" not in shown and "javascript:" not in shown and "{{7*7}}" in shown
        assert " style=" not in shown and " onclick=" not in shown
    missing = web.get("/sources/nowhere%3Cb%3E")
    assert (
        missing.status_code == 404
        and "no source of that key is on record" in missing.text
        and "<b>" not in missing.text
    )


def test_edits_are_told_by_hour_and_age_with_their_numbers(record: Record, web: httpx.Client) -> None:
    first = later(NOW, -30 * 3600)
    record.db.execute("UPDATE articles SET first_seen_at = ?", (first,))
    for hours in (0.1, 5, 5.2):
        record.change("edited", "minor", "words", later(first, hours * 3600))
    record.change("edited", "minor", "long ago", later(NOW, -40 * 86400))
    page = web.get("/sources/yaowen").text
    assert "3 edits in the last 28 days" in page
    ages = table(page, "Edits by age of the article")
    assert {name: count for name, count in ages.items() if count != "0"} == {"0 – 15 min": "1", "4 h – 8 h": "2"}
    hours = table(page, "Edits by hour of day")
    assert len(hours) == 24 and sum(map(int, hours.values())) == 3
    assert len(table(page, "Expected edits a day by age")) == 14
    assert page.count("<svg") == page.count('role="img"') and "<title>0 – 15 min: 1</title>" in page


def test_noise_and_warnings_are_as_status_has_them(record: Record, web: httpx.Client) -> None:
    for day in range(1, 15):
        record.run_of(day + 0.5, QUIET)
    record.run_of(0.1, {"unchanged": 10, "blocked": 80})
    (warning,) = record.status()["warnings"]
    for path in ("/sources", "/sources/yaowen"):
        assert re.sub(r"\s+", " ", warning["message"]) in web.get(path).text
    page = web.get("/sources/yaowen").text
    blocked = list(table(page, "Refused, a login asked for, or a false “not found”").values())
    assert blocked[-1] == "88.9 %" and blocked.count("2 %") == 14 and blocked.count("–") == 13
    assert "超出平常范围" in web.get("/sources", params={"lang": "zh"}).text


def test_troubles_pauses_and_what_is_next_are_told(record: Record, web: httpx.Client) -> None:
    record.run_of(0, {"blocked": 1})
    with transaction(record.db):
        sources.pause(record.db, record.source, NOW)
        incidents.failed(record.db, {"site": "江州", "article_id": 1, "source_id": None}, "blocked", "访问验证", NOW)
        record.db.execute("UPDATE articles SET next_check_at = ?", (later(NOW, -60),))
    page = web.get("/sources/yaowen").text
    assert "paused since" in page and "The site answered with a block page or a refusal" in page and "访问验证" in page
    assert "江州市采购公示" in page and "<small>due</small>" in page
    assert schedule.plans(record.db)


def test_beyond_this_machine_titles_that_ask_for_it_stay_hidden(record: Record) -> None:
    record.db.execute("UPDATE articles SET next_check_at = ?, noarchive = 1, title = '不存档的标题'", (NOW,))
    with serving(config.load(record.toml), "0.0.0.0") as url, httpx.Client(base_url=url) as client:
        page = client.get("/sources/yaowen")
        assert page.status_code == 200 and "不存档的标题" not in page.text and "NW1" in page.text
        assert "noindex" in page.headers["x-robots-tag"]


def test_an_axis_begins_at_zero_and_holds_all() -> None:
    chart = charts.bars([1, None, 4], ["a", "b", "c"], "{:g}".format)
    assert chart.rows == [("a", "1"), ("b", "–"), ("c", "4")]
    assert chart.lines[0] == (chart.base, "0") and chart.lines[-1][1] == "5"
    heights = [mark.height for mark in chart.marks]
    assert heights[2] == pytest.approx(4 * heights[0], abs=0.05) and heights[1] == 0

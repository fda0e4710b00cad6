"""The pages in a real browser: they open, fit, speak, move and stay up to date; and they can be read by everyone."""

import os
import re
from collections import Counter
from pathlib import Path

import pytest

from crawler import config
from crawler.web.serve import serving
from tests.conftest import Desk
from tests.origin import Replica
from tests.web.conftest import Tabs

# Every page: a path below the address. The demo's article 1 has been edited at least once.
PAGES = [
    "",
    "?kind=edited",
    "?kind=all&min_severity=material",
    "article/1",
    "article/1/version/1",
    "article/1/diff/1/2",
    "article/1/diff/1/2?view=side",
    "sources",
    "sources/zhengfucaigou",
    "search?q=采购",
    "record",
    "record/versions",
    "record/versions/1",
]
OURS = [path for path in PAGES if not path.startswith("record")]
_SEVERE = ("serious", "critical")
_AXE_PLACES = (
    os.environ.get("AXE", ""),
    str(Path.home() / ".cache/newstrail/node_modules/axe-core/axe.min.js"),
)
_FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_opens_and_fits(tabs: Tabs, demo: str, width: int, scheme: str) -> None:
    for path in PAGES:
        page = tabs.open(demo + path, width=width, scheme=scheme)
        assert page.locator("h1").count(), path
        if path in OURS:
            assert page.locator("h1").count() == 1 and page.locator("main").count() == 1, path
            assert page.evaluate(_FITS), f"{path}: scrolls sideways at {width} px"
            _looks(page, scheme)
        page.context.close()  # one that is open goes on asking for what is new


def _looks(page: "object", scheme: str) -> None:
    """The page's paper is light or dark, as was asked for."""
    red, green, blue = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")[:3]
    assert (red + green + blue > 384) == (scheme == "light")


def test_it_speaks_chinese_to_who_asks(tabs: Tabs, demo: str) -> None:
    page = tabs.open(demo, language="zh")
    assert page.locator("html").get_attribute("lang") == "zh"
    page.locator("a.language").click()
    assert page.locator("html").get_attribute("lang") == "en"
    page.goto(demo)  # and it remembers
    assert page.locator("html").get_attribute("lang") == "en"


def test_filters_narrow_the_stream(tabs: Tabs, demo: str) -> None:
    page = tabs.open(demo)
    everything = page.locator("#changes article").count()
    page.select_option("[name=kind]", "removed")
    page.locator("form.filters button").click()
    page.wait_for_url("**kind=removed**")
    assert "words=" not in page.url
    removed = page.locator("#changes article.removed").count()
    assert 0 < removed == page.locator("#changes article").count() < everything
    page.goto(f"{demo}?min_severity=material&kind=edited")
    assert page.locator("#changes article").count() == page.locator(".severity-material").count() > 0
    page.fill("[name=words]", "8642")
    page.keyboard.press("Enter")
    page.wait_for_url("**words=8642**")
    assert page.locator("#changes article").count() == 1
    assert page.locator("#changes").get_by_text("8642.17万元").count()


def test_what_is_new_comes_by_itself(tabs: Tabs, trail: Desk, site: Replica) -> None:
    trail.newstrail("crawl")
    with serving(config.load(trail.toml)) as url:
        page = tabs.open(url)
        page.evaluate("document.body.dataset.same = 'yes'")
        before = page.locator("#changes article").count()
        site.edit("NW1", body_html=site.article("NW1").body_html.replace("3.5亿元", "35亿元"))
        trail.newstrail("crawl", "--recheck")
        page.locator("#changes article.edited ins", has_text="35").first.wait_for()
        assert page.locator("#changes article").count() == before + 1
        assert "edited" in page.locator("#changes article").first.get_attribute("class")
        assert page.evaluate("document.body.dataset.same") == "yes", "it was loaded anew"


def test_keys_move_through_the_stream(tabs: Tabs, demo: str) -> None:
    page = tabs.open(demo)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    focused = "document.activeElement.dataset.id"
    page.keyboard.press("j")
    first = page.evaluate(focused)
    page.keyboard.press("j")
    second = page.evaluate(focused)
    page.keyboard.press("k")
    assert first and second and first != second
    assert page.evaluate(focused) == first
    page.keyboard.press("/")
    page.keyboard.type("jk")
    assert page.evaluate("document.activeElement.value") == "jk"


def test_it_is_all_there_without_scripts(demo: str, browser: "object") -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{demo}?kind=edited")
    assert page.locator("#changes article ins").count()
    context.close()


def _axe() -> str:
    for place in filter(None, _AXE_PLACES):
        if Path(place).exists():
            return place
    pytest.skip("needs axe-core: make axe, or name its axe.min.js with $AXE")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everyone_can_read_it(tabs: Tabs, demo: str, scheme: str, language: str) -> None:
    script = Path(_axe()).read_text(encoding="utf-8")
    found: Counter[str] = Counter()
    for path in OURS:
        page = tabs.open(demo + path, scheme=scheme, language=language)
        page.evaluate(script)  # by the browser's own tools, which a policy does not bind
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            violations = page.evaluate("async () => (await axe.run()).violations")
            for one in violations:
                if one["impact"] in _SEVERE:
                    where = [" ".join(map(str, node["target"])) for node in one["nodes"]][:3]
                    found[f"/{path} at {width}: {one['impact']}: {one['id']}: {one['help']}: {where}"] += 1
        page.context.close()
    assert not found, "\n".join(found)


def test_the_page_names_its_feeds(tabs: Tabs, demo: str) -> None:
    page = tabs.open(f"{demo}?min_severity=material")
    links = page.locator("link[rel=alternate]").all()
    feeds = {link.get_attribute("type"): link.get_attribute("href") for link in links}
    assert set(feeds) == {"application/atom+xml", "application/feed+json"}
    assert all(re.search(r"min_severity=material", str(target)) for target in feeds.values())

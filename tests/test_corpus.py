"""The first site's real posts, pages and edits."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from crawler.demo.site import Answer, Article, Replica
from tests import corpus
from tests.corpus import needs_corpus
from tests.crawling import Trail

pytestmark = needs_corpus
ALL, NONE = frozenset({"title", "time", "outlet"}), frozenset()


def _json(content: dict[str, str]) -> Answer:
    return Answer(200, {"Content-Type": "application/json"}, json.dumps(content).encode())


def _readable_posts() -> list[corpus.Post]:
    return [post for post in corpus.posts() if post.date.strip() != "+0800"]


def _as_of_the_site(text: str, base: str) -> str:
    text = text.replace(f"{base}/html_News/", "http://finews.zning.xyz/html_News/")
    return text.replace(base.removeprefix("http:"), "//finews.withounder.com")


@pytest.mark.parametrize("given", [ALL, NONE], ids=["endpoint tells all", "endpoint tells the body"])
def test_exports_posts_as_the_site_wrote_them(tmp_path: Path, given: frozenset[str]) -> None:
    posts = _readable_posts()
    articles = [dataclasses.replace(corpus.as_article(post), endpoint_fields=given) for post in posts]
    with Replica(articles) as site:
        trail = Trail(tmp_path, site)
        assert trail.crawl() == "ok"
        trail.newstrail("export", "jekyll", "--out", str(tmp_path / "posts"))
        exported = {file.name: file.read_bytes().decode() for file in (tmp_path / "posts").iterdir()}
        assert exported.keys() == {post.file.name for post in posts}
        for post in posts:
            text = _as_of_the_site(exported[post.file.name], site.base)
            if post.code.startswith("NW"):
                assert text == post.text
            else:
                assert f'title: "{post.title}"\ndate: {post.date[:19]} +0800\n' in text
                assert f"\ntags: {post.outlet}新闻\n---\n{post.body.strip()}" in text.replace("---\n\n", "---\n")


def test_a_broken_post_is_read_and_reported(tmp_path: Path) -> None:
    broken = next(post for post in corpus.posts() if post.date.strip() == "+0800")
    article = dataclasses.replace(corpus.as_article(corpus.posts()[1]), code=broken.code, category="emnews")
    with Replica([article]) as site:
        content = {"text": broken.body, "title": "", "showTime": " +0800"}
        site.override(f"/NewsData/GetNewsText.do?id={broken.code}", _json(content))
        site.override(article.post_path(), Answer(404))
        trail = Trail(tmp_path, site)
        assert trail.crawl() == "ok"
        (check,) = trail.rows("SELECT outcome, reason FROM checks")
        assert check["outcome"] == "new" and "published_at" in check["reason"]
        (row,) = trail.rows("SELECT title, published_at, state FROM articles")
        assert row == {"title": article.title, "published_at": None, "state": "live"}


def test_replays_a_real_trace_of_edits(tmp_path: Path) -> None:
    trace = corpus.trace()

    def served(code: str, phase: int) -> Article:
        versions = trace[code]
        line = versions[min(phase, len(versions)) - 1]
        body = "".join(f"<p>{paragraph}</p>" for paragraph in _escaped(line.text).split("\n"))
        return Article(
            code, "duanxun", line.title, versions[0].t, "", body, endpoint_fields=frozenset({"title", "time"})
        )

    with Replica([served(code, 1) for code in trace]) as site:
        trail = Trail(tmp_path, site)
        assert trail.crawl() == "ok"
        for phase in range(2, 1 + max(map(len, trace.values()))):
            for code, versions in trace.items():
                if phase <= len(versions):
                    site.publish(served(code, phase))
            assert trail.crawl(recheck=True) == "ok"
        expected = {
            code: [v for v, before in zip(versions, [None, *versions], strict=False) if _is_new(v, before)]
            for code, versions in trace.items()
        }
        assert trail.counts("SELECT code, version_count FROM articles") == {
            code: len(versions) for code, versions in expected.items()
        }
        edits = trail.counts("SELECT code, count(*) FROM edits GROUP BY 1")
        wanted = {code: sum(v.kind == "edit" for v in versions) for code, versions in trace.items()}
        assert edits == {code: number for code, number in wanted.items() if number}
        assert trail.counts("SELECT kind, count(*) FROM changes GROUP BY 1") == {
            "first_seen": len(trace),
            "edited": sum(wanted.values()),
        }


def _is_new(line: corpus.Line, before: Any) -> bool:
    return before is None or line.kind == "edit"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def test_reads_the_site_as_it_stands(tmp_path: Path) -> None:
    pages = {file.relative_to(corpus.FOLDER / "site"): file for file in (corpus.FOLDER / "site").rglob("*.html")}
    bodies = {post.code: post.body for post in corpus.posts()}
    with Replica() as site:
        for path, file in pages.items():
            html = Answer(200, {"Content-Type": "text/html"}, file.read_bytes())
            quoted = "/" + str(path).replace(" ", "%20")
            site.override(quoted, html)
            code = path.stem
            site.override(f"/NewsData/GetNewsText.do?id={code}", _json({"text": bodies.get(code, "<p>正文。</p>")}))
        categories = [path.stem for path in pages if path.parts[0] == "category"]
        trail = Trail(tmp_path, site, {name: name for name in categories})
        assert trail.crawl() == "ok"
        listed = trail.counts(
            "SELECT s.key, count(l.id) FROM sources s LEFT JOIN listings l ON l.source_id = s.id GROUP BY 1"
        )
        assert listed == {name: 0 if " " in name else 8 if name == "emnews" else 1 for name in categories}
        assert trail.rows("SELECT count(*) AS n FROM articles WHERE state = 'live'") == [{"n": sum(listed.values())}]
        two_segments = "/21shijijingjibaodao/21caijingapp/2022/05/27/NW202205279999999992.html"
        trail.newstrail("watch", site.base + two_segments)
        (watched,) = trail.rows("SELECT title, outlet, state FROM articles WHERE code = 'NW202205279999999992'")
        assert watched == {
            "title": "某公司：拟“并购”标的|作价3.5亿",
            "outlet": "21世纪经济报道 21财经APP",
            "state": "live",
        }
        assert not trail.rows("SELECT * FROM articles WHERE published_at IS NULL")

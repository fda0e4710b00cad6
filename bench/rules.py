"""What each rule costs on one page, beside trafilatura on the same page: `python -m bench --rules`.

Every page is read but once, for what was read before is cheaper to read again: each round has articles of its own,
and the versions before theirs are read in another process. What stands around the articles is the same on every page,
as it is on a site.
"""

import hashlib
import multiprocessing
import random
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any

from bench.report import verdict
from crawler.demo import pages
from crawler.demo.generate import generate
from crawler.demo.pages import Article
from crawler.items import Fact, Fields, Raw

PAGES = 20  # in a round; some 12 KB each, as in a crawl
_LOADING = 2  # pages read before any is measured
BASE = "http://127.0.0.1"
TRAFILATURA = "trafilatura alone"
HASH = "hash of the answer"
_CLASSIFY, _EXTRACT, _NORMALIZE = "classification", "decoding and extraction", "normal and comparison form, hash"
_FACTS, _DIFF, _BANDS = "facts, and what became of them", "diff, severity, disclosure", "bands of the story's cluster"
_READING = (_CLASSIFY, _EXTRACT, _NORMALIZE)
# What is done to a page, and what it is to cost at most beside trafilatura.
SUMS: tuple[tuple[str, tuple[str, ...], float | None], ...] = (
    ("changed page, all but bands", (HASH, *_READING, _FACTS, _DIFF), 1.5),
    ("unchanged words in another template", (HASH, *_READING), None),
    ("unchanged page", (HASH,), 0.3),
)
_HEADS = ("a page of 12 KB", "CPU ms", "lowest–highest", "× trafilatura", "wanted", "")
Costs = dict[str, float]  # rule -> seconds of CPU for a page


@dataclass
class _Page:
    """An edited page, and what the rules made of it and of the one before it, in the order in which they run."""

    raw: Raw
    markup: str
    before: Fields
    old_facts: Sequence[Fact]
    read: Fields = field(default_factory=Fields)
    fields: Fields = field(default_factory=Fields)
    facts: Sequence[Fact] = ()
    fact_changes: Sequence[Any] = ()


def measure(rounds: int) -> list[Costs]:
    """What each rule costs a page, for each of `rounds` rounds; whatever is loaded but once is loaded before."""
    articles = generate(_LOADING + rounds * PAGES)
    edited = edited_pages(articles)
    _round(edited[:_LOADING])
    return [_round(edited[start : start + PAGES]) for start in range(_LOADING, len(edited), PAGES)]


def table(rounds: Sequence[Costs]) -> list[Sequence[str]]:
    """A line for each rule and for what is done to a changed and to an unchanged page, the head first."""
    rules = [_line(name, (name,), None, rounds) for name in rounds[0]]
    return [_HEADS, *rules, *(_line(name, parts, wanted, rounds) for name, parts, wanted in SUMS)]


def _line(name: str, rules: Sequence[str], wanted: float | None, rounds: Sequence[Costs]) -> list[str]:
    costs = [sum(cost[rule] for rule in rules) for cost in rounds]
    ratio = median(cost / of[TRAFILATURA] for cost, of in zip(costs, rounds, strict=True))
    times = [1000 * cost for cost in costs]
    said = ["", ""] if wanted is None else [f"≤ {wanted}", verdict(ratio <= wanted)]
    return [name, f"{median(times):.2f}", f"{min(times):.2f}–{max(times):.2f}", f"{ratio:.2f}", *said]


def _round(edited: Sequence[_Page]) -> Costs:
    costs: Costs = {}
    for name, rule in RULES.items():
        before = time.process_time()
        for page in edited:
            rule(page)
        costs[name] = (time.process_time() - before) / len(edited)
    return costs


# ── Pages, and the rules on them ────────────────────────────────────────────────────────────────────────────────


def edited_pages(articles: Iterable[Article]) -> list[_Page]:
    """A page of each article, edited since what is known of it was read, in a process of its own."""
    versions = list(_versions(articles))
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as elsewhere:
        known = list(elsewhere.map(_known, [old for old, _ in versions], chunksize=PAGES))
    return [
        _Page(new, new.body.decode(), before, old_facts)
        for (_, new), (before, old_facts) in zip(versions, known, strict=True)
    ]


def _versions(articles: Iterable[Article]) -> Iterator[tuple[Raw, Raw]]:
    for number, article in enumerate(articles):
        edited = replace(article, body_html=_edited(article.body_html, number))
        yield _raw(pages.post(article, BASE, 0)), _raw(pages.post(edited, BASE, 0))


def _known(raw: Raw) -> tuple[Fields, Sequence[Fact]]:
    fields = _normal(_read(raw))
    return fields, _find(fields)


def _raw(body: bytes) -> Raw:
    return Raw("post", f"{BASE}/1.html", "2024-11-22T10:00:00Z", 200, {"Content-Type": "text/html"}, body)


def _edited(body_html: str, seed: int) -> str:
    """With five of its figures changed."""
    chance = random.Random(seed)
    figures = list(re.finditer(r"\d+\.\d\d", body_html))
    for match in sorted(chance.sample(figures, 5), key=re.Match.start, reverse=True):
        body_html = f"{body_html[: match.start()]}{chance.uniform(1, 99):.2f}{body_html[match.end() :]}"
    return body_html


def _read(raw: Raw) -> Fields:
    from crawler.rules import decode, extract

    return extract.from_page(decode.decode(raw.body, raw.header("Content-Type"))[0], "post", {})


def _normal(fields: Fields) -> Fields:
    from crawler.rules import normalize, text

    normal, _ = normalize.normalize(fields, pages.ZONE)  # type: ignore[arg-type]
    text.text_hash(normal.title, normal.body_text or "")
    return normal


def _find(fields: Fields) -> Sequence[Fact]:
    from crawler.rules import facts

    return facts.find(fields.title or "", fields.body_text or "", fields.body_html or "", fields.tables)


def _trafilatura(page: _Page) -> None:
    import trafilatura

    trafilatura.extract(page.markup)


def _hash(page: _Page) -> None:
    hashlib.sha256(page.raw.body).hexdigest()


def _classify(page: _Page) -> None:
    from crawler.rules import classify

    classify.answer(page.raw)


def _extract(page: _Page) -> None:
    page.read = _read(page.raw)


def _normalize(page: _Page) -> None:
    page.fields = _normal(page.read)


def _facts(page: _Page) -> None:
    from crawler.rules import facts

    page.facts = _find(page.fields)
    page.fact_changes = facts.changes(page.old_facts, page.facts)


def _diff(page: _Page) -> None:
    from crawler.rules import diff, severity

    old, new = page.before, page.fields
    bodies = old.body_text or "", new.body_text or ""
    operations = diff.compare(*bodies)
    diff.counts(operations, bodies[0])
    diff.summary(*bodies, operations, limit=240)
    severity.severity(["body"], old, new, operations, page.fact_changes)
    severity.disclosure(*bodies, old.modified_at, new.modified_at)


def _bands(page: _Page) -> None:
    from crawler.rules import shingles

    shingles.bands(page.fields.body_text or "")


RULES: dict[str, Callable[[_Page], None]] = {
    TRAFILATURA: _trafilatura,
    HASH: _hash,
    _CLASSIFY: _classify,
    _EXTRACT: _extract,
    _NORMALIZE: _normalize,
    _FACTS: _facts,
    _DIFF: _diff,
    _BANDS: _bands,
}

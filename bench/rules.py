"""What each rule costs on one page, beside trafilatura on the same page: `python -m bench --rules`."""

import hashlib
import random
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any

from bench.report import verdict
from crawler.demo import pages
from crawler.demo.generate import generate
from crawler.items import Fact, Fields, Raw

PAGES = 20  # some 12 KB each, as in a crawl
BASE = "http://127.0.0.1"
TRAFILATURA = "trafilatura alone"
HASH = "hash of the answer"
_CLASSIFY, _EXTRACT, _NORMALIZE = "classification", "decoding and extraction", "normal and comparison form, hash"
_FACTS, _DIFF, _BANDS = "facts, and what became of them", "diff, severity, disclosure", "bands of the story's cluster"
_READING = (_CLASSIFY, _EXTRACT, _NORMALIZE)
SUMS = (  # what is done, what it is to cost at most beside trafilatura
    ("changed page, all but bands", (HASH, *_READING, _FACTS, _DIFF), 1.5),
    ("unchanged words in another template", (HASH, *_READING), 0.3),
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
    edited = _pages()
    _round(edited[:2])
    return [_round(edited) for _ in range(rounds)]


def table(rounds: Sequence[Costs]) -> list[Sequence[str]]:
    """A line for each rule and for what is done to a changed and to an unchanged page, the head first."""
    rules = [_line(name, [(cost[name], cost[TRAFILATURA]) for cost in rounds]) for name in rounds[0]]
    return [_HEADS, *rules, *(_sum(name, parts, wanted, rounds) for name, parts, wanted in SUMS)]


def _sum(name: str, rules: Sequence[str], wanted: float, rounds: Sequence[Costs]) -> list[str]:
    costs = [(sum(cost[rule] for rule in rules), cost[TRAFILATURA]) for cost in rounds]
    met = median(cost / of for cost, of in costs) <= wanted
    return [*_line(name, costs)[:4], f"≤ {wanted}", verdict(met)]


def _line(name: str, costs: Sequence[tuple[float, float]]) -> list[str]:
    times = [1000 * cost for cost, _ in costs]
    ratio = median(cost / of for cost, of in costs)
    return [name, f"{median(times):.2f}", f"{min(times):.2f}–{max(times):.2f}", f"{ratio:.2f}", "", ""]


def _round(edited: Sequence[_Page]) -> Costs:
    costs: Costs = {}
    for name, rule in RULES.items():
        before = time.process_time()
        for page in edited:
            rule(page)
        costs[name] = (time.process_time() - before) / len(edited)
    return costs


# ── Pages, and the rules on them ────────────────────────────────────────────────────────────────────────────────


def _pages() -> list[_Page]:
    made = []
    for number, article in enumerate(generate(PAGES)):
        old, new = (
            _raw(pages.post(replace(article, body_html=body), BASE, number))
            for body in (article.body_html, _edited(article.body_html, number))
        )
        before = _normal(_read(old))
        made.append(_Page(new, new.body.decode(), before, _find(before)))
    return made


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

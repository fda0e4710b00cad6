"""Noise that is no change, and edits that are: a small run of the gauntlet. `make gauntlet` is the whole one."""

import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests import corpus
from tests.corpus import needs_corpus
from tests.gauntlet import edits, faults, noise, trace
from tests.gauntlet.account import Result
from tests.gauntlet.articles import ARTICLES
from tests.gauntlet.origin import Origin, entries, made, sites
from tests.gauntlet.report import report
from tests.gauntlet.run import Gauntlet, usable

_FEW = ("portal-page", "tables-page", "wechat-page", "government-selectors", "modern-selectors", "endpoint-all")
_SWAPPED = "two paragraphs swapped"


@dataclass
class Played:
    """What a gauntlet came to in three acts: noise that is no fault; faults and edits too; paragraphs swapped."""

    gauntlet: Gauntlet
    noisy: Result
    notices: list[Any]
    mixed: Result
    swapped: Result
    moved: str


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    gauntlet = Gauntlet(tmp_path_factory.mktemp("gauntlet"), 7, 14, chosen=[s for s in sites() if s.name in _FEW])
    with gauntlet.origin:
        gauntlet.begin()
        noisy = gauntlet.act(6, faulty=False, editing=False)
        notices = gauntlet.trail.rows("SELECT outcome, reason FROM incidents") + gauntlet.trail.rows(
            "SELECT outcome, reason FROM runs WHERE reason IS NOT NULL OR outcome != 'ok'"
        )
        mixed = gauntlet.act(4)
        gauntlet.only = _SWAPPED
        swapped = gauntlet.act(1)
    (row, *_) = gauntlet.trail.rows("SELECT code FROM edits ORDER BY id DESC")
    return Played(gauntlet, noisy, notices, mixed, swapped, gauntlet.trail.newstrail("diff", row["code"], "--json"))


def test_every_kind_befalls_several_pages() -> None:
    assert len(noise.KINDS) + len(faults.KINDS) >= 40 and len(edits.KINDS) >= 30
    pages = entries(sites(), ARTICLES, len(ARTICLES))
    changed, edited = Counter[str](), Counter[str]()
    for number, entry in enumerate(pages):
        entry.seed, rng = str(number), random.Random(number)
        assert entry.article is not None
        plain = made(entry, entry.article, entry.site.is_json, ())
        for kind in (k for k in usable(entry, None) if changed[k.name] < 5):
            changed[kind.name] += made(entry, entry.article, entry.site.is_json, (kind,)) != plain
        for edit in (e for e in edits.KINDS.values() if edited[e.name] < 5):
            gone = edit.then.startswith("restored")
            edited[edit.name] += edit.plan(rng, entry.article, gone, entry.site.shown) is not None
    assert {name for name in noise.KINDS if changed[name] < 5} == set()
    assert {name for name in edits.KINDS if edited[name] < 5} == set()


def test_500_looks_at_noisy_pages_record_nothing_and_say_nothing(played: Played) -> None:
    assert played.noisy.looks >= 500
    assert played.noisy.false == 0, "\n".join(map(str, played.noisy.misses))
    assert played.notices == []


def test_edits_are_told_from_noise_and_faults(played: Played) -> None:
    assert played.gauntlet.unread == []
    assert sum(played.mixed.made.values()) >= 50
    assert played.mixed.passed, report(played.gauntlet, played.mixed)


def test_swapped_paragraphs_are_shown_as_moved(played: Played) -> None:
    assert played.swapped.made[_SWAPPED] >= 10 and played.swapped.passed, report(played.gauntlet, played.swapped)
    assert '"moved"' in played.moved


@needs_corpus
def test_replays_the_trace_as_pages_amid_noise(tmp_path: Path) -> None:
    served = trace.site("wordpress")
    gauntlet = Gauntlet(tmp_path, 5, 0, None, [served])
    gauntlet.entries = trace.entries(served)
    gauntlet.origin = Origin(gauntlet.entries)
    lines = corpus.trace()
    with gauntlet.origin:
        gauntlet.begin()
        assert not gauntlet.unread
        for phase in range(2, 1 + max(map(len, lines.values()))):
            for entry in gauntlet.entries:
                entry.article = trace.as_article(lines[entry.code], phase)
            gauntlet.dress(mixed=True)
            assert gauntlet.trail.crawl(recheck=True) == "ok"
    edits = {code: sum(line.kind == "edit" for line in versions) for code, versions in lines.items()}
    assert gauntlet.trail.counts("SELECT code, version_count FROM articles") == {c: 1 + n for c, n in edits.items()}
    assert gauntlet.trail.counts("SELECT code, count(*) FROM edits GROUP BY 1") == {c: n for c, n in edits.items() if n}
    assert gauntlet.trail.counts("SELECT kind, count(*) FROM changes GROUP BY 1") == {
        "first_seen": len(lines),
        "edited": sum(edits.values()),
    }

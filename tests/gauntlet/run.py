"""The run: rounds of noise and edits, each crawled by the real program, each compared with what was served."""

import json
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from crawler import config, jobs
from crawler.runner import run_in_child
from storage.database import open_database
from tests.crawling import Trail
from tests.gauntlet import edits, faults, noise
from tests.gauntlet.account import Draw, Miss, Result, Row, apart, as_expected, difference, misread, same_fields
from tests.gauntlet.articles import ARTICLES
from tests.gauntlet.edits import Plan
from tests.gauntlet.origin import Entry, Origin, Site, entries, sites

_CHANGES = """
SELECT c.id, a.code, c.kind, c.fields, c.severity, c.disclosure, c.reason, c.old_version_id, c.new_version_id
FROM changes c JOIN articles a ON a.id = c.article_id WHERE c.id > ? ORDER BY c.id
"""
_VERSION = (
    "SELECT number, title, outlet, author, published_at, modified_at, body_text, images, tables, links, attachments"
)


@dataclass
class Course:
    """How far the page has come in a plan."""

    plan: Plan
    rows: list[Row] = field(default_factory=list)
    amid: list[str] = field(default_factory=list)  # the noise of each round
    step: int = 0


class Gauntlet:
    """Pages of many sites, a newstrail that watches them, and the account of both."""

    def __init__(
        self, folder: Path, seed: int, pages: int, only: str | None = None, chosen: list[Site] | None = None
    ) -> None:
        self.seed, self.only = seed, only
        self.sites = chosen or sites()
        self.entries = entries(self.sites, ARTICLES, pages)
        self.origin = Origin(self.entries)
        self.trail = Trail(folder)
        self.result = Result()
        self.unread: list[str] = []  # codes that the first crawl could not read
        self.courses: dict[str, Course] = {}
        self.draws: dict[str, list[Draw]] = {}  # code -> its noise of the last rounds
        self.history = {entry.code: [entry.article] for entry in self.entries}
        self.rested: Counter[str] = Counter()  # rounds since an edit or a stale copy
        self.last_change = 0
        self.round = 0
        self.looked_at = 0.0  # time.monotonic()

    def begin(self) -> None:
        """Write the configuration and read every listing and page once."""
        self.trail.toml.write_text(self.origin.toml(self.sites), encoding="utf-8")
        self.trail.crawl()
        rows = self._new_rows()
        read = {row["code"] for row in rows if row["kind"] == "first_seen"}
        self.unread = [entry.code for entry in self.entries if entry.code not in read]
        self.entries = [entry for entry in self.entries if entry.code in read]

    def act(self, rounds: int, faulty: bool = True, editing: bool = True) -> Result:
        """So many rounds, and what came of them alone; plans that are open at the end are played out."""
        before, self.result = self.result, Result()
        for _ in range(rounds):
            self.play(faulty, editing)
        while self.courses:
            self.play(faulty=False, editing=False)
        after, self.result = self.result, before
        before.add(after)
        return after

    def play(self, faulty: bool = True, editing: bool = True) -> None:
        """One round: set every page, crawl, and settle accounts."""
        self.round += 1
        rng = random.Random(f"{self.seed}:{self.round}")
        for number, entry in enumerate(self.entries):
            with self.origin.lock:
                self._set(rng, number, entry, faulty, editing)
            self.draws.setdefault(entry.code, []).append(Draw(entry.kinds, entry.seed))
        self.look()
        found: dict[str, list[Row]] = {}
        for row in self._new_rows():
            found.setdefault(row["code"], []).append(row)
        for entry in self.entries:
            self._settle(entry, found.get(entry.code, []))

    def dress(self, mixed: bool) -> None:
        """Other noise on every page, and nothing else: several kinds at once, or one."""
        self.round += 1
        rng = random.Random(f"{self.seed}:{self.round}")
        for number, entry in enumerate(self.entries):
            with self.origin.lock:
                entry.asked, entry.seed = 0, f"{self.seed}:{self.round}:{entry.code}"
                entry.kinds = self._draw(rng, entry, rng.randint(2, 5) if mixed else 1, number)

    def look(self) -> None:
        """Crawl: mostly all articles in one go, every eighth time source by source.

        Where one is gone, more than a second after the last crawl: times are kept in whole seconds, and
        `confirm_after` is one.
        """
        if any(entry.article is None for entry in self.entries):
            time.sleep(max(0.0, self.looked_at + 1.5 - time.monotonic()))
        self.looked_at = time.monotonic()
        if self.round % 8 == 6:
            self.trail.crawl(recheck=True)
            return
        settings = config.load(self.trail.toml)
        db = open_database(settings.database)
        job = jobs.code_job(db, settings, [entry.code for entry in self.entries])
        run_in_child(db, settings.database, job)
        db.close()

    # What a page is in this round

    def _set(self, rng: random.Random, number: int, entry: Entry, faulty: bool, editing: bool) -> None:
        failed, entry.fault = entry.fault is not None, None
        entry.asked, entry.kinds = 0, ()
        entry.seed = f"{self.seed}:{self.round}:{entry.code}"
        course = self.courses.get(entry.code)
        if course is None and editing and self.rested[entry.code] >= 1 and rng.random() < 0.5:
            course = self._begin_edit(rng, entry)
        if course is not None:
            self._step(rng, entry, course)
            return
        self.rested[entry.code] += 1
        if self.only in edits.KINDS or entry.article is None:
            return
        often = self.only in faults.KINDS
        if faulty and (rng.random() < 0.12 or often) and self.only not in noise.KINDS and not failed:  # once is once
            self._draw_fault(rng, entry)
        elif self.round % 2 or self.only:
            entry.kinds = self._draw(rng, entry, 1, number)
        else:
            entry.kinds = self._draw(rng, entry, rng.randint(2, 5), number)

    def _draw(self, rng: random.Random, entry: Entry, count: int, number: int) -> tuple[noise.Noise, ...]:
        kinds = usable(entry, self.only)
        if count == 1 and kinds:  # in turn, so that each kind meets many pages
            return (kinds[(number * 7 + self.round * 11) % len(kinds)],)
        kept: dict[str, noise.Noise] = {}
        for kind in rng.sample(kinds, min(count, len(kinds))):
            about = kind.name.partition(":")[0]  # of those that undo one another, one
            kept.setdefault(
                about if about in ("image URL", "image", "link in the text", "charset") else kind.name, kind
            )
        return tuple(kept.values())

    def _draw_fault(self, rng: random.Random, entry: Entry) -> None:
        usable = [f for f in faults.KINDS.values() if self.only not in faults.KINDS or f.name == self.only]
        if entry.before is None or self.rested[entry.code] < 2:
            usable = [f for f in usable if "stale" not in f.name]
        if usable and entry.article is not None:
            least = min(self.result.served[f.name] for f in usable)
            entry.fault = rng.choice([f for f in usable if self.result.served[f.name] <= least + 2])
            self.rested[entry.code] = 0

    def _begin_edit(self, rng: random.Random, entry: Entry) -> Course | None:
        only = None if "stale" in (self.only or "") else self.only  # a copy is stale once there was an edit
        if only and only not in edits.KINDS:
            return None
        kinds = list(edits.KINDS.values())
        rng.shuffle(kinds)
        gone = entry.article is None
        for kind in sorted(kinds, key=lambda k: self.result.made[k.name]):
            if only in (None, kind.name) or ((only or "").startswith("restored") and kind.then == "removed"):
                plan = self._plan(rng, entry, kind, gone)
                if plan:
                    self.courses[entry.code] = Course(plan)
                    self.result.made[kind.name] += 1
                    return self.courses[entry.code]
        return None

    def _plan(self, rng: random.Random, entry: Entry, kind: edits.Edit, gone: bool) -> Plan | None:
        if kind.amid and entry.site.way != "page":
            return None
        if kind.then == "removed" and self._many_gone(entry.site):
            return None
        article = self.history[entry.code][-1]
        assert article is not None
        plan = kind.plan(rng, article, gone, entry.site.shown)
        fresh = plan and all(state not in self.history[entry.code] for state in plan.states[:1] if state)
        return plan if fresh or kind.then == "restored" else None

    def _many_gone(self, site: Site) -> bool:
        """Whether one more would look like a site that broke."""
        there = [e for e in self.entries if e.site is site]
        leaving = [e for e in there if e.code in self.courses and None in self.courses[e.code].plan.states]
        return len(leaving) + sum(e.article is None for e in there) >= max(1, len(there) // 6)

    def _step(self, rng: random.Random, entry: Entry, course: Course) -> None:
        state = course.plan.states[course.step]
        if state is not None:
            if state not in self.history[entry.code][-1:]:
                entry.before = self.history[entry.code][-1]
            self.history[entry.code].append(state)
        entry.article = state
        course.step += 1
        self.rested[entry.code] = 0
        entry.kinds = self._draw(rng, entry, rng.randint(0, 4), 0) if not self.only else ()
        if course.plan.amid:
            entry.kinds = (noise.KINDS[course.plan.amid],)
        course.amid.append(", ".join(kind.name for kind in entry.kinds))

    # What was recorded of it

    def _new_rows(self) -> list[Row]:
        rows = self.trail.rows(_CHANGES, self.last_change)
        self.last_change = max([self.last_change, *(row["id"] for row in rows)])
        return rows

    def _settle(self, entry: Entry, rows: list[Row]) -> None:
        course = self.courses.get(entry.code)
        if course is None:
            self._settle_noise(entry, rows)
            return
        course.rows += rows
        if course.step == len(course.plan.states):
            del self.courses[entry.code]
            self._settle_edit(entry, course)

    def _settle_noise(self, entry: Entry, rows: list[Row]) -> None:
        names = [entry.fault.name] if entry.fault else [kind.name for kind in entry.kinds]
        alone = len(names) == 1
        self.result.looks += entry.article is not None
        self.result.false += len(rows)
        (self.result.served if alone else self.result.mixed).update(names)
        if not rows:
            return
        kind = self._blame(entry, rows) or (names[0] if alone else "in combination")
        self.result.recorded[kind] += len(rows)
        self.result.by_template["noise", entry.site.name] += len(rows)
        got = "; ".join(self._said(row) for row in rows)
        self.result.misses.append(
            Miss("noise", f"{kind} [{', '.join(names)}]", entry.code, entry.site.name, "nothing", got)
        )

    def _settle_edit(self, entry: Entry, course: Course) -> None:
        name, wanted = course.plan.kind, course.plan.expected
        if len(course.rows) == len(wanted) and all(map(as_expected, course.rows, wanted)):
            self.result.right[name] += 1
            return
        self.result.by_template["edit", entry.site.name] += 1
        got = "; ".join(self._said(row) for row in course.rows) or f"nothing; {self._last_checks(entry)}"
        amid = " / ".join(course.amid)
        strange = [row for row in course.rows if not any(same_fields(row, w) for w in wanted)]
        if blamed := self._blame(entry, strange):
            self.result.recorded[blamed] += 1
            amid += f"; blamed: {blamed}"
        said = "; ".join(f"{w.kind} {list(w.fields)} {'|'.join(map(str, w.severities))}" for w in wanted)
        self.result.misses.append(Miss("edit", f"{name} [{amid}]", entry.code, entry.site.name, said, got))

    def _blame(self, entry: Entry, rows: list[Row]) -> str | None:
        """The kind of this or an earlier round whose own words came into the record, or left it."""
        for row in rows:
            if row["old_version_id"] is None or row["new_version_id"] is None:
                continue
            words = apart(self._version(row["old_version_id"]), self._version(row["new_version_id"]))
            for draw in reversed(self.draws[entry.code]):
                if kind := draw.kind_of(words):
                    return kind
        return None

    def _version(self, id: int) -> Row:
        return self.trail.rows(f"{_VERSION} FROM versions WHERE id = ?", id)[0]

    def _last_checks(self, entry: Entry) -> str:
        rows = self.trail.rows(
            "SELECT c.outcome, c.reason FROM checks c JOIN articles a ON a.id = c.article_id WHERE a.code = ?"
            " ORDER BY c.id DESC LIMIT 2",
            entry.code,
        )
        return "checks: " + ", ".join(f"{row['outcome']} ({row['reason']})" for row in rows)

    def _said(self, row: Row) -> str:
        head = f"{row['kind']} {row['fields']} {row['severity']}"
        if row["kind"] != "edited" or row["old_version_id"] is None:
            return head
        old, new = self._version(row["old_version_id"]), self._version(row["new_version_id"])
        return f"{head}: " + difference(old, new, json.loads(row["fields"]))


def usable(entry: Entry, only: str | None) -> list[noise.Noise]:
    """The kinds of noise that can be on an entry's pages; `only`: of these, that one, if it is one."""
    way = "json" if entry.site.is_json else "html"
    found = [k for k in noise.KINDS.values() if way in k.ways and (k.selectors or entry.site.way != "selectors")]
    return [k for k in found if only not in noise.KINDS or k.name == only]


def first_reading(gauntlet: Gauntlet) -> dict[str, Counter[str]]:
    """Site -> field -> articles whose first version does not have it as it was published."""
    wrong: dict[str, Counter[str]] = {}
    for entry in gauntlet.entries:
        article = gauntlet.history[entry.code][0]
        assert article is not None
        (row,) = gauntlet.trail.rows(
            f"{_VERSION} FROM versions WHERE number = 1 AND article_id = (SELECT id FROM articles WHERE code = ?)",
            entry.code,
        )
        for name in misread(row, article, entry.site):
            wrong.setdefault(entry.site.name, Counter())[name] += 1
    return wrong


def run(
    folder: Path,
    *,
    seed: int,
    rounds: int,
    pages: int,
    only: str | None = None,
    quiet: bool = False,
    chosen: list[Site] | None = None,
) -> Gauntlet:
    """A whole run in `folder`; `quiet`: noise that is no fault, and no edit."""
    gauntlet = Gauntlet(folder, seed, pages, only, chosen)
    with gauntlet.origin:
        gauntlet.begin()
        gauntlet.act(rounds, not quiet, not quiet)
    return gauntlet

"""A site that is edited by a script, fails now and then, and knows what it told whom: the truth of a soak.

Between two crawls a script edits, removes, restores and publishes. While one is under way, some answers of the content
endpoint and of the listing are faults. Each answer is noted, so that at any time it is known which versions and changes
a record must have, and that it must have no other.
"""

import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from crawler.demo import pages
from crawler.demo.site import generate
from tests import origin
from tests.origin import FAULTS, JSON, Answer, Article, Replica, Request, status

ENDPOINT = "/NewsData/GetNewsText.do?id="
CATEGORY = "jinghua"
LISTED = 60  # articles; the older ones have left the listing
EDITED, REMOVED, RESTORED = 0.012, 0.002, 0.25  # of the articles, and of those that are gone, between two crawls
AT_FIRST = 0.1  # of the articles are edited: what the first edits load is not what grows later
NEW_TEMPLATE = 6  # rounds, after which every page has other bytes and the same words

# What stands in for an answer, by the answer's own text: name -> (weight, what).
_KINDS: dict[str, tuple[int, Callable[[str], Answer]]] = {
    "500": (4, lambda text: status(500)),
    "502": (2, lambda text: status(502)),
    "503": (4, lambda text: status(503)),
    "503, wait": (0, lambda text: status(503, retry_after="1")),  # a second each: see `_WAITS`
    "429": (2, lambda text: status(429)),
    "403": (2, lambda text: status(403)),
    "reset": (4, lambda text: origin.reset()),
    "not HTTP": (2, lambda text: origin.not_http()),
    "cut": (4, lambda text: origin.cut(text, JSON)),
    "cut unmarked": (4, lambda text: origin.cut_unmarked(text, JSON)),
    "cut chunked": (2, lambda text: origin.cut_chunked(text, JSON)),
    "empty": (2, lambda text: origin.empty(JSON)),
    "JSON without text": (2, lambda text: origin.without_text()),
    "captcha": (4, lambda text: origin.captcha()),
    "login": (2, lambda text: origin.login()),
    "soft 404": (4, lambda text: origin.soft_404()),
    "redirect to itself": (1, lambda text: origin.redirect("")),
    "redirect to a private address": (1, lambda text: FAULTS["redirect to a private address"]()),
}
_WAITS = 150  # of so many faults one asks to wait
_LASTS = 0.4  # of the faults, that are there again at the second try
_AGAIN = 0.3  # of the faults, that are there again in the next round
Content = tuple[str, str, str]  # title, outlet, words of the body


def content(article: Article) -> Content:
    """What of an article makes a version."""
    return article.title, article.outlet, words(article.body_html)


def words(body: str) -> str:
    """A body, served or recorded, without markup and white space: templates differ in those alone."""
    return re.sub(r"\s", "", re.sub(r"<[^>]*>", "", body))


@dataclass
class Course:
    """What a record must have of an article: its versions, and its changes with the number of the version each led to
    (0: to none)."""

    versions: list[Content] = field(default_factory=list)
    changes: list[tuple[str, int]] = field(default_factory=list)
    looks: int = 0
    missing: int = 0  # looks in a row that found it gone
    removed: bool = False

    def read(self, now: Content) -> None:
        """A look that succeeded."""
        is_new = not self.versions or self.versions[-1] != now
        kind = "first_seen" if not self.versions else "restored" if self.removed else "edited" if is_new else None
        if is_new:
            self.versions.append(now)
        if kind:
            self.changes.append((kind, len(self.versions)))
        self.missing, self.removed = 0, False

    def missed(self) -> None:
        """A look that found it gone; the second in a row confirms (`confirm_after` is nothing)."""
        if self.versions and not self.removed:
            self.missing += 1
            if self.missing == 2:
                self.changes.append(("removed", 0))
                self.removed = True


class Origin:
    """A replica, its script and its faults; `share` of the answers are faults."""

    def __init__(self, seed: int, articles: int, share: float) -> None:
        self.seed, self.share = seed, share
        self.site = Replica(generate(articles, size=3_000, category=CATEGORY))
        self.courses: defaultdict[str, Course] = defaultdict(Course)
        self.answers = 0
        self.faults: Counter[str] = Counter()
        self.round = 0
        self._told: defaultdict[str, list[str]] = defaultdict(list)  # in this round
        self._before: defaultdict[str, list[Article]] = defaultdict(list)
        for code in self.site.codes():
            self.site.override(f"{ENDPOINT}{code}", self._answer)
        self.site.override(f"/category/{CATEGORY}.html", self._listing)

    # What is told

    def _answer(self, request: Request) -> Answer | None:
        code = request.path.removeprefix(ENDPOINT)
        told = self._told[code]
        self.answers += 1
        if (answer := self._fault(code, len(told))) is not None:
            told.append("fault")
            return answer
        told.append("seen" if code in self._there else "gone")
        return None

    def _listing(self, request: Request) -> Answer | None:
        self.answers += 1
        chance = random.Random(f"{self.seed}:{self.round}:listing")
        if chance.random() >= self.share or self.round == 0:
            return None
        self.faults["500 of the listing"] += 1
        return status(500)

    def _fault(self, code: str, asked: int) -> Answer | None:
        """What stands in for an article's answer number `asked` of this round; by seed, round and code alone."""
        for number, of_these in ((self.round, 1.0), (self.round - 1, _AGAIN)):
            chance = random.Random(f"{self.seed}:{number}:{code}")
            if chance.random() < self.share / (1 + _AGAIN) and chance.random() < of_these:
                break
        else:
            return None
        first = int(chance.random() < 0.1)  # or only a second request fails, of those that confirm
        lasts = chance.random() < _LASTS
        name = "503, wait" if chance.random() < 1 / _WAITS else chance.choices(*_WEIGHTED)[0]
        if asked < first or (asked > first and not lasts):
            return None
        self.faults[name] += 1
        return _KINDS[name][1](pages.endpoint(self.site.article(code), self.site.template).decode())

    # What is done to it

    def disturb(self) -> None:
        """What editors do between two crawls."""
        there = self.site.codes()
        if self.round == 0:
            for code in there[LISTED:]:
                self.site.unlist(code)
        self.round += 1
        chance = random.Random(f"{self.seed}:{self.round}")
        gone = sorted(set(self.courses) - set(there))
        for code in chance.sample(there, max(1, round((AT_FIRST if self.round == 1 else EDITED) * len(there)))):
            self._edit(code, chance)
        for code in chance.sample(there, max(1, round(REMOVED * len(there)))):
            self.site.remove(code)
        for code in gone:
            if chance.random() < RESTORED:
                self.site.restore(code)
                if chance.random() < 0.5:
                    self._edit(code, chance)
        self._publish(chance)
        if self.round % NEW_TEMPLATE == 0:
            self.site.template += 1

    def _edit(self, code: str, chance: random.Random) -> None:
        article, before = self.site.article(code), self._before[code]
        earlier = chance.choice(before) if before and chance.random() < 0.15 else None
        before.append(article)
        mark = f"{self.round}{chance.randrange(10**6):06}"
        how = chance.random()
        if earlier is not None:
            self.site.edit(code, title=earlier.title, outlet=earlier.outlet, body_html=earlier.body_html)
        elif how < 0.15:
            self.site.edit(code, title=f"{article.title[:30]}（更正{mark}）")
        elif how < 0.2:  # another name is confirmed first
            self.site.edit(code, outlet=f"江州第{mark}报")
        elif how < 0.25:  # and a body that collapses
            self.site.edit(code, body_html=f"<p>本文已撤下全文，仅存摘要，编号{mark}。</p>")
        else:
            paragraphs = article.body_html.split("\n")
            paragraphs[chance.randrange(len(paragraphs))] = f"<p>经核实，预算改为{mark}万元，年底前完成。</p>"
            self.site.edit(code, body_html="\n".join(paragraphs))

    def _publish(self, chance: random.Random) -> None:
        code = f"NEU{self.round:05}"
        body = "\n".join(f"<p>第{code}号采购的第{n}段，预算{chance.randrange(10**6)}元。</p>" for n in range(12))
        newest = self.site.article(self.site.codes()[0])
        self.site.publish(Article(code, CATEGORY, f"江州市第{code}号采购公示", newest.published, newest.outlet, body))
        self.site.override(f"{ENDPOINT}{code}", self._answer)

    # What must be on record for it

    def begin(self) -> None:
        """A crawl begins: from here to `settle` nothing is edited."""
        self._told.clear()
        self._there = set(self.site.codes())

    def settle(self) -> None:
        """The crawl is over: what its answers make."""
        for code, told in self._told.items():
            course = self.courses[code]
            course.looks += 1
            if told[-1] == "seen":  # a second request confirms: where that failed, nothing was seen
                course.read(content(self.site.article(code)))
            for _ in range(told.count("gone")):
                course.missed()


_WEIGHTED = (list(_KINDS), [weight for weight, _ in _KINDS.values()])

"""The account: what was recorded, beside what was served."""

import json
import random
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

from crawler.rules.dates import utc_text
from tests.gauntlet import noise
from tests.gauntlet.articles import Article
from tests.gauntlet.edits import Expected
from tests.gauntlet.origin import Site
from tests.gauntlet.page import Page

Row = dict[str, Any]


@dataclass(frozen=True)
class Miss:
    """Something recorded that should not be, or the other way round."""

    what: str  # noise or edit
    kind: str
    code: str
    template: str
    wanted: str
    got: str

    def __str__(self) -> str:
        return f"{self.what} | {self.template} | {self.kind} | {self.code} | wanted {self.wanted} | got {self.got}"


@dataclass(frozen=True)
class Draw:
    """The noise on a page in one round, so that its words can be told again."""

    kinds: tuple[noise.Noise, ...]
    seed: str

    def kind_of(self, words: str) -> str | None:
        """The kind that put something into these words, white space aside; None where none did."""
        for kind in self.kinds:
            if kind.stage == "page" and any(line in words for line in said_by(kind, self.seed)):
                return kind.name
        return None


@dataclass
class Result:
    """What was served and what came of it, by kind of noise (alone, and amid others) and by kind of edit."""

    served: Counter[str] = field(default_factory=Counter)
    recorded: Counter[str] = field(default_factory=Counter)
    mixed: Counter[str] = field(default_factory=Counter)
    made: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    by_template: Counter[tuple[str, str]] = field(default_factory=Counter)
    misses: list[Miss] = field(default_factory=list)
    looks: int = 0  # at pages that only made noise
    false: int = 0  # changes recorded of them

    def add(self, other: "Result") -> None:
        """Take in what came of further rounds."""
        for name in ("served", "recorded", "mixed", "made", "right", "by_template"):
            getattr(self, name).update(getattr(other, name))
        self.misses += other.misses
        self.looks += other.looks
        self.false += other.false

    @property
    def noise_rate(self) -> float:
        return self.false / max(1, self.looks)

    @property
    def edit_rate(self) -> float:
        made = sum(self.made.values())
        return sum(self.right.values()) / made if made else 1.0

    @property
    def passed(self) -> bool:
        return self.noise_rate <= 0.005 and self.edit_rate >= 0.995


def apart(old: Row, new: Row) -> str:
    """What only one of two versions has, line by line, without white space."""
    both = [{"".join(line.split()) for value in row.values() for line in str(value).split("\n")} for row in (old, new)]
    return "\n".join(both[0] ^ both[1])


def said_by(kind: noise.Noise, seed: str) -> list[str]:
    """What a kind that works on pages writes on one, in pieces without white space."""
    said = []
    for asked in (1, 2):
        page = Page()
        kind.apply(random.Random(f"{seed}:{kind.name}:{asked}"), page)
        markup = "\n".join([*page.slots.values(), *page.gaps.values()])
        said += ["".join(piece.split()) for piece in re.split(r"<[^>]*>", markup)] + re.findall(
            r'(?:src|href)="([^"]+)"', markup
        )
    return [piece for piece in said if len(piece) >= 4]


def same_fields(row: Row, wanted: Expected) -> bool:
    return tuple(sorted(json.loads(row["fields"]))) == wanted.fields


def as_expected(row: Row, wanted: Expected) -> bool:
    return (
        row["kind"] == wanted.kind
        and same_fields(row, wanted)
        and row["severity"] in wanted.severities
        and (wanted.disclosure is None or row["disclosure"] == wanted.disclosure)
    )


def difference(old: Row, new: Row, fields: list[str]) -> str:
    """Two versions' fields that differ, each as what is between their common beginning and end."""
    said = []
    for name in fields:
        column = "body_text" if name == "body" else name
        a, b = str(old[column]), str(new[column])
        start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
        end = next(
            (i for i, (x, y) in enumerate(zip(a[start:][::-1], b[start:][::-1], strict=False)) if x != y),
            min(len(a), len(b)) - start,
        )
        cut = [text[max(0, start - 6) : len(text) - end].replace("\n", "⏎") for text in (a, b)]
        said.append(f"{name} {cut[0][:90]!r} → {cut[1][:90]!r}")
    return ", ".join(said)


def misread(row: Row, article: Article, site: Site) -> list[str]:
    """Fields of a version that are not what the article says."""
    squeezed = "".join(article.text.split())
    wrong = {
        "title": row["title"] != article.title,
        "body": "".join(row["body_text"].split()) != squeezed,
        "images": len(json.loads(row["images"])) != len(article.images),
        "tables": len(json.loads(row["tables"])) != len(article.tables),
        "links": len(json.loads(row["links"])) != len(article.links),
        "attachments": len(json.loads(row["attachments"])) != len(article.attachments),
        "outlet": "outlet" in site.shown and (row["outlet"] or "").removeprefix("来源：") != article.outlet,
        "author": "author" in site.shown and (row["author"] or "").removeprefix("作者：") != (article.author or ""),
        "published_at": row["published_at"] != utc_text(article.published.astimezone(UTC)),
    }
    return [name for name, is_wrong in wrong.items() if is_wrong]

"""Real material, where this checkout has it: posts of the first site, a copy of the site, a trace of edits."""

import json
import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from crawler.demo.site import Article

FOLDER = Path(os.environ.get("NEWSTRAIL_CORPUS") or Path(__file__).parents[2] / "shared" / "corpus")
needs_corpus = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no corpus of real posts at {FOLDER}")
SHANGHAI = ZoneInfo("Asia/Shanghai")
_POST = re.compile(
    r'---\nlayout: post\ntitle: "(?P<title>.*)"\ndate: (?P<date>.*)\ncategories: (?P<category>.*)\n'
    r"tags: (?P<tags>.*)\n---\n(?P<body>.*)\n\n<(?P<share>.*)>\n\n\[返回.*",
    re.DOTALL,
)


@dataclass(frozen=True)
class Post:
    """One file of the corpus."""

    file: Path
    code: str
    title: str
    date: str
    category: str
    outlet: str
    body: str
    text: str


def posts() -> list[Post]:
    found = []
    for file in sorted(FOLDER.glob("posts/*.md")):
        text = file.read_bytes().decode("utf-8")
        part = _POST.fullmatch(text)
        assert part, file
        outlet = part["tags"].removesuffix("新闻")
        code = file.stem.rpartition("-")[2]
        found.append(Post(file, code, part["title"], part["date"], part["category"], outlet, part["body"], text))
    return found


def as_article(post: Post) -> Article:
    """A post as the replica serves it."""
    published = datetime.fromisoformat(post.date.strip().removesuffix(" +0800")).replace(tzinfo=SHANGHAI)
    return Article(post.code, post.category, post.title, published, post.outlet, post.body)


@dataclass(frozen=True)
class Line:
    """One version of the trace."""

    id: str
    t: datetime
    v: int
    kind: str
    title: str
    text: str

    @property
    def code(self) -> str:
        return f"NW2020{int(self.id):08d}"


def trace() -> dict[str, list[Line]]:
    """Code -> its versions in order."""
    found: dict[str, list[Line]] = {}
    for raw in (FOLDER / "trace.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(raw)
        moment = datetime.strptime(row["t"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        line = Line(row["id"], moment, row["v"], row["kind"], row["title"], row["text"])
        found.setdefault(line.code, []).append(line)
    return found

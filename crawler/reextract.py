"""Today's rules over yesterday's responses: derived columns are written anew, and nothing is an edit of the site's."""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlite_utils import Database

from crawler import derived
from crawler.config import Site
from crawler.items import Fact, Fields, Raw
from crawler.rules import facts, shingles
from crawler.rules.decide import differences
from crawler.rules.reread import Layouts, extractor, reread
from storage import articles, clusters, relations, responses, versions
from storage.facts import put_fact_changes


@dataclass
class Report:
    """What rereading came to. Edits by the number of their change."""

    versions: int = 0
    rewritten: int = 0
    unreadable: int = 0  # whose responses are no longer kept, or hold no body by today's rules
    vanished: list[int] = field(default_factory=list)
    appeared: list[int] = field(default_factory=list)
    altered: list[int] = field(default_factory=list)  # other fields or another severity


def reread_article(
    db: Database, article: dict[str, Any], site: Site, layouts: Layouts, report: Report, most_bytes: float = math.inf
) -> None:
    """Read an article's versions again, and what its edits changed; in the caller's transaction. `article` (a row of
    `articles`) is brought up to date as well. `most_bytes`: of responses, the newest versions' first."""
    contents = dict(_versions(db, article["id"], site, layouts, report, most_bytes))
    if not contents:
        return
    for change in versions.edits_of(db, article["id"]):
        if change["old_version_id"] in contents and change["new_version_id"] in contents:
            _rewrite(db, change, contents, report)
    latest = contents[max(contents)]
    for name in ("outlet", "author", "published_at", "published_precision", "modified_at"):
        article[name] = getattr(latest, name)
    article["title"] = latest.title or article["title"]
    relate(db, article, latest, derived.read_facts(db, max(contents)), article["last_checked_at"])
    articles.update(db, article)


def _versions(
    db: Database, article_id: int, site: Site, layouts: Layouts, report: Report, most_bytes: float
) -> Iterator[tuple[int, Fields]]:
    """(id, content by today's rules) of an article's versions, written where it differs."""
    by = extractor(site, layouts)
    for row in versions.recent(db, article_id, -1):
        stored = content_of(row)
        report.versions += 1
        raws = [msgspec.convert(raw, Raw) for raw in responses.of_version(db, row["id"])]
        most_bytes -= sum(len(raw.body) for raw in raws)
        fresh = reread(raws, stored, row["gained"], site, layouts) if most_bytes >= 0 else None
        if fresh is None:
            report.unreadable += 1
            yield row["id"], stored
            continue
        columns = derived.columns(fresh, by)
        other = {name for name in columns if name in row and columns[name] != row[name]}
        if other:
            report.rewritten += other != {"extractor"}
            versions.derive(db, {**columns, "id": row["id"]})
        derived.write_facts(db, row["id"], fresh)
        yield row["id"], fresh


def relate(db: Database, article: dict[str, Any], content: Fields, stated: Sequence[Fact], at: str) -> None:
    """Find the story that an article (a row of `articles`) carries with others, and the notice that it corrects."""
    text = content.body_text or ""
    article["cluster_id"] = clusters.join(
        db, article["id"], shingles.bands(text), text, shingles.is_same_story, at, content.title
    )
    corrects = facts.corrected_project(stated) is not None
    relations.link_correction(db, article["id"], facts.project_numbers(stated), corrects, at)


def content_of(row: dict[str, Any]) -> Fields:
    """A version's content, from its row."""
    return Fields(**{name: row[name] for name in Fields.__struct_fields__})


def _rewrite(db: Database, change: dict[str, Any], contents: dict[int, Fields], report: Report) -> None:
    old, new = (contents[change[side]] for side in ("old_version_id", "new_version_id"))
    fields = differences(old, new)
    before = json.loads(change["fields"])
    if bool(before) != bool(fields):
        (report.appeared if fields else report.vanished).append(change["id"])
    became = derived.fact_changes(db, change["old_version_id"], change["new_version_id"]) if fields else []
    what = derived.details(change["kind"], old, new, fields, became)
    if before and fields and (before, change["severity"]) != (list(fields), what["severity"]):
        report.altered.append(change["id"])
    versions.rewrite_change(db, {**what, "fields": json.dumps(what["fields"]), "id": change["id"]})
    put_fact_changes(db, change["id"], map(msgspec.structs.asdict, became))

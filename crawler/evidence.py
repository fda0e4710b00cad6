"""Is the record what was recorded? Recomputed from the rows: hashes, the chain, numbers, references, the index."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlite_utils import Database

from crawler import derived, jobs
from crawler.config import Config
from crawler.items import METADATA, Raw
from crawler.reextract import content_of
from crawler.rules import facts
from crawler.rules.reread import extractor, reread
from crawler.rules.text import content_hash, text_hash
from storage import evidence, responses

Track = Callable[[Iterable[Any], str, int], Iterable[Any]]  # rows, what is done, how many there are
_CHAINED = {
    "version": "site, code, number, first_seen_at or the hashes of its responses",
    "change": "site, code, kind, changed_by, new_version_id or the hashes of its version's responses",
    "redaction": "site, code, reason or redacted_at",
}
_MEDIA = ("images", "tables", "links", "attachments")


class Finding(msgspec.Struct, frozen=True):
    """A row that is not as it was recorded. `row_id` in that table, 0: none; `article`: site and code."""

    table: str
    row_id: int
    article: str
    what: str

    def line(self) -> str:
        """It in one line."""
        of = f" ({self.article})" if self.article else ""
        number = f" row {self.row_id}" if self.row_id else ""
        return f"{self.table}{number}{of}: {self.what}"


@dataclass
class Report:
    """What was gone through, and what was found."""

    findings: list[Finding] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    pruned_bodies: int = 0
    redacted_versions: int = 0
    reread: int = 0  # versions read again from their responses, `deep` only
    unread: int = 0  # those that could not be: other rules, pruned responses, site not configured


def verify(db: Database, settings: Config, deep: bool, track: Track) -> Report:
    """Recompute the whole record, in the caller's read transaction. `deep`: read kept responses again, too."""
    report = Report(counts=evidence.counts(db))
    found, counts = report.findings, report.counts
    found += chain_findings(track(evidence.chained(db), "chain", counts["chain"]))
    found += [Finding(table, id, of, f"{it}: it {says}") for table, id, of, it, says in evidence.reference_faults(db)]
    versions = track(evidence.contents(db), "contents", counts["versions"])
    found += _contents(db, settings, versions, report, deep)
    found += _bodies(db, track(evidence.bodies(db), "raw responses", counts["bodies"]), report)
    found += [Finding(table, id, "", says) for table, id, says in evidence.file_faults(db)]
    found += [Finding("articles", id, "", says) for id, says in evidence.index_faults(db)]
    return report


def chain_findings(rows: Iterable[dict[str, Any]]) -> Iterator[Finding]:
    """Where the chain's links do not follow from its rows. Behind a break it goes on from the link as stored, so that
    each break is told once."""
    previous, number, held = "", 0, None  # held: a break, with the link that its row would have
    seen: set[tuple[str, int]] = set()
    for row in rows:
        gap = row["number"] != number + 1
        if gap:
            yield from _told(held)
            held = None
            missing = f"{number + 1}" if row["number"] == number + 2 else f"{number + 1} to {row['number'] - 1}"
            yield Finding("chain", row["number"], "", f"number {missing} is missing before it: rows were removed")
        if row["at"] is None or row["site"] is None:
            yield from _told(held)
            held = None
            yield Finding("chain", row["number"], "", f"the {row['kind']} {row['row_id']} that it is of was removed")
        else:
            wanted = evidence.link_of(row, previous)
            if wanted == row["link"] or gap:
                yield from _told(held)
                held = None
            elif held is not None and evidence.link_of(row, held[0]) == row["link"]:
                yield Finding("chain", held[1]["number"], _of(held[1]), "its link was altered; the rows around it fit")
                held = None
            else:
                yield from _told(held)
                held = (wanted, row)
        if (row["kind"], row["row_id"]) in seen:
            yield Finding("chain", row["number"], _of(row), f"the {row['kind']} {row['row_id']} stands in it twice")
        seen.add((row["kind"], row["row_id"]))
        previous, number = row["link"], row["number"]
    yield from _told(held)


def _of(row: dict[str, Any]) -> str:
    return f"{row['site']} {row['code']}"


def _told(held: tuple[str, dict[str, Any]] | None) -> Iterator[Finding]:
    if held is not None:
        row = held[1]
        parts = _CHAINED[row["kind"]]
        what = f"{row['kind']} {row['what']}: link {row['number']} of the chain does not match it ({parts})"
        yield Finding(f"{row['kind']}s", row["row_id"], _of(row), what)


def _contents(
    db: Database, settings: Config, rows: Iterable[dict[str, Any]], report: Report, deep: bool
) -> Iterator[Finding]:
    rules = {name: (site, jobs.learned_layouts(db, name)) for name, site in settings.sites.items()} if deep else {}
    for row in rows:
        said = f"version {row['number']}: "
        if row["redacted"]:
            report.redacted_versions += 1
            if row["body_text"] or row["body_html"] or row["title"]:
                yield Finding("versions", row["id"], _of(row), f"{said}its article is redacted, and it has words")
            continue
        faults = _hash_faults(row)
        if deep and not faults:
            faults = _deep_faults(db, row, rules, report)
        for fault in faults:
            yield Finding("versions", row["id"], _of(row), said + fault)


def _hash_faults(row: dict[str, Any]) -> list[str]:
    if row.get("broken"):
        return ["a JSON column cannot be read"]
    digest = text_hash(row["title"], row["body_text"])
    if digest != row["text_hash"]:
        return ["its text_hash does not match its title and body_text"]
    if content_hash(digest, [row[name] for name in (*METADATA, *_MEDIA)]) != row["content_hash"]:
        return [f"its content_hash does not match its text, {', '.join((*METADATA, *_MEDIA))}"]
    return []


def _deep_faults(db: Database, row: dict[str, Any], rules: dict[str, Any], report: Report) -> list[str]:
    """What today's rules read otherwise in the responses of a version that they had read."""
    site, layouts = rules.get(row["site"], (None, {}))
    fresh = None
    if site is not None and extractor(site, layouts) == row["extractor"]:
        raws = [msgspec.convert(raw, Raw) for raw in _readable(db, row["id"])]
        fresh = reread(raws, content_of(row), row["gained"], site, layouts)
    if fresh is None:
        report.unread += 1
        return []
    report.reread += 1
    columns = derived.columns(fresh, row["extractor"])
    other = sorted(name for name in columns if name in row and columns[name] != row[name])
    faults = [f"its {', '.join(other)} are not what its responses say"] if other else []
    stated = [msgspec.structs.asdict(fact) for fact in derived.read_facts(db, row["id"])]
    found = facts.find(fresh.title or "", fresh.body_text or "", fresh.body_html or "", fresh.tables)
    if not other and stated != [msgspec.structs.asdict(fact) for fact in found]:
        faults.append("its facts are not what its text states")
    return faults


def _readable(db: Database, version_id: int) -> list[dict[str, Any]]:
    try:
        return responses.of_version(db, version_id)
    except Exception:  # bytes that cannot be unpacked are told with the bodies
        return []


def _bodies(db: Database, rows: Iterable[tuple[str, str | None, bool]], report: Report) -> Iterator[Finding]:
    for digest, fault, dropped in rows:
        if fault is None:
            report.pruned_bodies += dropped
            continue
        used = evidence.user_of(db, digest)
        by = f" (response {used[0]}, {used[1]})" if used else ""
        yield Finding("bodies", 0, "", f"{digest}{by}: {fault}")

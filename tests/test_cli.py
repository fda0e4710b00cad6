"""The commands, on the demo's record: what they print to people, to pipes and to programs."""

import csv
import io
import json
import os
import pty
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crawler.demo.script import rounds
from crawler.demo.site import newstrail_toml
from tests.crawling import ROOT, Trail

CORRECTED = "NW202411222276090107"


@pytest.fixture(scope="module")
def demo(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Trail:
    """The record that `newstrail demo` leaves, and in `printed` what it said."""
    trail = Trail(shutil.copytree(demo_folder, tmp_path_factory.mktemp("demo"), dirs_exist_ok=True))
    trail.cold = True  # here, every command is seen to bring what it needs
    return trail


def test_the_demo_records_what_its_script_did_and_nothing_else(demo: Trail) -> None:
    expected = sorted(
        (kind, code) for chapter in rounds() for kind, codes in chapter.expected.items() for code in codes
    )
    found = demo.rows("SELECT c.kind, a.code FROM changes c JOIN articles a ON a.id = c.article_id")
    assert sorted((row["kind"], row["code"]) for row in found) == expected
    assert "[-8642余万元-]{+8642.17万元+}" in (demo.folder / "printed").read_text(encoding="utf-8")
    twins = demo.rows("SELECT code FROM articles WHERE cluster_id IS NOT NULL ORDER BY code")
    assert [row["code"] for row in twins] == ["202411192275810017", "NW202411192275810017"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["status"], "zhengfucaigou"),
        (["sources"], "/category/zhengfucaigou.html"),
        (["changes"], "8642余万元 → 8642.17万元"),
        (["changes", "--kind", "removed", "--since", "1d"], "404 twice"),
        (["changes", "--field", "title", "--min-severity", "material"], "暴跌 → 回落"),
        (["log", CORRECTED], "1 → 2"),
        (["show", CORRECTED], "8642.17万元"),
        (["show", CORRECTED, "--version", "1"], "8642余万元"),
        (["diff", CORRECTED], "[-8642余万元-]{+8642.17万元+}"),
        (["diff", CORRECTED, "2", "1"], "[-8642.17万元-]{+8642余万元+}"),
        (["blame", CORRECTED], "8642.17万元"),
        (["sql", "SELECT count(*) AS n FROM edits"], "6"),
    ],
)
def test_prints_plain_text_in_a_pipe(demo: Trail, arguments: list[str], said: str) -> None:
    text = demo.newstrail(*arguments)
    assert said in text
    assert "\x1b" not in text


@pytest.mark.parametrize(
    "arguments",
    [
        ["status"],
        ["sources"],
        ["changes"],
        ["log", CORRECTED],
        ["show", CORRECTED],
        ["diff", CORRECTED],
        ["blame", CORRECTED],
    ],
)
def test_prints_json_for_programs(demo: Trail, arguments: list[str]) -> None:
    assert json.loads(demo.newstrail(*arguments, "--json"))


def test_an_article_is_found_by_code_url_and_number(demo: Trail) -> None:
    (article,) = demo.rows("SELECT id, url, post_url FROM articles WHERE code = ?", CORRECTED)
    for reference in (
        CORRECTED,
        article["url"],
        article["post_url"],
        f"{article['post_url']}?from=wx",
        str(article["id"]),
    ):
        assert json.loads(demo.newstrail("show", reference, "--json"))["code"] == CORRECTED


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["show", "NW000"], 1, "NW000: not on record"),
        (["show", CORRECTED, "--version", "9"], 1, "no version 9; there are 1 to 2"),
        (["show", CORRECTED, "--at", "2001-01-01"], 1, "not seen before"),
        (["show", CORRECTED, "--at", "mañana o así"], 2, "is not a time"),
        (["show", CORRECTED, "--at", "99999999999999d"], 2, "is not a duration"),
        (["changes", "--since", "9999w9999w"], 2, "at most ten years"),
        (["changes", "--since", "0001-01-01"], 2, "is not a time"),
        (["changes", "--limit", "99999999999999999999"], 2, "--limit"),
        (["reextract", "--source", "nix"], 2, "nix"),
        (["mark", "99999999999999999999", "false"], 1, "99999999999999999999"),
        (["cluster", "nix"], 1, "not on record"),
        (["coverage", "nix"], 1, "not on record"),
        (["diff", "NW202411202276047715"], 1, "nothing to compare yet"),
        (["changes", "--source", "zhengfucaigo"], 2, "did you mean zhengfucaigou?"),
        (["changes", "--kind", "deleted"], 2, "'deleted' is not one of"),
        (["sql", "DELETE FROM articles"], 2, "read-only"),
        (["sql", "VACUUM INTO '/tmp/newstrail-copy.db'"], 2, "read-only"),
        (["sql", "ATTACH '/tmp/newstrail-copy.db' AS copy"], 2, "read-only"),
        (["sql", "PRAGMA user_version = 7"], 2, "read-only"),
        (["sql", "SELECT * FROM nowhere"], 2, "no such table: nowhere"),
        (["sql", "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c",
          "--timeout", "0.3"], 2, "stopped after 0.3 s"),
        (["chnges"], 2, "No such command"),
        (["watch", "https://elsewhere.example/x.html"], 1, "no article of a configured site"),
    ],
)  # fmt: skip
def test_errors_are_one_line_and_an_exit_code(demo: Trail, arguments: list[str], code: int, said: str) -> None:
    done = demo.run("crawler", *arguments, code=code)
    assert said in done.stderr
    assert done.stderr.startswith("newstrail: ") and done.stderr.count("\n") == 1
    assert not Path("/tmp/newstrail-copy.db").exists()


def test_a_code_of_two_articles_names_both(demo: Trail, tmp_path: Path) -> None:
    both = Trail(tmp_path)
    shutil.copy(demo.toml, both.toml)
    with closing(sqlite3.connect(demo.database)) as source, closing(sqlite3.connect(both.database)) as copy:
        source.backup(copy)
        with copy:
            copy.execute(
                "INSERT INTO articles (site, code, url, first_seen_at) VALUES ('other', ?, 'http://x/', '2024-01-01')",
                (CORRECTED,),
            )
    said = both.run("crawler", "show", CORRECTED, code=1).stderr
    assert "may be several articles" in said and "other" in said and "replica" in said


def test_exports_lines_that_programs_and_spreadsheets_read(demo: Trail, tmp_path: Path) -> None:
    lines = [json.loads(line) for line in demo.newstrail("export", "jsonl").splitlines()]
    (count,) = demo.rows("SELECT count(*) AS n FROM changes")
    assert len(lines) == count["n"]
    assert {"edited", "removed", "restored", "first_seen"} == {line["kind"] for line in lines}
    demo.newstrail("export", "csv", "--what", "versions", "--out", str(tmp_path / "versions.csv"))
    rows = list(csv.DictReader(io.StringIO((tmp_path / "versions.csv").read_text(encoding="utf-8"), newline="")))
    assert [row["title"] for row in rows] == [
        row["title"] for row in demo.rows("SELECT title FROM versions ORDER BY id")
    ]


def _on_a_terminal(command: list[str], environment: dict[str, Any]) -> str:
    """What a command prints on a terminal."""
    parent, child = pty.openpty()
    process = subprocess.Popen(command, stdin=child, stdout=child, stderr=child, cwd=ROOT, env=environment)
    os.close(child)
    shown = b""
    try:
        while data := os.read(parent, 65536):
            shown += data
    except OSError:  # the terminal is closed when the last writer is gone
        pass
    os.close(parent)
    assert process.wait(60) == 0
    return shown.decode("utf-8", "replace")


def test_colours_a_diff_on_a_terminal(demo: Trail) -> None:
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "200", "NEWSTRAIL_CONFIG": str(demo.toml)}
    environment.pop("NO_COLOR", None)
    shown = _on_a_terminal([sys.executable, "-m", "crawler", "diff", CORRECTED], environment)
    assert "\x1b[9;31m8642余万元" in shown and "\x1b[1;32m8642.17万元" in shown and "[-" not in shown


def test_installed_program_and_module_are_one() -> None:
    for command in (["-m", "crawler", "--version"], ["-m", "crawler", "--help"]):
        done = subprocess.run(
            [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=True, timeout=30
        )
        assert "newstrail" in done.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_output_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "newstrail.toml").write_text(newstrail_toml("http://127.0.0.1:9", "newstrail.db", {"yaowen": "要闻"}))
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "crawler", "--config", str(tmp_path / "newstrail.toml"), "sources"],
            cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, timeout=100, check=False,
        )  # fmt: skip
    assert done.returncode == 1 and done.stderr == "newstrail: the output: No space left on device\n"

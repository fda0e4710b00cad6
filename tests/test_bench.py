"""The benchmark runs, and its tables have their rows; how fast anything is, is not for a test to say."""

import subprocess
import sys
from collections import Counter

import pytest

from bench import rules
from bench.contenders import NAMES
from bench.report import TARGETS
from tests.crawling import ROOT


def _printed(*options: str) -> list[str]:
    command = [sys.executable, "-m", "bench", "--rounds", "1", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_tables_have_their_rows() -> None:
    lines = _printed("--articles", "20")
    assert any("20 articles" in line for line in lines)
    for name in NAMES:
        (row,) = (line for line in lines if line.startswith(f"{name}  "))
        assert row.removeprefix(name).split()[0].isdigit(), row
    for target in TARGETS:
        (row,) = (line for line in lines if line.startswith(f"{target.name}  "))
        assert row.endswith("met") or row.endswith("NOT MET"), row
    assert "articles answered 304" in lines[-1]


def test_each_rule_has_its_cost() -> None:
    lines = _printed("--rules")
    for name in rules.RULES:
        (row,) = (line for line in lines if line.startswith(f"{name}  "))
        assert float(row.removeprefix(name).split()[0]) >= 0, row
    assert all(set(parts) <= rules.RULES.keys() for _, parts, _ in rules.SUMS)
    for name, _, wanted in rules.SUMS:
        (row,) = (line for line in lines if line.startswith(f"{name}  "))
        assert row.endswith(("met", "NOT MET")) == (wanted is not None), row
    assert not any("articles answered" in line for line in lines)


def test_no_line_of_an_article_is_read_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    monkeypatch.setattr(rules, "PAGES", 2)
    monkeypatch.setattr(rules, "RULES", {rules.TRAFILATURA: lambda page: read.append(page.markup)})
    assert len(rules.measure(2)) == 2
    lines = Counter(line for markup in read for line in markup.splitlines() if "。" in line)
    assert len(read) >= 4
    assert set(lines.values()) == {1}

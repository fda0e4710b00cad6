"""The benchmark runs, and its tables have their rows; how fast anything is, is not for a test to say."""

import subprocess
import sys

from bench.contenders import NAMES
from bench.report import TARGETS
from tests.crawling import ROOT


def test_tables_have_their_rows() -> None:
    command = [sys.executable, "-m", "bench", "--articles", "20", "--rounds", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert any("20 articles" in line for line in lines)
    for name in NAMES:
        (row,) = (line for line in lines if line.startswith(f"{name}  "))
        assert row.removeprefix(name).split()[0].isdigit(), row
    for target in TARGETS:
        (row,) = (line for line in lines if line.startswith(f"{target.name}  "))
        assert row.endswith("met") or row.endswith("NOT MET"), row
    assert "articles answered 304" in lines[-1]

"""A crawl that is killed at any moment leaves a record that is whole, and the next crawl goes on."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import Desk, article
from tests.crawling import ROOT
from tests.origin import Replica

KILLS = 20
COMMANDS = (
    ["crawler", "crawl", "--recheck"],
    ["scrapy", "crawl", "category", "-a", "source=yaowen", "-a", "recheck=1"],
)
LATEST = "SELECT code, content_hash FROM latest"
VERSIONS = "SELECT code, number, v.content_hash FROM versions v JOIN articles a ON a.id = v.article_id ORDER BY 1, 2"


def kill(trail: Desk, command: list[str], seconds: float, from_start: bool) -> None:
    """Start a crawl, and kill its whole process group so long after its start or its first request."""
    trail.site.clear_log()
    process = subprocess.Popen(
        [sys.executable, "-m", *command], cwd=ROOT, env={**os.environ, "NEWSTRAIL_CONFIG": str(trail.toml)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        while not (from_start or trail.site.log or process.poll() is not None):
            time.sleep(0.005)
        time.sleep(seconds)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.mark.timeout(300)
def test_killed_at_any_moment(tmp_path: Path) -> None:
    chance = random.Random(20241122)
    with Replica([article(f"NW{number}") for number in range(220)]) as site:
        (tmp_path / "undisturbed").mkdir()
        undisturbed, trail = Desk(tmp_path / "undisturbed", site), Desk(tmp_path, site)
        assert undisturbed.crawl() == "ok"
        longest = 1.2 * (site.log[-1].at - site.log[0].at) + 0.1
        edited = set()
        for number in range(KILLS):
            for new in range(10):
                site.publish(article(f"NEW{number}N{new}"))
            for code in chance.sample(range(220), 5):
                site.edit(f"NW{code}", body_html=f"<p>第{number}次改过的正文，预算{number}亿元，年底前完成。</p>")
                edited.add(f"NW{code}")
            from_start = number % 5 == 0
            kill(trail, COMMANDS[number % 2], chance.uniform(0, 0.8 if from_start else longest), from_start)
            if trail.database.exists() and trail.rows("SELECT * FROM sqlite_schema"):
                trail.assert_sound()
        assert trail.counts("SELECT outcome, count(*) FROM runs GROUP BY 1")["interrupted"] >= KILLS / 4
        assert trail.shell("newstrail", "crawl", "--recheck").returncode == 0
        assert undisturbed.crawl(recheck=True) == "ok"
        trail.assert_sound()
        assert trail.counts(LATEST) == undisturbed.counts(LATEST)
        once = [[row for row in desk.rows(VERSIONS) if row["code"] not in edited] for desk in (trail, undisturbed)]
        assert once[0] == once[1]

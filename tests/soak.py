"""A day of the daemon in minutes: `python -m tests.soak [--rounds 96] [--every 2s] [--delay 0.5]`.

Five sources on a replica are read as often as every quarter of an hour of a day would have it, while their articles are
edited, removed and restored. Printed: the daemon's resident memory over time, and from the origin's own log the
requests and the smallest gap between two of them. Leaves with 1 where the memory is over 150 MiB or grows, or a gap is
under the delay.
"""

import argparse
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from contextlib import closing
from itertools import pairwise
from pathlib import Path

from tests.conftest import Desk, article
from tests.daemons import Running
from tests.origin import Replica

SOURCES, ARTICLES = 5, 12
MOST_MB, MOST_GROWTH_MB = 150, 8


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=96, help="crawls of each source: those of a day")
    parser.add_argument("--every", default="2s", help="what a quarter of an hour of the day becomes")
    parser.add_argument("--delay", type=float, default=0.5, help="seconds between requests to the host")
    wanted = parser.parse_args()
    chance = random.Random(20241122)
    articles = [article(f"NW{n}", f"lanmu{n % SOURCES}") for n in range(SOURCES * ARTICLES)]
    with tempfile.TemporaryDirectory() as folder, Replica(articles) as site:
        trail = Desk(Path(folder), site)
        trail.configure('every = "5m"', f'every = "{wanted.every}"')
        trail.configure("delay = 0", f"delay = {wanted.delay}")
        trail.configure("concurrency_per_host = 8", "concurrency_per_host = 1")
        trail.configure('variant_window = "0s"', 'variant_window = "0s"\nrequests_per_day = 1_000_000')
        sizes = watch(trail, site, wanted.rounds * SOURCES, chance)
        gaps = [b.at - a.at for a, b in pairwise(site.log)]
        trail.assert_sound()
        return report(trail, sizes, gaps, wanted.delay)


def watch(trail: Desk, site: Replica, runs: int, chance: random.Random) -> list[tuple[int, float]]:
    """(crawls so far, MiB resident) until so many crawls are done."""
    sizes: list[tuple[int, float]] = []
    with Running(trail) as daemon:
        while (done := daemon.log.count(" looks, ")) < runs:
            time.sleep(2)
            daemon.alive()
            disturb(site, chance)
            age(trail, chance.random())
            sizes.append((done, daemon.resident_mb))
            if len(sizes) % 30 == 0:
                print(f"{done:5} crawls  {sizes[-1][1]:6.1f} MiB", flush=True)
        assert daemon.stop() == 0
    return sizes


def age(trail: Desk, share: float) -> None:
    """As if hours had gone by: some articles are due."""
    if trail.database.exists():
        with closing(sqlite3.connect(trail.database, timeout=60)) as db, db:
            sql = "UPDATE articles SET next_check_at = first_seen_at WHERE id % 10 = ? AND state != 'redacted'"
            db.execute(sql, (int(10 * share),))


def disturb(site: Replica, chance: random.Random) -> None:
    """What editors do."""
    code = f"NW{chance.randrange(SOURCES * ARTICLES)}"
    if code not in site.codes():
        site.restore(code)
    elif chance.random() < 0.1:
        site.remove(code)
    else:
        site.edit(code, body_html=f"<p>改过的正文，预算{chance.randrange(1000)}亿元，年底前完成。</p>")


def report(trail: Desk, sizes: list[tuple[int, float]], gaps: list[float], delay: float) -> int:
    """Print what came of it; 1 where it is not as promised."""
    part = max(1, len(sizes) // 4)
    early = statistics.median(size for _, size in sizes[part : 2 * part])
    late = statistics.median(size for _, size in sizes[-part:])
    most = max(size for _, size in sizes)
    print(f"resident: {early:.1f} MiB in the second quarter, {late:.1f} in the last, {most:.1f} at most")
    short = sum(gap < delay - 0.005 for gap in gaps)
    print(f"requests: {len(gaps) + 1}, the smallest gap {min(gaps):.3f} s; {short} under the delay of {delay:g} s")
    print(trail.counts("SELECT outcome, count(*) FROM runs GROUP BY 1"))
    print(trail.counts("SELECT kind, count(*) FROM changes GROUP BY 1"))
    return int(most > MOST_MB or late - early > MOST_GROWTH_MB or short > 0)


if __name__ == "__main__":
    sys.exit(main())

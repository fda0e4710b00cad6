"""`python -m tests.gauntlet`: the whole run and its table; exit code 1 where a target is missed."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.gauntlet import edits, faults, noise
from tests.gauntlet.origin import sites
from tests.gauntlet.report import report
from tests.gauntlet.run import run


def main() -> int:
    """Parse the options and run."""
    parser = argparse.ArgumentParser(prog="python -m tests.gauntlet", description=main.__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=24, help="crawls after the first")
    parser.add_argument("--pages", type=int, default=14, help="articles on each site")
    parser.add_argument("--only", metavar="KIND", help="one kind of noise or of edit; 'list' names them")
    parser.add_argument("--sites", default="", help="only sites whose name begins so")
    parser.add_argument("--quiet", action="store_true", help="noise that is no fault, and no edit")
    parser.add_argument("--keep", metavar="FOLDER", help="where configuration and database stay")
    options = parser.parse_args()
    known = [*noise.KINDS, *faults.KINDS, *edits.KINDS]
    if options.only == "list":
        print("\n".join(known))
        return 0
    if options.only and options.only not in known:
        parser.error(f"no kind {options.only!r}; --only list names them")
    chosen = [site for site in sites() if site.name.startswith(options.sites)]
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(options.keep or folder)
        kept.mkdir(parents=True, exist_ok=True)
        gauntlet = run(
            kept, seed=options.seed, rounds=options.rounds, pages=options.pages, only=options.only,
            quiet=options.quiet, chosen=chosen,
        )  # fmt: skip
        print(report(gauntlet))
    return 0 if gauntlet.result.passed and not gauntlet.unread else 1


if __name__ == "__main__":
    sys.exit(main())

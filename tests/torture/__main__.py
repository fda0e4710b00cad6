"""All of it: `python -m tests.torture [--short] [--seed N] [PART…]`. Prints what was measured, and leaves with 1 where
something is not as promised.
"""

import argparse
import importlib
import sys
import time

PARTS = {
    "hostile": "hostile origins, each on the paths it can take",
    "killing": "SIGKILL at random moments of a crawl",
    "disk": "a write-ahead log cut anywhere, a disk that fills",
    "backups": "backups beside a crawl",
    "fuzzing": "what no site sends, to each rule that reads something",
    "soak": "a long day made short, with faults",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; default: all")
    parser.add_argument("--short", action="store_true", help="as little as still proves something")
    parser.add_argument("--seed", type=int, default=20241122)
    wanted = parser.parse_args()
    if unknown := set(wanted.parts) - set(PARTS):
        parser.error(f"no part {min(unknown)}; there are: {', '.join(PARTS)}")
    began, failures = time.monotonic(), []
    for part in wanted.parts or PARTS:
        started = time.monotonic()
        print(f"== {part}: {PARTS[part]}", flush=True)
        found = importlib.import_module(f"tests.torture.{part}").main(wanted.short, wanted.seed)
        failures += [f"{part}: {failure}" for failure in found]
        print(f"   {'FAILED' if found else 'as promised'} in {time.monotonic() - started:.0f} s", flush=True)
    print(*failures, sep="\n", file=sys.stderr)
    print(f"{len(failures)} failures in {(time.monotonic() - began) / 60:.1f} minutes; seed {wanted.seed}")
    return int(bool(failures))


if __name__ == "__main__":
    sys.exit(main())

"""Made-up input for whatever reads what others wrote: by Hypothesis, and by Atheris, which follows the code it reaches.

python -m tests.torture.fuzzing [--short] [--seed N] [TARGET…]
python -m tests.torture.fuzzing --replay TARGET FILE…
"""

import argparse
import importlib.util
import itertools
import logging
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).parents[2]
CPU_SECONDS = 5.0  # that one input of at most 64 KiB may take
MEMORY_MB = 1536
NAMES = ("listing", "endpoint", "share", "feed", "edit", "robots", "config", "search", "time", "reference", "headers")
ENGINES = {"hypothesis": 0.4, "atheris": 0.6}  # and their shares of the time
STARTED = 60  # seconds that a process may take beyond what it is given: starting, and its last input
_FOUND, _DONE = "FOUND ", "DONE "


def main(short: bool, seed: int = 20241122, names: Sequence[str] = NAMES, seconds: float = 60.0) -> list[str]:
    """Fuzz these targets, each for so many seconds, or in short form all of them for some 20; the failures."""
    jobs = [(engine, (name,), seconds * share) for name in names for engine, share in ENGINES.items()]
    if short:
        jobs = [(engine, tuple(names), 14.0 * share) for engine, share in ENGINES.items()]
    if importlib.util.find_spec("atheris") is None:
        print("fuzzing: without Atheris, which has no wheel for this Python or this machine")
        jobs = [job for job in jobs if job[0] != "atheris"]
    folder = Path(tempfile.mkdtemp(prefix="newstrail-fuzz-"))
    with ThreadPoolExecutor(1 if short else 2) as pool:
        found = [line for lines in pool.map(lambda job: _run(*job, seed, folder), jobs) for line in lines]
    if not any(folder.iterdir()):
        folder.rmdir()
    return found


def _run(engine: str, names: Sequence[str], seconds: float, seed: int, folder: Path) -> list[str]:
    """One process of an engine, bounded; what it found."""
    words = [f"--engine={engine}", f"--seconds={seconds}", f"--seed={seed}", f"--keep={folder}", *names]
    label = f"{names[0] if len(names) == 1 else f'{len(names)} targets'} by {engine}"
    began, longest = time.monotonic(), 2 * seconds + STARTED
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.torture.fuzzing", *words],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
    )  # fmt: skip
    try:
        told, _ = process.communicate(timeout=longest)
    except subprocess.TimeoutExpired:
        process.kill()
        told, _ = process.communicate()
    failures = [f"fuzzing {line} (by {engine}, seed {seed})" for line in re.findall(rf"{_FOUND}(.*)", told)]
    counted = re.findall(rf"^(?:{_DONE}|stat::number_of_executed_units: *)(\d+)", told, re.MULTILINE)
    if process.returncode or not counted:
        took = f"after {time.monotonic() - began:.0f} s"
        failures.append(f"fuzzing {label}, seed {seed}: ended with {process.returncode} {took}: {told[-600:]}")
    print(
        f"fuzzing {label}: {int(counted[-1]) if counted else 0:,} inputs in {time.monotonic() - began:.0f} s,"
        f" {len(failures)} found",
        flush=True,
    )
    return failures


# ── In the process of an engine ─────────────────────────────────────────────────────────────────────────────────


class TooSlow(BaseException):
    """An input took longer than it may."""


class Finder:
    """Tries inputs; each place at which something else is raised than what is promised is told once."""

    def __init__(self, target: str, folder: Path) -> None:
        from tests.torture import targets

        self._name, self._folder = target, folder
        self._try, self._promised = targets.TARGETS[target], targets.PROMISED
        self._seen: set[str] = set()

    def __call__(self, data: bytes) -> None:
        try:
            with bounded():
                self._try(data)
        except self._promised:
            pass
        except (Exception, TooSlow) as error:
            self._tell(error, data)

    def _tell(self, error: BaseException, data: bytes) -> None:
        frames = traceback.extract_tb(error.__traceback__)
        ours = next((f for f in reversed(frames) if f.filename.startswith(str(ROOT)) and f.name != "_slow"), frames[-1])
        where = f"{type(error).__name__} at {os.path.relpath(ours.filename, ROOT)}:{ours.lineno}"
        if where not in self._seen:
            self._seen.add(where)
            file = self._folder / f"{self._name}-{re.sub(r'[^A-Za-z0-9]+', '-', where)}"
            file.write_bytes(data)
            print(f"{_FOUND}{self._name}: {where}: {str(error)[:200]!r}; kept as {file}", flush=True)


@contextmanager
def bounded() -> Iterator[None]:
    """CPU time; a wall clock would count what else the machine does."""
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


@contextmanager
def on_timer() -> Iterator[None]:
    """What `bounded` counts ends in `TooSlow`."""
    before = signal.signal(signal.SIGPROF, _slow)
    try:
        yield
    finally:
        signal.signal(signal.SIGPROF, before)


def _slow(number: int, frame: FrameType | None) -> None:
    raise TooSlow(f"over {CPU_SECONDS} s of CPU time")


def _engine(arguments: argparse.Namespace) -> None:
    logging.disable()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with on_timer():
        {"hypothesis": by_hypothesis, "atheris": by_atheris}[arguments.engine](arguments)


def by_hypothesis(arguments: argparse.Namespace) -> None:
    """Seeds with pieces put in, as Hypothesis draws them: the same ones with the same seed, until the time is over."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MB << 20, MEMORY_MB << 20))
    count = sum(_drawn(name, arguments) for name in arguments.names)
    print(f"{_DONE}{count}", flush=True)


def _drawn(name: str, arguments: argparse.Namespace) -> int:
    """Tries inputs of one target for its share of the time; how many."""
    from hypothesis import HealthCheck, Phase, given, seed, settings
    from hypothesis import strategies as st

    from tests.torture import seeds

    ends = time.monotonic() + arguments.seconds / len(arguments.names)
    find, begun, pieces = Finder(name, arguments.keep), seeds.seeds(name), seeds.tokens(name)
    made = st.builds(seeds.mutated, st.sampled_from(begun), st.just(pieces), st.randoms(use_true_random=True))
    tried = 0

    def one_round(number: int) -> None:
        @seed(number)
        @settings(
            max_examples=100,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=[*HealthCheck],
        )
        @given(st.one_of(made, st.binary(max_size=200)))
        def attempt(data: bytes) -> None:
            nonlocal tried
            if time.monotonic() < ends:
                tried += 1
                find(data)

        attempt()

    for number in itertools.count(arguments.seed):
        if time.monotonic() >= ends:
            return tried
        one_round(number)
    raise AssertionError("the numbers ended")


def by_atheris(arguments: argparse.Namespace) -> None:
    """Inputs that reach new code, from the seeds on. Never returns: libFuzzer ends the process."""
    import atheris

    with atheris.instrument_imports(include=["crawler", "storage", "spiders", "protego"]):
        from tests.torture import seeds, targets  # noqa: F401
    finders = [Finder(name, arguments.keep) for name in arguments.names]
    with tempfile.TemporaryDirectory() as folder:
        corpus, words = Path(folder, "corpus"), Path(folder, "words")
        corpus.mkdir()
        for number, name in enumerate(arguments.names):
            first = bytes([number]) if len(finders) > 1 else b""
            for at, data in enumerate(seeds.seeds(name)):
                (corpus / f"{name}-{at}").write_bytes(first + data)
        pieces = sorted({piece for name in arguments.names for piece in seeds.tokens(name) if len(piece) < 60})
        words.write_text("".join(f'"{"".join(f"{chr(92)}x{byte:02x}" for byte in piece)}"\n' for piece in pieces))
        options = {
            "max_total_time": int(arguments.seconds), "seed": arguments.seed, "max_len": seeds.LONGEST,
            "rss_limit_mb": MEMORY_MB, "timeout": 60, "dict": words, "print_final_stats": 1, "verbosity": 0,
            "artifact_prefix": f"{arguments.keep}/{arguments.names[0]}-",
        }  # fmt: skip
        if len(finders) > 1:

            def one(data: bytes) -> None:
                if data:
                    finders[data[0] % len(finders)](data[1:])
        else:
            one = finders[0]
        atheris.Setup([sys.argv[0], *(f"-{key}={value}" for key, value in options.items()), str(corpus)], one)
        atheris.Fuzz()


def replay(name: str, files: Sequence[str]) -> None:
    """Tries kept inputs, and shows what comes of them."""
    from tests.torture import targets

    for file in files:
        began = time.process_time()
        try:
            with on_timer(), bounded():
                targets.TARGETS[name](Path(file).read_bytes())
        except targets.PROMISED as error:
            print(f"{file}: {error}")
        print(f"{file}: {time.process_time() - began:.2f} s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=NAMES)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--seed", type=int, default=20241122)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--engine", choices=("hypothesis", "atheris"))
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--replay")
    given_ = parser.parse_args()
    if given_.replay:
        replay(given_.replay, given_.names)
    elif given_.engine:
        _engine(given_)
    else:
        failures = main(given_.short, given_.seed, given_.names, given_.seconds)
        print("\n".join(failures) or "fuzzing: nothing but what is promised")
        sys.exit(bool(failures))

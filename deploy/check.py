"""Is what `make dist` built the same wherever it is built, and does it run? `make dist-check` asks.

The source archive is unpacked elsewhere, under another umask and with other times on its files, and all is built from
it again: each byte has to be the same. The wheel is then installed in a fresh virtual environment with the packages
that `deploy.sbom` lists, by hash and nothing else, and run in an empty folder.
"""

import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path

from deploy import sbom

ROOT = sbom.ROOT
DIST = ROOT / "dist"
LONG_AGO = 1_000_000_000
_OURS = "PYTHONPATH", "PYTHONHOME", "NEWSTRAIL_CONFIG"  # of this environment, and of no other


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="newstrail-dist-") as folder:
        return max(step(Path(folder)) for step in STEPS)


def same_elsewhere(folder: Path) -> int:
    """Builds from the unpacked archive what there is, and compares."""
    old = os.umask(0o077)
    try:
        source = unpacked(folder)
        for path in source.rglob("*"):
            os.utime(path, (LONG_AGO, LONG_AGO))
            path.chmod(path.stat().st_mode & 0o700)
        run(sys.executable, "-m", "build", "--no-isolation", "--sdist", "--wheel", where=source)
        run(sys.executable, "-m", "deploy.sbom", where=source)
    finally:
        os.umask(old)
    built, again = ({path.name: path.read_bytes() for path in (where / "dist").iterdir()} for where in (ROOT, source))
    other = sorted(name for name in built.keys() | again.keys() if built.get(name) != again.get(name))
    print(f"{len(built)} files built twice: " + (f"not the same: {', '.join(other)}" if other else "the same bytes"))
    return int(bool(other))


def tested(folder: Path) -> int:
    """Finds every test in the unpacked archive, and runs those of what is shipped."""
    source = next(folder.glob("newstrail-*"))
    run(sys.executable, "-m", "pytest", "--quiet", "--collect-only", where=source)
    run(sys.executable, "-m", "pytest", "--quiet", "tests/test_deploy.py", where=source)
    print("The source archive has its tests, and they run")
    return 0


def runs(folder: Path) -> int:
    """Installs the wheel with what it is said to need, and runs it outside of the checkout."""
    python, place = folder / "venv/bin/python", folder / "empty"
    place.mkdir()
    (folder / "needed.txt").write_text(sbom.requirements(), encoding="utf-8")
    (wheel,) = DIST.glob("*.whl")
    run(sys.executable, "-m", "venv", str(folder / "venv"), where=place)
    pip = [str(python), "-m", "pip"]
    run(*pip, "install", "-qq", "--no-deps", "--require-hashes", "-r", str(folder / "needed.txt"), where=place)
    run(*pip, "install", "-qq", "--no-deps", str(wheel), where=place)
    run(*pip, "check", where=place)
    for words in ("--version", "init", "sources", "demo", "verify --help"):
        run(str(python.with_name("newstrail")), *words.split(), where=place)
    print("The wheel runs in a fresh environment, on what is listed and nothing else")
    return 0


def unpacked(folder: Path) -> Path:
    (archive,) = DIST.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return folder / archive.name.removesuffix(".tar.gz")


def run(*command: str, where: Path) -> None:
    """Runs it in this folder, and shows what it printed where it fails."""
    environment = {name: value for name, value in os.environ.items() if name not in _OURS}
    done = subprocess.run(command, cwd=where, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")


STEPS: tuple[Callable[[Path], int], ...] = (same_elsewhere, tested, runs)

if __name__ == "__main__":
    sys.exit(main())

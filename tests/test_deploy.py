"""The service unit and the container's recipe name what is there."""

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from crawler.cli import cli

ROOT = Path(__file__).parents[1]
UNIT = ROOT / "deploy/newstrail.service"
RECIPE = (ROOT / "deploy/Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
_ANALYZE = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(_ANALYZE is None, reason="systemd-analyze is not installed")


def unit_value(key: str) -> str:
    (value,) = re.findall(rf"^{key}=(.*)$", UNIT.read_text(encoding="utf-8"), re.MULTILINE)
    return str(value)


def analyze(*arguments: str) -> "subprocess.CompletedProcess[str]":
    assert _ANALYZE is not None
    return subprocess.run([_ANALYZE, "--no-pager", *arguments], capture_output=True, text=True, timeout=60, check=False)


def assert_command(words: list[str]) -> None:
    """newstrail understands it: the command is there, and so is each option."""
    command = cli.get_command(click.Context(cli), words[0])
    assert command is not None, words[0]
    command.make_context(words[0], words[1:])


@needs_systemd
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    installed = tmp_path / UNIT.name
    text = UNIT.read_text(encoding="utf-8")
    program = unit_value("ExecStart").split()[0]
    installed.write_text(text.replace(program, "/bin/true"), encoding="utf-8")
    done = analyze("verify", "--man=no", str(installed))
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@needs_systemd
def test_the_unit_leaves_little_exposed() -> None:
    done = analyze("security", "--offline=true", "--threshold=20", str(UNIT))
    assert done.returncode == 0, done.stdout


def test_the_unit_starts_a_command_that_is_there() -> None:
    program, *words = shlex.split(unit_value("ExecStart"))
    assert Path(program).name == "newstrail"
    assert_command(words)


def test_the_container_is_built_of_what_is_there() -> None:
    for words in re.findall(r"^COPY (?!--from)(.*)$", RECIPE, re.MULTILINE):
        for source in words.split()[:-1]:
            assert (ROOT / source).exists(), source
            assert f"!{source}" in (ROOT / ".containerignore").read_text(encoding="utf-8").split(), source
    packages = {path.parent.name for path in ROOT.glob("*/py.typed")}
    assert packages == set(re.findall(r"^COPY (\w+) \w+$", RECIPE, re.MULTILINE))


def test_the_container_starts_a_command_that_is_there() -> None:
    words = {
        name: json.loads(value) for name, value in re.findall(r"^(ENTRYPOINT|CMD) (\[.*\])$", RECIPE, re.MULTILINE)
    }
    assert words["ENTRYPOINT"] == ["newstrail"]
    assert_command(words["CMD"])


def test_the_container_is_as_safe_as_the_unit() -> None:
    *_, final = RECIPE.split("FROM ")
    assert re.search(r"^USER (?!root|0)\w+", final, re.MULTILINE)
    assert "STOPSIGNAL SIGTERM" in final
    assert all("/" not in image for image in re.findall(r"^FROM (\S+)", RECIPE, re.MULTILINE))

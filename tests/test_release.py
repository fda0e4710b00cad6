"""What a release is made of: pinned by hash, listed, and dated by its commit."""

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from deploy.audit import verdict

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PINS = (ROOT / "constraints.txt").read_text(encoding="utf-8")
NAMED = {group: [Requirement(line) for line in lines] for group, lines in PROJECT["optional-dependencies"].items()}
RUN_TIME = [Requirement(line) for line in PROJECT["dependencies"]] + NAMED["web"] + NAMED["parquet"]


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> str:
    sbom = pytest.importorskip("deploy.sbom", reason="cyclonedx-python-lib is not installed")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1732267800")
    return str(sbom.as_text())


def test_each_package_is_pinned_with_its_hashes() -> None:
    pins = re.findall(r"^(\S+)==\S+ (?:; .* )?\\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", PINS, re.MULTILINE)
    assert len(pins) == len(re.findall(r"^\w", PINS, re.MULTILINE)) > 100
    named = {canonicalize_name(need.name) for need in [*RUN_TIME, *NAMED["dev"]]}
    assert named <= {canonicalize_name(name) for name, _ in pins}
    assert "://" not in PINS


def test_the_source_archive_has_all_that_is_under_version_control_here() -> None:
    named = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"]
    shipped = {*named["sdist"]["only-include"], "pyproject.toml", ".gitignore"}  # those two in any case
    assert all((ROOT / path).exists() for path in shipped)
    if (ROOT / ".git").exists():
        done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
        assert {line.partition("/")[0] for line in done.stdout.splitlines()} - {".ci"} == shipped


def test_what_has_few_wheels_is_pinned_for_where_it_has_them() -> None:
    markers = {need.name: str(need.marker) for need in NAMED["dev"] if need.marker}
    assert markers
    for name, marker in markers.items():
        assert f"; {marker} \\".replace('"', "'") in re.findall(rf"^{name}==\S+ (.*)$", PINS, re.MULTILINE)


def test_the_list_of_what_it_runs_on_is_valid_and_whole(listed: str) -> None:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(listed) is None
    parts = {part["name"]: part for part in json.loads(listed)["components"]}
    for need in RUN_TIME:
        part = parts[canonicalize_name(need.name)]
        assert need.specifier.contains(part["version"]) and part["hashes"]
    assert "pytest" not in parts
    depends = {entry["ref"]: entry.get("dependsOn", []) for entry in json.loads(listed)["dependencies"]}
    assert "twisted" in depends["scrapy"] and set(depends) == {"newstrail", *parts}


def test_the_list_says_nothing_of_where_or_when_it_was_made(listed: str) -> None:
    from deploy import sbom

    assert json.loads(listed)["metadata"]["timestamp"] == "2024-11-22T09:30:00+00:00"
    assert re.findall(r"\w+://[^/\"]*", listed) == ["http://cyclonedx.org"]  # the schema's name
    assert str(ROOT) not in listed and str(Path.home()) not in listed
    assert sbom.as_text() == listed


@pytest.mark.parametrize(
    ("packages", "code", "said"),
    [
        ([{"name": "a", "version": "1", "vulns": []}], 0, "1 package has no known fault"),
        ([{"name": "a", "skip_reason": ""}, {"name": "b", "version": "1", "vulns": []}], 0, "not be looked up: a"),
        ([{"name": "a", "skip_reason": ""}], 0, "Nothing was audited"),
        (
            [{"name": "a", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]}],
            1,
            "a 1: CVE-1, mended",
        ),
    ],
)
def test_an_audit_fails_by_what_it_finds(packages: list[dict[str, object]], code: int, said: str) -> None:
    found, told = verdict(json.dumps({"dependencies": packages}))
    assert found == code and said in told

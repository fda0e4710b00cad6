"""A list of what newstrail runs on, as CycloneDX 1.6 in JSON: each package's version and hashes, and which needs which.

The same commit gives the same bytes: its time is the commit's, its number is made of what it lists.
`python -m deploy.sbom` writes it next to the wheel.
"""

import os
import tomllib
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from pip_requirements_parser import RequirementsFile

from crawler import __version__

ROOT = Path(__file__).parents[1]
OPTIONAL = ("web", "parquet")  # extras that a reader of the record may install; `dev` is for who works on newstrail
NAME = f"newstrail-{__version__}.cdx.json"
_PINS = RequirementsFile.from_file(str(ROOT / "constraints.txt")).requirements


def bom() -> Bom:
    """What is pinned of what newstrail runs on, on this kind of machine; extras have the scope `optional`."""
    required, every = set(_closure(_named())), set(_closure(_named(*OPTIONAL)))
    parts = {name: _component(name, name in required) for name in sorted(every)}
    root = Component(name="newstrail", version=__version__, type=ComponentType.APPLICATION, bom_ref="newstrail")
    when = datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), UTC)
    number = uuid.uuid5(uuid.NAMESPACE_OID, "\n".join([str(when), *(f"{p.purl} {p.hashes}" for p in parts.values())]))
    whole = Bom(components=parts.values(), serial_number=number, metadata=BomMetaData(component=root, timestamp=when))
    whole.register_dependency(root, (parts[need.name] for need in _named(*OPTIONAL)))
    for name, part in parts.items():
        whole.register_dependency(part, (parts[need.name] for need in _needs(name, frozenset()) if need.name in parts))
    return whole


def requirements() -> str:
    """The same for pip: each package at its version, with its hashes."""
    lines = (
        f"{part.name}=={part.version} " + " ".join(f"--hash=sha256:{one.content}" for one in part.hashes)
        for part in bom().components
    )
    return "\n".join(lines) + "\n"


def _named(*extras: str) -> list[Requirement]:
    """What pyproject.toml names, in itself and under these extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = project["dependencies"] + [line for extra in extras for line in project["optional-dependencies"][extra]]
    return [_requirement(line) for line in lines]


def _closure(named: list[Requirement]) -> Iterator[str]:
    """The names of all that is needed for these."""
    waiting, seen = list(named), set[tuple[str, frozenset[str]]]()
    while waiting:
        need = waiting.pop()
        asked = (need.name, frozenset(need.extras))
        if asked not in seen:
            seen.add(asked)
            yield need.name
            waiting += _needs(*asked)


@cache
def _needs(name: str, extras: frozenset[str]) -> list[Requirement]:
    """What an installed package asks for on this kind of machine."""
    asked = [_requirement(line) for line in distribution(name).requires or ()]
    environments = [{"extra": extra} for extra in ("", *extras)]
    return [n for n in asked if n.marker is None or any(n.marker.evaluate(where) for where in environments)]


def _requirement(line: str) -> Requirement:
    need = Requirement(line)
    need.name = canonicalize_name(need.name)
    return need


def _component(name: str, is_required: bool) -> Component:
    (pin,) = (pin for pin in _PINS if canonicalize_name(pin.name) == name)
    (version,) = (one.version for one in pin.specifier)
    return Component(
        name=name,
        version=version,
        type=ComponentType.LIBRARY,
        bom_ref=name,
        purl=PackageURL("pypi", None, name, version),
        scope=ComponentScope.REQUIRED if is_required else ComponentScope.OPTIONAL,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=text.partition(":")[2]) for text in pin.hash_options],
    )


def as_text() -> str:
    return JsonV1Dot6(bom()).output_as_string(indent=2) + "\n"


if __name__ == "__main__":
    (ROOT / "dist" / NAME).write_text(as_text(), encoding="utf-8")
    print(f"Wrote dist/{NAME}: the {len(bom().components)} packages that newstrail runs on")

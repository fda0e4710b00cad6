"""The short form of `make torture`."""

import importlib

import pytest

from tests.torture.__main__ import PARTS


@pytest.mark.timeout(300)
@pytest.mark.parametrize("part", PARTS)
def test_as_promised(part: str) -> None:
    assert not importlib.import_module(f"tests.torture.{part}").main(short=True)

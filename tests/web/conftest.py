"""Chromium, strict about what a page does, and the demo's record served as pages."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from crawler import config
from crawler.web.serve import serving

playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright: pip install playwright")
# What Debian's Chromium would do besides what it is told to.
_QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
]  # fmt: skip


def executable() -> str | None:
    """Chromium on this machine: $CHROMIUM, or Debian's."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium")


@pytest.fixture(scope="module")  # Playwright keeps an event loop in this thread while it runs: not for the session
def browser() -> Iterator["playwright.Browser"]:
    if not (path := executable()):
        pytest.skip("needs Chromium: apt-get install chromium, or name one with $CHROMIUM")
    with playwright.sync_playwright() as running:
        chromium = running.chromium.launch(executable_path=path, args=_QUIET)
        yield chromium
        chromium.close()


class Tabs:
    """Opens pages that note everything a page of ours must not do."""

    def __init__(self, browser: "playwright.Browser") -> None:
        self.browser = browser
        self.faults: list[str] = []

    def open(self, url: str, *, width: int = 1280, scheme: str = "light", language: str = "en") -> "playwright.Page":
        """A new page at that address, once it has loaded."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, locale={"zh": "zh-CN"}.get(language, "en-GB")
        )
        context.set_default_timeout(20_000)
        page = context.new_page()
        self._watch(page, urlsplit(url).netloc)
        page.goto(url)
        return page

    def _watch(self, page: "playwright.Page", ours: str) -> None:
        def note(what: str) -> None:
            self.faults.append(f"{page.url}: {what}")

        page.on("console", lambda m: note(f"console {m.type}: {m.text}") if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: note(f"script: {error}"))
        page.on("dialog", lambda dialog: (note(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("requestfailed", lambda r: None if "ABORTED" in (r.failure or "") else note(f"failed: {r.url}"))
        page.on("request", lambda r: note(f"another host: {r.url}") if _is_foreign(r.url, ours) else None)
        page.on("popup", lambda popup: note(f"opened {popup.url}"))

    def close(self) -> None:
        for context in self.browser.contexts:
            context.close()


def _is_foreign(url: str, ours: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme not in ("data", "blob", "about") and parts.netloc != ours


@pytest.fixture
def tabs(browser: "playwright.Browser") -> Iterator[Tabs]:
    """Opens pages; whatever they do that they should not fails the test."""
    opened = Tabs(browser)
    yield opened
    opened.close()
    assert not opened.faults, "\n".join(opened.faults)


@pytest.fixture(scope="session")
def demo_settings(demo_folder: Path) -> config.Config:
    return config.load(demo_folder / "newstrail.toml")


@pytest.fixture(scope="session")
def demo(demo_settings: config.Config) -> Iterator[str]:
    """The address of the demo's pages, with a slash at its end."""
    with serving(demo_settings) as url:
        yield url

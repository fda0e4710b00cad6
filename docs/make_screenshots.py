"""Makes docs/images/web-*.png from the demo's record: `.venv/bin/python docs/make_screenshots.py`.

Each page at 1280 and 390 px, light and dark, in a palette, so that a picture stays small.
"""

import io
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from crawler import config
from crawler.web.serve import serving

IMAGES = Path(__file__).parent / "images"
# Name of the picture -> the page.
PAGES = {
    "changes": "?kind=edited", "article": "article/2", "diff": "article/1/diff/1/2", "sources": "sources",
    "search": "search?q=采购", "tables": "record",
}  # fmt: skip
SIZES = ((1280, 900), (390, 844))
MOST = 150_000  # bytes of a picture
_QUIET = ["--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--font-render-hinting=none"]


def take(browser: Browser, url: str, width: int, height: int, scheme: str) -> bytes:
    """What a page looks like, as a PNG with a palette."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce", locale="en-GB"
    )
    page = context.new_page()
    page.goto(url)
    page.evaluate("document.fonts.ready")
    shot = page.screenshot(animations="disabled", caret="hide")
    context.close()
    return small(shot)


def small(png: bytes) -> bytes:
    """The same picture in as many colours as fit into `MOST` bytes."""
    for colours in (128, 64, 32, 16):
        made = io.BytesIO()
        picture = Image.open(io.BytesIO(png)).convert("RGB")
        picture.quantize(colours, dither=Image.Dither.NONE).save(made, "PNG", optimize=True)
        if made.tell() <= MOST:
            return made.getvalue()
    raise SystemExit(f"a picture stays over {MOST} bytes")


def main() -> None:
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium")
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "crawler", "demo", "--dir", folder], check=True, capture_output=True)
        with serving(config.load(Path(folder) / "newstrail.toml")) as url, sync_playwright() as running:
            browser = running.chromium.launch(executable_path=executable, args=_QUIET)
            for name, path in PAGES.items():
                for width, height in SIZES:
                    for scheme in ("light", "dark"):
                        goal = IMAGES / f"web-{name}-{width}-{scheme}.png"
                        goal.write_bytes(take(browser, url + path, width, height, scheme))
                        print(f"{goal.name}: {goal.stat().st_size // 1000} kB")
            browser.close()


if __name__ == "__main__":
    main()

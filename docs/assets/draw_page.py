"""Take the screenshots of the page's rarer states: python docs/assets/draw_page.py, with Chromium on the path.

Each state is taken at the widths of a phone and of a desktop, light and dark: `page/STATE-WIDTH-SCHEME.png`.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import sync_playwright

from rag.serve.keys import KeyFile

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = ROOT / "examples/knowledge_base/documents"
COMPARISON = ROOT / "examples/product_descriptions/comparison.json"
SIZES = {390: 844, 1440: 900}
SCHEMES = ("light", "dark")
WINDOWS = [(width, scheme) for width in SIZES for scheme in SCHEMES]


def main() -> None:
    """Take all screenshots."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        (folder / "rag.toml").write_text(f'[serve]\ncomparison = "{COMPARISON}"\n', "utf-8")
        rag = [sys.executable, "-m", "rag.cli.main"]
        shutil.copytree(DOCUMENTS, folder / "documents")
        subprocess.run([*rag, "ingest", "documents"], cwd=folder, check=True, capture_output=True)
        KeyFile(folder / "keys.json").make("page", ["read"])
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        pages: dict[tuple[int, str], Any] = {
            (width, scheme): browser.new_page(viewport={"width": width, "height": SIZES[width]}, color_scheme=scheme)
            for width, scheme in WINDOWS
        }
        with served(folder, "--keys", "keys.json") as url:
            for window, page in pages.items():
                page.goto(url)
                page.fill("#key", "ob_1234_wrong")
                page.get_by_role("button", name="Use this key").click()
                page.wait_for_selector("text=This key is unknown or revoked.")
                take(page, "key", *window)
        with served(folder) as url:
            for window, page in pages.items():
                page.goto(f"{url}#/comparison")
                page.wait_for_selector(".scores")
                take(page, "comparison", *window)
                page.click("nav >> text=Documents")
                page.set_input_files('input[aria-label="Files to add"]', files_of(folder))
                page.wait_for_selector("text=Clear the list")
                take(page, "upload", *window)
                page.click("nav >> text=Ask")
                page.fill("#question", "How many weeks of parental leave are there?")
        for window, page in pages.items():
            page.keyboard.press("Enter")
            page.wait_for_selector("#turn-1 .trouble")
            take(page, "gone", *window)
        browser.close()


def take(page: Any, state: str, width: int, scheme: str) -> None:
    """Take the screenshot of a state."""
    page.wait_for_timeout(300)  # what moves comes to rest
    page.screenshot(path=ROOT / f"docs/assets/page/{state}-{width}-{scheme}.png")


def files_of(folder: Path) -> list[str]:
    """Return files of which some are left out."""
    files = {
        "garage.md": b"# Garage\n\nThe gate code of the garage is 7731.\n",
        "scan.pdf": b"this is no PDF",
        "backup.zip": b"PK\x03\x04",
        "prices.csv": b"name,price\nattic,900\ncellar,300\n",
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return [str(folder / name) for name in files]


@contextmanager
def served(folder: Path, *options: str) -> Iterator[str]:
    """Serve the store of a folder, and kill the server at the end."""
    command = [sys.executable, "-m", "rag.cli.main", "serve", "--extractive", "--port", "0", *options]
    server = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert server.stdout is not None
        url = server.stdout.readline().split()[0]
        with httpx.Client(trust_env=False) as client:
            while client.get(f"{url}readyz").status_code != 200:
                time.sleep(0.1)
        yield url
    finally:
        server.kill()
        server.communicate()


if __name__ == "__main__":
    main()

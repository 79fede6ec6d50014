"""The parts of the page as they are served: named by their content, for good, and nothing else of the folder."""

from __future__ import annotations

import re

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from rag.serve.problems import handle_problems
from rag.serve.routes.page import FOLDER, read_assets, router


@pytest.fixture(scope="module")
def client() -> TestClient:
    app = FastAPI()
    app.include_router(router)
    handle_problems(app)
    return TestClient(app)


def test_the_page_names_its_parts_by_their_content(client: TestClient) -> None:
    page = client.get("/")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "no-cache"
    paths = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(paths) > 5
    for path in paths:
        part = client.get(path)
        assert part.status_code == 200, path
        assert part.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_the_page_has_no_inline_script_or_style_and_names_no_other_site(client: TestClient) -> None:
    text = client.get("/").text
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", text) == []
    for path in [FOLDER / "index.html", FOLDER / "style.css", *(FOLDER / "js").glob("*.js")]:
        assert not re.search(r"https?://(?!www\.w3\.org/)", path.read_text("utf-8")), path.name


@pytest.mark.parametrize(
    "path", ["", "js", "js/", "fonts/LICENSE_INTER", "../routes/page.py", "js/../../app.py", "x.js"]
)
def test_nothing_else_is_served(client: TestClient, path: str) -> None:
    version, _ = read_assets()
    assert client.get(f"/assets/{version}/{path}").status_code == 404


def test_an_earlier_version_is_not_served_as_this_one(client: TestClient) -> None:
    assert client.get("/assets/0123456789abcdef/style.css").status_code == 404


def test_texts_are_compressed_for_who_takes_that(client: TestClient) -> None:
    version, assets = read_assets()
    path = f"/assets/{version}/style.css"
    plain = client.get(path, headers={"Accept-Encoding": "identity"})
    packed = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert plain.content == packed.content == assets["style.css"].body
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 2


def test_what_others_wrote_is_named_in_the_notice() -> None:
    notice = (FOLDER.parents[2] / "NOTICE").read_text("utf-8")
    for part in ("Preact", "htm", "PDF.js", "Inter", "Source Serif"):
        assert part in notice
    for folder in (FOLDER / "vendor").iterdir():
        assert list(folder.glob("LICENSE*")), folder.name

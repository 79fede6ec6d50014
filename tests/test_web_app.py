"""The example of a web app: tenants that share models and see nothing of each other, uploads in the background."""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

APP = Path(__file__).resolve().parent.parent / "examples" / "web_app" / "app.py"
pytestmark = pytest.mark.weights
NORTH, SOUTH = {"X-Tenant": "north"}, {"X-Tenant": "south"}


@pytest.fixture(scope="module")
def namespace(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TENANTS", str(tmp_path_factory.mktemp("tenants")))
        return runpy.run_path(str(APP))


@pytest.fixture(scope="module")
def client(namespace: dict[str, Any]) -> Iterator[TestClient]:
    with TestClient(namespace["app"]) as client:
        yield client


def test_an_upload_is_answered_from_and_by_its_tenant_alone(client: TestClient, namespace: dict[str, Any]) -> None:
    question = {"question": "How many weeks is parental leave?"}
    assert client.get("/ask", params=question, headers=NORTH).json()["abstained"]
    files = [
        ("files", ("leave.md", b"# Leave\n\nParental leave is 12 weeks of paid time off.\n")),
        ("files", ("film.mkv", b"\x1aE\xdf\xa3\x00\x01")),
    ]
    assert client.post("/files", files=files, headers=NORTH).status_code == 202
    leave, film = client.get("/files", headers=NORTH).json()
    assert leave == {"name": "leave.md", "problem": None}
    assert film["problem"]

    answer = client.get("/ask", params=question, headers=NORTH).json()
    assert "12 weeks" in answer["answer"]
    assert answer["quotes"][0]["source"] == "leave.md"
    assert client.get("/ask", params=question, headers=SOUTH).json()["abstained"]
    north, south = (namespace["pipeline_of"](name) for name in ("north", "south"))
    assert north.reader is south.reader, "one copy of the models"


def test_what_is_wrong_is_said(client: TestClient) -> None:
    assert client.get("/ask", params={"question": " "}, headers=NORTH).status_code == 422
    assert client.get("/ask", params={"question": "Who?"}, headers={"X-Tenant": "../etc"}).status_code == 400


def test_the_app_is_short() -> None:
    code = [line for line in APP.read_text("utf-8").splitlines() if line.strip()]
    assert len(code) <= 80

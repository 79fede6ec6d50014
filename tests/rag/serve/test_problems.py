"""Errors are problem details, one line each; limits hold; nothing of the inside is told."""

from __future__ import annotations

import json
import logging
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ingest.errors import ConfigError
from rag.serve.app import create_app
from rag.serve.keys import KeyFile
from rag.serve.runtime import Runtime
from rag.serve.settings import ServeSettings

if TYPE_CHECKING:
    from tests.rag.serve.conftest import Served


def check_problem(response: Any, status: int, words: str) -> None:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert {"type", "title", "status", "detail", "instance"} <= set(problem)
    assert problem["status"] == status
    assert words in problem["detail"]
    assert "\n" not in problem["detail"]
    assert problem["instance"].endswith(response.headers["x-request-id"])
    assert "Traceback" not in response.text
    assert ".py" not in response.text


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    [
        ("POST", "/ask", {}, 422, "question"),
        ("POST", "/ask", {"question": " "}, 422, "empty"),
        ("POST", "/ask", {"question": "a\ud800b"}, 422, "question"),
        ("POST", "/ask", {"question": "Who?", "where": "((("}, 422, ""),
        ("POST", "/ask", {"question": "Who?", "where": "(" * 1999}, 422, ""),
        ("POST", "/search", {"query": "x", "where": f"price > {'9' * 400}"}, 200, ""),
        ("POST", "/search", {"query": "x", "k": 0}, 422, "k"),
        ("POST", "/search?store=none", {"query": "x"}, 404, "no store"),
        ("POST", "/describe", {"products": [{}]}, 422, "no fields"),
        ("POST", "/describe", {"products": [{"a": "b"}], "channels": ["nothing"]}, 422, "channel"),
        ("POST", "/classify", {"text": "x", "labels": ["one"]}, 422, "labels"),
        ("GET", "/documents/none.md", None, 404, "no source"),
        ("DELETE", "/documents/none.md", None, 404, "no source"),
        ("GET", "/documents/../../etc/passwd/file", None, 404, ""),
        ("GET", "/documents/%2e%2e%2f%2e%2e%2fetc%2fpasswd/file", None, 404, "no source"),
        ("GET", "/documents?limit=x", None, 422, "limit"),
        ("GET", "/jobs/none", None, 404, "no such job"),
        ("GET", "/nothing/here", None, 404, ""),
        ("PUT", "/ask", {}, 405, ""),
        ("POST", "/v1/embeddings", {"input": []}, 422, "input"),
        ("POST", "/v1/embeddings", {"input": [1, 2]}, 422, "input"),
        ("POST", "/v1/chat/completions", {"messages": []}, 422, "messages"),
        ("POST", "/feedback", {"question": "x", "verdict": "perhaps"}, 422, "verdict"),
        ("POST", "/documents", {}, 422, "files"),
    ],
)
def test_mistakes(served: Served, method: str, path: str, body: Any, status: int, words: str) -> None:
    content = None if body is None else json.dumps(body)
    with served.client() as client:
        response = client.request(method, path, content=content, headers={"Content-Type": "application/json"})
    if status == 200:
        assert response.status_code == 200, response.text
    else:
        check_problem(response, status, words)


def test_a_body_that_is_no_json(served: Served) -> None:
    with served.client() as client:
        for content in (b"{", b"\xff\xfe", b"[" * 100_000, b'{"question": NaN}'):
            response = client.post("/ask", content=content, headers={"Content-Type": "application/json"})
            assert response.status_code in (400, 422), response.text


def test_unforeseen_errors_tell_nothing(
    served: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise RuntimeError("parental leave lasts 18 weeks")

    monkeypatch.setattr(served.runtime.shelves["default"], "sources", fail)
    with served.client() as client, caplog.at_level(logging.INFO, "openbook"):
        check_problem(client.get("/documents"), 500, "its log says why")
    assert "RuntimeError" in caplog.text
    assert "18 weeks" not in caplog.text


def test_logs_hold_no_text(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    with served.client() as client, caplog.at_level(logging.DEBUG):
        client.post("/ask", json={"question": "How many weeks does parental leave last?"})
        client.post("/search", json={"query": "zanzibar"})
        until, logged = time.monotonic() + 10, set[tuple[str, int]]()
        # The line is written when the response has gone out.
        while not {("/ask", 200), ("/search", 200)} <= logged and time.monotonic() < until:
            time.sleep(0.01)
            fields = [record.fields for record in list(caplog.records) if hasattr(record, "fields")]
            logged = {(row["route"], row["status"]) for row in fields if "route" in row}
    assert {("/ask", 200), ("/search", 200)} <= logged
    assert all(word not in caplog.text for word in ("parental", "18 weeks", "zanzibar"))


def test_bodies_have_a_limit(served: Served) -> None:
    with served.client() as client:
        check_problem(client.post("/search", json={"query": "x" * 1_100_000}), 413, "larger than 1 MB")

        def parts() -> Any:
            yield from (b"x" * 100_000 for _ in range(20))

        check_problem(client.post("/search", content=parts()), 413, "larger than 1 MB")
        big = [("files", ("big.txt", b"x" * 50_000_001))]
        check_problem(client.post("/documents", files=big), 413, "larger than 50 MB")


def test_a_body_that_stops_coming(make_config: Any, serve_stores: Any, tmp_path: Path) -> None:
    with serve_stores({"default": make_config(tmp_path)}, ServeSettings(timeout=0.5)) as server:
        address = server.url.removeprefix("http://").split(":")
        with socket.create_connection((address[0], int(address[1])), timeout=10) as connection:
            connection.sendall(b"POST /search HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\n{")
            assert b" 408 " in connection.recv(1000)


def test_answers_that_take_too_long(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served.runtime, "settings", ServeSettings(timeout=0.000001))
    with served.client() as client:
        for path, body in (("/ask", {"question": "Who?"}), ("/search", {"query": "who"})):
            response = client.post(path, json=body)
            check_problem(response, 504, "within 1e-06 seconds")
            assert int(response.headers["retry-after"]) > 0


def test_a_full_queue(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served.runtime.queue, "_size", 0)
    with served.client() as client:
        response = client.post("/ask", json={"question": "Who?"})
        check_problem(response, 429, "wait already")
        assert int(response.headers["retry-after"]) > 0
        streamed = client.post("/ask", json={"question": "Who?", "stream": True})
        assert "429" in streamed.text


def test_headers(served: Served) -> None:
    with served.client() as client:
        headers = client.get("/healthz").headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert "access-control-allow-origin" not in headers
        assert headers["x-request-id"] != client.get("/healthz").headers["x-request-id"]


def test_pages_of_other_sites_cannot_call_a_server_without_keys(served: Served) -> None:
    with served.client() as client:
        other = {"Origin": "https://evil.example"}
        check_problem(client.post("/search", json={"query": "x"}, headers=other), 403, "may not call")
        check_problem(client.post("/documents", files={"files": ("a.txt", b"a")}, headers=other), 403, "may not call")
        check_problem(client.get("/documents", headers={"Host": "evil.example"}), 421, "evil.example")
        own = {"Origin": served.url}
        assert client.post("/search", json={"query": "x"}, headers=own).status_code == 200


def test_other_sites_only_where_allowed(make_config: Any, serve_stores: Any, tmp_path: Path) -> None:
    settings = ServeSettings(origins=("https://intranet.example",))
    with serve_stores({"default": make_config(tmp_path)}, settings) as server, server.client() as client:
        allowed = client.post("/search", json={"query": "x"}, headers={"Origin": "https://intranet.example"})
        assert allowed.headers["access-control-allow-origin"] == "https://intranet.example"
        refused = client.post("/search", json={"query": "x"}, headers={"Origin": "https://evil.example"})
        assert refused.status_code == 403
        assert "access-control-allow-origin" not in refused.headers


def test_a_public_address_needs_keys(make_config: Callable[..., Any], tmp_path: Path) -> None:
    settings = ServeSettings(host="0.0.0.0")
    with (
        Runtime.of({"default": make_config(tmp_path)}, settings) as runtime,
        pytest.raises(ConfigError, match="rag keys make"),
    ):
        create_app(runtime)
    with Runtime.of({"default": make_config(tmp_path)}, settings, KeyFile(tmp_path / "keys")) as runtime:
        assert create_app(runtime)

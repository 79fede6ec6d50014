"""The OpenAPI document: every reply has an example, which is like what the server replies, and errors are problems."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from rag.serve.openapi import REPLIES

if TYPE_CHECKING:
    from tests.rag.serve.conftest import Served


@pytest.fixture
def document(served: Served) -> Any:
    with served.client() as client:
        return client.get("/openapi.json").json()


def operations(document: Any) -> Iterator[tuple[str, Any]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def test_every_operation_has_examples_and_problems(document: Any) -> None:
    for name, operation in operations(document):
        replies = operation["responses"]
        success = next(replies[status] for status in replies if status.startswith("2"))
        assert all("example" in content for content in success["content"].values()), name
        for status in ("4XX", "5XX"):
            assert list(replies[status]["content"]) == ["application/problem+json"], name
        assert not {"422", "default"} & set(replies), name
        for content in operation.get("requestBody", {}).get("content", {}).values():
            assert content.get("example") or content.get("examples"), name
    assert "HTTPValidationError" not in str(document)
    assert "Problem" in document["components"]["schemas"]


def test_examples_have_the_keys_of_real_replies(served: Served) -> None:
    with served.client() as client:
        question = {"question": "How many weeks does parental leave last?"}
        source = client.get("/documents").json()["sources"][0]["source"]
        job = client.post("/documents", files={"files": ("keys.txt", b"The attic is dry.")}).json()
        done = served.wait(client, job)
        real = {
            ("post", "/ask"): client.post("/ask", json=question).json(),
            ("post", "/search"): client.post("/search", json={"query": "leave", "k": 1}).json(),
            ("post", "/documents"): job,
            ("get", "/jobs/{identifier}"): done,
            ("get", "/documents"): client.get("/documents", params={"limit": 1}).json(),
            ("get", "/documents/{source}"): client.get(f"/documents/{source}").json(),
            ("post", "/describe"): client.post(
                "/describe",
                json={
                    "products": [{"name": "Nova kettle", "colour": "copper", "sku": "AC-1180"}],
                    "channels": ["title"],
                },
            ).json(),
            ("get", "/v1/models"): client.get("/v1/models").json(),
            ("post", "/v1/chat/completions"): client.post(
                "/v1/chat/completions", json={"messages": [{"role": "user", "content": question["question"]}]}
            ).json(),
            ("post", "/v1/embeddings"): client.post("/v1/embeddings", json={"input": "leave"}).json(),
            ("get", "/readyz"): client.get("/readyz").json(),
            ("get", "/settings"): client.get("/settings").json(),
            ("delete", "/documents/{source}"): client.delete("/documents/store-uploads/keys.txt").json(),
        }
    for key, reply in real.items():
        assert shape(REPLIES[key]) == shape(reply), key


def shape(value: Any) -> Any:
    """Return the keys of an object and of the first of a list, and nothing of other values and of free keys."""
    if isinstance(value, dict):
        return {key: shape(one) for key, one in value.items() if key not in ("metadata", "probabilities")}
    if isinstance(value, list):
        return [shape(value[0])] if value and isinstance(value[0], dict) else []
    return None

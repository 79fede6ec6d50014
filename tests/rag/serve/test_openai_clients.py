"""Public clients of the OpenAI API, unchanged, over a server on loopback."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from subprocess import run
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.rag.serve.conftest import Served

QUESTION = "How many weeks does parental leave last?"

openai = pytest.importorskip("openai")


@pytest.fixture
def client(served: Served) -> Any:
    return openai.OpenAI(base_url=f"{served.url}/v1", api_key="none", max_retries=0)


def test_chat(client: Any) -> None:
    reply = client.chat.completions.create(model="openbook", messages=[{"role": "user", "content": QUESTION}])
    assert "18" in reply.choices[0].message.content
    assert reply.choices[0].finish_reason == "stop"
    [citation] = reply.openbook["citations"]
    assert citation["source"] == "leave.md"
    assert "18 weeks" in citation["text"]
    assert 0 < reply.openbook["confidence"] <= 1


def test_streaming_chat(client: Any) -> None:
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": QUESTION}]},
    ]
    stream = client.chat.completions.create(
        model="openbook:default", messages=messages, stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert "18" in text
    assert chunks[0].choices[0].delta.role == "assistant"
    assert any(chunk.choices and chunk.choices[0].finish_reason == "stop" for chunk in chunks)
    assert [chunk.usage for chunk in chunks if chunk.usage]


@pytest.mark.parametrize("encoding", ["float", None])  # without one the client asks for base64
def test_embeddings(client: Any, encoding: str | None) -> None:
    options = {"encoding_format": encoding} if encoding else {}
    reply = client.embeddings.create(model="openbook", input=["leave", "hotel"], **options)
    assert [row.index for row in reply.data] == [0, 1]
    assert all(math.isclose(math.hypot(*row.embedding), 1, rel_tol=1e-3) for row in reply.data)
    assert len(reply.data[0].embedding) == 384
    assert reply.usage.prompt_tokens > 0


def test_models(client: Any) -> None:
    assert [model.id for model in client.models.list()] == ["openbook", "openbook:default"]
    assert client.models.retrieve("openbook").id == "openbook"


def test_errors_are_those_of_the_client(client: Any) -> None:
    with pytest.raises(openai.NotFoundError, match="no model 'gpt-4o'"):
        client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": QUESTION}])
    with pytest.raises(openai.UnprocessableEntityError, match="last message of the user"):
        client.chat.completions.create(model="openbook", messages=[{"role": "system", "content": "?"}])


async def test_the_asynchronous_client(served: Served) -> None:
    async with openai.AsyncOpenAI(base_url=f"{served.url}/v1", api_key="none") as client:
        stream = await client.chat.completions.create(
            model="openbook", messages=[{"role": "user", "content": QUESTION}], stream=True
        )
        text = "".join([chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices])
    assert "18" in text


@pytest.mark.slow
def test_langchain_openai(served: Served) -> None:
    langchain_openai = pytest.importorskip("langchain_openai")
    model = langchain_openai.ChatOpenAI(model="openbook", base_url=f"{served.url}/v1", api_key="none")
    assert "18" in model.invoke(QUESTION).content
    assert "18" in "".join(str(piece.content) for piece in model.stream(QUESTION))
    embeddings = langchain_openai.OpenAIEmbeddings(
        model="openbook", base_url=f"{served.url}/v1", api_key="none", check_embedding_ctx_length=False
    )
    assert len(embeddings.embed_query("leave")) == 384


@pytest.mark.slow
def test_llm(served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The `llm` command line."""
    pytest.importorskip("llm")
    monkeypatch.setenv("LLM_USER_PATH", str(tmp_path))
    monkeypatch.setenv("LLM_LOAD_PLUGINS", "")  # one that is installed for its weights alone cannot be loaded
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    (tmp_path / "extra-openai-models.yaml").write_text(
        f"- model_id: openbook\n  model_name: openbook\n  api_base: {served.url}/v1\n"
    )
    for options in ([], ["--no-stream"]):
        command = [sys.executable, "-m", "llm", "-m", "openbook", *options, QUESTION]
        process = run(command, capture_output=True, text=True, timeout=60, check=False)
        assert "18" in process.stdout, process.stderr

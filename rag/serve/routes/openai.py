"""The endpoints of the OpenAI API, so that its clients can ask documents: chat completions, embeddings, models."""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Body, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.openapi.models import Example
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from rag.answer.types import Answer
from rag.serve.access import Parts, Reader, ReadShelf
from rag.serve.keys import Principal
from rag.serve.problems import Problem
from rag.serve.routes.asking import ask_queue, pieces
from rag.serve.runtime import Runtime
from rag.serve.shelf import AskOptions
from rag.serve.views import answer_view

router = APIRouter(prefix="/v1", tags=["OpenAI"])

MODEL = "openbook"
MOST_TEXTS = 512
"""Texts that one request may embed."""


class TextPart(BaseModel):
    """A part of a message."""

    type: Literal["text"]
    text: str


class Message(BaseModel):
    """A message of a conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[TextPart] | None = None

    @property
    def text(self) -> str:
        """The text of all parts."""
        if isinstance(self.content, str):
            return self.content
        return "\n".join(part.text for part in self.content or ())


class StreamOptions(BaseModel):
    """What a stream tells beside the text."""

    model_config = ConfigDict(extra="allow")

    include_usage: bool = False


class ChatRequest(BaseModel):
    """A conversation, whose last message of the user is the question. Sampling options change nothing here."""

    model_config = ConfigDict(extra="allow")

    messages: list[Message] = Field(min_length=1, max_length=200)
    model: str = MODEL
    stream: bool = False
    stream_options: StreamOptions | None = None
    n: Literal[1] | None = None


class EmbeddingRequest(BaseModel):
    """Texts to embed."""

    model_config = ConfigDict(extra="allow")

    input: str | list[str]
    model: str = MODEL
    encoding_format: Literal["float", "base64"] = "float"


CHAT_EXAMPLES: dict[str, Example] = {
    "a question": {
        "value": {"model": "openbook", "messages": [{"role": "user", "content": "How long is parental leave?"}]}
    }
}
EMBEDDING_EXAMPLES: dict[str, Example] = {"two texts": {"value": {"model": "openbook", "input": ["leave", "travel"]}}}


@router.get("/models", summary="The models of the server")
async def models(runtime: Parts, principal: Reader) -> dict[str, Any]:
    """List the model `openbook`, and one for each store: `openbook:NAME` asks that store."""
    return {"object": "list", "data": [_model(name) for name in _model_names(runtime, principal)]}


@router.get("/models/{name}", summary="A model of the server")
async def model(name: str, runtime: Parts, principal: Reader) -> dict[str, Any]:
    """Return one model of the list."""
    if name not in _model_names(runtime, principal):
        raise _no_model(name)
    return _model(name)


def _model_names(runtime: Runtime, principal: Principal) -> list[str]:
    return [MODEL, *(f"{MODEL}:{name}" for name in runtime.shelves if principal.sees(name))]


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "openbook"}


def _no_model(name: str) -> Problem:
    return Problem(404, "model_not_found", f"there is no model {name[:100]!r}: ask for {MODEL!r}, or {MODEL}:STORE")


@router.post("/chat/completions", summary="Ask the documents as a chat model")
async def chat(
    body: Annotated[ChatRequest, Body(openapi_examples=CHAT_EXAMPLES)],
    request: Request,
    runtime: Parts,
    principal: Reader,
) -> Any:
    """Answer the user's last message from the documents; `openbook` in the reply holds citations and confidence."""
    question = next((one.text for one in reversed(body.messages) if one.role == "user"), "")
    if not question.strip():
        raise Problem(422, "invalid-request", "messages: the last message of the user is the question; there is none")
    name, _, store = body.model.partition(":")
    if name != MODEL:
        raise _no_model(body.model)
    shelf = runtime.shelf(store or None, principal)
    began = time.perf_counter()
    answer = await ask_queue(request, runtime, shelf, question, None, AskOptions())
    reply = {"id": f"chatcmpl-{secrets.token_hex(12)}", "created": int(time.time()), "model": body.model}
    extension = answer_view(answer, time.perf_counter() - began)
    if body.stream:
        has_usage = body.stream_options is not None and body.stream_options.include_usage
        return StreamingResponse(_chunks(reply, answer, extension, has_usage), media_type="text/event-stream")
    message = {"role": "assistant", "content": answer.text, "refusal": None}
    return {
        **reply,
        "object": "chat.completion",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}],
        "usage": _usage(answer),
        "openbook": extension,
    }


async def _chunks(
    reply: dict[str, Any], answer: Answer, extension: dict[str, Any], has_usage: bool
) -> AsyncIterator[str]:
    def chunk(delta: dict[str, Any] | None, finish: str | None = None, **more: Any) -> str:
        choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}]
        content = {**reply, "object": "chat.completion.chunk", "choices": choices, **more}
        return f"data: {json.dumps(content, ensure_ascii=False)}\n\n"

    yield chunk({"role": "assistant", "content": ""})
    for piece in pieces(answer.text):
        yield chunk({"content": piece})
    yield chunk({}, "stop", openbook=extension)
    if has_usage:
        yield chunk(None, usage=_usage(answer))
    yield "data: [DONE]\n\n"


def _usage(answer: Answer) -> dict[str, int]:
    usage = answer.usage
    total = usage.prompt_tokens + usage.completion_tokens
    return {"prompt_tokens": usage.prompt_tokens, "completion_tokens": usage.completion_tokens, "total_tokens": total}


@router.post("/embeddings", summary="Embed texts")
async def embeddings(
    body: Annotated[EmbeddingRequest, Body(openapi_examples=EMBEDDING_EXAMPLES)], runtime: Parts, shelf: ReadShelf
) -> dict[str, Any]:
    """Return the vectors that the store's embedder gives, of unit length."""
    texts = [body.input] if isinstance(body.input, str) else body.input
    if not texts or not all(texts):
        raise Problem(422, "invalid-request", "input: give a text, or a list of texts, none of them empty")
    if len(texts) > MOST_TEXTS:
        raise Problem(422, "invalid-request", f"input: {len(texts)} texts; at most {MOST_TEXTS} in one request")
    vectors, tokens = await run_in_threadpool(_embed, runtime, shelf.config, texts)
    data = [
        {"object": "embedding", "index": place, "embedding": _encode(vector, body.encoding_format)}
        for place, vector in enumerate(vectors)
    ]
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "data": data, "model": body.model, "usage": usage}


def _embed(runtime: Runtime, config: Any, texts: list[str]) -> tuple[Any, int]:
    embedder = config.embedder()
    return embedder.embed_documents(texts), sum(map(len, embedder.tokens.offsets(texts)))


def _encode(vector: Any, encoding: str) -> Any:
    row = np.asarray(vector, dtype="<f4")
    return base64.b64encode(row.tobytes()).decode() if encoding == "base64" else row.tolist()

"""The OpenAPI document: an example of every reply, and errors as the problems that they are."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from rag.serve.problems import MEDIA_TYPE

PROBLEM_SCHEMA = {
    "title": "Problem",
    "description": "Problem details, RFC 9457. Below `/v1` they have `error`, too, as clients of that API expect it.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "description": "stable, for programs"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "one line, for a person"},
        "instance": {"type": "string", "description": "the id of the request, as in the log"},
    },
}
PROBLEM_EXAMPLE = {
    "type": "urn:openbook:problem:queue-full",
    "title": "Too many requests",
    "status": 429,
    "detail": "32 questions wait already: try again later",
    "instance": "urn:openbook:request:0f3a9c1d2b4e5f60",
}
PROBLEM = {
    "description": "A problem, as RFC 9457 has it",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": PROBLEM_EXAMPLE}},
}

_QUOTE = "You are entitled to 12 weeks of paid time off for the birth, adoption or placement of a new child."
_PLACE = {"source": "handbook/leave.md", "start": 7442, "end": 7540, "page": None, "text": _QUOTE,
          "heading": ["Types of leave", "Paid Parental Leave"]}  # fmt: skip
_ANSWER = {
    "question": "How long is parental leave?",
    "answer": "12 weeks",
    "abstained": False,
    "confidence": 0.9534,
    "confidence_words": "sure",
    "sentences": [{"start": 0, "end": 8, "citation": 1}],
    "citations": [{"number": 1, "support": 1.0, **_PLACE}],
    "nearest": [],
    "unsupported": [],
    "model": "builtin:smollm2-answers",
    "usage": {"prompt_tokens": 412, "completion_tokens": 4},
    "seconds": 0.31,
}
_JOB = {
    "id": "668c734b83389d01", "store": "default", "state": "done", "done": 1, "total": 1, "error": None,
    "results": [{"file": "handbook/leave.md", "taken": True, "problems": [], "warnings": []}],
}  # fmt: skip
_WAITING_JOB = _JOB | {"state": "waiting", "done": 0, "results": []}
_SOURCE = {"source": "handbook/leave.md", "origin": "handbook/leave.md", "chunks": 14, "metadata": {"title": "Leave"}}
_DOCUMENT = {
    "source": "handbook/leave.md",
    "origin": "handbook/leave.md",
    "text": "Paid Parental Leave\n\nYou are entitled to 12 weeks of paid time off.",
    "is_whole": True,
    "has_file": True,
    "metadata": {"title": "Leave"},
    "blocks": [
        {"start": 0, "end": 19, "kind": "title", "heading": ["Paid Parental Leave"], "page": None},
        {"start": 21, "end": 67, "kind": "text", "heading": ["Paid Parental Leave"], "page": None},
    ],
    "passages": [{"id": "6f1c0e2b9a34d587", "start": 0, "end": 67}],
}
_MODEL = {"id": "openbook", "object": "model", "created": 0, "owned_by": "openbook"}
_CHAT = {
    "id": "chatcmpl-0f3a9c1d2b4e5f607182",
    "created": 1780000000,
    "model": "openbook",
    "object": "chat.completion",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "12 weeks", "refusal": None},
            "finish_reason": "stop",
            "logprobs": None,
        }
    ],
    "usage": {"prompt_tokens": 412, "completion_tokens": 4, "total_tokens": 416},
    "openbook": _ANSWER,
}
_DESCRIPTION = {
    "texts": {
        "title": {
            "text": "Nova kettle, copper",
            "reason": None,
            "spans": [{"start": 0, "end": 11, "field": "name"}, {"start": 13, "end": 19, "field": "colour"}],
            "cut": [],
        }
    },
    "omitted": [],
    "left_out": [],
    "hidden": [{"field": "sku", "reason": "an identifier"}],
    "model": None,
}

REPLIES: Mapping[tuple[str, str], Any] = {
    ("post", "/ask"): _ANSWER,
    ("post", "/search"): {
        "query": "parental leave", "hits": [{"id": "6f1c0e2b9a34d587", "score": 0.871204, **_PLACE}],
    },
    ("post", "/documents"): _WAITING_JOB,
    ("get", "/documents"): {"total": 1, "sources": [_SOURCE]},
    ("get", "/documents/{source}"): _DOCUMENT,
    ("delete", "/documents/{source}"): {"deleted": 1},
    ("get", "/jobs/{identifier}"): _JOB,
    ("delete", "/jobs/{identifier}"): _WAITING_JOB,
    ("post", "/describe"): {"products": [_DESCRIPTION]},
    ("post", "/classify"): {
        "label": "complaint", "probability": 0.91, "out_of_scope": False,
        "probabilities": {"praise": 0.09, "complaint": 0.91}, "model": "builtin:smollm2",
    },
    ("get", "/comparison"): {
        "title": "Questions about leave: prompt, retrieve or fine-tune?", "task": "answer", "advice": "Choose rag.",
        "metrics": [{"name": "f1", "title": "F1", "unit": "points", "better": "higher", "meaning": "shared words"}],
        "systems": [{"name": "rag", "kind": "rag", "metrics": {"f1": {"value": 63.1, "low": 59.8, "high": 66.2}}}],
        "samples": [], "caveats": [],
    },
    ("post", "/feedback"): {"status": "kept"},
    ("get", "/v1/models"): {"object": "list", "data": [_MODEL]},
    ("get", "/v1/models/{name}"): _MODEL,
    ("post", "/v1/chat/completions"): _CHAT,
    ("post", "/v1/embeddings"): {
        "object": "list", "data": [{"object": "embedding", "index": 0, "embedding": [0.0131, -0.0427, 0.0616]}],
        "model": "openbook", "usage": {"prompt_tokens": 3, "total_tokens": 3},
    },
    ("get", "/healthz"): {"status": "ok"},
    ("get", "/readyz"): {"status": "ready", "detail": None, "waiting": 0},
    ("get", "/settings"): {
        "stores": {
            "default": {
                "sources": 41, "passages": 143, "model": "builtin:smollm2-answers", "embedder": "builtin:minilm",
            }
        },
        "limits": {"upload_bytes": 50_000_000, "queue": 32, "timeout": 60.0},
        "scopes": ["admin", "read", "write"],
        "key": "local",
        "has_comparison": False,
    },
}  # fmt: skip
"""The reply of each operation that succeeds, by its method and path."""

STREAMS: Mapping[tuple[str, str], str] = {
    ("post", "/ask"): 'event: draft\ndata: {"text": "12 weeks"}\n\nevent: done\ndata: {"answer": "12 weeks", ...}\n\n',
    ("post", "/v1/chat/completions"): 'data: {"choices": [{"delta": {"content": "12 "}}], ...}\n\ndata: [DONE]\n\n',
}
"""What comes instead with `stream`."""

FILES: Mapping[tuple[str, str], tuple[str, Any]] = {
    ("get", "/documents/{source}/file"): ("application/octet-stream", "the bytes of the file"),
    ("get", "/metrics"): ("text/plain", 'openbook_answers_total{outcome="answered"} 12.0'),
}
"""Replies that are no JSON: their media type, and an example."""

UPLOAD = {"files": ["(the bytes of handbook/leave.md, with this name)"]}


def describe_api(app: FastAPI) -> None:
    """Have an app describe its replies with examples, and its errors as problems."""
    app.openapi = partial(openapi_document, app)  # type: ignore[method-assign]


def openapi_document(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of an app."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        document["components"]["schemas"] = {
            name: schema
            for name, schema in document["components"]["schemas"].items()
            if name not in ("HTTPValidationError", "ValidationError")
        } | {"Problem": PROBLEM_SCHEMA}
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                _describe(operation, (method, path.replace(":path}", "}")))
        app.openapi_schema = document
    return app.openapi_schema


def _describe(operation: dict[str, Any], key: tuple[str, str]) -> None:
    """Add the examples of one operation, and its problems."""
    replies = operation["responses"]
    replies.pop("422", None)  # which the framework says is of another form
    status = next(iter(replies))
    if key in FILES:
        media_type, example = FILES[key]
        replies[status]["content"] = {media_type: {"schema": {"type": "string"}, "example": example}}
    else:
        replies[status].setdefault("content", {}).setdefault("application/json", {})["example"] = REPLIES[key]
    if key in STREAMS:
        replies[status]["content"]["text/event-stream"] = {"schema": {"type": "string"}, "example": STREAMS[key]}
    if key == ("post", "/documents"):
        operation["requestBody"]["content"]["multipart/form-data"]["example"] = UPLOAD
    replies |= {"4XX": PROBLEM, "5XX": PROBLEM}

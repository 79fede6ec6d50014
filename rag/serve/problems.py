"""Errors as RFC 9457 problem details: a type, a title, a status and one line for a person, nothing of our inside."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from ingest.errors import (
    BusyError,
    Cancelled,
    ConfigError,
    InputError,
    MissingExtra,
    ModelError,
    OpenbookError,
    ParseError,
    StoreError,
    TimedOut,
    Unsupported,
)

logger = logging.getLogger("openbook.serve")

MEDIA_TYPE = "application/problem+json"


@dataclass
class Problem(Exception):  # noqa: N818 - as RFC 9457 calls it
    """An answer that is an error. `kind` is its type, stable for programs; `retry_after` is in seconds."""

    status: int
    kind: str
    detail: str
    retry_after: int | None = None


_KINDS: tuple[tuple[type[OpenbookError], int, str], ...] = (
    (TimedOut, 504, "timeout"),
    (Cancelled, 503, "cancelled"),
    (BusyError, 503, "busy"),
    (Unsupported, 415, "unsupported-document"),
    (ParseError, 422, "unreadable-document"),
    (InputError, 422, "invalid-input"),
    (MissingExtra, 501, "not-installed"),
    (StoreError, 409, "store"),
    (ModelError, 503, "model"),
    (ConfigError, 500, "configuration"),
)
"""Errors, the status and the type of their problem; the first that fits. Configuration is not the client's fault."""

_TITLES = {
    400: "Bad request", 401: "A key is needed", 403: "The key does not allow this", 404: "Not found",
    405: "Method not allowed", 408: "Too slow", 409: "Conflict", 413: "Too large", 415: "Unsupported kind of document",
    422: "Cannot be used as it is", 429: "Too many requests", 500: "Internal error", 501: "Not installed",
    503: "Not available now", 504: "Took too long",
    507: "No room",
}  # fmt: skip


def problem_of(error: OpenbookError) -> Problem:
    """Return the problem that an error of ours is for a client."""
    for kind, status, name in _KINDS:
        if isinstance(error, kind):
            if status == 500:
                break
            return Problem(status, name, str(error), 1 if isinstance(error, BusyError) else None)
    return Problem(500, "internal", "the server cannot do this as it is set up; its log says why")


def problem_response(problem: Problem, request: Request) -> JSONResponse:
    """Return a problem as a response, with the id of the request to look for in the log."""
    content: dict[str, Any] = {
        "type": f"urn:openbook:problem:{problem.kind}",
        "title": _TITLES.get(problem.status, "Error"),
        "status": problem.status,
        "detail": problem.detail,
        "instance": f"urn:openbook:request:{getattr(request.state, 'request_id', '')}",
    }
    if request.url.path.startswith("/v1/"):  # as the clients of that API expect it
        content["error"] = {"message": problem.detail, "type": problem.kind, "code": problem.kind, "param": None}
    headers = {"Retry-After": str(problem.retry_after)} if problem.retry_after is not None else {}
    if problem.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(content, problem.status, headers, MEDIA_TYPE)


def handle_problems(app: FastAPI) -> None:
    """Have an app answer every error with a problem."""

    @app.exception_handler(Problem)
    async def of_problem(request: Request, error: Problem) -> JSONResponse:
        return problem_response(error, request)

    @app.exception_handler(OpenbookError)
    async def of_error(request: Request, error: OpenbookError) -> JSONResponse:
        problem = problem_of(error)
        if problem.status == 500:
            logger.error("%s: %s", type(error).__name__, error)
        return problem_response(problem, request)

    @app.exception_handler(RequestValidationError)
    async def of_validation(request: Request, error: RequestValidationError) -> JSONResponse:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc'][1:])) or 'body'}: {fault['msg']}" for fault in error.errors()
        )
        return problem_response(Problem(422, "invalid-request", faults), request)

    @app.exception_handler(HTTPException)
    async def of_http(request: Request, error: HTTPException) -> JSONResponse:
        return problem_response(Problem(error.status_code, "http", str(error.detail)), request)

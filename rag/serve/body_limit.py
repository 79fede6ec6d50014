"""The size of request bodies: one that is larger than its route takes is refused before it is read whole."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.serve.problems import Problem, problem_response
from rag.serve.settings import MEGABYTE, ServeSettings

UPLOAD = "/documents"
MOST_UPLOADED = 4
"""Largest files that one request may hold together."""


class BodyLimit:
    """Refuses a body with 413 by its Content-Length, or once more than the limit has come."""

    def __init__(self, app: ASGIApp, settings: ServeSettings) -> None:
        self._app, self._settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its body counted."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_upload = scope["path"].rstrip("/") == UPLOAD and scope["method"] == "POST"
        limit = self._settings.max_upload * MOST_UPLOADED if is_upload else self._settings.max_body
        problem = Problem(413, "too-large", f"the body is larger than {limit / MEGABYTE:g} MB")
        length = dict(scope["headers"]).get(b"content-length", b"")
        if length.isdigit() and int(length) > limit:
            await problem_response(problem, Request(scope))(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > limit:
                raise problem
            return message

        await self._app(scope, counted, send)

"""The gate in front of the routes: what it refuses, no route reads.

A body is refused when it is larger than its route takes, when it does not come in time, and when it comes with a key
that is unknown. A server without keys answers programs of its machine: a page of another site that a browser shows
there is refused by the `Host` and the `Origin` that it sends.
"""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.serve.problems import Problem, problem_response
from rag.serve.runtime import Runtime
from rag.serve.settings import MEGABYTE, is_loopback

UPLOAD = "/documents"
MOST_UPLOADED = 4
"""Largest files that one request may hold together."""

READING = ("GET", "HEAD", "OPTIONS")


class Gate:
    """Refuses a request by its headers and by the size and the pace of its body, as a problem."""

    def __init__(self, app: ASGIApp, runtime: Runtime) -> None:
        self._app, self._runtime, self._settings = app, runtime, runtime.settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, its body counted and timed."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit(scope)
        try:
            self._check(scope, limit)
        except Problem as problem:
            await problem_response(problem, Request(scope))(scope, receive, send)
            return
        body = CountedBody(receive, limit, self._settings.timeout)
        guarded = GuardedSend(send, body)
        try:
            await self._app(scope, body, guarded)
        except BaseException:
            if body.problem is None or guarded.has_started:
                raise
        if body.problem is not None and not guarded.has_started:
            await problem_response(body.problem, Request(scope))(scope, receive, send)

    def _limit(self, scope: Scope) -> int:
        is_upload = scope["path"].rstrip("/") == UPLOAD and scope["method"] == "POST"
        return self._settings.max_upload * MOST_UPLOADED if is_upload else self._settings.max_body

    def _check(self, scope: Scope, limit: int) -> None:
        """Raise Problem for a request that is refused by its headers."""
        headers = Headers(scope=scope)
        if self._runtime.keys is None:
            self._check_site(headers)
        elif scope["method"] not in READING:
            self._runtime.principal(headers.get("authorization"))
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length) > limit:
            raise too_large(limit)

    def _check_site(self, headers: Headers) -> None:
        """Raise Problem for a request that a page of another site makes."""
        host = headers.get("host", "")
        name = urlsplit(f"//{host}").hostname or ""
        if not is_loopback(name) and name != self._settings.host:
            raise Problem(421, "host", f"this server has no keys: it answers as localhost, not as {name[:100]!r}")
        origin = headers.get("origin")
        if origin and origin not in self._settings.origins and urlsplit(origin).netloc != host:
            raise Problem(403, "origin", f"pages of {origin[:100]!r} may not call this server; see --allow-origin")


class CountedBody:
    """Passes the messages of a body on. One too many, or none in time, sets `problem` and ends the body."""

    def __init__(self, receive: Receive, limit: int, timeout: float) -> None:
        self.problem: Problem | None = None
        self._receive, self._limit, self._timeout = receive, limit, timeout
        self._read, self._is_complete = 0, False

    async def __call__(self) -> Message:
        """Return the next message. Raises Problem."""
        if self.problem is not None:
            raise self.problem
        if self._is_complete:  # what comes now is that the client has gone
            return await self._receive()
        try:
            message = await asyncio.wait_for(self._receive(), self._timeout)
        except TimeoutError:
            self.problem = Problem(408, "slow-body", f"the body stopped coming for {self._timeout:g} seconds")
            raise self.problem from None
        self._read += len(message.get("body", b""))
        self._is_complete = not message.get("more_body", False)
        if self._read > self._limit:
            self.problem = too_large(self._limit)
            raise self.problem
        return message


class GuardedSend:
    """Sends a response, unless the body had a problem: then the problem is the response."""

    def __init__(self, send: Send, body: CountedBody) -> None:
        self.has_started = False
        self._send, self._body = send, body

    async def __call__(self, message: Message) -> None:
        """Send a message."""
        if self._body.problem is not None and not self.has_started:
            return
        self.has_started = True
        await self._send(message)


def too_large(limit: int) -> Problem:
    """Return the problem of a body that is larger than a limit."""
    return Problem(413, "too-large", f"the body is larger than {limit / MEGABYTE:g} MB")

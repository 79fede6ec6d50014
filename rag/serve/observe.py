"""What every response gets: the id of its request, security headers, a line in the log, and a place in the metrics."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.serve.log import log_error
from rag.serve.metrics import Metrics
from rag.serve.problems import Problem, problem_response

logger = logging.getLogger("openbook.serve")

HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
        "connect-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Set where a route does not set its own."""


class Observe:
    """Counts and logs requests, never their content, and answers an unforeseen error with a problem."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id
        began, status = time.perf_counter(), 0

        async def with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, with_headers)
        except Exception as error:
            log_error(error, f"request {request_id}")
            if status:  # too late for another response: the connection is closed
                raise ConnectionAbortedError(f"request {request_id} failed after its response had begun") from None
            problem = Problem(500, "internal", "the server failed; its log says why")
            await problem_response(problem, Request(scope))(scope, receive, with_headers)
        finally:
            seconds = time.perf_counter() - began
            route = getattr(scope.get("route"), "path", "none")
            self._metrics.count_request(route, scope["method"], status, seconds)
            fields = {
                "request": request_id, "method": scope["method"], "route": route, "status": status,
                "ms": round(seconds * 1000), "key": getattr(scope["state"].get("principal"), "name", None),
            }  # fmt: skip
            logger.info("request", extra={"fields": fields})

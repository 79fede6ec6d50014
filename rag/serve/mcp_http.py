"""The MCP server over streamable HTTP: an application of its own at `/mcp`, with the keys of the server."""

from __future__ import annotations

from typing import Any

from mcp.server import Server
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from rag.serve.keys import Principal
from rag.serve.mcp_server import new_mcp_server
from rag.serve.problems import Problem, problem_response
from rag.serve.rates import Rates
from rag.serve.runtime import Runtime
from rag.serve.settings import MCP_PATH


class KeyCheck:
    """Lets requests through that have a key, as often as its rate allows, and answers others with a problem."""

    def __init__(self, app: ASGIApp, runtime: Runtime, rates: Rates) -> None:
        self._app, self._runtime, self._rates = app, runtime, rates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with who it is from in its state."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        try:
            principal = self._runtime.principal(request.headers.get("authorization"))
            if wait := self._rates.take(principal):
                raise Problem(429, "rate", f"this key may ask {principal.rate} times in a minute", wait)
        except Problem as problem:
            await problem_response(problem, request)(scope, receive, send)
            return
        request.state.principal = principal
        await self._app(scope, receive, send)


def create_mcp_app(runtime: Runtime, rates: Rates | None = None) -> Starlette:
    """Return the application. Every request stands by itself: there are no sessions to keep or to steal.

    Raises ConfigError for an address that others reach without keys.
    """
    runtime.check_address()
    server: Server[Any] = new_mcp_server(runtime, principal_of)
    app = server.streamable_http_app(
        streamable_http_path=MCP_PATH,
        json_response=True,
        stateless_http=True,
        host=runtime.settings.host,
        max_request_body_size=runtime.settings.max_body,
    )
    app.user_middleware.insert(0, Middleware(KeyCheck, runtime=runtime, rates=rates or Rates()))
    return app


def principal_of(request: Any) -> Principal:
    """Return who an HTTP request is from, as `KeyCheck` found it."""
    principal: Principal = request.state.principal
    return principal

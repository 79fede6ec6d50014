"""The application: routes over the parts of a server, with limits, request ids, security headers and problems."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.middleware.cors import CORSMiddleware

from rag.serve.body_limit import BodyLimit
from rag.serve.metrics import Metrics
from rag.serve.problems import Problem, handle_problems, problem_response
from rag.serve.rates import Rates
from rag.serve.routes import asking, documents, feedback, health, openai, page, products
from rag.serve.runtime import Runtime

logger = logging.getLogger("openbook.serve")

HEADERS = {
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

ROUTERS = (asking.router, documents.router, products.router, feedback.router, openai.router, health.router, page.router)


def create_app(runtime: Runtime, *, warm: bool = True) -> FastAPI:
    """Return the application over the parts of a server, which it closes when it ends.

    With `warm` the models are loaded in the background at the start; `/readyz` tells when. Raises ConfigError for an
    address that others reach without keys.
    """
    runtime.check_address()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if warm:
            threading.Thread(target=_warm, args=(app, runtime), name="warm", daemon=True).start()
        else:
            app.state.is_ready = True
        yield
        app.state.is_ready = False
        await run_in_threadpool(runtime.close)

    app = FastAPI(
        title="Openbook", version=version("openbook-rag"), lifespan=lifespan, docs_url=None, redoc_url=None,
        description="Answers over your own documents, with citations, and product descriptions.",
    )  # fmt: skip
    app.state.runtime, app.state.rates, app.state.metrics, app.state.is_ready = runtime, Rates(), Metrics(), False
    for router in ROUTERS:
        app.include_router(router)
    handle_problems(app)
    app.add_middleware(BodyLimit, settings=runtime.settings)
    if runtime.settings.origins:
        app.add_middleware(
            CORSMiddleware, allow_origins=list(runtime.settings.origins), allow_methods=["*"], allow_headers=["*"]
        )

    @app.middleware("http")
    async def observe(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        request.state.request_id = secrets.token_hex(8)
        began = time.perf_counter()
        try:
            response = await call_next(request)
        except Exception:
            logger.exception("request %s", request.state.request_id)
            response = problem_response(Problem(500, "internal", "the server failed; its log says why"), request)
        seconds = time.perf_counter() - began
        route = getattr(request.scope.get("route"), "path", "none")
        app.state.metrics.count(route, request.method, response.status_code, seconds)
        response.headers["X-Request-ID"] = request.state.request_id
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        logger.info(
            "%s %s %d %.0f ms %s", request.method, route, response.status_code, seconds * 1000, request.state.request_id
        )
        return response

    return app


def _warm(app: FastAPI, runtime: Runtime) -> None:
    try:
        runtime.warm()
        app.state.is_ready = True
    except Exception:
        logger.exception("the server is not ready")

"""The application: routes over the parts of a server, with limits, request ids, security headers and problems."""

from __future__ import annotations

import asyncio
import gc
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.metadata import version
from importlib.util import find_spec

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route

from ingest.errors import OpenbookError
from rag.serve.gate import Gate
from rag.serve.log import log_error
from rag.serve.observe import Observe
from rag.serve.openapi import describe_api
from rag.serve.problems import handle_problems, problem_of
from rag.serve.rates import Rates
from rag.serve.routes import asking, comparison, documents, feedback, health, labels, openai, page, products
from rag.serve.runtime import Runtime
from rag.serve.settings import MCP_PATH

logger = logging.getLogger("openbook.serve")

LOOK_EVERY = 5.0
"""Seconds between looks for uploads that another server left."""

ROUTERS = (
    asking.router,
    documents.router,
    products.router,
    labels.router,
    comparison.router,
    feedback.router,
    openai.router,
    health.router,
    page.router,
)


def create_app(runtime: Runtime, *, warm: bool = True) -> FastAPI:
    """Return the application over the parts of a server, which it closes when it ends.

    With `warm` the models are loaded in the background at the start; `/readyz` tells when. Raises ConfigError for an
    address that others reach without keys.
    """
    runtime.check_address()

    rates = Rates()
    mcp = _mcp_app(runtime, rates)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        elsewhere = await run_in_threadpool(runtime.resume)
        if elsewhere:
            logger.warning("another server over the same store takes in uploads, this one if that ends: %d", elsewhere)
        looking = asyncio.create_task(_resume_later(runtime))
        if warm:
            threading.Thread(target=_warm, args=(app, runtime), name="warm", daemon=True).start()
        else:
            app.state.is_ready = True
        async with AsyncExitStack() as stack:
            if mcp is not None:
                await stack.enter_async_context(mcp.router.lifespan_context(mcp))
            yield
        app.state.is_ready = False
        looking.cancel()
        await asyncio.wait({looking})
        await run_in_threadpool(runtime.close)

    app = FastAPI(
        title="Openbook", version=version("openbook-rag"), lifespan=lifespan, docs_url=None, redoc_url=None,
        description="Answers over your own documents, with citations, and product descriptions.",
    )  # fmt: skip
    app.state.runtime, app.state.rates, app.state.is_ready, app.state.failure = runtime, rates, False, None
    for router in ROUTERS:
        app.include_router(router)
    if mcp is not None:
        app.router.routes.append(Route(MCP_PATH, mcp, include_in_schema=False))
    describe_api(app)
    handle_problems(app)
    # The last one added comes first.
    app.add_middleware(Gate, runtime=runtime)
    if runtime.settings.origins:
        app.add_middleware(
            CORSMiddleware, allow_origins=list(runtime.settings.origins), allow_methods=["*"], allow_headers=["*"]
        )
    app.add_middleware(Observe, metrics=runtime.metrics)
    return app


def _mcp_app(runtime: Runtime, rates: Rates) -> Starlette | None:
    """Return the MCP server over all stores, with the same keys; None where its extra is not installed."""
    if find_spec("mcp") is None:
        return None
    from rag.serve.mcp_http import create_mcp_app

    return create_mcp_app(runtime, rates)


async def _resume_later(runtime: Runtime) -> None:
    """Look now and then for uploads whose server is gone."""
    while True:
        await asyncio.sleep(LOOK_EVERY)
        try:
            await run_in_threadpool(runtime.resume)
        except OSError as error:
            log_error(error, "uploads that another server left cannot be looked for")


def _warm(app: FastAPI, runtime: Runtime) -> None:
    try:
        runtime.warm()
        # What is loaded by now stays: looking through it again and again holds up every request.
        gc.collect()
        gc.freeze()
        app.state.is_ready = True
    except Exception as error:
        log_error(error, "the models cannot be loaded: the server is not ready")
        known = problem_of(error).detail if isinstance(error, OpenbookError) else ""
        app.state.failure = known or "the log of the server says why"

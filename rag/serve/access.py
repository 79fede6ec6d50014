"""What a route needs of a request: the parts of the server, who asks, and the store that is meant.

All of it is quick. It is asynchronous so that FastAPI calls it where it stands: it would hand functions to threads.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Query, Request

from rag.serve.keys import Principal, Scope
from rag.serve.problems import Problem
from rag.serve.runtime import Runtime
from rag.serve.shelf import Shelf


async def get_runtime(request: Request) -> Runtime:
    """Return the parts of the server."""
    runtime: Runtime = request.app.state.runtime
    return runtime


def get_principal(request: Request) -> Principal:
    """Return who a request is from, within its rate. Raises Problem 401, or 429 for one too many."""
    runtime: Runtime = request.app.state.runtime
    principal = runtime.principal(request.headers.get("authorization"))
    request.state.principal = principal
    wait = request.app.state.rates.take(principal)
    if wait:
        raise Problem(429, "rate", f"this key may ask {principal.rate} times in a minute", wait)
    return principal


def needs(scope: Scope) -> Callable[[Request], Awaitable[Principal]]:
    """Return a dependency that lets a request through whose key has a scope."""

    async def check(request: Request) -> Principal:
        principal = get_principal(request)
        if not principal.may(scope):
            raise Problem(
                403, "scope", f"this needs the scope {scope!r}, which the key {principal.name!r} does not have"
            )
        return principal

    return check


Reader = Annotated[Principal, Depends(needs("read"))]
Writer = Annotated[Principal, Depends(needs("write"))]
Admin = Annotated[Principal, Depends(needs("admin"))]
Parts = Annotated[Runtime, Depends(get_runtime)]
StoreName = Annotated[str | None, Query(description="the store's name, where the key sees several")]


async def read_shelf(runtime: Parts, principal: Reader, store: StoreName = None) -> Shelf:
    """Return the store that a request reads."""
    return runtime.shelf(store, principal)


async def write_shelf(runtime: Parts, principal: Writer, store: StoreName = None) -> Shelf:
    """Return the store that a request changes."""
    return runtime.shelf(store, principal)


ReadShelf = Annotated[Shelf, Depends(read_shelf)]
WriteShelf = Annotated[Shelf, Depends(write_shelf)]

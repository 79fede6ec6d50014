"""Whether the server lives, whether it is ready, and its numbers."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from rag.serve.access import Admin, Parts, Reader

router = APIRouter(tags=["server"])


@router.get("/healthz", summary="Whether the server lives")
async def health() -> dict[str, str]:
    """Answer at once: the process lives."""
    return {"status": "ok"}


@router.get("/readyz", summary="Whether the server can answer")
async def ready(request: Request, runtime: Parts) -> JSONResponse:
    """Answer 200 once the models are loaded, 503 before, while the server goes down, and if they cannot be loaded."""
    state = request.app.state
    status = "ready" if state.is_ready else "failed" if state.failure else "starting"
    content = {"status": status, "detail": state.failure, "waiting": len(runtime.queue)}
    return JSONResponse(content, 200 if state.is_ready else 503)


@router.get("/metrics", summary="Numbers for Prometheus")
async def metrics(runtime: Parts, principal: Admin) -> Response:
    """Return the numbers of the server in the text format of Prometheus."""
    return Response(
        runtime.metrics.text(len(runtime.queue), len(runtime.jobs)),
        media_type="text/plain; version=0.0.4; charset=utf-8",
    )


@router.get("/settings", summary="What the server runs on")
async def settings(runtime: Parts, principal: Reader) -> dict[str, Any]:
    """Return the stores that the key sees, with their settings, and the limits of the server."""
    stores = {
        name: {
            "sources": len(shelf.sources()),
            "passages": len(shelf.store),
            "model": shelf.pipeline().name,
            "embedder": shelf.config.embedder().name,
        }
        for name, shelf in runtime.shelves.items()
        if principal.sees(name)
    }
    limits = {"upload_bytes": runtime.settings.max_upload, "queue": runtime.settings.queue,
              "timeout": runtime.settings.timeout}  # fmt: skip
    return {
        "stores": stores,
        "limits": limits,
        "scopes": sorted(principal.scopes),
        "key": principal.name,
        "has_comparison": runtime.settings.comparison is not None,
    }

"""The comparison that `rag compare` wrote, for the page."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from fastapi.concurrency import run_in_threadpool

from rag.compare.comparison_file import load_comparison
from rag.serve.access import Parts, Reader
from rag.serve.problems import Problem

router = APIRouter(tags=["comparison"])


@router.get("/comparison", summary="Systems that were compared")
async def comparison(runtime: Parts, principal: Reader) -> dict[str, Any]:
    """Return the comparison that [serve] names: systems, their scores with intervals, differences, and samples."""
    file = runtime.settings.comparison
    if file is None:
        raise Problem(404, "no-comparison", "this server shows no comparison: `comparison` in [serve] names its file")
    return asdict(await run_in_threadpool(load_comparison, file))

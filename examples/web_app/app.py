"""How do I build Openbook into my own web app? A help desk of 80 lines: tenants, uploads in the background, answers.

    pip install 'openbook-rag[serve]'
    uvicorn app:app        # in this folder; the stores go to ./tenants

Every tenant has a store of its own; all of them share one copy of the models.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Annotated, Any

from fastapi import BackgroundTasks, FastAPI, Header, HTTPException, UploadFile
from fastapi.concurrency import run_in_threadpool

from rag import Config, InputError, Models, NamedFile, Pipeline

TENANTS = Path(os.environ.get("TENANTS", "tenants"))
READER_ALONE = {"kind": "extractive"}  # leave this out for answers in a model's words

logger = logging.getLogger("help_desk")
models = Models()
writing = Lock()  # one writer at a time; readers never wait for it
outcomes: dict[str, list[dict[str, Any]]] = {}


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Close the models when the app ends."""
    yield
    pipeline_of.cache_clear()
    models.close()


app = FastAPI(title="Help desk", lifespan=lifespan)
Tenant = Annotated[str, Header(alias="X-Tenant")]  # yours comes from the session, never from the request


def config_of(tenant: str) -> Config:
    """Return the configuration of a tenant: its own store, the models of all."""
    if not re.fullmatch(r"[a-z0-9-]{1,40}", tenant):
        raise HTTPException(400, "a tenant is named by small letters, digits and hyphens")
    config = Config().override("store", path=str(TENANTS / tenant / "store")).override("generator", **READER_ALONE)
    return config.with_models(models)


@lru_cache(maxsize=100)
def pipeline_of(tenant: str) -> Pipeline:
    """Return the reading half of a tenant, opened once; it sees what is ingested later."""
    config = config_of(tenant)
    config.store().close()  # so that there is one to read
    return config.pipeline()


@app.post("/files", status_code=202)
async def upload(files: list[UploadFile], tenant: Tenant, background: BackgroundTasks) -> dict[str, int]:
    """Take files in after the reply; /files tells what became of them."""
    taken = [NamedFile(file.filename or "", await file.read(), {"uploaded_by": tenant}) for file in files]
    background.add_task(ingest, tenant, taken)
    return {"files": len(taken)}


def ingest(tenant: str, files: list[NamedFile]) -> None:
    """Parse, embed and write files; one that cannot be read spoils no other."""
    with writing, config_of(tenant).index() as index:
        report = index.add_files(files)
    problems = {problem.source: problem.reason for problem in (*report.failed, *report.skipped)}
    outcomes.setdefault(tenant, []).extend({"name": file.name, "problem": problems.get(file.name)} for file in files)
    logger.info("%s: %d files, %d problems", tenant, len(files), len(problems))


@app.get("/files")
async def list_files(tenant: Tenant) -> list[dict[str, Any]]:
    """Tell what became of the files."""
    return outcomes.get(tenant, [])


@app.get("/ask")
async def ask(question: str, tenant: Tenant) -> dict[str, Any]:
    """Answer from the tenant's documents, with what proves it."""
    try:
        answer = await run_in_threadpool(lambda: pipeline_of(tenant).ask(question))
    except InputError as error:
        raise HTTPException(422, str(error)) from None
    quotes = [{"source": one.source, "start": one.start, "end": one.end, "text": one.text} for one in answer.citations]
    return {"answer": answer.text, "abstained": answer.abstained, "confidence": answer.confidence, "quotes": quotes}

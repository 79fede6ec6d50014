"""The documents of a store: upload, list, show, delete; and the jobs that take them in."""

from __future__ import annotations

import mimetypes
from typing import Annotated, Any

from fastapi import APIRouter, File, UploadFile
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, JSONResponse

from rag.serve.access import Parts, Reader, ReadShelf, Writer, WriteShelf
from rag.serve.document_view import document_view
from rag.serve.intake import safe_names
from rag.serve.problems import Problem
from rag.serve.settings import MEGABYTE
from rag.serve.shelf import Shelf
from rag.serve.views import source_view

router = APIRouter(tags=["documents"])

MOST_FILES = 200
"""Files of one request."""


@router.post("/documents", status_code=202, summary="Take files into the store")
async def upload(files: Annotated[list[UploadFile], File()], runtime: Parts, shelf: WriteShelf) -> JSONResponse:
    """Keep the files and take them in, one after the other: the reply is a job, which tells how far it is.

    Each file is kept when the reply comes; one that cannot be read is reported in the job, and not kept. A file of a
    name that is there replaces it.
    """
    runtime.jobs.check()
    if len(files) > MOST_FILES:
        raise Problem(413, "too-many-files", f"{len(files)} files; at most {MOST_FILES} in one request")
    names = safe_names([file.filename or "" for file in files], shelf.uploads)
    limit = runtime.settings.max_upload
    for name, file in zip(names, files, strict=True):
        if (file.size or 0) > limit:
            raise Problem(413, "too-large", f"{name} is larger than {limit / MEGABYTE:g} MB, the most that is taken")
    try:
        kept = await run_in_threadpool(shelf.intake.receive, names, [file.file for file in files])
    except OSError as error:
        raise Problem(507, "no-room", f"the files cannot be kept: {error.strerror or 'the disk refuses'}") from None
    job = runtime.start_intake(shelf, kept)
    return JSONResponse(job.view(), 202, {"Location": f"/jobs/{job.id}"})


@router.get("/documents", summary="List the sources of the store")
async def list_documents(shelf: ReadShelf, query: str = "", limit: int = 1000, offset: int = 0) -> dict[str, Any]:
    """Return sources by name, those whose name has the words of `query`."""
    sources = await run_in_threadpool(shelf.sources)
    words = query.casefold().split()
    found = [info for info in sources if all(word in info.source.source.casefold() for word in words)]
    shown = found[max(offset, 0) : max(offset, 0) + min(max(limit, 1), 1000)]
    return {"total": len(found), "sources": [source_view(info) for info in shown]}


@router.get("/documents/{source:path}/file", summary="The original file of a source")
async def original(source: str, shelf: ReadShelf) -> FileResponse:
    """Return the file that a source was read from, to be saved, never to be run."""
    path = await run_in_threadpool(shelf.origin_path, _origin(shelf, source))
    if path is None:
        raise Problem(404, "no-file", f"the file of {source!r} is no longer there")
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    headers = {"Content-Security-Policy": "sandbox", "X-Content-Type-Options": "nosniff"}
    disposition = "inline" if kind == "application/pdf" else "attachment"
    return FileResponse(
        path, media_type=kind, filename=path.name, headers=headers, content_disposition_type=disposition
    )


@router.get("/documents/{source:path}", summary="A source with its text")
async def show(source: str, shelf: ReadShelf) -> dict[str, Any]:
    """Return the text of a source with its blocks, in which citations have their places, and its passages."""
    origin = _origin(shelf, source)
    return await run_in_threadpool(document_view, shelf, source, origin)


@router.delete("/documents/{source:path}", summary="Delete a source, or all of a file")
async def delete(source: str, shelf: WriteShelf) -> dict[str, Any]:
    """Remove a source and, with its last one, the file that was uploaded."""
    count = await run_in_threadpool(shelf.delete, source)
    if not count:
        raise Problem(404, "no-source", f"the store has no source {source!r}")
    return {"deleted": count}


@router.get("/jobs/{identifier}", tags=["jobs"], summary="How far a job is")
async def job(identifier: str, runtime: Parts, principal: Reader) -> dict[str, Any]:
    """Return a job's state, and what came of each file."""
    found = runtime.jobs.get(identifier)
    if not principal.sees(found.store):
        raise Problem(404, "no-job", "there is no such job; a server forgets its jobs when it ends")
    return found.view()


@router.delete("/jobs/{identifier}", tags=["jobs"], summary="Cancel a job")
async def cancel(identifier: str, runtime: Parts, principal: Writer) -> dict[str, Any]:
    """Stop a job before its next file. What was taken in stays."""
    found = runtime.jobs.get(identifier)
    if not principal.sees(found.store):
        raise Problem(404, "no-job", "there is no such job; a server forgets its jobs when it ends")
    found.is_cancelled = True
    return found.view()


def _origin(shelf: Shelf, source: str) -> str:
    """Return the origin of a source. Raises Problem 404 for one that the store does not have."""
    for info in shelf.sources():
        if source in (info.source.source, info.source.origin):
            return info.source.origin
    raise Problem(404, "no-source", f"the store has no source {source!r}")

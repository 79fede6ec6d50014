"""The page: its document at `/`, and its parts under a path that names their content, so that browsers keep them."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Request, Response

from rag.serve.problems import Problem

router = APIRouter(include_in_schema=False)

FOLDER = Path(__file__).parent.parent / "page"

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".pfb": "application/octet-stream",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
"""The media types of what is served; other files of the folder, such as licences, are not."""

_COMPRESSED = (".woff2",)
_FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """A part of the page: its bytes, the same compressed where that helps, and its media type."""

    body: bytes
    compressed: bytes | None
    media_type: str

    def response(self, request: Request, headers: dict[str, str]) -> Response:
        """Return the part as a client takes it."""
        headers = {**headers, "Vary": "Accept-Encoding"}
        if self.compressed and "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(self.compressed, headers=headers, media_type=self.media_type)
        return Response(self.body, headers=headers, media_type=self.media_type)


@router.get("/")
async def page(request: Request) -> Response:
    """Return the page. It needs no key; what it calls does."""
    version, assets = read_assets()
    # Modules name the modules that they need: without this list each level of them is a round trip.
    modules = [name for name in assets if name.endswith((".js", ".mjs")) and not name.startswith("vendor/pdfjs/")]
    preloads = "\n".join(f'<link rel="modulepreload" href="/assets/{version}/{name}">' for name in modules)
    text = assets["index.html"].body.decode().replace("{assets}", f"/assets/{version}").replace("{preloads}", preloads)
    return Asset(text.encode(), None, _TYPES[".html"]).response(request, {"Cache-Control": "no-cache"})


@router.get("/assets/{version}/{path:path}")
async def asset(version: str, path: str, request: Request) -> Response:
    """Return a part of this version of the page."""
    current, assets = read_assets()
    if version != current or path not in assets:
        raise Problem(404, "no-asset", "the page has no such part; load it again if the server was updated")
    return assets[path].response(request, {"Cache-Control": _FOREVER})


@cache
def read_assets() -> tuple[str, dict[str, Asset]]:
    """Return the version of the page, a hash of all its parts, and the parts by their paths."""
    paths = sorted(path for path in FOLDER.rglob("*") if path.suffix in _TYPES)
    digest, assets = hashlib.sha256(), {}
    for path in paths:
        name, body = path.relative_to(FOLDER).as_posix(), path.read_bytes()
        digest.update(f"{name}\0{len(body)}\0".encode() + body)
        compressed = None if path.suffix in _COMPRESSED else gzip.compress(body, 6, mtime=0)
        assets[name] = Asset(body, compressed, _TYPES[path.suffix])
    return digest.hexdigest()[:16], assets

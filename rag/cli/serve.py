"""`rag serve`: an HTTP server over a store."""

from __future__ import annotations

import logging
import socket
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import ConfigError, MissingExtra
from rag.cli import output
from rag.cli.options import Command, CommonOptions, load_config
from rag.options import GenerationOptions, ReadingOptions, StoreOptions, option


@dataclass(frozen=True, kw_only=True)
class ServeOptions(StoreOptions, ReadingOptions, GenerationOptions, CommonOptions):
    """Options of `rag serve`."""

    host: str = option("address to listen on; others than loopback need --keys", "HOST", default="127.0.0.1")
    port: int = option("port; 0 takes a free one", "PORT", default=8000)
    keys: Path | None = option("file of keys, as `rag keys make` writes it", "FILE")
    queue: int = option("questions that may wait; one more gets 429", "N", default=32)
    timeout: float = option("seconds that a question may take", "S", default=60.0)
    max_upload: int = option("megabytes of one uploaded file", "MB", default=50)
    allow_origin: tuple[str, ...] = option("sites whose pages may call the server", "URL", default=())


def serve(options: ServeOptions) -> int:
    """Serve a store until interrupted."""
    try:
        import uvicorn

        from rag.serve.app import create_app
        from rag.serve.keys import KeyFile
        from rag.serve.runtime import DEFAULT_STORE, Runtime
        from rag.serve.settings import MEGABYTE, ServeSettings
    except ImportError:
        raise MissingExtra("rag serve", "serve") from None

    settings = ServeSettings(
        host=options.host, port=options.port, queue=options.queue, timeout=options.timeout,
        max_upload=options.max_upload * MEGABYTE, origins=options.allow_origin,
    )  # fmt: skip
    keys = KeyFile(options.keys) if options.keys else None
    if keys is not None and not keys.keys():
        raise ConfigError(f"{options.keys} has no keys: `rag keys make NAME --keys {options.keys}` writes one")
    with Runtime.of({DEFAULT_STORE: load_config(options)}, settings, keys) as runtime:
        app = create_app(runtime)
        try:
            listener = socket.create_server((settings.host, settings.port), reuse_port=False)
        except OSError as error:
            raise ConfigError(f"cannot listen on {settings.host}:{settings.port}: {error.strerror or error}") from None
        port = listener.getsockname()[1]
        output.line(f"http://{settings.host}:{port}/  (Ctrl-C ends it)")
        if keys is None:
            output.warn("without --keys everybody on this machine may use it, and nobody else can reach it")
        logging.getLogger("openbook").setLevel(logging.INFO)
        config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=30, server_header=False)
        uvicorn.Server(config).run([listener])
    return 0


COMMAND = Command("serve a store over HTTP: a page, and an API", ServeOptions, serve)

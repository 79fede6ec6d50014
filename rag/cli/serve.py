"""`rag serve`: an HTTP server over one store or several."""

from __future__ import annotations

import socket
import threading
import webbrowser
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.errors import ConfigError, MissingExtra
from ingest.models.weights import SMOLLM2, builtin_of, is_installed
from rag.cli import output
from rag.cli.options import Command, CommonOptions, load_config
from rag.config import Config
from rag.options import GenerationOptions, ReadingOptions, StoreOptions, option, to_absolute

if TYPE_CHECKING:
    from rag.serve.settings import ServeSettings

GRACE = 30
"""Seconds that running requests have when the server ends."""


@dataclass(frozen=True, kw_only=True)
class ServeOptions(StoreOptions, ReadingOptions, GenerationOptions, CommonOptions):
    """Options of `rag serve`."""

    host: str | None = option(
        "address to listen on (default: 127.0.0.1); others than loopback need --keys", "HOST", key="serve.host"
    )
    port: int | None = option("port (default: 8000); 0 takes a free one", "PORT", key="serve.port")
    keys: Path | None = option("file of keys, as `rag keys make` writes it", "FILE", key="serve.keys",
                               convert=to_absolute)  # fmt: skip
    queue: int | None = option("questions that may wait; one more gets 429 (default: 32)", "N", key="serve.queue")
    timeout: float | None = option("seconds that a request may take (default: 60)", "S", key="serve.timeout")
    max_upload: int | None = option(
        "megabytes of one uploaded file (default: 50)", "MB", key="serve.max_upload", convert=lambda size: size * 10**6
    )
    open: bool = option("open the page in a browser", default=False)
    allow_origin: tuple[str, ...] | None = option("sites whose pages may call the server", "URL", key="serve.origins")


def serve(options: ServeOptions) -> int:
    """Serve stores until interrupted."""
    try:
        import uvicorn

        from rag.serve.app import create_app
        from rag.serve.log import log_to_stderr
        from rag.serve.runtime import Runtime
    except ImportError:
        raise MissingExtra("rag serve", "serve") from None

    config = choose_generator(load_config(options))
    settings, keys = read_settings(config)
    with Runtime.of(read_stores(config, is_named=options.store is not None), settings, keys) as runtime:
        app = create_app(runtime)
        listener = open_listener(settings.host, settings.port)
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        address = f"http://{host}:{listener.getsockname()[1]}/"
        output.line(f"{address}  (Ctrl-C ends it)")
        if keys is None:
            output.warn("without --keys everybody on this machine may use it, and nobody else can reach it")
        if options.open:  # in a thread, as some browsers run in the terminal; the listener keeps the first request
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        log_to_stderr()
        server = uvicorn.Server(
            uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=GRACE, server_header=False)
        )
        server.run([listener])
    return 0


def choose_generator(config: Config) -> Config:
    """Return a configuration that can answer: with the reader alone where the default generator is not installed."""
    named, weights = config.table("generator"), builtin_of(SMOLLM2)
    if "model" in named or "kind" in named or weights is None or is_installed(weights):
        return config
    output.warn(f"the reader answers alone, in the sources' own words, until a generator is there: {weights.install}")
    return config.override("generator", kind="extractive")


def open_listener(host: str, port: int) -> socket.socket:
    """Return a socket that listens. Raises ConfigError for an address that cannot be had."""
    try:
        listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise ConfigError(f"cannot listen on {host}:{port}: {error.strerror or error}") from None
    # Accepted sockets have it from this one. Without it the body of a response, which is written after the head, waits
    # up to 40 ms for the client's acknowledgement of that.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def read_settings(config: Config) -> tuple[ServeSettings, Any]:
    """Return the settings of [serve] and its keys, if any. Raises ConfigError for a key that it does not have."""
    from rag.serve.keys import KeyFile
    from rag.serve.settings import ServeSettings

    table = {name: value for name, value in config.table("serve").items() if name != "stores"}
    file = table.pop("keys", None)
    if isinstance(comparison := table.get("comparison"), str):
        table["comparison"] = config.folder / Path(comparison).expanduser()
    settings: ServeSettings = config.construct("serve", ServeSettings, table)
    if file is None:
        return settings, None
    path = config.folder / Path(file).expanduser()
    keys = KeyFile(path)
    if not keys.keys():
        raise ConfigError(f"{path} has no keys: `rag keys make NAME --keys {path}` writes one")
    return settings, keys


def read_stores(config: Config, is_named: bool = False) -> Mapping[str, Config]:
    """Return the configuration of each store of [serve.stores]; of the one store without them, or if one is named."""
    from rag.serve.runtime import DEFAULT_STORE

    stores = config.table("serve").get("stores")
    if stores is None or is_named:
        return {DEFAULT_STORE: config}
    if not isinstance(stores, dict) or not stores:
        raise ConfigError(f'{config.source}: [serve.stores] has to name stores: handbook = "folder"')
    for name, path in stores.items():
        if not isinstance(path, str) or not path:
            raise ConfigError(f"{config.source}: [serve.stores] {name} is {path!r}; it must be a folder in quotes")
    return {name: config.override("store", path=path) for name, path in stores.items()}


COMMAND = Command("serve stores over HTTP: a page, and an API", ServeOptions, serve)

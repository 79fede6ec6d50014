"""`rag mcp`: a server of the Model Context Protocol over a store, for assistants and agents."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.errors import ConfigError, MissingExtra
from rag.cli import output
from rag.cli.options import Command, CommonOptions, load_config
from rag.options import GenerationOptions, ReadingOptions, StoreOptions, option

if TYPE_CHECKING:
    from rag.serve.runtime import Runtime

KEY_VARIABLE = "OPENBOOK_KEY"


@dataclass(frozen=True, kw_only=True)
class McpOptions(StoreOptions, ReadingOptions, GenerationOptions, CommonOptions):
    """Options of `rag mcp`."""

    http: bool = option("serve HTTP at /mcp instead of stdin and stdout", default=False)
    host: str = option("address to listen on; others than loopback need --keys", "HOST", default="127.0.0.1")
    port: int = option("port; 0 takes a free one", "PORT", default=8001)
    keys: Path | None = option(
        f"file of keys, as `rag keys make` writes it; over stdin and stdout the key is in {KEY_VARIABLE}", "FILE"
    )
    timeout: float = option("seconds that a question may take", "S", default=60.0)


def mcp(options: McpOptions) -> int:
    """Serve a store until the client goes, or until interrupted."""
    try:
        import mcp.server  # noqa: F401

        from rag.serve.keys import KeyFile
        from rag.serve.runtime import DEFAULT_STORE, Runtime
        from rag.serve.settings import ServeSettings
    except ImportError:
        raise MissingExtra("rag mcp", "mcp") from None

    settings = ServeSettings(host=options.host, port=options.port, timeout=options.timeout)
    keys = KeyFile(options.keys) if options.keys else None
    if keys is not None and not keys.keys():
        raise ConfigError(f"{options.keys} has no keys: `rag keys make NAME --keys {options.keys}` writes one")
    with Runtime.of({DEFAULT_STORE: load_config(options)}, settings, keys) as runtime:
        if options.http:
            _serve_http(runtime)
        else:
            _serve_stdio(runtime)
    return 0


def _serve_stdio(runtime: Runtime) -> None:
    import anyio
    from mcp.server.stdio import stdio_server

    from rag.serve.mcp_server import new_mcp_server

    key = os.environ.get(KEY_VARIABLE)
    authorization = f"Bearer {key}" if key else None
    if runtime.keys is not None and (not key or runtime.keys.find(key) is None):
        raise ConfigError(f"{KEY_VARIABLE} must hold a key of {runtime.keys.path}")

    def authenticate(_: Any) -> Any:
        return runtime.principal(authorization)  # read again, so that a key that is revoked ends at once

    async def run() -> None:
        server = new_mcp_server(runtime, authenticate)
        async with stdio_server() as (incoming, outgoing):
            await server.run(incoming, outgoing, server.create_initialization_options())

    anyio.run(run)


def _serve_http(runtime: Runtime) -> None:
    import uvicorn

    from rag.cli.serve import open_listener
    from rag.serve.mcp_http import create_mcp_app
    from rag.serve.settings import MCP_PATH

    app, settings = create_mcp_app(runtime), runtime.settings
    listener = open_listener(settings.host, settings.port)
    output.line(f"http://{settings.host}:{listener.getsockname()[1]}{MCP_PATH}  (Ctrl-C ends it)")
    if runtime.keys is None:
        output.warn("without --keys everybody on this machine may use it, and nobody else can reach it")
    uvicorn.Server(uvicorn.Config(app, log_level="warning", server_header=False)).run([listener])


COMMAND = Command("serve a store to assistants over the Model Context Protocol", McpOptions, mcp)

"""The settings of a server: where it listens, and its limits."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from ingest.errors import ConfigError

MEGABYTE = 1_000_000

MCP_PATH = "/mcp"
"""Where assistants find the MCP server."""


@dataclass(frozen=True, kw_only=True)
class ServeSettings:
    """Where a server listens, and what it takes.

    `queue` is the number of questions that wait at most, and `batch` how many are answered together; one more is
    refused with 429. `timeout` is for one request, in seconds, `max_upload` for one file and `max_body` for any other
    body, in bytes. `origins` are the sites whose pages may call the server: none by default. `comparison` is the file
    of a comparison that every reader may see.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    queue: int = 32
    batch: int = 8
    timeout: float = 60.0
    max_upload: int = 50 * MEGABYTE
    max_body: int = MEGABYTE
    origins: tuple[str, ...] = ()
    comparison: Path | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "origins", tuple(self.origins))  # a list in rag.toml
        if not 0 <= self.port < 65536:
            raise ConfigError(f"port {self.port} is none: give one from 1 to 65535, or 0 for any that is free")
        if min(self.queue, self.batch, self.max_upload, self.max_body) < 1 or self.timeout <= 0:
            raise ConfigError(f"the limits of a server must be positive: {self}")

    @property
    def is_local(self) -> bool:
        """Whether only programs of this machine reach the server."""
        return is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Tell whether a name or an address is that of this machine alone."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

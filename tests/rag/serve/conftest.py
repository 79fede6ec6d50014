"""A server on loopback over two small stores, with the reader alone: it loads in two seconds."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
import uvicorn
from pytest_socket import disable_socket, enable_socket, socket_allow_hosts

from rag import Config
from rag.serve.app import create_app
from rag.serve.keys import KeyFile
from rag.serve.runtime import Runtime
from rag.serve.settings import ServeSettings

LEAVE = "# Leave\n\n## Parental leave\n\nParental leave lasts 18 weeks. It is paid in full.\n"
TRAVEL = "# Travel\n\n## Hotels\n\nA hotel in Denmark may cost 210 euros a night.\n"
SECRET = "# Zugspitze\n\nThe password of the vault in the cellar is xylophone-4711.\n"


@pytest.fixture(autouse=True)
def loopback_only() -> Iterator[None]:
    """Allow sockets to this machine, and to no other."""
    enable_socket()
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)
    yield
    disable_socket(allow_unix_socket=True)


def small_config(folder: Path, texts: dict[str, str] | None = None) -> Config:
    """Return a configuration whose store holds these files, answered by the reader alone."""
    folder.mkdir(parents=True, exist_ok=True)
    config = Config().override("store", path=str(folder / "store")).override("generator", kind="extractive")
    for name, text in (texts or {}).items():
        (folder / name).write_text(text, "utf-8")
    with config.index() as index:
        index.sync([folder / name for name in texts or {}])
    return config


@dataclass
class Served:
    """A running server: its address, its parts, and the tokens of its keys by name."""

    url: str
    runtime: Runtime
    tokens: dict[str, str] = field(default_factory=dict)

    def client(self, key: str | None = None, **options: object) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.tokens[key]}"} if key else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False, **options)

    def wait(self, client: httpx.Client, job: dict[str, object]) -> dict[str, object]:
        """Return a job when it has ended."""
        until = time.monotonic() + 60
        while job["state"] in ("waiting", "running"):
            assert time.monotonic() < until, job
            time.sleep(0.02)
            job = client.get(f"/jobs/{job['id']}").json()
        return job


@contextmanager
def serve(
    configs: dict[str, Config], settings: ServeSettings | None = None, keys: KeyFile | None = None, warm: bool = False
) -> Iterator[Served]:
    """Run a server in a thread of this process."""
    enable_socket()
    runtime = Runtime.of(configs, settings or ServeSettings(), keys)
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(runtime, warm=warm), log_level="warning", lifespan="on"))
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield Served(f"http://127.0.0.1:{listener.getsockname()[1]}", runtime)
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server without keys over one store."""
    folder = tmp_path_factory.mktemp("served")
    with serve({"default": small_config(folder, {"leave.md": LEAVE, "travel.md": TRAVEL})}) as server:
        yield server


@pytest.fixture(scope="session")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with keys over the stores `north` and `south`.

    `north` and `south` may do everything in their own store, `reader` may read `north`, and `all` may do everything.
    """
    folder = tmp_path_factory.mktemp("keyed")
    configs = {
        "north": small_config(folder / "n", {"leave.md": LEAVE}),
        "south": small_config(folder / "s", {"zugspitze.md": SECRET}),
    }
    keys = KeyFile(folder / "keys.json")
    every = ("read", "write", "admin")
    tokens = {
        "north": keys.make("north", every, ["north"])[1],
        "south": keys.make("south", every, ["south"])[1],
        "reader": keys.make("reader", ("read",), ["north"])[1],
        "slow": keys.make("slow", ("read",), ["north"], rate=2)[1],
        "all": keys.make("all", every)[1],
    }
    with serve(configs, keys=keys) as server:
        server.tokens = tokens
        yield server


@pytest.fixture(scope="session")
def serve_stores() -> object:
    """The function that runs a server; see `serve`."""
    return serve


@pytest.fixture(scope="session")
def make_config() -> object:
    """The function that makes a configuration; see `small_config`."""
    return small_config

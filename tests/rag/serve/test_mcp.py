"""The MCP server, with the SDK's own client: as a child process over its pipes, and over HTTP with keys."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
import uvicorn
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from pytest_socket import enable_socket, socket_allow_hosts

from ingest.errors import ConfigError
from rag.config import Config
from rag.serve.app import create_app
from rag.serve.keys import KeyFile
from rag.serve.mcp_http import create_mcp_app
from rag.serve.mcp_server import PAGE, new_mcp_server, source_uri
from rag.serve.runtime import Runtime
from rag.serve.settings import ServeSettings

pytestmark = pytest.mark.weights

LEAVE = "# Leave\n\nParental leave is 12 weeks of paid time off.\n\nThe hotel limit is 185 EUR a night.\n"


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Config]:
    """Two stores with one document each; the reader answers alone."""
    folder = tmp_path_factory.mktemp("mcp")
    configs = {}
    for name, text in {"staff": LEAVE, "secret": "# Plans\n\nThe merger is on 4 May 2031.\n"}.items():
        document = folder / name / "docs" / f"{name} notes.md"
        document.parent.mkdir(parents=True)
        document.write_text(text, "utf-8")
        configs[name] = (
            Config().override("store", path=str(folder / name / ".rag")).override("generator", kind="extractive")
        )
        with configs[name].index() as index:
            index.sync([document.parent], progress=False)
    return configs


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> KeyFile:
    return KeyFile(tmp_path_factory.mktemp("keys") / "keys.json")


@pytest.fixture(scope="module")
def runtime(stores: dict[str, Config], keys: KeyFile) -> Iterator[Runtime]:
    with Runtime.of(stores, keys=keys) as runtime:
        yield runtime


@pytest.fixture
def staff_only(runtime: Runtime) -> Runtime:
    """The same parts without keys, and without the other store."""
    shelves = {"staff": runtime.shelves["staff"]}
    return Runtime(shelves, runtime.settings, None, runtime.models, runtime.queue, runtime.jobs)


def local_client(runtime: Runtime) -> Client:
    return Client(new_mcp_server(runtime, lambda _: runtime.principal(None)))


async def test_tools_say_what_they_take_and_only_read(staff_only: Runtime) -> None:
    async with local_client(staff_only) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert set(tools) == {"search", "ask", "describe"}
    assert tools["ask"].input_schema["required"] == ["question"]
    assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools.values())


async def test_an_answer_cites_what_its_resource_says(staff_only: Runtime) -> None:
    async with local_client(staff_only) as client:
        reply = await client.call_tool("ask", {"question": "How many weeks is parental leave?"})
        [citation] = reply.structured_content["citations"]
        assert "12 weeks" in reply.structured_content["answer"]
        assert "12 weeks of paid time off" in reply.content[0].text
        [contents] = (await client.read_resource(citation["uri"])).contents
        assert contents.text[citation["start"] : citation["end"]] == citation["text"]


async def test_what_is_not_there_is_said_with_what_comes_closest(staff_only: Runtime) -> None:
    async with local_client(staff_only) as client:
        reply = await client.call_tool("ask", {"question": "Who won the world cup in 1998?"})
    assert reply.structured_content["abstained"]
    assert not reply.is_error
    assert reply.content[0].text.startswith("I can't find ")


async def test_a_search_gives_passages_with_their_places(staff_only: Runtime) -> None:
    async with local_client(staff_only) as client:
        reply = await client.call_tool("search", {"query": "hotel limit", "k": 1})
    [hit] = reply.structured_content["hits"]
    assert "185 EUR" in hit["text"]
    assert hit["uri"] == "openbook://staff/docs/staff%20notes.md"
    assert hit["source"] in reply.content[0].text


async def test_descriptions_say_their_fields(staff_only: Runtime) -> None:
    async with local_client(staff_only) as client:
        fields = {"name": "Nova kettle", "brand": "Acme", "colour": "red"}
        reply = await client.call_tool("describe", {"products": [fields], "channels": ["title"]})
    title = reply.structured_content["products"][0]["texts"]["title"]
    assert "Acme" in title["text"]
    assert {span["field"] for span in title["spans"]} <= set(fields)


@pytest.mark.parametrize(
    ("tool", "arguments", "message"),
    [
        ("ask", {}, "question: Field required"),
        ("ask", {"question": ""}, "question: String should have at least 1 character"),
        ("ask", {"question": "Who?", "where": "price >"}, "filter"),
        ("search", {"query": "leave", "k": 0}, "k: Input should be greater than or equal to 1"),
        ("search", {"query": "leave", "store": "nowhere"}, "there is no store 'nowhere'"),
        ("describe", {"products": [{}]}, "product 1 has no fields"),
        ("describe", {"products": [{"name": "A"}], "channels": ["tweet"]}, "tweet"),
    ],
)
async def test_a_mistake_is_told_to_the_model_in_one_line(
    staff_only: Runtime, tool: str, arguments: dict[str, object], message: str
) -> None:
    async with local_client(staff_only) as client:
        reply = await client.call_tool(tool, arguments)
    assert reply.is_error
    assert message in reply.content[0].text
    assert "\n" not in reply.content[0].text


async def test_unknown_tools_sources_and_cursors_are_errors_of_the_protocol(staff_only: Runtime) -> None:
    async with local_client(staff_only) as client:
        with pytest.raises(MCPError, match="unknown tool 'fly'"):
            await client.call_tool("fly", {})
        for uri in ("openbook://staff/none.md", "openbook://secret/docs/secret%20notes.md", "file:///etc/passwd"):
            with pytest.raises(MCPError, match=r"no source|no store"):
                await client.read_resource(uri)
        with pytest.raises(MCPError, match="no cursor"):
            await client.list_resources(cursor="x")


async def test_resources_come_in_pages(staff_only: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = staff_only.shelves["staff"].sources() * (PAGE + 1)
    monkeypatch.setattr(type(staff_only.shelves["staff"]), "sources", lambda _: listed)
    async with local_client(staff_only) as client:
        first = await client.list_resources()
        second = await client.list_resources(cursor=first.next_cursor)
    assert (len(first.resources), len(second.resources), second.next_cursor) == (PAGE, 1, None)


# --- over HTTP, with keys ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["rag mcp", "rag serve"])
def url(request: pytest.FixtureRequest, runtime: Runtime, stores: dict[str, Config], keys: KeyFile) -> Iterator[str]:
    enable_socket()
    socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)
    listener = socket.create_server(("127.0.0.1", 0))
    is_alone = request.param == "rag mcp"
    app = create_mcp_app(runtime) if is_alone else create_app(Runtime.of(stores, keys=keys), warm=False)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/mcp"
    server.should_exit = True
    thread.join()


@asynccontextmanager
async def http_client(url: str, token: str | None) -> AsyncIterator[Client]:
    enable_socket()
    socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=60) as http,
        Client(streamable_http_client(url, http_client=http)) as client,
    ):
        yield client


async def test_a_key_sees_its_own_stores_alone(url: str, keys: KeyFile) -> None:
    _, staff = keys.make("staff", ["read"], ["staff"])
    _, both = keys.make("both", ["read"])
    async with http_client(url, staff) as client:
        listed = (await client.list_resources()).resources
        assert [resource.uri for resource in listed] == [source_uri("staff", "docs/staff notes.md")]
        reply = await client.call_tool("ask", {"question": "How many weeks is parental leave?"})
        assert "12 weeks" in reply.content[0].text
        hidden = await client.call_tool("search", {"query": "merger", "store": "secret"})
        assert hidden.is_error
        assert "4 May" not in hidden.content[0].text
        with pytest.raises(MCPError, match="no store 'secret'"):
            await client.read_resource(source_uri("secret", "docs/secret notes.md"))
    async with http_client(url, both) as client:
        assert len((await client.list_resources()).resources) == 2
        seen = await client.call_tool("search", {"query": "merger", "store": "secret"})
        assert "4 May" in seen.content[0].text


async def test_a_key_without_the_scope_reads_nothing(url: str, keys: KeyFile) -> None:
    _, writer = keys.make("writer", ["write"])
    async with http_client(url, writer) as client:
        reply = await client.call_tool("search", {"query": "leave"})
        assert reply.is_error
        assert "scope 'read'" in reply.content[0].text
        with pytest.raises(MCPError, match="scope 'read'"):
            await client.list_resources()


def post(url: str, token: str | None = None) -> httpx2.Response:
    enable_socket()
    socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)
    headers = {"Accept": "application/json, text/event-stream"} | (
        {"Authorization": f"Bearer {token}"} if token else {}
    )
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    return httpx2.post(url, json=body, headers=headers, timeout=60)


def test_no_key_an_unknown_one_and_a_revoked_one_are_refused(url: str, keys: KeyFile) -> None:
    _, token = keys.make("gone", ["read"])
    assert post(url, token).status_code == 200
    keys.revoke("gone")
    for refused in (None, "ob_1_x", token):
        response = post(url, refused)
        assert response.status_code == 401
        assert response.headers["www-authenticate"] == "Bearer"
        assert response.json()["type"].startswith("urn:openbook:problem:")


def test_a_key_over_its_rate_waits(url: str, keys: KeyFile) -> None:
    _, token = keys.make("slow", ["read"], rate=2)
    responses = [post(url, token) for _ in range(3)]
    assert [response.status_code for response in responses] == [200, 200, 429]
    assert int(responses[-1].headers["retry-after"]) > 0


def test_a_public_address_needs_keys(stores: dict[str, Config]) -> None:
    with Runtime.of(stores, ServeSettings(host="0.0.0.0")) as runtime, pytest.raises(ConfigError, match="rag keys"):
        create_mcp_app(runtime)


# --- over pipes, as a child process -----------------------------------------------------------------------------------


def child(config: Config, *arguments: str, **environment: str) -> StdioServerParameters:
    command = ["-m", "rag.cli.main", "mcp", "--extractive", "--store", str(config.store_path), *arguments]
    root = Path(__file__).resolve().parents[3]
    names = ("PATH", "HOME", "OMP_NUM_THREADS", "XDG_CACHE_HOME")
    inherited = {name: os.environ[name] for name in names if name in os.environ}
    return StdioServerParameters(command=sys.executable, args=command, cwd=root, env=inherited | environment)


async def test_a_child_process_answers_over_its_pipes(stores: dict[str, Config], keys: KeyFile) -> None:
    _, token = keys.make("pipes", ["read"])
    server = child(stores["staff"], "--keys", str(keys.path), OPENBOOK_KEY=token)
    async with Client(server) as client:
        assert client.server_info.name == "openbook"
        reply = await client.call_tool("ask", {"question": "How many weeks is parental leave?"})
        assert "12 weeks" in reply.content[0].text
        keys.revoke("pipes")
        refused = await client.call_tool("search", {"query": "leave"})
        assert refused.is_error
        assert "revoked" in refused.content[0].text

"""The Model Context Protocol over a server's parts: tools that search, answer and describe, and sources as resources.

The same server runs over stdio and over HTTP. Who asks is told by `authenticate`, request by request, so that a key
that is revoked ends at once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from typing import Any, TypeVar
from urllib.parse import quote, unquote, urlsplit

import mcp_types as types
from anyio.to_thread import run_sync
from mcp import MCPError
from mcp.server import Server, ServerRequestContext
from pydantic import BaseModel, Field, ValidationError

from ingest.errors import OpenbookError
from rag.answer.kinds import AnswerFormat
from rag.answer.options import DEFAULT_K
from rag.serve.document_view import document_view
from rag.serve.keys import Principal
from rag.serve.problems import Problem, problem_of
from rag.serve.routes.asking import Question
from rag.serve.routes.products import DescribeRequest, describe_products
from rag.serve.runtime import Runtime
from rag.serve.shelf import AskOptions, Shelf
from rag.serve.views import answer_view, hit_view
from stores.filters.parse import as_filter

logger = logging.getLogger("openbook.mcp")

T = TypeVar("T")

SCHEME = "openbook"
PAGE = 200
"""Resources of one page of the list."""

INSTRUCTIONS = (
    "Answers over a private collection of documents. `ask` gives an answer with citations, or says that the documents "
    "do not have it; `search` gives passages; a citation's `uri` is a resource with the whole text. Cite what you use."
)

Authenticate = Callable[[Any], Principal]
"""Returns who a request is from, given the HTTP request, or None over stdio. Raises Problem."""

Context = ServerRequestContext[Any, Any]


class StoreArguments(BaseModel):
    """What all tools over documents take."""

    store: str | None = Field(None, description="the store's name, where there are several")


class SearchArguments(StoreArguments):
    """Arguments of `search`."""

    query: Question
    k: int = Field(DEFAULT_K, ge=1, le=50, description="passages")
    where: str | None = Field(None, max_length=2000, description="a filter, such as source = 'handbook.docx'")


class AskArguments(StoreArguments):
    """Arguments of `ask`."""

    question: Question
    where: str | None = Field(None, max_length=2000, description="a filter, such as source = 'handbook.docx'")
    answer_format: AnswerFormat | None = Field(None, description="by default the question decides")


class DescribeArguments(DescribeRequest, StoreArguments):
    """Arguments of `describe`."""


@dataclass(frozen=True)
class ToolReply:
    """The reply of a tool: text for a model, and the same as an object for a program."""

    text: str
    content: dict[str, Any]


@dataclass(frozen=True)
class OfferedTool:
    """A tool: its description for a model, the class of its arguments, and the function that runs it."""

    description: str
    arguments: type[StoreArguments]
    run: Callable[[Runtime, Shelf, Any], Awaitable[ToolReply]]


async def search(runtime: Runtime, shelf: Shelf, arguments: SearchArguments) -> ToolReply:
    """Return the passages that match best."""
    where = as_filter(arguments.where)
    hits = await run_sync(lambda: shelf.retriever.retrieve(arguments.query, arguments.k, where))
    views = [{**hit_view(hit), "uri": source_uri(shelf.name, hit.chunk.source)} for hit in hits]
    texts = [f"[{number}] {place_of(view)}\n{view['text']}" for number, view in enumerate(views, start=1)]
    return ToolReply("\n\n".join(texts) or "No passage matches.", {"query": arguments.query, "hits": views})


async def ask(runtime: Runtime, shelf: Shelf, arguments: AskArguments) -> ToolReply:
    """Return the answer to a question, with the quoted spans that it rests on."""
    began = asyncio.get_running_loop().time()
    pipeline = await run_sync(shelf.pipeline, AskOptions(answer_format=arguments.answer_format))
    future = runtime.queue.ask(pipeline, arguments.question, as_filter(arguments.where))
    try:
        async with asyncio.timeout(runtime.settings.timeout):
            answer = await asyncio.wrap_future(future)
    except TimeoutError:
        seconds = runtime.settings.timeout
        raise Problem(504, "timeout", f"there was no answer within {seconds:g} seconds") from None
    finally:
        future.cancel()  # one that nobody waits for any more leaves the queue
    view = answer_view(answer, asyncio.get_running_loop().time() - began)
    for citation in (*view["citations"], *view["nearest"]):
        citation["uri"] = source_uri(shelf.name, citation["source"])
    quotes = [f"[{one['number']}] {place_of(one)}\n{one['text']}" for one in view["citations"] or view["nearest"]]
    heading = ["What comes closest:"] if view["nearest"] and not view["citations"] else []
    confidence = [f"confidence: {view['confidence_words']}"] if view["confidence_words"] else []
    return ToolReply("\n\n".join([view["answer"], *heading, *quotes, *confidence]), view)


async def describe(runtime: Runtime, shelf: Shelf, arguments: DescribeArguments) -> ToolReply:
    """Return product descriptions that say what the fields say."""
    content = await run_sync(describe_products, shelf, arguments)
    texts = [
        f"{channel}: {text['text'] or text['reason']}"
        for product in content["products"]
        for channel, text in product["texts"].items()
    ]
    return ToolReply("\n\n".join(texts), content)


TOOLS: Mapping[str, OfferedTool] = {
    "search": OfferedTool(
        "Find passages of the documents, by meaning and by words. Use it to read what the documents say.",
        SearchArguments,
        search,
    ),
    "ask": OfferedTool(
        "Answer a question from the documents alone, with citations to the character; says so when they do not have "
        "the answer. Use it for one fact, list or comparison at a time.",
        AskArguments,
        ask,
    ),
    "describe": OfferedTool(
        "Write product descriptions from fields, which say what the fields say and nothing else.",
        DescribeArguments,
        describe,
    ),
}


def new_mcp_server(runtime: Runtime, authenticate: Authenticate) -> Server[Any]:
    """Return the MCP server over these parts."""
    parts = McpParts(runtime, authenticate)
    return Server(
        SCHEME, title="Openbook", version=version("openbook-rag"), instructions=INSTRUCTIONS,
        on_list_tools=parts.list_tools, on_call_tool=parts.call_tool, on_list_resources=parts.list_resources,
        on_list_resource_templates=parts.list_templates, on_read_resource=parts.read_resource,
    )  # fmt: skip


@dataclass(frozen=True)
class McpParts:
    """The requests of the protocol, over the parts of a server."""

    runtime: Runtime
    authenticate: Authenticate

    async def list_tools(self, context: Context, params: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        """Return the tools; all of them read."""
        reads = types.ToolAnnotations(read_only_hint=True, open_world_hint=False)
        return types.ListToolsResult(
            tools=[
                types.Tool(
                    name=name,
                    description=tool.description,
                    input_schema=tool.arguments.model_json_schema(),
                    annotations=reads,
                )
                for name, tool in TOOLS.items()
            ]
        )

    async def call_tool(self, context: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        """Run a tool. What is wrong with its arguments or the documents is told to the model, in one line."""
        tool = TOOLS.get(params.name)
        if tool is None:
            raise MCPError(types.INVALID_PARAMS, f"unknown tool {params.name!r}: known are {', '.join(TOOLS)}")
        try:
            arguments = tool.arguments.model_validate(params.arguments or {})
            shelf = await run_sync(self._shelf, context, arguments.store)
            reply = await tool.run(self.runtime, shelf, arguments)
        except ValidationError as error:
            faults = (f"{'.'.join(map(str, fault['loc'])) or 'arguments'}: {fault['msg']}" for fault in error.errors())
            return _failure("; ".join(faults))
        except Problem as problem:
            return _failure(problem.detail)
        except OpenbookError as error:
            return _failure(_detail_of(error))
        return types.CallToolResult(
            content=[types.TextContent(type="text", text=reply.text)], structured_content=reply.content
        )

    async def list_resources(
        self, context: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListResourcesResult:
        """Return the sources of every store that the key sees, a page of them from the cursor on."""
        cursor = (params and params.cursor) or "0"
        if not cursor.isdecimal():
            raise MCPError(types.INVALID_PARAMS, f"{cursor!r} is no cursor of this list")
        resources = await self._in_thread(self._resources, context)
        end = int(cursor) + PAGE
        return types.ListResourcesResult(
            resources=resources[int(cursor) : end], next_cursor=str(end) if end < len(resources) else None
        )

    async def list_templates(
        self, context: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListResourceTemplatesResult:
        """Return the form of the addresses of sources."""
        template = types.ResourceTemplate(
            name="source",
            uri_template=f"{SCHEME}://{{store}}/{{source}}",
            description="the text of a document, in which citations have their places, in characters",
            mime_type="text/plain",
        )
        return types.ListResourceTemplatesResult(resource_templates=[template])

    async def read_resource(
        self, context: Context, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        """Return the text of a source. Raises MCPError for one that is not there, or not for this key."""
        text = await self._in_thread(self._read, context, params.uri)
        contents = types.TextResourceContents(uri=params.uri, mime_type="text/plain", text=text)
        return types.ReadResourceResult(contents=[contents])

    def _principal(self, context: Context) -> Principal:
        principal = self.authenticate(context.request)
        if not principal.may("read"):
            raise Problem(403, "scope", f"this needs the scope 'read', which the key {principal.name!r} does not have")
        return principal

    def _shelf(self, context: Context, store: str | None) -> Shelf:
        return self.runtime.shelf(store, self._principal(context))

    def _resources(self, context: Context) -> list[types.Resource]:
        principal = self._principal(context)
        return [
            types.Resource(
                name=info.source.source, uri=source_uri(name, info.source.source), mime_type="text/plain",
                description=f"{info.chunks} passages",
            )
            for name, shelf in self.runtime.shelves.items()
            if principal.sees(name)
            for info in shelf.sources()
        ]  # fmt: skip

    def _read(self, context: Context, uri: str) -> str:
        address = urlsplit(uri)
        source = unquote(address.path.removeprefix("/"))
        if address.scheme != SCHEME or not address.netloc or not source:
            raise Problem(404, "no-source", f"{uri!r} is no source: {SCHEME}://STORE/SOURCE")
        shelf = self._shelf(context, unquote(address.netloc))
        origin = next((info.source.origin for info in shelf.sources() if info.source.source == source), None)
        if origin is None:
            raise Problem(404, "no-source", f"the store has no source {source!r}")
        text: str = document_view(shelf, source, origin)["text"]
        return text

    async def _in_thread(self, function: Callable[..., T], *arguments: Any) -> T:
        """Call a function that reads the store. Its problems are errors of the protocol."""
        try:
            return await run_sync(partial(function, *arguments))
        except Problem as problem:
            raise MCPError(
                types.INVALID_PARAMS if problem.status < 500 else types.INTERNAL_ERROR, problem.detail
            ) from None
        except OpenbookError as error:
            raise MCPError(types.INTERNAL_ERROR, _detail_of(error)) from None


def source_uri(store: str, source: str) -> str:
    """Return the address of a source as a resource."""
    return f"{SCHEME}://{quote(store, safe='')}/{quote(source)}"


def place_of(view: Mapping[str, Any]) -> str:
    """Return where a passage stands, in words."""
    heading = f", {' > '.join(view['heading'])}" if view["heading"] else ""
    page = f", page {view['page']}" if view["page"] else ""
    return f"{view['source']}{heading}{page}, characters {view['start']}-{view['end']}"


def _failure(detail: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=detail)], is_error=True)


def _detail_of(error: OpenbookError) -> str:
    problem = problem_of(error)
    if problem.status == 500:
        logger.error("%s: %s", type(error).__name__, error)
    return problem.detail

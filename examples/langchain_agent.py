"""How do I give Openbook to a LangChain agent? As a tool that answers, and as a tool that retrieves."""

from pathlib import Path
from tempfile import mkdtemp

from langchain.agents import create_agent
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, ToolCall
from langchain_core.tools import create_retriever_tool

from rag import Config
from rag.langchain import AskTool, OpenbookRetriever

DOCUMENTS = Path(__file__).parent / "knowledge_base" / "documents" / "handbook"


class ScriptedModel(GenericFakeChatModel):
    """Stands where your chat model goes: it calls both tools, and then says what it would say."""

    def bind_tools(self, tools, **options):
        return self


question = "How many weeks off are there for the adoption of a child?"
model = ScriptedModel(
    messages=iter(
        [
            AIMessage("", tool_calls=[ToolCall(name="ask_documents", args={"question": question}, id="1")]),
            AIMessage("", tool_calls=[ToolCall(name="search_handbook", args={"query": "adoption"}, id="2")]),
            AIMessage("Twelve weeks, says the handbook."),
        ]
    )
)

config = Config().override("store", path=mkdtemp() + "/store").override("generator", kind="extractive")
config.index().sync([DOCUMENTS])
pipeline = config.pipeline()
retriever = OpenbookRetriever(retriever=pipeline.retriever, k=2)
tools = [AskTool(pipeline=pipeline), create_retriever_tool(retriever, "search_handbook", "Passages of the handbook.")]

state = create_agent(model, tools).invoke({"messages": [("user", question)]})
for message in state["messages"]:
    print(f"{message.type}: {str(message.content)[:120]!r}")
print([citation.text for citation in state["messages"][2].artifact.citations])

"""LangChain's own fake models behind our protocol."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel, FakeListLLM, FakeStreamingListLLM
from langchain_core.language_models.fake_chat_models import FakeListChatModel, FakeMessagesListChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from ingest.errors import InputError
from prompts.types import Message
from rag.generate import Decoding, Generator, LangChainGenerator, new_generator

CHAT = (Message("system", "Be brief."), Message("user", "Why is the sky blue?"))
DECODING = Decoding(max_new_tokens=50)


class Recorder(BaseChatModel):
    """Keeps what it is called with and answers how often it was called."""

    temperature: float = 0.7
    max_tokens: int | None = None
    top_k: int | None = None
    calls: list[tuple[list[BaseMessage], list[str] | None, dict[str, Any]]] = []  # noqa: RUF012

    @property
    def _llm_type(self) -> str:
        return "recorder"

    def _generate(
        self, messages: list[BaseMessage], stop: list[str] | None = None, run_manager: Any = None, **options: Any
    ) -> ChatResult:
        self.calls.append((messages, stop, options))
        return ChatResult(generations=[ChatGeneration(message=AIMessage(f"reply to {messages[-1].content}"))])


def test_a_chat_model_gets_messages_and_the_settings_it_knows() -> None:
    model = Recorder()
    generator = LangChainGenerator(model)
    assert {name for name in vars(Generator) if not name.startswith("_")} <= set(dir(generator))
    assert (generator.style, generator.name, generator.context_window) == ("chat", "langchain:Recorder", 8192)
    decoding = Decoding(max_new_tokens=50, temperature=0.5, top_p=0.9, top_k=7, stop=("END",), seed=3)
    assert generator.generate([CHAT], decoding)[0].text == "reply to Why is the sky blue?"
    [(messages, stop, options)] = model.calls
    assert [(message.type, message.content) for message in messages] == [
        ("system", "Be brief."),
        ("human", "Why is the sky blue?"),
    ]
    assert stop == ["END"]
    assert options == {"temperature": 0.5, "max_tokens": 50, "top_k": 7}


def test_a_batch_comes_back_in_order() -> None:
    prompts = [(Message("user", f"question {number}"),) for number in range(20)]
    made = LangChainGenerator(Recorder(), batch_size=4).generate(prompts, DECODING)
    assert [generation.text for generation in made] == [f"reply to question {number}" for number in range(20)]
    assert LangChainGenerator(Recorder()).generate([], DECODING) == []


def test_usage_and_finish_are_the_providers_where_it_tells() -> None:
    told = AIMessage(
        "cut",
        usage_metadata={"input_tokens": 21, "output_tokens": 3, "total_tokens": 24},
        response_metadata={"finish_reason": "length"},
    )
    generator = LangChainGenerator(FakeMessagesListChatModel(responses=[told, AIMessage("whole")]))
    first, second = (generator.generate([CHAT], DECODING)[0] for _ in range(2))
    assert (first.prompt_tokens, first.completion_tokens, first.finish) == (21, 3, "length")
    assert (second.prompt_tokens, second.finish) == (generator.count_tokens(CHAT), "stop")


def test_an_llm_gets_text() -> None:
    generator = LangChainGenerator(FakeListLLM(responses=["one END two"]))
    assert generator.style == "completion"
    made = generator.generate(["The sky is"], Decoding(stop=("END",)))[0]
    assert (made.text, made.finish) == ("one ", "stop")
    with pytest.raises(TypeError, match="reads text"):
        generator.generate([CHAT], DECODING)


@pytest.mark.parametrize(
    ("model", "prompt"),
    [
        (FakeListChatModel(responses=["one, two END three"]), CHAT),
        (FakeStreamingListLLM(responses=["one, two END three"]), "x"),
    ],
)
def test_streams_join_to_the_cut_text(model: Any, prompt: Any) -> None:
    pieces = list(LangChainGenerator(model).stream(prompt, Decoding(stop=("END",))))
    assert "".join(pieces) == "one, two "
    assert len(pieces) > 3


def test_closing_a_stream_closes_the_models() -> None:
    closed = []

    class Endless(FakeListChatModel):
        def _stream(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
            try:
                while True:
                    yield from super()._stream(*args, **kwargs)
            finally:
                closed.append(True)

    stream = LangChainGenerator(Endless(responses=["sky "])).stream(CHAT, DECODING)
    assert next(stream) == "s"
    stream.close()  # type: ignore[attr-defined]
    assert closed == [True]


def test_tokens_are_estimated_without_any_download() -> None:
    generator = LangChainGenerator(FakeListLLM(responses=["x"]))
    assert not generator.exact_tokens
    assert generator.count_tokens("a" * 30) == 10
    assert generator.count_tokens("東京") == 2
    counted = LangChainGenerator(FakeListLLM(responses=["x"], custom_get_token_ids=lambda text: list(text.encode())))
    assert counted.exact_tokens
    assert counted.count_tokens("sky") == 3


def test_windows_and_refusals() -> None:
    generator = LangChainGenerator(FakeListLLM(responses=["x"]), context_window=100)
    assert generator.prompt_window(50) == 50
    with pytest.raises(ValueError, match=r"60 tokens.* takes 50 "):
        generator.generate(["a" * 180], DECODING)
    with pytest.raises(ValueError, match="empty"):
        generator.generate([" "], DECODING)
    with pytest.raises(ValueError, match="100"):
        generator.prompt_window(100)
    with pytest.raises(ValueError, match="beam"):
        generator.generate(["sky"], Decoding(max_new_tokens=50, num_beams=2))


def test_a_name_goes_through_langchains_own_factory(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def init_chat_model(name: str) -> BaseChatModel:
        asked.append(name)
        return Recorder()

    monkeypatch.setattr("langchain.chat_models.init_chat_model", init_chat_model)
    generator = new_generator("langchain:openai:gpt-4o-mini", context_window=1000)
    assert asked == ["openai:gpt-4o-mini"]
    assert (generator.name, generator.context_window) == ("langchain:openai:gpt-4o-mini", 1000)
    with pytest.raises(ValueError, match="PROVIDER:MODEL"):
        new_generator("langchain:gpt-4o-mini")


def test_a_model_object_goes_wherever_a_name_goes(scripted: Any) -> None:
    chat = new_generator(FakeMessagesListChatModel(responses=[AIMessage("whole")]), context_window=1000)
    assert (chat.style, chat.context_window) == ("chat", 1000)
    assert chat.generate([CHAT], DECODING)[0].text == "whole"
    assert new_generator(FakeListLLM(responses=["one"])).style == "completion"
    own = scripted("x")
    assert new_generator(own) is own
    with pytest.raises(InputError, match="scripted is a generator already: context_window cannot be set on it"):
        new_generator(own, context_window=100)
    with pytest.raises(InputError, match="int is no generator: give a model's name, a LangChain chat model or LLM"):
        new_generator(3)  # type: ignore[arg-type]


def test_a_fingerprint_changes_with_the_settings_and_holds_no_secret() -> None:
    def of(**settings: Any) -> str:
        return LangChainGenerator(FakeListLLM(responses=["x"], **settings)).fingerprint

    assert of() == of()
    assert of() != of(sleep=0.5)
    assert of() != LangChainGenerator(FakeListLLM(responses=["x"]), context_window=100).fingerprint


def test_settings_that_are_lists_belong_to_the_fingerprint() -> None:
    one, other = (LangChainGenerator(FakeListChatModel(responses=[text])) for text in ("12", "twelve"))
    assert one.fingerprint != other.fingerprint
    assert one.fingerprint == LangChainGenerator(FakeListChatModel(responses=["12"])).fingerprint

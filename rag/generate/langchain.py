"""Any LangChain chat model or LLM as a generator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeGuard

from langchain_core.language_models import BaseChatModel, BaseLLM
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from ingest.closing import Closing
from ingest.errors import InputError
from ingest.fingerprint import fingerprint
from ingest.models.weights import ENDPOINT_PREFIX
from prompts.types import Message, RenderedPrompt, Style
from rag.generate.base import Decoding, Generation
from rag.generate.stop import first_stop, settled

_BYTES_PER_TOKEN = 3
"""English has some 4 bytes a token and Chinese some 3: an estimate that errs on the side of too many tokens."""

_TOKENS_PER_MESSAGE = 4
_MESSAGES: dict[str, type[BaseMessage]] = {"system": SystemMessage, "user": HumanMessage, "assistant": AIMessage}
_LENGTH_FIELDS = ("max_tokens", "max_output_tokens", "max_new_tokens", "num_predict")


class LangChainGenerator(Closing):
    """A LangChain model behind the Generator protocol: chat models get messages, LLMs get text to continue.

    `model` is a model object, or `langchain:PROVIDER:MODEL` (the provider's package must be installed). The provider
    gets the options of a Decoding that its class has a field for; stop strings are applied here as well. Tokens are
    counted by the model's `custom_get_token_ids` where it is set and estimated otherwise: LangChain's default counter
    downloads GPT-2's tokenizer, and providers ask their server. `context_window` is the one that the provider states.
    """

    def __init__(
        self, model: BaseChatModel | BaseLLM | str, *, context_window: int = 8192, batch_size: int = 8
    ) -> None:
        if context_window < 2 or batch_size < 1:
            raise InputError(f"too small: context_window {context_window} or batch_size {batch_size}")
        self._name = model if isinstance(model, str) else f"{ENDPOINT_PREFIX}{type(model).__name__}"
        self._model = _new_chat_model(model) if isinstance(model, str) else model
        self._context_window = context_window
        self._batch_size = batch_size

    @property
    def name(self) -> str:
        """The name that the model was requested by, or `langchain:CLASS` for a model object."""
        return self._name

    @property
    def fingerprint(self) -> str:
        """A hash of the name, the window and the model's plain settings; secrets are none of these."""
        settings = {name: getattr(self._model, name) for name in type(self._model).model_fields}
        plain = {name: value for name, value in settings.items() if _is_plain(value)}
        return fingerprint("langchain", self._name, type(self._model).__name__, self._context_window, plain)

    @property
    def style(self) -> Style:
        """Chat for chat models, completion for LLMs."""
        return "chat" if isinstance(self._model, BaseChatModel) else "completion"

    @property
    def context_window(self) -> int:
        """The window in tokens, of prompt and answer together."""
        return self._context_window

    @property
    def exact_tokens(self) -> bool:
        """Whether `count_tokens` is exact: never for chats, whose marks only the provider knows."""
        return self.style == "completion" and self._model.custom_get_token_ids is not None

    def count_tokens(self, prompt: RenderedPrompt) -> int:
        """Return the tokens of a prompt, estimated unless `exact_tokens`; never over the network."""
        if isinstance(prompt, str):
            marks = 0 if self.style == "completion" else _TOKENS_PER_MESSAGE
            return self._count(prompt) + marks
        return sum(self._count(message.content) + _TOKENS_PER_MESSAGE for message in prompt)

    def prompt_window(self, max_new_tokens: int) -> int:
        """Return the largest prompt in tokens that leaves room for the new ones. Raises InputError for no room."""
        if not 1 <= max_new_tokens < self.context_window:
            raise InputError(f"{self.name} can write 1 to {self.context_window - 1} new tokens, not {max_new_tokens}")
        return self.context_window - max_new_tokens

    def generate(self, prompts: Sequence[RenderedPrompt], decoding: Decoding) -> list[Generation]:
        """Return one generation a prompt, in order.

        Raises InputError for an empty prompt, one that is longer than `prompt_window`, or beam search.
        """
        inputs = [self._input(prompt, decoding) for prompt in prompts]
        # BaseChatModel and BaseLLM take the same arguments but declare them differently.
        model: Any = self._model
        replies = model.batch(inputs, {"max_concurrency": self._batch_size}, **self._options(decoding))
        return [self._read(prompt, reply, decoding) for prompt, reply in zip(prompts, replies, strict=True)]

    def stream(self, prompt: RenderedPrompt, decoding: Decoding) -> Iterator[str]:
        """Yield the new text in pieces as it arrives; closing the iterator closes the request."""
        chunks = self._model.stream(self._input(prompt, decoding), **self._options(decoding))
        return _settle_chunks(chunks, decoding.stop)

    def _count(self, text: str) -> int:
        if self._model.custom_get_token_ids is not None:
            return len(self._model.custom_get_token_ids(text))
        return -(-len(text.encode("utf-8", "surrogatepass")) // _BYTES_PER_TOKEN)

    def _input(self, prompt: RenderedPrompt, decoding: Decoding) -> str | list[BaseMessage]:
        """Return a prompt as LangChain takes it. Raises InputError for an empty or too long one."""
        messages = (Message("user", prompt),) if isinstance(prompt, str) else prompt
        if not any(message.content.strip() for message in messages):
            raise InputError("a prompt is empty")
        tokens, room = self.count_tokens(prompt), self.prompt_window(decoding.max_new_tokens)
        if tokens > room:
            kind = "" if self.exact_tokens else "an estimated "
            raise InputError(
                f"a prompt has {kind}{tokens} tokens, but {self.name} takes {room} "
                f"with {decoding.max_new_tokens} new tokens"
            )
        if self.style == "chat":
            return [_MESSAGES[message.role](content=message.content) for message in messages]
        if not isinstance(prompt, str):
            raise TypeError(f"{self.name} reads text, not chat messages")
        return prompt

    def _options(self, decoding: Decoding) -> dict[str, Any]:
        """Return the options of a decoding that the model's class has a field for."""
        if decoding.num_beams > 1:
            raise InputError(f"{self.name} has no beam search")
        fields = type(self._model).model_fields
        wanted: dict[str, Any] = {"temperature": decoding.temperature, "seed": decoding.seed}
        wanted |= {"top_p": decoding.top_p} if decoding.top_p < 1 else {}
        wanted |= {"top_k": decoding.top_k} if decoding.top_k else {}
        wanted |= {"repetition_penalty": decoding.repetition_penalty} if decoding.repetition_penalty != 1 else {}
        # Providers name the limit of new tokens differently.
        options = {name: value for name, value in wanted.items() if name in fields and value is not None}
        options |= {name: decoding.max_new_tokens for name in _LENGTH_FIELDS if name in fields}
        return options | ({"stop": list(decoding.stop)} if decoding.stop else {})

    def _read(self, prompt: RenderedPrompt, reply: str | BaseMessage, decoding: Decoding) -> Generation:
        """Return the generation of a reply, with the provider's own token counts where it sends them."""
        # Trust the provider's counts and reason where it sends them.
        text = _text_of(reply)
        usage: Mapping[str, Any] = (reply.usage_metadata if isinstance(reply, AIMessage) else None) or {}
        reason = "" if isinstance(reply, str) else str(reply.response_metadata.get("finish_reason", ""))
        cut = first_stop(text, decoding.stop)
        return Generation(
            text[:cut],
            int(usage.get("input_tokens", 0)) or self.count_tokens(prompt),
            int(usage.get("output_tokens", 0)) or self._count(text[:cut]),
            "length" if cut is None and reason.lower() in {"length", "max_tokens"} else "stop",
        )


def _is_plain(value: object) -> bool:
    """Return whether a setting is a plain value, or a list or mapping of such: an API key is a SecretStr."""
    if isinstance(value, Mapping):
        return all(_is_plain(item) for item in value.values())
    if isinstance(value, list | tuple | set | frozenset):
        return all(_is_plain(item) for item in value)
    return isinstance(value, str | int | float | None)


def is_language_model(model: object) -> TypeGuard[BaseChatModel | BaseLLM]:
    """Return whether an object is a LangChain chat model or LLM."""
    return isinstance(model, BaseChatModel | BaseLLM)


def _new_chat_model(name: str) -> BaseChatModel:
    """Return the chat model that `langchain:PROVIDER:MODEL` names."""
    from langchain.chat_models import init_chat_model

    _, _, endpoint = name.partition(":")
    if ":" not in endpoint:
        raise InputError(
            f"{name!r} names no provider; it should read {ENDPOINT_PREFIX}PROVIDER:MODEL, like langchain:ollama:phi3"
        )
    model = init_chat_model(endpoint)
    if not isinstance(model, BaseChatModel):
        raise TypeError(f"{name!r} is no chat model")
    return model


def _settle_chunks(chunks: Iterator[Any], stop: Sequence[str]) -> Iterator[str]:
    """Yield text that no later chunk can change, up to a stop string."""
    text = sent = ""
    try:
        for chunk in chunks:
            text += _text_of(chunk)
            safe = settled(text, stop)
            if len(safe) > len(sent):
                yield safe[len(sent) :]
                sent = safe
            if first_stop(text, stop) is not None:
                return
        if len(text) > len(sent):
            yield text[len(sent) :]
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()


def _text_of(reply: str | BaseMessage) -> str:
    return reply if isinstance(reply, str) else str(reply.text)

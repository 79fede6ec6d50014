"""A tokenizer that is read from its file alone, with the results of transformers but without importing it.

>>> tokenizer = FileTokenizer.of_folder(folder)
>>> tokenizer.decode(tokenizer("Bees dance.").input_ids, skip_special_tokens=True)
'Bees dance.'
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ingest.errors import ModelError

FILE, SETTINGS = "tokenizer.json", "tokens.json"
NAMED = ("bos_token", "eos_token", "unk_token", "pad_token", "sep_token", "cls_token", "mask_token")


@dataclass(frozen=True)
class TokenIds:
    """The token ids of a text."""

    input_ids: list[int]


class FileTokenizer:
    """The part of a transformers tokenizer that encoding prompts needs, with the same names and results.

    `settings` are the named special tokens, all special tokens and the chat template, as `write_tokenizer` saved them.
    """

    def __init__(self, tokenizer: Any, settings: Mapping[str, Any]) -> None:
        self._tokenizer = tokenizer
        self._named: Mapping[str, str] = settings["named"]
        self.all_special_tokens: list[str] = settings["special"]
        self.chat_template: str | None = settings["chat_template"]

    @classmethod
    def of_folder(cls, folder: Path) -> FileTokenizer:
        """Read the files of `write_tokenizer`, without the truncation and padding that they declare."""
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(folder / FILE))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return cls(tokenizer, json.loads((folder / SETTINGS).read_text("utf-8")))

    def __getattr__(self, name: str) -> str | None:
        """Return a named special token, None where the tokenizer lacks it."""
        if name in NAMED:
            return self._named.get(name)
        raise AttributeError(name)

    def __call__(self, text: str, add_special_tokens: bool = True, verbose: bool = True) -> TokenIds:
        return TokenIds(self._tokenizer.encode(text, add_special_tokens=add_special_tokens).ids)

    @cached_property
    def added_tokens_decoder(self) -> Mapping[int, Any]:
        """The tokens added to the vocabulary, by id."""
        added: Mapping[int, Any] = self._tokenizer.get_added_tokens_decoder()
        return added

    def decode(
        self, tokens: Sequence[int], skip_special_tokens: bool = False, clean_up_tokenization_spaces: bool = False
    ) -> str:
        """Return the text of tokens; spaces are never cleaned up."""
        return str(self._tokenizer.decode(list(tokens), skip_special_tokens=skip_special_tokens))

    def apply_chat_template(
        self, turns: Sequence[Mapping[str, str]], add_generation_prompt: bool = True, tokenize: bool = False
    ) -> str:
        """Return the turns in the model's own template. Raises jinja2's TemplateError for turns that it refuses."""
        return str(self._template.render(messages=turns, add_generation_prompt=add_generation_prompt, **self._named))

    @cached_property
    def _template(self) -> Any:
        """The chat template in a sandbox, with the functions that transformers gives such templates."""
        from datetime import datetime

        from jinja2 import TemplateError
        from jinja2.ext import loopcontrols
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        # Templates raise errors, write JSON and print the date through these.
        def refuse(message: str) -> None:
            raise TemplateError(message)

        def as_json(value: object, indent: int | None = None) -> str:
            return json.dumps(value, ensure_ascii=False, indent=indent)

        environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols])
        environment.filters["tojson"] = as_json
        environment.globals["raise_exception"] = refuse
        environment.globals["strftime_now"] = lambda form: datetime.now().strftime(form)
        return environment.from_string(self.chat_template or "")


def write_tokenizer(tokenizer: Any, folder: Path) -> None:
    """Save a transformers tokenizer for `FileTokenizer`. Raises ModelError for one without a file."""
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is None:
        raise ModelError("its tokenizer is not one of the tokenizers library")
    backend.save(str(folder / FILE))
    named = {name: str(mark) for name in NAMED if (mark := getattr(tokenizer, name, None)) is not None}
    template = tokenizer.chat_template
    if isinstance(template, Mapping):
        template = template.get("default")
    settings = {"named": named, "special": list(tokenizer.all_special_tokens), "chat_template": template}
    (folder / SETTINGS).write_text(json.dumps(settings, ensure_ascii=False, indent=1), "utf-8")

"""A prompt: one template file for each style of model, rendered in a sandbox with strict names."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal, cast

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ingest.errors import InputError
from ingest.fingerprint import fingerprint
from ingest.types import Chunk
from prompts.escape import neutralise
from prompts.pack import pack
from prompts.types import STYLES, Message, Packed, RenderedPrompt, Style, Window


@dataclass(frozen=True)
class Task:
    """The contract of a task's templates: `defaults` of optional values, and the need of passages.

    Passages are "required" where the task makes no sense without them, "grounding" where some of them must get into the
    prompt, "optional" where none need to.
    """

    defaults: Mapping[str, object] = field(default_factory=dict)
    passages: Literal["required", "grounding", "optional"] = "grounding"


TASKS: dict[str, Task] = {
    "answer": Task(defaults={"answer_format": "short", "examples": ()}),
    "summarise": Task(passages="required"),
    "classify": Task(defaults={"examples": (), "labels": ()}, passages="optional"),
    "describe": Task(defaults={"examples": (), "intent": ""}, passages="optional"),
    "rewrite": Task(passages="optional"),
}
ANSWER_FORMATS = ("short", "sentence", "list")


@dataclass(frozen=True)
class Prompt:
    """A task's templates: `{style: Jinja text}`.

    A template sees the values by their names, and `passages`: a list of number (from 1), text, heading (joined by
    " > "), source, page and metadata. The filter `facts(separator)` writes a mapping as "name: value" pairs. A chat
    template has a block `user` and may have a block `system`. A block `example` turns each of the `examples` into a
    turn of its own: the block writes its `input`, and the most similar example, the first, comes last.
    """

    task: str
    templates: Mapping[Style, str]

    def __post_init__(self) -> None:
        for style, text in self.templates.items():
            with _one_line_errors(self.task, style):
                blocks = _compile(text).blocks
            if style == "chat" and "user" not in blocks:
                raise InputError(f"prompt {self.task!r}, style 'chat': a chat template needs a block 'user'")

    @property
    def fingerprint(self) -> str:
        """A hash of the task and its templates."""
        return fingerprint(self.task, self.templates)

    @classmethod
    def load(cls, task: str, folder: Path | None = None) -> Prompt:
        """Return a built-in task's prompt, or the one of `folder/task/*.jinja` or `folder/*.jinja`.

        A style that the folder lacks is taken from the built-in task of that name. Raises InputError for an unknown
        task, naming the known ones, and for a template that does not compile.
        """
        if folder is None and task not in TASKS:
            raise InputError(f"unknown task {task!r}; known: {', '.join(TASKS)}, or a folder of your own templates")
        # Templates of the folder replace the built-in ones of the same style.
        templates: dict[Style, str] = {}
        if task in TASKS:
            builtin = resources.files("prompts") / "templates" / task
            templates = {style: (builtin / f"{style}.jinja").read_text(encoding="utf-8") for style in STYLES}
        if folder is not None:
            templates |= _read_templates(task, folder)
        return cls(task, templates)

    def render(
        self,
        style: Style,
        values: Mapping[str, object],
        passages: Sequence[Chunk] = (),
        special_tokens: Collection[str] = (),
    ) -> RenderedPrompt:
        """Return the prompt with these values and all of these passages, without white space around it.

        Values and passages are data: they are never rendered as templates, and special tokens in them are broken up.
        Raises InputError for a missing name, with the task, the style and the name.
        """
        if style not in self.templates:
            styles = ", ".join(self.templates)
            raise InputError(f"prompt {self.task!r} has no template for style {style!r}; it has: {styles}")
        # Optional values get their defaults; passages are shown with their place.
        data = {**self._task.defaults, **values}
        _check_values(data)
        data["passages"] = [
            {
                "number": number,
                "text": chunk.text,
                "heading": " > ".join(chunk.heading),
                "source": chunk.source,
                "page": chunk.page,
                "metadata": chunk.metadata,
            }
            for number, chunk in enumerate(passages, start=1)
        ]
        safe = cast("dict[str, Any]", neutralise(data, special_tokens))
        template = _compile(self.templates[style])
        with _one_line_errors(self.task, style):
            if style != "chat":
                return template.render(safe).strip()
            system, user = _render_block(template, "system", safe), _render_block(template, "user", safe)
            # Examples are turns of their own, the most similar one last, next to the question.
            turns: list[Message] = []
            for example, output in reversed(safe.get("examples", ())) if "example" in template.blocks else ():
                question = _render_block(template, "example", {**safe, "input": example})
                turns += [Message("user", question), Message("assistant", str(output).strip())]
            return (*([Message("system", system)] if system else []), *turns, Message("user", user))

    def pack(
        self, window: Window, max_new_tokens: int, values: Mapping[str, object], passages: Sequence[Chunk] = ()
    ) -> Packed:
        """Return the prompt with as many of the passages, best first, as the window holds with `max_new_tokens`.

        Special tokens are those of the window's attribute `special_tokens`, where it has one. Raises InputError where
        the values do not fit (they are never cut), or no sentence of the passages that the task needs.
        """
        if self._task.passages == "required" and not passages:
            raise InputError(f"prompt {self.task!r} needs passages, and there are none")
        special_tokens: frozenset[str] = getattr(window, "special_tokens", frozenset())
        return pack(
            lambda values, passages: self.render(window.style, values, passages, special_tokens),
            window,
            max_new_tokens,
            {**self._task.defaults, **values},
            passages,
            needs_passages=self._task.passages != "optional",
        )

    @property
    def _task(self) -> Task:
        return TASKS.get(self.task, Task())


def _check_values(values: Mapping[str, object]) -> None:
    """Refuse values that Jinja would silently render as something else: a string is a sequence of letters to it."""
    if "passages" in values:
        raise InputError("'passages' is not a value; give the passages as chunks, as the argument of that name")
    for name in {"labels", "examples"} & values.keys():
        if isinstance(values[name], str) or not isinstance(values[name], Sequence):
            raise InputError(f"{name!r} must be a sequence, not {type(values[name]).__name__}")
    for example in cast(Sequence[object], values.get("examples", ())):
        if isinstance(example, str) or not isinstance(example, Sequence) or len(example) != 2:
            raise InputError(f"'examples' must be (input, output) pairs, not {example!r}")
    if "fields" in values and not isinstance(values["fields"], Mapping):
        raise InputError(f"'fields' must map names to values, not be {type(values['fields']).__name__}")
    if values.get("answer_format", "short") not in ANSWER_FORMATS:
        raise InputError(f"unknown answer_format {values['answer_format']!r}; known: {', '.join(ANSWER_FORMATS)}")


def _read_templates(task: str, folder: Path) -> dict[Style, str]:
    """Return the templates of a user's folder, by style."""
    if not re.fullmatch(r"[\w-]+", task):  # it becomes part of a path
        raise InputError(f"a task is named by letters, digits, '-' and '_', not {task!r}")
    files = sorted((folder / task).glob("*.jinja")) or sorted(folder.glob("*.jinja"))
    if not files:
        tasks = ", ".join(sorted({path.parent.name for path in folder.glob("*/*.jinja")})) or "none"
        raise InputError(
            f"no templates of task {task!r} in {folder}; tasks there: {tasks}; built in: {', '.join(TASKS)}"
        )
    for path in files:
        if path.stem not in STYLES:
            raise InputError(f"{path} is not named for a style; known: {', '.join(STYLES)}")
    return {cast(Style, path.stem): path.read_text(encoding="utf-8") for path in files}


def facts(fields: object, separator: str = "\n") -> str:
    """Return a mapping as "name: value" pairs in order, without empty values; a string as it is."""
    if not isinstance(fields, Mapping):
        return str(fields)
    pairs = ((str(name).replace("_", " "), _value_text(value)) for name, value in fields.items())
    return separator.join(f"{name}: {value}" for name, value in pairs if value)


def _value_text(value: object) -> str:
    if value is None or isinstance(value, bool):
        return {None: "", True: "yes", False: "no"}[value]
    if isinstance(value, float):
        return f"{value:.12g}"  # 6.0 of a table is 6 to a reader
    return ", ".join(map(_value_text, value)) if isinstance(value, list | tuple) else str(value).strip()


_ENVIRONMENT = ImmutableSandboxedEnvironment(  # no loader: nothing is read from the file system
    undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True
)
_ENVIRONMENT.filters["facts"] = facts


@lru_cache(maxsize=128)
def _compile(text: str) -> Template:
    if list(meta.find_referenced_templates(_ENVIRONMENT.parse(text))):
        raise TemplateSyntaxError("include, import and extends are not available: a prompt is one file", lineno=1)
    return _ENVIRONMENT.from_string(text)


def _render_block(template: Template, name: str, data: Mapping[str, Any]) -> str:
    block = template.blocks.get(name)
    return "".join(block(template.new_context(dict(data)))).strip() if block else ""


@contextmanager
def _one_line_errors(task: str, style: Style) -> Iterator[None]:
    """Turn Jinja's errors into one line with the task and the style."""
    try:
        yield
    except TemplateSyntaxError as error:
        raise InputError(f"prompt {task!r}, style {style!r}, line {error.lineno}: {error.message}") from error
    except TemplateError as error:
        raise InputError(f"prompt {task!r}, style {style!r}: {error.message}") from error

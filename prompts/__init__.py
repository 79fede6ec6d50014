"""Prompts as files, and packing passages into a model's window to the token."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from prompts.prompt import TASKS, Prompt
    from prompts.types import STYLES, Dropped, Message, Packed, RenderedPrompt, Style, Window

_HOME = {
    "Dropped": "prompts.types",
    "Message": "prompts.types",
    "Packed": "prompts.types",
    "Prompt": "prompts.prompt",
    "RenderedPrompt": "prompts.types",
    "STYLES": "prompts.types",
    "Style": "prompts.types",
    "TASKS": "prompts.prompt",
    "Window": "prompts.types",
}

__all__ = [
    "STYLES",
    "TASKS",
    "Dropped",
    "Message",
    "Packed",
    "Prompt",
    "RenderedPrompt",
    "Style",
    "Window",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'prompts' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)

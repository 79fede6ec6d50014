"""Prompts: template files for each task and style, packed into a model's window to the token."""

from typing import TYPE_CHECKING

from ingest.lazy import attach

if TYPE_CHECKING:
    from prompts.prompt import TASKS as TASKS, Prompt as Prompt
    from prompts.types import (
        STYLES as STYLES,
        Dropped as Dropped,
        Message as Message,
        Packed as Packed,
        RenderedPrompt as RenderedPrompt,
        Style as Style,
        Window as Window,
    )

__getattr__, __dir__, __all__ = attach(__name__, __file__)

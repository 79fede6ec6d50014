"""Every error that a caller may want to catch.

OpenbookError
├── ConfigError            rag.toml or a command's options; also a ValueError
│   └── PlanError          the plan of a comparison
├── InputError             a question, a filter, a name or a value; also a ValueError
│   ├── OptionError        an option of a part: an unknown name, or a value of another type
│   ├── RowsError          labelled rows
│   └── NothingFits        a prompt without room for one sentence of any passage
├── ParseError             a document
│   └── Unsupported        a kind of document that nothing installed reads
├── StoreError             a store
│   ├── WrongEmbedder      vectors of another embedder than the store's
│   └── StoreBusy          also a BusyError
├── ModelError             a model; also a ValueError
│   └── WeightsError       weights that are missing or must not be loaded
│       ├── CacheError     a cache that cannot be written
│       └── NoCopyError    a model without a faithful converted copy
├── MissingExtra           an optional package that is not installed; also an ImportError
├── BusyError              something held by another process; trying again later may work
└── Cancelled              work that was stopped
    └── TimedOut           work that took longer than its caller allows; also a TimeoutError

Each message is one line for a person: what was given, and what would work. A programming error is none of these.
"""

from __future__ import annotations


class OpenbookError(Exception):
    """The base of every error above."""


class ConfigError(OpenbookError, ValueError):
    """A configuration that cannot be used."""


class PlanError(ConfigError):
    """A comparison that cannot be carried out."""


class InputError(OpenbookError, ValueError):
    """A question, a filter, a name or a value that cannot be used."""


class OptionError(InputError):
    """An option that a part does not have, or a value of another type. `complaint` is the message without the part."""

    def __init__(self, part: str, complaint: str) -> None:
        super().__init__(f"{part} {complaint}")
        self.complaint = complaint


class RowsError(InputError):
    """Labelled rows that cannot be used; the message names the file, the line and what is missing."""


class NothingFits(InputError):
    """A prompt without room for a single sentence of any passage."""


class ParseError(OpenbookError):
    """A document that cannot be read. The message does not name the file."""


class Unsupported(ParseError):
    """A kind of document that nothing installed reads."""


class StoreError(OpenbookError):
    """A store that cannot do what it was asked to do."""


class WrongEmbedder(StoreError):
    """Vectors of another embedder than the one that the store was made with."""


class BusyError(OpenbookError):
    """Something that another process holds; trying again later may work."""


class StoreBusy(StoreError, BusyError):
    """A store whose write lock another process held for longer than the limit."""


class ModelError(OpenbookError, ValueError):
    """A model that cannot be used."""


class WeightsError(ModelError):
    """Weights that are missing or must not be loaded."""


class CacheError(WeightsError):
    """A cache that cannot be written."""


class NoCopyError(WeightsError):
    """A model without a faithful converted copy."""


class Cancelled(OpenbookError):
    """Work that was stopped before it was done."""


class TimedOut(Cancelled, TimeoutError):
    """Work that was stopped because it took longer than its caller allows."""


class MissingExtra(OpenbookError, ImportError):
    """An optional package that is not installed; the message holds the pip command."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(f"{feature} needs packages that are not installed: pip install 'openbook-rag[{extra}]'")
        self.extra = extra

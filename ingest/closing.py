"""Close parts that hold files, threads or models."""

from __future__ import annotations

from types import TracebackType
from typing import Self


class Closing:
    """A part with `close()`, which may be called repeatedly. Leaving its `with` block calls it.

    A part that is lent stays open when what uses it is closed: its owner closes it.
    """

    is_lent = False

    def lend(self) -> Self:
        """Keep this part open until its owner closes it, and return it."""
        object.__setattr__(self, "is_lent", True)  # of a frozen dataclass, too
        return self

    def close(self) -> None:
        """Release what the part holds. A part that holds nothing does nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def close_parts(*parts: object) -> None:
    """Close those of the parts that can be closed and are not lent."""
    for part in parts:
        if isinstance(part, Closing) and not part.is_lent:
            part.close()

"""A review of a product, as it was given."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Review:
    """What somebody wrote about a product.

    `text` is plain text in one line, "" for a rating alone. `source` is who wrote it or where it stood, `date` the day
    as it was given. `best` is the highest rating that there is (5 of "4/5"), None where nothing says it.
    """

    text: str
    source: str = ""
    rating: Decimal | None = None
    best: Decimal | None = None
    date: str = ""

    @property
    def attribution(self) -> str:
        """What stands behind the quotation: "Anna K., 5 of 5, 2026-03-01"."""
        rating = ""
        if self.rating is not None and self.best is not None:
            rating = f"{self.rating:f} of {self.best:f}"
        return ", ".join(filter(None, (self.source or "a review", rating, self.date)))

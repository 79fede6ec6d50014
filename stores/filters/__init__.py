"""Filters: conditions that decide which chunks a search may see."""

from typing import TYPE_CHECKING

from ingest.lazy import attach

if TYPE_CHECKING:
    from stores.filters.filter import (
        And as And,
        Compare as Compare,
        Exists as Exists,
        Filter as Filter,
        In as In,
        Not as Not,
        Or as Or,
        Where as Where,
        matches as matches,
    )
    from stores.filters.parse import (
        as_filter as as_filter,
        filter_from_dict as filter_from_dict,
        parse_filter as parse_filter,
    )

__getattr__, __dir__, __all__ = attach(__name__, __file__)

"""`rag sources`: list what the store holds."""

from __future__ import annotations

from dataclasses import dataclass

from rag.cli import output
from rag.cli.options import Command, CommonOptions, load_config
from rag.options import StoreOptions


@dataclass(frozen=True, kw_only=True)
class SourcesOptions(StoreOptions, CommonOptions):
    """Options of `rag sources`."""


def sources(options: SourcesOptions) -> int:
    """List the sources with their numbers of chunks."""
    with load_config(options).store(create=False) as store:
        listed = [
            {"source": info.source.source, "origin": info.source.origin, "chunks": info.chunks}
            for info in store.sources()
        ]
        total = len(store)
    if options.json:
        output.json_line({"sources": listed, "chunks_total": total})
    else:
        output.show_sources(listed)
    return 0


COMMAND = Command("list the sources in the store", SourcesOptions, sources)

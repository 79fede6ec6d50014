"""`rag delete`: remove a source from the store."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.errors import InputError
from rag.cli import output
from rag.cli.options import Command, CommonOptions, load_config
from rag.options import StoreOptions, option


@dataclass(frozen=True, kw_only=True)
class DeleteOptions(StoreOptions, CommonOptions):
    """Options of `rag delete`."""

    source: str = option("a name that `rag sources` lists, or a file", "SOURCE", required=True, positional=True)


def delete(options: DeleteOptions) -> int:
    """Remove a source, or all sources of a file."""
    from rag.index.index import delete_source

    with load_config(options).store(create=False) as store:
        count = delete_source(store, options.source)
        total = len(store)
    if not count:
        raise InputError(f"no source {options.source!r} in the store; `rag sources` lists them")
    if options.json:
        output.json_line({"deleted": count, "chunks_total": total})
    else:
        output.line(f"deleted {count} source{'s' * (count != 1)}; {total} chunks remain")
    return 0


COMMAND = Command("remove a source from the store", DeleteOptions, delete)

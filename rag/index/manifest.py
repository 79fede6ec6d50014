"""The manifest of a store: the embedder that its vectors come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.embed import Embedder
from stores.base import Store

if TYPE_CHECKING:
    from ingest.embed import Embedder
    from stores.base import Store


def check_embedder(store: Store, embedder: Embedder) -> None:
    """Raise WrongEmbedder when the store was made with another embedder; a new store has none to differ from."""
    from ingest.errors import WrongEmbedder
    from rag.index.manifest import manifest

    held, asked = store.manifest, manifest(embedder)
    if held and any(held.get(key) != asked[key] for key in ("embedder_fingerprint", "dimension")):
        raise WrongEmbedder(
            f"this store was made with {held.get('embedder')} ({held.get('dimension')} dimensions), not with "
            f"{asked['embedder']} ({asked['dimension']}): name that embedder, or ingest into another store"
        )


def manifest(embedder: Embedder) -> dict[str, str]:
    """Return what a store has to know of an embedder to refuse another one's vectors."""
    return {
        "embedder": embedder.name,
        "embedder_fingerprint": embedder.fingerprint,
        "dimension": str(embedder.dimension),
    }

"""The manifest of a store: the embedder that its vectors come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.errors import WrongEmbedder

if TYPE_CHECKING:
    from ingest.embed import Embedder
    from stores.base import Store


def check_embedder(store: Store, embedder: Embedder) -> None:
    """Raise WrongEmbedder when the store was made with another embedder; a new store accepts any."""
    stored, wanted = store.manifest, embedder_manifest(embedder)
    if stored and any(stored.get(key) != wanted[key] for key in ("embedder_fingerprint", "dimension")):
        raise WrongEmbedder(
            f"this store was made with {stored.get('embedder')} ({stored.get('dimension')} dimensions), not with "
            f"{wanted['embedder']} ({wanted['dimension']}): name that embedder, or ingest into another store"
        )


def embedder_manifest(embedder: Embedder) -> dict[str, str]:
    """Return the entries of a manifest by which a store refuses another embedder's vectors."""
    return {
        "embedder": embedder.name,
        "embedder_fingerprint": embedder.fingerprint,
        "dimension": str(embedder.dimension),
    }

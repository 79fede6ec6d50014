"""How do I keep chunks in a database of my own? A class with the Store protocol's methods, named in one line.

This one logs each search and leaves the rest to the memory store; a real one would talk to your database. Run the
contract tests (tests/stores/test_contract.py) over yours before you trust it.
"""

from pathlib import Path

from numpy.typing import ArrayLike

from rag import Config, DenseRetriever, Index
from stores import Hit, MemoryStore
from stores.filters.filter import Filter

DOCUMENTS = Path(__file__).parent / "knowledge_base" / "documents" / "handbook"


class LoggingStore(MemoryStore):
    """Keep chunks in memory and remember what was searched for."""

    def __init__(self) -> None:
        super().__init__()
        self.searches: list[int] = []

    def search(self, vector: ArrayLike, k: int = 5, where: Filter | None = None) -> list[Hit]:
        self.searches.append(k)
        return super().search(vector, k, where)


store = LoggingStore()
index = Index(store, Config().embedder())
index.sync([DOCUMENTS / "fmla.md"])
print([hit.chunk.source for hit in DenseRetriever(store, index.embedder).retrieve("unpaid leave", k=1)])
print("searches:", store.searches)

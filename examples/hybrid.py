"""Should I search by meaning, by words, or both? Compare the three on the same questions."""

from pathlib import Path
from tempfile import mkdtemp

from rag import Config, new_retriever

DOCUMENTS = Path(__file__).parent / "knowledge_base" / "documents"

config = Config().override("store", path=mkdtemp() + "/store")
index = config.index()
index.sync([DOCUMENTS])

for question in ("Can I get time off when a baby arrives?", "CHI08CA048", "Use or Lose hours"):
    print(question)
    for kind in ("dense", "bm25", "hybrid"):
        hits = new_retriever(kind, index.store, index.embedder).retrieve(question, k=1)
        print(f"  {kind:<7}", Path(hits[0].chunk.source).name if hits else "nothing")

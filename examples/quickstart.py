"""How do I answer questions over my own files? Ingest a folder, ask, read the answer and its evidence."""

from pathlib import Path
from tempfile import mkdtemp

from rag import Config

DOCUMENTS = Path(__file__).parent / "knowledge_base" / "documents" / "handbook"

config = Config().override("store", path=mkdtemp() + "/store")
report = config.index().sync([DOCUMENTS])
print(f"{report.added} files, {report.chunks_total} chunks")

answer = config.pipeline().ask("How many weeks off are there for the adoption of a child?")
print(answer.text)
for citation in answer.citations:
    print(f"[{citation.number}] {Path(citation.source).name}: {citation.text}")

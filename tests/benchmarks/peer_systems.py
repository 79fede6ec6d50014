"""One system doing one thing, in a process of its own; peers.py runs it and compares. JSON on stdout.

    python tests/benchmarks/peer_systems.py ingest langchain JOB.json

The job names the model's folder, the texts with the names of their documents, and the questions. `ingest` is given
these texts, `read` the folder of files that they come from, which each system reads and cuts as its documentation
shows. What is kept lies beside the job. A peer runs in an environment of its own, so that it imports nothing of ours.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

os.environ |= {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "true", "HAYSTACK_TELEMETRY_ENABLED": "False"}
DEPTH = 10


class System(Protocol):
    """Texts in, the names of their documents out."""

    def ingest(self, texts: list[str], names: list[str]) -> int:
        """Embed and keep texts; return how many pieces there are."""

    def read(self, files: Path) -> int:
        """Read and cut the files of a folder, embed and keep the pieces; return how many there are."""

    def open(self) -> None:
        """Make what was kept ready for questions."""

    def search(self, question: str) -> list[str]:
        """Return the documents of the ten nearest pieces, best first."""


class Openbook:
    def __init__(self, model: str, folder: Path) -> None:
        from ingest.embed import new_embedder
        from stores import LocalStore

        self.folder, self.embedder, self.store = folder, new_embedder(), LocalStore(folder / "store")

    def ingest(self, texts: list[str], names: list[str]) -> int:
        from ingest import Document
        from rag import Index

        documents = (Document(text, f"{name}~{at}") for at, (name, text) in enumerate(zip(names, texts, strict=True)))
        return self._closed(Index(self.store, self.embedder).add(documents))

    def read(self, files: Path) -> int:
        from rag import Index

        return self._closed(Index(self.store, self.embedder).sync([files], progress=False))

    def _closed(self, report: Any) -> int:
        self.store.close()
        return int(report.chunks_total)

    def open(self) -> None:
        from rag.retrieve.retrievers import DenseRetriever

        self.retriever = DenseRetriever(self.store, self.embedder)

    def search(self, question: str) -> list[str]:
        return [Path(hit.chunk.source).stem.partition("~")[0] for hit in self.retriever.retrieve(question, DEPTH)]


class LangChain:
    def __init__(self, model: str, folder: Path) -> None:
        from langchain_huggingface import HuggingFaceEmbeddings

        self.folder, self.embeddings = folder, HuggingFaceEmbeddings(model_name=model)

    def ingest(self, texts: list[str], names: list[str]) -> int:
        from langchain_core.documents import Document

        return self._kept([Document(text, metadata={"source": name}) for text, name in zip(texts, names, strict=True)])

    def read(self, files: Path) -> int:
        from langchain_community.document_loaders import DirectoryLoader, TextLoader
        from langchain_text_splitters import RecursiveCharacterTextSplitter

        documents = DirectoryLoader(str(files), glob="**/*.txt", loader_cls=TextLoader).load()
        splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
        return self._kept(splitter.split_documents(documents))

    def _kept(self, documents: list[Any]) -> int:
        from langchain_community.vectorstores import FAISS

        FAISS.from_documents(documents, self.embeddings).save_local(str(self.folder / "index"))
        return len(documents)

    def open(self) -> None:
        from langchain_community.vectorstores import FAISS

        path = str(self.folder / "index")
        self.store = FAISS.load_local(path, self.embeddings, allow_dangerous_deserialization=True)

    def search(self, question: str) -> list[str]:
        return [Path(found.metadata["source"]).stem for found in self.store.similarity_search(question, k=DEPTH)]


class LlamaIndex:
    def __init__(self, model: str, folder: Path) -> None:
        from llama_index.embeddings.huggingface import HuggingFaceEmbedding

        self.folder, self.embedding = folder, HuggingFaceEmbedding(model_name=model)

    def ingest(self, texts: list[str], names: list[str]) -> int:
        from llama_index.core import VectorStoreIndex
        from llama_index.core.schema import TextNode

        nodes = [TextNode(text=text, metadata={"file_name": name}) for text, name in zip(texts, names, strict=True)]
        for node in nodes:  # the name is not part of what is embedded
            node.excluded_embed_metadata_keys = ["file_name"]
        return self._kept(VectorStoreIndex(nodes, storage_context=self._context(), embed_model=self.embedding))

    def read(self, files: Path) -> int:
        from llama_index.core import SimpleDirectoryReader, VectorStoreIndex

        documents = SimpleDirectoryReader(str(files)).load_data()
        context = self._context()
        index = VectorStoreIndex.from_documents(documents, storage_context=context, embed_model=self.embedding)
        return self._kept(index)

    def _context(self) -> Any:
        import faiss
        from llama_index.core import StorageContext
        from llama_index.vector_stores.faiss import FaissVectorStore

        return StorageContext.from_defaults(vector_store=FaissVectorStore(faiss.IndexFlatIP(384)))

    def _kept(self, index: Any) -> int:
        index.storage_context.persist(str(self.folder / "index"))
        return len(index.index_struct.nodes_dict)

    def open(self) -> None:
        from llama_index.core import StorageContext, load_index_from_storage
        from llama_index.vector_stores.faiss import FaissVectorStore

        path = str(self.folder / "index")
        context = StorageContext.from_defaults(vector_store=FaissVectorStore.from_persist_dir(path), persist_dir=path)
        index: Any = load_index_from_storage(context, embed_model=self.embedding)
        self.retriever = index.as_retriever(similarity_top_k=DEPTH)

    def search(self, question: str) -> list[str]:
        return [Path(found.node.metadata["file_name"]).stem for found in self.retriever.retrieve(question)]


class Haystack:
    def __init__(self, model: str, folder: Path) -> None:
        from haystack.document_stores.in_memory import InMemoryDocumentStore

        self.folder, self.model, self.file = folder, model, folder / "store.json"
        self.store = InMemoryDocumentStore(embedding_similarity_function="cosine")

    def ingest(self, texts: list[str], names: list[str]) -> int:
        from haystack import Document

        given = zip(texts, names, strict=True)
        return self._kept([Document(content=text, meta={"file_path": name}) for text, name in given])

    def read(self, files: Path) -> int:
        from haystack.components.converters import TextFileToDocument
        from haystack.components.preprocessors import DocumentCleaner, DocumentSplitter

        documents = TextFileToDocument().run(sources=sorted(files.iterdir()))["documents"]
        splitter = DocumentSplitter(split_by="word", split_length=150, split_overlap=50)
        if hasattr(splitter, "warm_up"):
            splitter.warm_up()
        return self._kept(splitter.run(documents=DocumentCleaner().run(documents=documents)["documents"])["documents"])

    def _kept(self, documents: list[Any]) -> int:
        embedder = _haystack_embedder("SentenceTransformersDocumentEmbedder", self.model)
        self.store.write_documents(embedder.run(documents=documents)["documents"])
        self.store.save_to_disk(str(self.file))
        return len(documents)

    def open(self) -> None:
        from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
        from haystack.document_stores.in_memory import InMemoryDocumentStore

        self.embedder = _haystack_embedder("SentenceTransformersTextEmbedder", self.model)
        self.retriever = InMemoryEmbeddingRetriever(InMemoryDocumentStore.load_from_disk(str(self.file)), top_k=DEPTH)

    def search(self, question: str) -> list[str]:
        vector = self.embedder.run(text=question)["embedding"]
        return [Path(found.meta["file_path"]).stem for found in self.retriever.run(query_embedding=vector)["documents"]]


def _haystack_embedder(kind: str, model: str) -> Any:
    try:
        import haystack.components.embedders as embedders
    except ImportError:
        embedders = None
    if embedders is None or not hasattr(embedders, kind):
        import haystack_integrations.components.embedders.sentence_transformers as embedders
    embedder = getattr(embedders, kind)(model=model, progress_bar=False)
    if hasattr(embedder, "warm_up"):
        embedder.warm_up()
    return embedder


class Txtai:
    def __init__(self, model: str, folder: Path) -> None:
        from txtai import Embeddings

        self.folder, self.embeddings = folder, Embeddings(path=model, content=True)

    def ingest(self, texts: list[str], names: list[str]) -> int:
        numbered = enumerate(zip(names, texts, strict=True))
        return self._kept([(f"{name}~{at}", text, None) for at, (name, text) in numbered])

    def read(self, files: Path) -> int:
        return self._kept([(file.stem, file.read_text("utf-8"), None) for file in sorted(files.iterdir())])

    def _kept(self, rows: list[tuple[str, str, None]]) -> int:
        self.embeddings.index(rows)
        self.embeddings.save(str(self.folder / "index"))
        return len(rows)

    def open(self) -> None:
        self.embeddings.load(str(self.folder / "index"))

    def search(self, question: str) -> list[str]:
        return [found["id"].partition("~")[0] for found in self.embeddings.search(question, DEPTH)]


SYSTEMS: dict[str, Callable[[str, Path], System]] = {
    "openbook": Openbook,
    "langchain": LangChain,
    "llamaindex": LlamaIndex,
    "haystack": Haystack,
    "txtai": Txtai,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("ingest", "read", "query", "cold"))
    parser.add_argument("system", choices=SYSTEMS)
    parser.add_argument("job", type=Path)
    parser.add_argument("--folder", help="what is kept, beside the job (default: the system's name)")
    options = parser.parse_args()
    job = json.loads(options.job.read_text("utf-8"))
    folder = options.job.parent / (options.folder or options.system)
    folder.mkdir(exist_ok=True)
    system = SYSTEMS[options.system](job["model"], folder)
    if options.what in ("ingest", "read"):
        began = time.perf_counter()
        given = options.what == "ingest"
        pieces = system.ingest(job["texts"], job["names"]) if given else system.read(options.job.parent / "files")
        found: dict[str, Any] = {"chunks": pieces, "s": time.perf_counter() - began}
        found["disk MB"] = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6
    else:
        system.open()
        if options.what == "cold":
            print(json.dumps({"found": system.search(job["questions"][0])}))
            return
        system.search("warm up")
        spent, ranked = [], []
        for question in job["questions"]:
            began = time.perf_counter()
            ranked.append(system.search(question))
            spent.append(1000 * (time.perf_counter() - began))
        spent.sort()
        found = {"p50 ms": spent[len(spent) // 2], "p99 ms": spent[int(0.99 * len(spent))], "ranked": ranked}
    print(json.dumps({**found, "MB": _peak()}))


def _peak() -> float:
    """Return the most memory that this process had, in MB; what the system counts for its parent is left out."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()

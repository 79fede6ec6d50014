"""The writing half: keep a store in step with files.

files -> documents -> chunks -> vectors -> store, a bounded number of chunks at a time, each batch one transaction. What
is already there under the same fingerprint is not done again, so an interrupted run goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from ingest.chunk import Chunker
from ingest.discover import Found, discover, origin_name
from ingest.embed import Embedder, as_embedder
from ingest.errors import ParseError, Unsupported
from ingest.models.weights import MINILM
from ingest.parsers import Parsed, ParsePool, ParseSettings, ParseWorker
from ingest.types import Chunk, Document
from rag.index.manifest import manifest
from rag.index.writer import Batch, Writer
from stores.base import Source, Store

BATCH_CHUNKS = 256
FIRST_CHUNKS = 32  # of a run's first batch; each is twice the one before, so that embedding begins early
BATCH_DOCUMENTS = 256
PARSE_VERSION = "1"
MADE = "made:"  # begins the fingerprint of an origin that is no file, but a document handed to `add`


@dataclass(frozen=True, slots=True)
class Problem:
    """A file that gave nothing, and why, in words for a person."""

    source: str
    reason: str
    named: bool = False  # the user named this very file


@dataclass
class SyncReport:
    """What a run did. `added`, `updated`, `unchanged` and `deleted` count files, as `failed` and `skipped` list them.

    `skipped` files are of kinds that nothing here reads, or too large, or empty; `failed` ones should have been
    readable. `truncated_chunks` counts chunks longer than the embedder reads: 0 unless its tokens cannot be seen.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0
    failed: list[Problem] = field(default_factory=list)
    skipped: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    chunks_embedded: int = 0
    chunks_total: int = 0
    truncated_chunks: int = 0
    seconds: float = 0.0


class Index:
    """Put documents into a store: parse, chunk, embed, write.

    `base` is the folder that file names are taken relative to; a local store's parent folder unless given. Raises
    WrongEmbedder when the store was made with another embedder.
    """

    def __init__(
        self,
        store: Store,
        embedder: Embedder | str | Any = MINILM,
        chunker: Chunker | None = None,
        settings: ParseSettings | None = None,
        base: Path | None = None,
    ) -> None:
        self.store = store
        self.embedder = as_embedder(embedder)
        self.chunker = chunker or Chunker(self.embedder.tokens)
        self.settings = settings or ParseSettings()
        folder = getattr(store, "path", None)
        self.base = base or (Path(folder).parent if folder else Path.cwd())
        self._leave_out = Path(folder) if folder else None
        store.bind(manifest(self.embedder) | {"chunker": self.chunker.settings})

    def sync(self, paths: Sequence[str | Path], progress: bool | None = None) -> SyncReport:
        """Bring the store in step with these files and folders, and return what was done.

        New and changed files are taken in, files that vanished from these folders leave, the rest stays as it is. A
        file that cannot be read is reported and its earlier chunks are kept. `progress` shows a bar on stderr; None
        means on a terminal only. Raises FileNotFoundError for a path that neither is there nor was ingested before.
        """
        began = time.perf_counter()
        known = self.store.origins()
        found = list(discover([Path(path) for path in paths], self._leave_out))
        self._refuse_missing(found, known)
        vanished = self._vanished([Path(path) for path in paths], found, known)
        gone = set(vanished)
        named = [(each, origin_name(each.path, self.base)) for each in found]
        with (
            self._writer() as writer,
            ParsePool(self.settings) as pool,
            _progress_bar(len(found), progress) as bar,
        ):
            run = _Run(self, writer)
            here = [(each, name) for each, name in named if name not in gone]
            for (each, name), reading in pool.in_order(here, partial(self._read, known)):
                self._take_file(run, reading, each, name, known.get(name))
                bar.update()
                bar.set_postfix(embedded=writer.embedded, refresh=False)
            for name in vanished:
                run.drop_origin(name)
            run.flush()
        return run.finish(began)

    def add(self, documents: Iterable[Document]) -> SyncReport:
        """Put documents of your own making into the store, each replacing what its source held before."""
        began = time.perf_counter()
        known = self.store.origins()
        with self._writer() as writer:
            run = _Run(self, writer)
            for document in documents:
                fingerprint = MADE + self._document_fingerprint(document)
                if known.get(document.source) == fingerprint:
                    run.report.unchanged += 1
                    continue
                run.take_origin(document.source, fingerprint, [document], document.source in known)
            run.flush()
        return run.finish(began)

    def delete(self, name: str) -> int:
        """Remove a source, or all sources of a file, and return how many sources went. 0 when the name is not there."""
        return delete_source(self.store, name)

    def _writer(self) -> Writer:
        # Chunks are no longer than the embedder reads where they are counted in its own tokens.
        tokens = self.embedder.tokens
        fits = self.chunker.tokens is tokens and self.chunker.size <= tokens.window
        return Writer(self.store, self.embedder, fits)

    def _read(self, known: Mapping[str, str], worker: ParseWorker, named: tuple[Found, str]) -> _Read:
        """Parse a file that changed; the rest only gets a look."""
        found, name = named
        if found.reason is not None:
            return _Read("")
        fingerprint = self._file_fingerprint(found.path)
        return _Read(fingerprint, None if fingerprint == known.get(name) else worker.parse(found.path, name))

    def _take_file(self, run: _Run, reading: Future[_Read], found: Found, name: str, known: str | None) -> None:
        if found.reason is not None:
            run.skip(Problem(name, found.reason, found.named))
            return
        try:
            read = reading.result()
        except Unsupported as error:
            run.skip(Problem(name, str(error), found.named))
        except ParseError as error:
            kept = "; what was ingested before is kept" if known else ""
            run.fail(Problem(name, f"{error}{kept}", found.named))
        except OSError as error:
            reason = "no permission to read it" if isinstance(error, PermissionError) else error.strerror or str(error)
            run.fail(Problem(name, reason, found.named))
        else:
            if read.parsed is None:
                run.report.unchanged += 1
                return
            run.report.warnings.extend(Problem(name, warning, found.named) for warning in read.parsed.warnings)
            run.take_origin(name, read.fingerprint, read.parsed.documents, known is not None)

    def _file_fingerprint(self, path: Path) -> str:
        """A hash of the file's bytes and of every setting that decides what becomes of them."""
        if path.stat().st_size > self.settings.max_bytes:
            return "too large"  # the parser refuses it without reading it
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
        digest.update(f"\0{PARSE_VERSION}\0{self.settings.template}\0{self.chunker.settings}".encode())
        return digest.hexdigest()

    def _document_fingerprint(self, document: Document) -> str:
        blocks = [(b.start, b.end, b.kind, b.page, b.heading) for b in document.blocks]
        content = json.dumps([document.text, blocks, document.metadata], ensure_ascii=True, sort_keys=True, default=str)
        return hashlib.sha256(f"{content}\0{self.chunker.settings}".encode()).hexdigest()

    def _refuse_missing(self, found: Sequence[Found], known: dict[str, str]) -> None:
        for each in found:
            if each.reason == "no such file or folder":
                name = origin_name(each.path, self.base)
                if name not in known and not any(origin.startswith(f"{name}/") for origin in known):
                    raise FileNotFoundError(f"no such file or folder: {each.path}")

    def _vanished(self, paths: Sequence[Path], found: Sequence[Found], known: dict[str, str]) -> list[str]:
        """Names of files ingested before from under these paths that are no longer there."""
        if not known:
            return []
        here = {origin_name(each.path, self.base) for each in found if each.reason is None}
        roots = [origin_name(path, self.base) for path in paths]
        gone = [
            name
            for name, fingerprint in known.items()
            if name not in here
            and not fingerprint.startswith(MADE)
            and any(root in (".", name) or name.startswith(f"{root.rstrip('/')}/") for root in roots)
        ]
        # A file in a folder that may not be read now has not vanished.
        return [name for name in gone if not _may_be_there(self.base / name)]


@dataclass(frozen=True)
class _Read:
    """A file's fingerprint, and what is in it; None where it is what it was."""

    fingerprint: str
    parsed: Parsed | None = None


class _Run:
    """One run's state: what is gathered for the next transaction, and the report."""

    def __init__(self, index: Index, writer: Writer) -> None:
        self.index = index
        self.report = SyncReport()
        self._writer = writer
        self._entries: list[tuple[Source, list[Chunk]]] = []
        self._delete: list[str] = []
        self._origins: dict[str, str | None] = {}
        self._held: dict[str, dict[str, str]] | None = None
        self._chunks = 0
        self._enough = min(FIRST_CHUNKS, BATCH_CHUNKS)

    def take_origin(self, name: str, fingerprint: str, documents: Sequence[Document], known: bool) -> None:
        """Stage a file's documents; unchanged ones are left as they are, vanished ones leave."""
        held = self._sources_of(name)
        seen: set[str] = set()
        for batch in _batched(_distinct(documents), BATCH_DOCUMENTS):
            self._stage(name, batch, held)
            seen.update(document.source for document in batch)
        self._delete += [source for source in held if source not in seen]
        self._origins[name] = fingerprint
        if known:
            self.report.updated += 1
        else:
            self.report.added += 1

    def drop_origin(self, name: str) -> None:
        """Stage the removal of a file's sources."""
        self._delete += list(self._sources_of(name))
        self._origins[name] = None
        self.report.deleted += 1

    def skip(self, problem: Problem) -> None:
        self.report.skipped.append(problem)

    def fail(self, problem: Problem) -> None:
        self.report.failed.append(problem)

    def flush(self) -> None:
        """Have what is gathered embedded and committed in one transaction."""
        if self._entries or self._delete or self._origins:
            self._writer.put(Batch(self._entries, self._delete, self._origins))
        self._entries, self._delete, self._origins, self._chunks = [], [], {}, 0

    def finish(self, began: float) -> SyncReport:
        self.report.chunks_embedded, self.report.truncated_chunks = self._writer.embedded, self._writer.truncated
        self.report.chunks_total = len(self.index.store)
        self.report.seconds = time.perf_counter() - began
        return self.report

    def _stage(self, origin: str, documents: Sequence[Document], held: dict[str, str]) -> None:
        prints = {document.source: self.index._document_fingerprint(document) for document in documents}
        changed = [document for document in documents if held.get(document.source) != prints[document.source]]
        for document, chunks in zip(changed, self.index.chunker.chunk_many(changed), strict=True):
            source = Source(document.source, origin, prints[document.source], document.metadata)
            self._entries.append((source, chunks))
            self._chunks += len(chunks)
            if self._chunks >= self._enough or len(self._entries) >= BATCH_DOCUMENTS:
                self.flush()
                self._enough = min(2 * self._enough, BATCH_CHUNKS)

    def _sources_of(self, origin: str) -> dict[str, str]:
        """Fingerprints of the sources that the store holds of a file, read once a run."""
        if self._held is None:
            self._held = {}
            for info in self.index.store.sources():
                self._held.setdefault(info.source.origin, {})[info.source.source] = info.source.fingerprint
        return self._held.get(origin, {})


def _may_be_there(path: Path) -> bool:
    """Whether a file is there, or its folder cannot be read so that nobody knows."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def _distinct(documents: Sequence[Document]) -> Iterator[Document]:
    """Yield the documents, a repeated source name given a number."""
    seen: dict[str, int] = {}
    for document in documents:
        count = seen[document.source] = seen.get(document.source, 0) + 1
        if count == 1:
            yield document
        else:
            yield Document(document.text, f"{document.source}~{count}", document.blocks, document.metadata)


def _batched(documents: Iterable[Document], size: int) -> Iterator[list[Document]]:
    batch: list[Document] = []
    for document in documents:
        batch.append(document)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _progress_bar(total: int, progress: bool | None) -> Any:
    from tqdm import tqdm

    disable = None if progress is None else not progress
    return tqdm(total=total, desc="ingest", unit="file", disable=disable, leave=False)


def delete_source(store: Store, name: str) -> int:
    """Remove a source, or all sources of a file, and return how many sources went. 0 when the name is not there."""
    going = [info.source for info in store.sources() if name in (info.source.source, info.source.origin)]
    origins = {source.origin for source in going}
    # An origin that lost a part has to be read again when it is ingested next, so its fingerprint goes too.
    store.write(delete=[source.source for source in going], origins=dict.fromkeys(origins))
    return len(going)

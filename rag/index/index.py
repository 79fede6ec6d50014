"""The writing half: keep a store in step with files and folders.

files -> documents -> chunks -> vectors -> store, a bounded number of chunks at a time, each batch one transaction. What
the store holds under the same fingerprint is not done again, so an interrupted run resumes where it stopped.
"""

from __future__ import annotations

import hashlib
import json
import logging
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

from ingest.chunk import Chunker
from ingest.closing import Closing, close_parts
from ingest.discover import FoundFile, discover, origin_name, printable_name
from ingest.embed import Embedder, as_embedder
from ingest.errors import InputError, Unsupported
from ingest.models.weights import MINILM
from ingest.parsers import ParseSettings
from ingest.types import Document, Metadata
from rag.index.engine import Engine, LocalEngine, SourceFile
from rag.index.manifest import embedder_manifest
from rag.index.staging import Problem, Staging, SyncReport, document_fingerprint
from rag.index.writer import Writer
from stores.base import Store

logger = logging.getLogger("openbook.index")

PARSE_VERSION = "2"  # raised when parsers change so that files have to be parsed again
ADDED = "made:"  # begins the fingerprint of an origin that is no file, but a document handed to `add`
MISSING = "no such file or folder"
LONGEST_NAME = 1000  # characters


@dataclass(frozen=True)
class NamedFile:
    """A file that is in memory: a name with an ending, such as "minutes/2026-05.docx", its content, and metadata.

    Text without an ending of its own is plain text. `metadata` is added to that of the file, for filters. Raises
    InputError for a name or metadata that no store can keep.
    """

    name: str
    data: bytes | str
    metadata: Metadata = field(default_factory=dict)

    def __post_init__(self) -> None:
        is_printable = self.name == printable_name(self.name) and not any(one < " " for one in self.name)
        if not self.name.strip() or not is_printable or len(self.name) > LONGEST_NAME:
            raise InputError(f"{self.name[:100]!r} is no name for a file")
        for key, value in self.metadata.items():
            elements = value if isinstance(value, list | tuple) else [value]
            if not isinstance(key, str) or not all(
                one is None or isinstance(one, str | int | float) for one in elements
            ):
                raise InputError(f"the metadata {key!r} of {self.name} is no scalar or list of scalars")

    @property
    def ending(self) -> str:
        """The ending of the name, by which a parser is chosen."""
        ending = PurePosixPath(self.name.replace("\\", "/")).suffix
        return ending if ending or isinstance(self.data, bytes) else ".txt"

    @property
    def content(self) -> bytes:
        """The bytes of the file."""
        return self.data.encode("utf-8", "surrogatepass") if isinstance(self.data, str) else self.data


class Index(Closing):
    """Put documents into a store: parse, chunk, embed, write.

    `base` is the folder that file names are relative to: by default the parent of a local store, else the current
    folder. `engine` parses and embeds; by default processes on this machine. Closing an index closes its store, engine
    and embedder. Raises WrongEmbedder when the store was made with another embedder.
    """

    def __init__(
        self,
        store: Store,
        embedder: Embedder | str | Any = MINILM,
        chunker: Chunker | None = None,
        settings: ParseSettings | None = None,
        base: Path | None = None,
        engine: Engine | None = None,
    ) -> None:
        self.store = store
        self.embedder = as_embedder(embedder)
        self.chunker = chunker or Chunker(self.embedder.tokens)
        self.settings = settings or ParseSettings()
        self.engine = engine or LocalEngine(self.embedder, self.settings)
        folder = getattr(store, "path", None)
        self.base = base or (Path(folder).parent if folder else Path.cwd())
        self._store_folder = Path(folder) if folder else None
        store.bind(embedder_manifest(self.embedder) | {"chunker": self.chunker.settings})

    def sync(self, paths: Sequence[str | Path], progress: bool | None = None) -> SyncReport:
        """Bring the store in step with these files and folders, and return what was done.

        New and changed files are taken in, files that vanished from these folders leave, all others stay. A file that
        cannot be read is reported, and its earlier chunks are kept. `progress` shows a bar on stderr, by default only
        on a terminal. Raises InputError for a path that neither exists nor was ingested before.
        """
        began = time.perf_counter()
        if isinstance(paths, str | Path):
            paths = [paths]
        if not all(str(path) for path in paths):
            raise InputError("a path is empty: name a file or a folder, such as . for the current one")
        roots = [Path(path) for path in paths]
        origins = self.store.origins()
        files = [(file, origin_name(file.path, self.base)) for file in discover(roots, self._store_folder)]
        for found, name in files:
            if found.reason == MISSING and not any(is_below(origin, name) for origin in origins):
                raise InputError(f"{MISSING}: {printable_name(str(found.path))}")
        vanished = self._find_vanished(roots, files, origins)
        gone = set(vanished)
        present = [(found, name) for found, name in files if name not in gone]
        with self._writer() as writer, show_progress(len(present), progress) as advance:
            staging = Staging(self.store, self.chunker, writer)
            changed = self._changed_files(present, origins, staging.report, advance)
            with closing(self.engine.parse(changed)) as parsed:
                for file, outcome in parsed:
                    known = file.name in origins
                    if isinstance(outcome, Exception):
                        self._report_failure(staging.report, file, outcome, known)
                    else:
                        warnings = [Problem(file.name, warning, file.named) for warning in outcome.warnings]
                        staging.report.warnings.extend(warnings)
                        staging.put_origin(file.name, file.fingerprint, outcome.documents, known)
                    advance()
            for name in vanished:
                staging.drop_origin(name)
            staging.flush()
        return self._finish(staging.report, writer, began)

    def add(self, documents: Iterable[Document]) -> SyncReport:
        """Put documents of your own into the store; each replaces what the store held of its source."""
        began = time.perf_counter()
        origins = self.store.origins()
        with self._writer() as writer:
            staging = Staging(self.store, self.chunker, writer)
            for document in documents:
                fingerprint = ADDED + document_fingerprint(document, self.chunker)
                if origins.get(document.source) == fingerprint:
                    staging.report.unchanged += 1
                else:
                    staging.put_origin(document.source, fingerprint, [document], document.source in origins)
            staging.flush()
        return self._finish(staging.report, writer, began)

    def add_file(self, data: bytes | str, name: str, metadata: Metadata | None = None) -> SyncReport:
        """Put a file that is in memory into the store; see `add_files`."""
        return self.add_files([NamedFile(name, data, metadata or {})])

    def add_files(self, files: Iterable[NamedFile]) -> SyncReport:
        """Put files that are in memory into the store, parsed by their names' endings as those of `sync` are.

        Each replaces what the store held under its name, and stays until it is deleted: no later `sync` takes it for a
        file that vanished. One that cannot be read is reported. Raises InputError for a name or metadata that no store
        can keep.
        """
        began = time.perf_counter()
        origins = self.store.origins()
        metadata: dict[str, Metadata] = {}
        with (
            tempfile.TemporaryDirectory(prefix="openbook-") as folder,
            self._writer() as writer,
            closing(self.engine.parse(self._write_changed(files, Path(folder), origins, metadata))) as parsed,
        ):
            staging = Staging(self.store, self.chunker, writer)
            for file, outcome in parsed:
                if isinstance(outcome, Exception):
                    self._report_failure(staging.report, file, outcome, file.name in origins)
                else:
                    staging.report.warnings += [Problem(file.name, warning, True) for warning in outcome.warnings]
                    documents = [
                        replace(one, metadata={**one.metadata, **metadata[file.name]}) for one in outcome.documents
                    ]
                    staging.put_origin(file.name, file.fingerprint, documents, file.name in origins)
                file.path.unlink(missing_ok=True)
            staging.report.unchanged = len(metadata) - sum(
                (staging.report.added, staging.report.updated, len(staging.report.failed), len(staging.report.skipped))
            )
            staging.flush()
        return self._finish(staging.report, writer, began)

    def _write_changed(
        self, files: Iterable[NamedFile], folder: Path, origins: Mapping[str, str], metadata: dict[str, Metadata]
    ) -> Iterator[SourceFile]:
        """Write the files that are new or changed into a folder, and yield them; enter the metadata of all."""
        for number, file in enumerate(files):
            if file.name in metadata:
                raise InputError(f"two files are called {file.name!r}: give each a name of its own")
            metadata[file.name] = file.metadata
            # Only the ending of the name reaches the file system.
            path = folder / f"{number}{file.ending}"
            path.write_bytes(file.content)
            about = json.dumps(dict(file.metadata), sort_keys=True)
            fingerprint = f"{ADDED}{self._file_fingerprint(path)} {hashlib.sha256(about.encode()).hexdigest()}"
            if origins.get(file.name) == fingerprint:
                path.unlink()
            else:
                yield SourceFile(path, file.name, fingerprint, named=True)

    @staticmethod
    def _report_failure(report: SyncReport, file: SourceFile, error: Exception, is_known: bool) -> None:
        problem = Problem(file.name, _reason(error, is_known), file.named)
        (report.skipped if isinstance(error, Unsupported) else report.failed).append(problem)

    def delete(self, name: str) -> int:
        """Remove a source, or all sources of a file, and return their number: 0 when the store has none."""
        return delete_source(self.store, name)

    def close(self) -> None:
        """Close the store, the engine and, unless it is lent, the embedder."""
        self.store.close()
        self.engine.close()
        close_parts(self.embedder)

    def _writer(self) -> Writer:
        # Chunks that are counted in the embedder's own tokens are never longer than it reads.
        tokens = self.embedder.tokens
        fits = self.chunker.tokens is tokens and self.chunker.size <= tokens.window
        return Writer(self.store, self.embedder, fits=fits, embed=self.engine.embed)

    def _finish(self, report: SyncReport, writer: Writer, began: float) -> SyncReport:
        report.chunks_embedded, report.truncated_chunks = writer.embedded, writer.truncated
        report.chunks_total = len(self.store)
        report.seconds = time.perf_counter() - began
        logger.debug(
            "%d files added, %d updated, %d unchanged, %d deleted, %d failed, %d skipped; %d chunks embedded, %.3f s",
            report.added, report.updated, report.unchanged, report.deleted, len(report.failed), len(report.skipped),
            report.chunks_embedded, report.seconds,
        )  # fmt: skip
        return report

    def _changed_files(
        self,
        files: Iterable[tuple[FoundFile, str]],
        origins: dict[str, str],
        report: SyncReport,
        advance: Callable[[], None],
    ) -> Iterator[SourceFile]:
        """Yield the files to parse; count those that are unchanged, and list those that cannot be read."""
        for file, name in files:
            if file.reason is not None:
                report.skipped.append(Problem(name, file.reason, file.named))
            else:
                try:
                    fingerprint = self._file_fingerprint(file.path)
                except OSError as error:
                    report.failed.append(Problem(name, _reason(error), file.named))
                else:
                    if fingerprint != origins.get(name):
                        yield SourceFile(file.path, name, fingerprint, file.named)
                        continue
                    report.unchanged += 1
            advance()

    def _file_fingerprint(self, path: Path) -> str:
        """Return a hash of the file's bytes and of all settings that decide what becomes of them."""
        if path.stat().st_size > self.settings.max_bytes:
            return "too large"  # the parser refuses it without reading it
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256")
        digest.update(f"\0{PARSE_VERSION}\0{self.settings.template}\0{self.chunker.settings}".encode())
        return digest.hexdigest()

    def _find_vanished(
        self, roots: Sequence[Path], files: Sequence[tuple[FoundFile, str]], origins: dict[str, str]
    ) -> list[str]:
        """Return the names of files that were ingested from under these roots and are gone."""
        present = {name for file, name in files if file.reason is None}
        folders = [origin_name(root, self.base) for root in roots]
        vanished = []
        for name, fingerprint in origins.items():
            if name in present or fingerprint.startswith(ADDED):
                continue
            if any(folder == "." or is_below(name, folder) for folder in folders):
                try:
                    (self.base / name).lstat()
                except (FileNotFoundError, NotADirectoryError):
                    vanished.append(name)
                except OSError:  # its folder cannot be read now, so it may still be there
                    continue
        return vanished


def delete_source(store: Store, name: str) -> int:
    """Remove a source, or all sources of a file, and return their number: 0 when the store has none."""
    name = printable_name(name)
    sources = [info.source for info in store.sources() if name in (info.source.source, info.source.origin)]
    # A file that lost a source has to be parsed again when it is ingested next, so its fingerprint goes, too.
    origins = dict.fromkeys(source.origin for source in sources)
    store.write(delete=[source.source for source in sources], origins=origins)
    return len(sources)


def is_below(name: str, folder: str) -> bool:
    """Return whether a file's name is this one, or lies in the folder of this name."""
    return name == folder or name.startswith(f"{folder.rstrip('/')}/")


@contextmanager
def show_progress(total: int, show: bool | None) -> Iterator[Callable[[], None]]:
    """Show a bar of files on stderr, and yield the function that advances it."""
    if not (sys.stderr.isatty() if show is None else show):
        yield lambda: None
        return
    # Imported here: it takes some 50 ms, and a script needs no bar.
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

    columns = ("ingest", BarColumn(), MofNCompleteColumn(), "files", TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("ingest", total=total)
        yield lambda: bar.advance(task)


def _reason(error: Exception, is_known: bool = False) -> str:
    """Return why a file was not read, in words for a person."""
    if isinstance(error, PermissionError):
        return "no permission to read it"
    if isinstance(error, OSError):
        return error.strerror or printable_name(str(error))
    kept = is_known and not isinstance(error, Unsupported)
    return f"{printable_name(str(error))}{'; what was ingested before is kept' if kept else ''}"

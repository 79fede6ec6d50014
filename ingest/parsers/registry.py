"""Choose the parser of a file by its name and content, and check every file before and after."""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import entry_points
from pathlib import Path

from ingest.errors import InputError, MissingExtra, ParseError, Unsupported
from ingest.parsers.base import MEGABYTE, Parsed, Parser, ParseSettings
from ingest.parsers.decode import is_binary, one_line
from ingest.parsers.junk import find_junk
from ingest.parsers.sniff import sniff
from ingest.plugins import resolve
from ingest.types import Document

GROUP = "rag.parsers"

# A parser's module is imported at its first use, so the table holds names only.
TEXT, CODE = "ingest.parsers.text:parse_text", "ingest.parsers.text:parse_code"
RST, ORG = "ingest.parsers.rst:parse_rst", "ingest.parsers.org:parse_org"
OFFICE, SHEETS, MAIL = "ingest.parsers.office", "ingest.parsers.spreadsheet", "ingest.parsers.mail"
XML, IMAGE = "ingest.parsers.xml_text:parse_xml", "ingest.parsers.image:parse_image"
MARKDOWN, HTML = "ingest.parsers.markdown:parse_markdown", "ingest.parsers.html:parse_html"
CSV, JSON_LINES = "ingest.parsers.csv_file:parse_csv", "ingest.parsers.json_text:parse_json_lines"

PARSERS: dict[str, str] = {
    **dict.fromkeys((".txt", ".text", ".log", ".cfg", ".ini", ".conf", ".yaml", ".yml", ".toml", ".tex", ".srt"), TEXT),
    **dict.fromkeys(
        (".py", ".js", ".ts", ".java", ".c", ".h", ".cpp", ".hpp", ".cs", ".go", ".rs", ".rb", ".php"), CODE
    ),
    **dict.fromkeys((".sh", ".sql", ".r", ".kt", ".swift", ".scala", ".pl", ".lua", ".css", ".jsx", ".tsx"), CODE),
    **dict.fromkeys((".md", ".markdown", ".mdown", ".mkd", ".mdx", ".qmd", ".md.erb"), MARKDOWN),
    **dict.fromkeys((".html", ".htm", ".xhtml", ".html.erb"), HTML),
    **dict.fromkeys((".rst", ".rest"), RST),
    ".org": ORG,
    **dict.fromkeys((".csv", ".tsv", ".tab"), CSV),
    **dict.fromkeys((".jsonl", ".ndjson"), JSON_LINES),
    ".json": "ingest.parsers.json_text:parse_json",
    **dict.fromkeys((".xml", ".xsl", ".rss", ".atom", ".svg"), XML),
    ".pdf": "ingest.parsers.pdf:parse_pdf",
    ".epub": "ingest.parsers.epub:parse_epub",
    **dict.fromkeys((".docx", ".docm", ".dotx"), "ingest.parsers.word:parse_docx"),
    **dict.fromkeys((".pptx", ".pptm", ".ppsx"), "ingest.parsers.slides:parse_pptx"),
    **{f".{kind}": f"{OFFICE}:parse_{kind}" for kind in ("odt", "rtf", "doc", "ppt")},
    **dict.fromkeys((".xlsx", ".xlsm"), f"{SHEETS}:parse_xlsx"),
    ".xls": f"{SHEETS}:parse_xls",
    ".eml": f"{MAIL}:parse_eml",
    ".msg": f"{MAIL}:parse_msg",
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp", ".gif"), IMAGE),
}
"""File-name ending (".md"; the longest that fits counts) -> `module:function`, a `Parser`.

Other distributions add parsers through entry points of group `rag.parsers`, named by the ending.
"""

# Kinds that are recognised but not read, and the advice for each.
REASONS = {
    **dict.fromkeys(
        (".zip", ".gz", ".bz2", ".xz", ".7z", ".rar", ".tar", ".tgz", ".zst"), "an archive: unpack it first"
    ),
    **dict.fromkeys((".mp3", ".wav", ".ogg", ".flac", ".m4a"), "audio: transcribe it to text first"),
    **dict.fromkeys((".mp4", ".avi", ".mkv", ".mov", ".webm"), "a video: transcribe it to text first"),
    **dict.fromkeys((".exe", ".elf", ".dll", ".so"), "a program, not a document"),
    **dict.fromkeys((".sqlite", ".db", ".parquet"), "a database: export it as CSV or JSON lines first"),
    ".ole": "a Microsoft container of an unknown kind",
    ".bin": "binary data of an unknown kind",
}
# Parsers that would read any bytes: files under their endings are checked to be text.
TEXT_PARSERS = {TEXT, CODE, MARKDOWN, HTML, RST, ORG, CSV, JSON_LINES, XML, PARSERS[".json"]}
PROSE_PARSERS = {TEXT, MARKDOWN}
"""Parsers of texts that people write, in words."""
CONTAINERS = {".docx", ".pptx", ".xlsx", ".xls", ".doc", ".ppt", ".msg", ".epub", ".odt", ".rtf"}
"""Endings whose content the first bytes tell, and which other files carry, too: HTML called .xls, RTF called .doc."""


def parse(path: Path, source: str, settings: ParseSettings | None = None) -> Parsed:
    """Return a file's documents, read in this process; `source` is the name that they carry.

    Raises ParseError for whatever is wrong with the file, and Unsupported where no parser reads it. `ParseWorker` reads
    files that may crash a library or never end.
    """
    settings = settings or ParseSettings()
    try:
        _check_size(path, settings)
        ending = _choose_ending(path)
        parser: Parser = resolve(ending, PARSERS, GROUP)
        parsed = parser(path, source, settings)
    except ParseError:
        raise
    except MissingExtra as error:
        raise Unsupported(str(error)) from error
    except MemoryError as error:
        raise ParseError("needs more memory than there is") from error
    except Exception as error:
        message = one_line(f"not readable: {type(error).__name__}: {error}")
        raise ParseError(message if len(message) <= 300 else f"{message[:300]}...") from error
    # A parser without warnings may return a bare list.
    parsed = parsed if isinstance(parsed, Parsed) else Parsed(parsed)
    # A parser of somebody else may return what no store can keep.
    for document in parsed.documents:
        if not isinstance(document, Document):
            raise ParseError(f"its parser returned a {type(document).__name__}; it must return a list of documents")
        for key, value in document.metadata.items():
            elements = value if isinstance(value, list | tuple) else [value]
            if not all(element is None or isinstance(element, str | int | float) for element in elements):
                raise ParseError(f"its parser gave the metadata {key!r} a value that is no scalar or list of scalars")
    if not any(document.text for document in parsed.documents):
        raise ParseError("; ".join(["no text found", *parsed.warnings]))
    # Any bytes can be read as text, whether they say something or not.
    if PARSERS.get(ending) in PROSE_PARSERS and (reason := find_junk(parsed.documents[0].text)):
        raise Unsupported(reason)
    return parsed


def register_parser(ending: str, target: str) -> None:
    """Read files of this ending (".xyz") with `module:function`, in this process and in workers."""
    if not ending.startswith(".") or not isinstance(target, str) or target.count(":") != 1:
        raise InputError(f"expected an ending like '.xyz' and 'module:function', not {ending!r} and {target!r}")
    if target.startswith("__main__:"):
        raise InputError(f"{target!r} cannot be imported by a worker: put the parser into a separate module")
    PARSERS[ending.lower()] = target


def _check_size(path: Path, settings: ParseSettings) -> None:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise ParseError(f"cannot be opened: {error.strerror}") from error
    if not path.is_file():
        raise ParseError("not a file")
    if size == 0:
        raise Unsupported("empty file")
    if size > settings.max_bytes:
        limit = f"{settings.max_bytes / MEGABYTE:,.1f} MB"
        raise Unsupported(f"{size / MEGABYTE:,.1f} MB is over the limit of {limit}; --max-file-size raises it")


def _choose_ending(path: Path) -> str:
    """Return the ending whose parser reads a file: that of its name, unless the content shows that it is wrong."""
    # The longest ending of the name that has a parser: `.md.erb` before `.erb`.
    parts = path.name.lower().split(".")
    # Take the longest ending first.
    endings = (f".{'.'.join(parts[first:])}" for first in range(1, len(parts)))
    ending = next((ending for ending in endings if ending in PARSERS or ending in _entry_point_endings()), None)
    if ending is not None:
        # Text that is binary, or a container of another kind, is misnamed; its own parser reports a damaged file.
        target, is_misnamed = PARSERS.get(ending, ""), False
        if target in TEXT_PARSERS:
            with path.open("rb") as file:
                is_misnamed = is_binary(file.read(65536))
        elif ending in CONTAINERS and target.startswith("ingest.parsers."):
            content = sniff(path)
            is_misnamed = content == ".encrypted" or (content != ending and content in PARSERS)
        if not is_misnamed:
            return ending
    content = sniff(path)
    if content in PARSERS:
        return content
    if content == ".encrypted":
        raise ParseError("encrypted: a password is needed")
    raise Unsupported(REASONS.get(path.suffix.lower() if content == ".bin" else content) or REASONS[".bin"])


@lru_cache(maxsize=1)
def _entry_point_endings() -> frozenset[str]:
    return frozenset(point.name for point in entry_points(group=GROUP))

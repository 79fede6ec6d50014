"""Which parser reads which file, and what every file is checked for before and after."""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import entry_points
from pathlib import Path

from ingest.errors import MissingExtra, ParseError, Unsupported
from ingest.parsers.base import MEGABYTE, Parsed, Parser, ParseSettings
from ingest.parsers.decode import is_binary
from ingest.parsers.sniff import sniff
from ingest.plugins import resolve

GROUP = "rag.parsers"

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
    **dict.fromkeys((".docx", ".docm", ".dotx"), f"{OFFICE}:parse_docx"),
    **dict.fromkeys((".pptx", ".pptm", ".ppsx"), f"{OFFICE}:parse_pptx"),
    **{f".{kind}": f"{OFFICE}:parse_{kind}" for kind in ("odt", "rtf", "doc", "ppt")},
    **dict.fromkeys((".xlsx", ".xlsm"), f"{SHEETS}:parse_xlsx"),
    ".xls": f"{SHEETS}:parse_xls",
    ".eml": f"{MAIL}:parse_eml",
    ".msg": f"{MAIL}:parse_msg",
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp", ".gif"), IMAGE),
}
"""File-name ending (".md"; the longest that fits counts) -> `module:function`, a `Parser`.

Other distributions add theirs through entry points of group `rag.parsers` under the ending's name.
"""

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
TEXT_PARSERS = {TEXT, CODE, MARKDOWN, HTML, RST, ORG, CSV, JSON_LINES, XML, PARSERS[".json"]}
CONTAINERS = {".docx", ".pptx", ".xlsx", ".xls", ".doc", ".ppt", ".msg", ".epub", ".odt", ".rtf"}
"""Endings whose content is known by its first bytes, and which are put on other files: HTML called .xls, RTF .doc."""


def parse(path: Path, source: str, settings: ParseSettings | None = None) -> Parsed:
    """Return a file's documents, read in this process; `source` is the name they carry.

    Raises ParseError for whatever is wrong with the file, and its kind Unsupported where nothing here reads it. A file
    that never ends, or one that crashes a library, needs `ParseWorker`.
    """
    settings = settings or ParseSettings()
    try:
        _check_size(path, settings)
        parsed = _parser(path)(path, source, settings)
    except ParseError:
        raise
    except MissingExtra as error:
        raise Unsupported(str(error)) from error
    except MemoryError as error:
        raise ParseError("needs more memory than there is") from error
    except Exception as error:
        raise ParseError(_one_line(f"not readable: {type(error).__name__}: {error}")) from error
    parsed = parsed if isinstance(parsed, Parsed) else Parsed(parsed)
    if not any(document.text for document in parsed.documents):
        raise ParseError("; ".join(["no text found", *parsed.warnings]))
    return parsed


def register_parser(ending: str, target: str) -> None:
    """Read files of this ending (".xyz") with `module:function`, in this process and in workers."""
    if not ending.startswith(".") or target.count(":") != 1:
        raise ValueError(f"want an ending like '.xyz' and 'module:function', not {ending!r} and {target!r}")
    if target.startswith("__main__:"):
        raise ValueError(f"{target!r} cannot be imported by a worker: put the parser into a module of its own")
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


def _parser(path: Path) -> Parser:
    """The parser for a file's ending, unless the content says that the name is wrong or there is none."""
    ending = _known_ending(path.name)
    if ending is None or _is_misnamed(path, ending):
        content = sniff(path)
        if content not in PARSERS:
            raise _unknown(content, path)
        ending = content
    found: Parser = resolve(ending, PARSERS, GROUP)
    return found


def _is_misnamed(path: Path, ending: str) -> bool:
    """Text that is binary, or a container that is another's; what is merely damaged is its own parser's to report."""
    target = PARSERS.get(ending, "")
    if target in TEXT_PARSERS:
        return _is_binary(path)
    if ending not in CONTAINERS or not target.startswith("ingest.parsers."):
        return False
    content = sniff(path)
    return content == ".encrypted" or (content != ending and content in PARSERS)


def _unknown(content: str, path: Path) -> ParseError:
    if content == ".encrypted":
        return ParseError("encrypted: a password is needed")
    named = path.suffix.lower() if content == ".bin" else content
    return Unsupported(REASONS.get(named) or REASONS[".bin"])


def _known_ending(name: str) -> str | None:
    """The longest ending of this name that a parser is known for: `.md.erb` before `.erb`."""
    parts = name.lower().split(".")
    endings = (f".{'.'.join(parts[first:])}" for first in range(1, len(parts)))
    return next((ending for ending in endings if ending in PARSERS or ending in _plugged_in()), None)


@lru_cache(maxsize=1)
def _plugged_in() -> frozenset[str]:
    return frozenset(point.name for point in entry_points(group=GROUP))


def _is_binary(path: Path) -> bool:
    with path.open("rb") as file:
        return is_binary(file.read(65536))


def _one_line(message: str, limit: int = 300) -> str:
    line = " ".join(message.split())
    return line if len(line) <= limit else f"{line[:limit]}..."

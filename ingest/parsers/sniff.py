"""Recognise the kind of a file by its first bytes: where its name does not tell, and to name what cannot be read."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

from ingest.parsers.decode import decode, is_binary

# First bytes, and the ending of files that begin with them.
MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", ".pdf"),
    (b"{\\rtf", ".rtf"),
    (b"\x89PNG\r\n", ".png"),
    (b"\xff\xd8\xff", ".jpg"),
    (b"GIF8", ".gif"),
    (b"II*\x00", ".tiff"),
    (b"MM\x00*", ".tiff"),
    (b"ID3", ".mp3"),
    (b"OggS", ".ogg"),
    (b"fLaC", ".flac"),
    (b"\x1aE\xdf\xa3", ".mkv"),
    (b"\x1f\x8b", ".gz"),
    (b"BZh", ".bz2"),
    (b"\xfd7zXZ\x00", ".xz"),
    (b"7z\xbc\xaf\x27\x1c", ".7z"),
    (b"Rar!", ".rar"),
    (b"\x28\xb5\x2f\xfd", ".zst"),
    (b"SQLite format 3\x00", ".sqlite"),
    (b"PAR1", ".parquet"),
    (b"\x7fELF", ".elf"),
    (b"MZ", ".exe"),
)
DAMAGED_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError)
"""The errors of zipfile for archives that are damaged, locked, or packed in ways that it does not know."""

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP_MEMBERS = {"word/": ".docx", "ppt/": ".pptx", "xl/": ".xlsx"}
ZIP_TYPES = {"application/epub+zip": ".epub", "application/vnd.oasis.opendocument.text": ".odt"}
OLE_STREAMS = {"WordDocument": ".doc", "PowerPoint Document": ".ppt", "Workbook": ".xls", "Book": ".xls",
               "EncryptedPackage": ".encrypted", "__substg1.0_": ".msg"}  # fmt: skip


def sniff(path: Path) -> str:
    """Return the file-name ending that fits the content, such as `.pdf`; `.txt` for text, `.bin` for the unknown."""
    with path.open("rb") as file:
        head = file.read(65536)
    if head.startswith(ZIP):
        return _zip_ending(path)
    if head.startswith(OLE):  # the directory of Microsoft's container lists its streams by name, in UTF-16
        data = path.read_bytes()
        return next((ending for name, ending in OLE_STREAMS.items() if name.encode("utf-16-le") in data), ".ole")
    # Containers name their kind behind their own mark.
    if head.startswith(b"RIFF"):
        return {b"WAVE": ".wav", b"AVI ": ".avi", b"WEBP": ".webp"}.get(head[8:12], ".bin")
    if head[4:8] == b"ftyp":
        return ".mp4"
    # Two bytes are a weak mark: the rest has to be binary, too.
    for magic, ending in MAGIC:
        if head.startswith(magic) and (len(magic) > 2 or is_binary(head)):
            return ending
    if head.startswith(b"BM") and is_binary(head):
        return ".bmp"
    if is_binary(head):
        return ".bin"
    start = decode(head)[0][:1000].lstrip().lower()
    if start.startswith(("<!doctype html", "<html")):
        return ".html"
    return ".xml" if start.startswith("<?xml") else ".txt"


def _zip_ending(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            kind = archive.read("mimetype")[:100].decode("ascii", "replace").strip() if "mimetype" in names else ""
    except (*DAMAGED_ZIP, OSError, KeyError):  # OSError: a damaged directory names places beyond the end
        return ".zip"
    for member, ending in ZIP_MEMBERS.items():
        if "[Content_Types].xml" in names and any(name.startswith(member) for name in names):
            return ending
    return ZIP_TYPES.get(kind, ".zip")

"""Pictures of text, read by the `tesseract` program where it is installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from ingest.errors import ParseError, Unsupported
from ingest.parsers.base import Parsed, ParseSettings
from ingest.parsers.builder import DocumentBuilder
from ingest.parsers.decode import decode, one_line


def parse_image(path: Path, source: str, settings: ParseSettings) -> Parsed:
    """Read the text in a picture."""
    program = shutil.which("tesseract")
    if program is None:
        raise Unsupported("reading pictures needs the `tesseract` OCR program on the PATH")
    command = [program, str(path), "stdout"]
    try:
        process = subprocess.run(command, capture_output=True, timeout=settings.timeout, check=False)
    except subprocess.TimeoutExpired as error:
        raise ParseError(f"OCR took longer than {settings.timeout:g} s") from error
    if process.returncode:
        raise ParseError(f"OCR failed: {one_line(decode(process.stderr)[0])[-200:]}")
    builder = DocumentBuilder()
    builder.paragraphs(decode(process.stdout)[0])
    return Parsed([builder.build(source)])

"""Parsers turn files into documents: one for each family of formats, run in workers that may crash or hang."""

from ingest.errors import ParseError, Unsupported
from ingest.parsers.base import Parsed, Parser, ParseSettings
from ingest.parsers.registry import PARSERS, parse, register_parser
from ingest.parsers.worker.isolated import ParseWorker
from ingest.parsers.worker.pool import ParsePool

__all__ = [
    "PARSERS",
    "ParseError",
    "ParsePool",
    "ParseSettings",
    "ParseWorker",
    "Parsed",
    "Parser",
    "Unsupported",
    "parse",
    "register_parser",
]

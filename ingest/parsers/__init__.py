"""Files become documents: one parser for each family of formats, and a worker that outlives the worst of them."""

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

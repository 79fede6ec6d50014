"""Files become documents: one parser for each family of formats, and a worker that outlives the worst of them."""

from ingest.parse.base import Parsed, ParseError, Parser, ParseSettings, Unsupported
from ingest.parse.files import PARSERS, parse, register_parser
from ingest.parse.isolated import ParseWorker
from ingest.parse.pool import ParsePool

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

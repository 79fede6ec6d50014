"""The log of a server: a JSON object a line, without text of documents, questions or answers."""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from typing import Any

logger = logging.getLogger("openbook.serve")


class JsonLines(logging.Formatter):
    """Writes a record as one JSON object: time, level, message, and the fields that were logged with it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        row: dict[str, Any] = {"time": time, "level": record.levelname.lower(), "message": record.getMessage()}
        row |= getattr(record, "fields", {})
        return json.dumps(row, ensure_ascii=False, default=str)


def log_to_stderr() -> None:
    """Have the loggers below `openbook` write JSON lines on stderr."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("openbook")
    logger.handlers, logger.propagate = [handler], False
    logger.setLevel(logging.INFO)


def log_error(error: Exception, what: str) -> None:
    """Log where an error came from and of what kind it is; its message may hold text of a document."""
    places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    logger.error("%s: %s", what, type(error).__name__, extra={"fields": {"places": places[-12:]}})

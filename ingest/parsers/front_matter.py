"""Front matter and template tags: what static site generators write into pages."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from ingest.parsers.builder import MetadataValue

FRONT_MATTER = re.compile(r"\A\s*(---|\+\+\+)[ \t]*\n(.*?)\n?^(?:\1|\.\.\.)[ \t]*(?:\n|\Z)", re.S | re.M)
TEMPLATE_TAGS = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|<%.*?%>", re.S)


def split_front_matter(text: str) -> tuple[dict[str, MetadataValue] | None, str]:
    """Return the fields above a text, in YAML or TOML, and the text below.

    The fields are None, and the text is whole, where there are no fields or they are broken.
    """
    match = FRONT_MATTER.match(text)
    if match is None:
        return None, text
    import tomllib

    import yaml

    try:
        fields: Any = yaml.safe_load(match[2]) if match[1] == "---" else tomllib.loads(match[2])
    except (yaml.YAMLError, tomllib.TOMLDecodeError, ValueError, RecursionError):
        return None, text
    if not isinstance(fields, dict | None):  # prose between two thematic breaks
        return None, text
    return {str(name): _metadata_value(value) for name, value in (fields or {}).items()}, text[match.end() :]


def has_front_matter(text: str) -> bool:
    """Tell whether a text begins like front matter: with fields and not prose between its two lines."""
    match = FRONT_MATTER.match(text)
    return match is not None and re.match(r"[\w -]{1,40}[:=]", match[2]) is not None


def _metadata_value(value: Any) -> MetadataValue:
    """Return scalars and lists of them as they are, dates as ISO text, and anything else as JSON."""
    if value is None or isinstance(value, (str, bool, int, float)):
        return value if not isinstance(value, float) or abs(value) < float("inf") else str(value)
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        items = [_metadata_value(item) for item in value]
        if all(item is None or isinstance(item, (str, bool, int, float)) for item in items):
            return [item for item in items if item is None or isinstance(item, (str, bool, int, float))]
    return json.dumps(value, ensure_ascii=False, default=str, sort_keys=isinstance(value, Mapping))

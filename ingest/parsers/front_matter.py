"""What static site generators write into pages: fields above the text, and tags that a build would replace."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from ingest.parsers.builder import MetadataValue

FRONT_MATTER = re.compile(r"\A\s*(---|\+\+\+)[ \t]*\n(.*?)\n?^(?:\1|\.\.\.)[ \t]*(?:\n|\Z)", re.S | re.M)
TEMPLATE_TAGS = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|<%.*?%>", re.S)


def front_matter(text: str) -> tuple[dict[str, MetadataValue] | None, str]:
    """Return the fields above a text and the text below; None and all of it where there are none or they are broken."""
    found = FRONT_MATTER.match(text)
    fields = _fields(found[1], found[2]) if found else None
    return (None, text) if found is None or fields is None else (fields, text[found.end() :])


def has_front_matter(text: str) -> bool:
    """Tell whether a text begins like front matter: between its two lines are fields and not prose."""
    found = FRONT_MATTER.match(text)
    return found is not None and re.match(r"[\w -]{1,40}[:=]", found[2]) is not None


def _fields(fence: str, text: str) -> dict[str, MetadataValue] | None:
    """The fields of YAML or TOML front matter; None when it is not valid, or no mapping (a thematic break)."""
    import tomllib

    import yaml

    try:
        fields: Any = yaml.safe_load(text) if fence == "---" else tomllib.loads(text)
    except (yaml.YAMLError, tomllib.TOMLDecodeError, ValueError, RecursionError):
        return None
    if fields is None:
        return {}
    return {str(name): _value(value) for name, value in fields.items()} if isinstance(fields, dict) else None


def _value(value: Any) -> MetadataValue:
    """What metadata may hold: scalars and lists of them as they are, dates as ISO text, the rest as JSON."""
    if value is None or isinstance(value, (str, bool, int, float)):
        return value if not isinstance(value, float) or abs(value) < float("inf") else str(value)
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        items = [_value(item) for item in value]
        if all(item is None or isinstance(item, (str, bool, int, float)) for item in items):
            return [item for item in items if item is None or isinstance(item, (str, bool, int, float))]
    return json.dumps(value, ensure_ascii=False, default=str, sort_keys=isinstance(value, Mapping))

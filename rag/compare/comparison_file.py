"""Read a comparison.json: the types are checked, names are unique and known, and spans lie within their text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from ingest.errors import InputError
from rag.compare.comparison import Comparison
from rag.describe.licence.claims import Claim
from rag.describe.product import FieldSpan


def load_comparison(file: str | Path) -> Comparison:
    """Read a comparison.json. Raises InputError, in one line that names the file."""
    file = Path(file)
    try:
        return read_comparison(json.loads(file.read_text("utf-8-sig")))
    except FileNotFoundError:
        raise InputError(f"no comparison at {file}") from None
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror or error}") from None
    except json.JSONDecodeError as error:
        raise InputError(f"{file} is not JSON: {error.msg}, line {error.lineno}") from None
    except UnicodeDecodeError:
        raise InputError(f"{file} is not UTF-8 text") from None
    except InputError as error:
        raise InputError(f"{file}: {error}") from None


def read_comparison(content: object) -> Comparison:
    """Check and convert the object of a comparison.json; control characters become visible. Raises InputError."""
    if not isinstance(content, Mapping):
        raise InputError(f"a comparison is an object with title, metrics and systems, not {type(content).__name__}")
    try:
        comparison = _type_adapter().validate_python(_replace_controls(content))
    except ValidationError as error:
        # The first mistake is enough: its place as in JavaScript, the value, and the reason.
        first = error.errors()[0]
        place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"]).lstrip(".")
        if first["type"] == "missing":
            raise InputError(f"comparison: {place} is missing") from None
        reason = " ".join(first["msg"].split())
        value = repr(first["input"])[:60]
        raise InputError(f"comparison: {place} is {value}: {reason[:1].lower()}{reason[1:]}") from None
    _check_names(comparison)
    return comparison


@lru_cache(maxsize=1)
def _type_adapter() -> TypeAdapter[Comparison]:
    return TypeAdapter(Comparison)


# Unicode has symbols for the ASCII control characters. Others, and overrides of a line's direction, become U+FFFD.
_SYMBOLS = {code: 0x2400 + code for code in range(0x20)} | dict.fromkeys([*range(0x80, 0xA0), 0x202D, 0x202E], 0xFFFD)
_SYMBOLS |= {0x7F: 0x2421, ord("\t"): ord("\t"), ord("\n"): ord("\n"), ord("\r"): ord(" ")}
_SURROGATE = re.compile("[\ud800-\udfff]")


def _replace_controls(value: object) -> object:
    """Replace each control character and each half of a surrogate pair by one sign, so that spans still fit."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value.translate(_SYMBOLS))
    if isinstance(value, Mapping):
        return {_replace_controls(key): _replace_controls(item) for key, item in value.items()}
    return [_replace_controls(item) for item in value] if isinstance(value, list | tuple) else value


def _check_names(comparison: Comparison) -> None:
    """Raise InputError unless names are unique, each mention is of one of them, and spans lie within their text."""
    # Names are unique.
    names = {
        "system": [system.name for system in comparison.systems],
        "metric": [metric.name for metric in comparison.metrics],
    }
    for kind, listed in names.items():
        for name in listed:
            if listed.count(name) > 1:
                raise InputError(f"comparison: {kind}s: {name!r} occurs twice; names have to differ")
    # Collect each mention of a name: its place, its kind, the name.
    mentions = [("differences", "metric", metric) for metric in comparison.differences]
    for metric, pairs in comparison.differences.items():
        mentions += [(f"differences.{metric}", "system", name) for pair in pairs for name in (pair.a, pair.b)]
    if comparison.curve:
        mentions.append(("curve", "metric", comparison.curve.metric))
        mentions += [("curve", "system", line.system) for line in comparison.curve.lines]
        mentions += [("curve", "system", baseline.system) for baseline in comparison.curve.baselines]
    for number, sample in enumerate(comparison.samples):
        mentions += [(f"samples[{number}].outputs", "system", name) for name in sample.outputs]
        texts = {f"outputs.{name}": output for name, output in sample.outputs.items()}
        texts |= {f"checked_references[{index}]": text for index, text in enumerate(sample.checked_references)}
        for name, text in texts.items():
            spans: list[Claim | FieldSpan] = [*text.claims, *text.stated]
            for span in spans:
                if not 0 <= span.start < span.end <= len(text.text):
                    wrong = f"span {span.start} to {span.end} is not in its {len(text.text)} characters"
                    raise InputError(f"comparison: samples[{number}].{name}: {wrong}")
    mentions += [("references", "metric", name) for name in comparison.references]
    for place, kind, name in mentions:
        if name not in names[kind]:
            raise InputError(f"comparison: {place}: {name!r} is no {kind} of it; known: {', '.join(names[kind])}")

"""Read a TOML file, or say in one line why it cannot be read."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from ingest.errors import ConfigError


def read_toml(file: Path, absent: str, error: type[ConfigError] = ConfigError) -> dict[str, Any]:
    """Return the tables of a TOML file, in UTF-8 with or without a byte order mark.

    Raises `error`, with the text `absent` where there is no such file, else naming the file and what is wrong with it.
    """
    try:
        return tomllib.loads(file.read_text("utf-8-sig"))
    except FileNotFoundError:
        raise error(absent) from None
    except OSError as reason:
        raise error(f"{file} cannot be read: {reason.strerror or reason}") from None
    except UnicodeDecodeError:
        raise error(f"{file} is not UTF-8 text") from None
    except tomllib.TOMLDecodeError as reason:
        raise error(f"{file} is not valid TOML: {reason}") from None

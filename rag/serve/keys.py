"""Keys of a server: who may do what in which stores. A file keeps their hashes alone."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, get_args

from filelock import FileLock

from ingest.errors import ConfigError, InputError
from ingest.plugins import suggest

Scope = Literal["read", "write", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
"""What a key allows: to ask and search, to add and delete documents, to see metrics and settings."""

PREFIX = "ob"


@dataclass(frozen=True)
class Principal:
    """Who a request is from: what it may do, in which stores ("*" is all), and how often in a minute (0: no limit)."""

    name: str
    scopes: frozenset[Scope]
    stores: frozenset[str]
    rate: int = 0
    id: str = ""

    def may(self, scope: Scope) -> bool:
        """Tell whether it has a scope."""
        return scope in self.scopes

    def sees(self, store: str) -> bool:
        """Tell whether it may use a store."""
        return "*" in self.stores or store in self.stores


LOCAL = Principal("local", frozenset(SCOPES), frozenset(("*",)))
"""Everybody on this machine, of a server without keys."""


@dataclass(frozen=True)
class Key:
    """A key as the file keeps it: the hash of its secret, never the secret."""

    id: str
    name: str
    hash: str
    scopes: tuple[Scope, ...]
    stores: tuple[str, ...]
    rate: int = 0
    created: str = ""
    revoked: str = ""

    @property
    def principal(self) -> Principal:
        """Who uses the key."""
        return Principal(self.name, frozenset(self.scopes), frozenset(self.stores), self.rate, self.id)


class KeyFile:
    """The keys of a file, which may change while a server runs: it is read again where it did."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stamp: tuple[int, int] | None = None
        self._keys: tuple[Key, ...] = ()

    def keys(self) -> tuple[Key, ...]:
        """Return all keys, revoked ones too. Raises ConfigError for a file that cannot be read."""
        try:
            status = self.path.stat()
        except FileNotFoundError:
            return ()
        stamp = status.st_mtime_ns, status.st_size
        if stamp != self._stamp:
            try:
                rows = json.loads(self.path.read_text("utf-8"))["keys"]
                self._keys = tuple(
                    Key(**{**row, "scopes": tuple(row["scopes"]), "stores": tuple(row["stores"])}) for row in rows
                )
            except (OSError, ValueError, KeyError, TypeError) as error:
                raise ConfigError(f"{self.path}: no file of keys ({error}); `rag keys make` writes one") from None
            self._stamp = stamp
        return self._keys

    def make(self, name: str, scopes: Iterable[str], stores: Sequence[str] = ("*",), rate: int = 0) -> tuple[Key, str]:
        """Add a key and return it with its token, which is shown this once. Raises InputError for an unknown scope."""
        wanted = tuple(dict.fromkeys(scopes))
        for scope in wanted:
            if scope not in SCOPES:
                raise InputError(f"unknown scope {scope!r}; {suggest(scope, SCOPES)}")
        chosen = tuple(scope for scope in SCOPES if scope in wanted)
        if not name.strip() or not chosen:
            raise InputError("a key needs a name and a scope: read, write or admin")
        if rate < 0:
            raise InputError(f"a rate is a number of requests in a minute, not {rate}")
        secret = secrets.token_urlsafe(32)
        if not tuple(stores):
            raise InputError("a key needs a store that it may see; * is all of them")
        key = Key(
            secrets.token_hex(4), name.strip(), _hash(secret), chosen, tuple(stores), rate,
            datetime.now(UTC).isoformat(timespec="seconds"),
        )  # fmt: skip
        with self._lock():
            self._write((*self.keys(), key))
        return key, f"{PREFIX}_{key.id}_{secret}"

    def revoke(self, name: str) -> list[Key]:
        """Revoke the keys of an id or a name and return them. Raises InputError where there is none in use."""
        with self._lock():
            keys = self.keys()
            gone = [key for key in keys if name in (key.id, key.name) and not key.revoked]
            if not gone:
                raise InputError(f"no key in use is called {name!r}: `rag keys list` shows them")
            now = datetime.now(UTC).isoformat(timespec="seconds")
            self._write(tuple(replace(key, revoked=now) if key in gone else key for key in keys))
        return gone

    def find(self, token: str) -> Principal | None:
        """Return who a token belongs to, None for one that is unknown or revoked."""
        prefix, _, rest = token.partition("_")
        identifier, _, secret = rest.partition("_")
        digest = _hash(secret)
        for key in self.keys():
            is_own = key.id == identifier and prefix == PREFIX and not key.revoked
            if is_own and hmac.compare_digest(key.hash, digest):
                return key.principal
        return None

    def _lock(self) -> FileLock:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        return FileLock(f"{self.path}.lock")

    def _write(self, keys: tuple[Key, ...]) -> None:
        text = json.dumps({"keys": [asdict(key) for key in keys]}, indent=1, ensure_ascii=False)
        temporary = self.path.with_name(f"{self.path.name}.new")
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(f"{text}\n")
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self.path)


def _hash(secret: str) -> str:
    """Return the hash of a secret, which is random and long enough to need no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()

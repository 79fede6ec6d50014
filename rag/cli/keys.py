"""`rag keys`: make, list and revoke the keys of a server."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rag.cli import output
from rag.cli.options import Command, CommandGroup, JsonOptions
from rag.options import option

DEFAULT_KEYS = Path("keys.json")


@dataclass(frozen=True, kw_only=True)
class KeysOptions(JsonOptions):
    """The file of keys."""

    keys: Path = option("file of keys (default: keys.json)", "FILE", default=DEFAULT_KEYS)


@dataclass(frozen=True, kw_only=True)
class MakeKeyOptions(KeysOptions):
    """Options of `rag keys make`."""

    name: str = option("who uses the key", "NAME", required=True, positional=True)
    scope: tuple[str, ...] = option(
        "read: ask and search; write: add and delete documents; admin: metrics (default: read)", "SCOPE",
        default=("read",),
    )  # fmt: skip
    stores: tuple[str, ...] = option("stores that it sees (default: all)", "STORE", default=("*",))
    rate: int = option("requests in a minute; 0, the default, is no limit", "N", default=0)


@dataclass(frozen=True, kw_only=True)
class RevokeKeyOptions(KeysOptions):
    """Options of `rag keys revoke`."""

    name: str = option("the key's id, or the name whose keys are revoked", "NAME", required=True, positional=True)


def make_key(options: MakeKeyOptions) -> int:
    """Add a key to the file, and show its token."""
    from rag.serve.keys import KeyFile

    key, token = KeyFile(options.keys).make(options.name, options.scope, options.stores, options.rate)
    if options.json:
        output.json_line({"id": key.id, "name": key.name, "token": token, "scopes": key.scopes, "stores": key.stores})
        return 0
    output.line(token)
    output.warn(f"key {key.id} of {key.name}: this token is shown once, {options.keys} keeps only its hash")
    return 0


def list_keys(options: KeysOptions) -> int:
    """List the keys, revoked ones too."""
    from rag.serve.keys import KeyFile

    keys = KeyFile(options.keys).keys()
    for key in keys:
        if options.json:
            output.json_line(
                {
                    "id": key.id, "name": key.name, "scopes": key.scopes, "stores": key.stores, "rate": key.rate,
                    "created": key.created, "revoked": key.revoked or None,
                }
            )  # fmt: skip
            continue
        rate = f"{key.rate} a minute" if key.rate else "no limit"
        state = f"revoked {key.revoked}" if key.revoked else f"made {key.created}"
        output.line(f"{key.id}  {key.name}  {','.join(key.scopes)}  stores {','.join(key.stores)}  {rate}  {state}")
    return 0


def revoke_keys(options: RevokeKeyOptions) -> int:
    """Revoke keys; a running server refuses them from the next request on."""
    from rag.serve.keys import KeyFile

    gone = KeyFile(options.keys).revoke(options.name)
    if options.json:
        output.json_line({"revoked": [key.id for key in gone]})
    else:
        output.line(f"revoked {', '.join(f'{key.id} ({key.name})' for key in gone)}")
    return 0


COMMAND = CommandGroup(
    "make, list and revoke the keys of a server",
    {
        "make": Command("make a key and show its token, once", MakeKeyOptions, make_key),
        "list": Command("list the keys", KeysOptions, list_keys),
        "revoke": Command("revoke a key by its id or its name", RevokeKeyOptions, revoke_keys),
    },
    "Keys say who may use a server, for what, and in which stores: `rag serve --keys FILE`.",
)

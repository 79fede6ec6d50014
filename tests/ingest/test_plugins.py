"""Names become parts, and a wrong name or option is refused with the right one."""

from __future__ import annotations

from typing import Any

import pytest

from ingest.errors import InputError, OptionError
from ingest.plugins import check_options, construct, resolve, suggest

TABLE = {"local": "stores.local.store:LocalStore", "memory": "stores.memory:MemoryStore"}


class Part:
    def __init__(self, inner: object, size: int | None = None, share: float = 0.5, on: bool = True) -> None:
        self.inner, self.size, self.share, self.on = inner, size, share, on


def test_names_are_resolved_or_refused() -> None:
    assert resolve("memory", TABLE, "rag.stores").__name__ == "MemoryStore"
    with pytest.raises(InputError, match=r"^unknown store 'memroy'; did you mean memory\?$"):
        resolve("memroy", TABLE, "rag.stores")
    with pytest.raises(InputError, match=r"^unknown store 'oracle'; known: local, memory$"):
        construct("oracle", TABLE, "rag.stores")
    assert suggest("x", ["b", "a"]) == "known: b, a"
    assert suggest("x", {"b", "a"}) == "known: a, b"
    assert suggest("x", ["b", "a"], "see there") == "see there"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sise": 1}, r"^Part has no option 'sise'; did you mean size\?$"),
        ({"inner": 1}, "^Part has no option 'inner'; known: size, share, on$"),
        ({"size": "large"}, "^Part size is 'large'; it has to be a whole number$"),
        ({"size": 1.5}, "^Part size is 1.5; it has to be a whole number$"),
        ({"size": True}, "^Part size is True; it has to be a whole number$"),
        ({"share": "half"}, "^Part share is 'half'; it has to be a number$"),
        ({"on": 1}, "^Part on is 1; it has to be true or false$"),
    ],
)
def test_options_are_checked_against_the_signature(options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message) as caught:
        check_options(Part, options, ["inner"])
    assert str(caught.value) == f"Part {caught.value.complaint}"


def test_options_that_fit_are_left_alone() -> None:
    check_options(Part, {"size": None, "share": 1, "on": False}, ["inner"])
    check_options(lambda **anything: None, {"whatever": 1})
    with pytest.raises(OptionError, match=r"^Part needs the option 'inner'$"):
        check_options(Part, {})

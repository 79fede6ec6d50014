from __future__ import annotations

import pytest

from ingest.fingerprint import fingerprint


class Part:
    def __init__(self, value: str) -> None:
        self.fingerprint = value


def test_every_value_and_its_place_counts() -> None:
    kept = {
        fingerprint(1),
        fingerprint("1"),
        fingerprint(True),
        fingerprint(None),
        fingerprint(1, 2),
        fingerprint([1, 2]),
        fingerprint({"a": 1}),
        fingerprint({"a": 2}),
        fingerprint([["a", 1]]),
        fingerprint({"a"}),
        fingerprint(["a"]),
        fingerprint(Part("x")),
        fingerprint(Part("y")),
    }
    assert len(kept) == 13


def test_the_order_of_a_mapping_and_of_a_set_does_not_count() -> None:
    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})
    assert fingerprint({"x", "y", "z"}) == fingerprint({"z", "y", "x"})


def test_what_states_no_fingerprint_is_refused() -> None:
    with pytest.raises(TypeError, match="object states no fingerprint"):
        fingerprint({"a": object()})

"""Rows to learn reading from."""

from __future__ import annotations

from typing import Any

import pytest

from rag.data.rows import Row, as_passage


@pytest.fixture(scope="session")
def rows(flood: Any) -> list[Row]:
    """Where each name lives; every third passage does not say."""
    made = []
    for number in range(60):
        name, place = flood.names[number % 10], flood.places[(number * 7 + number // 10) % 10]
        text = flood.sentence(name, place) if number % 3 else flood.silent(name, number)
        made.append(
            Row(
                id=str(number),
                task="answer",
                values={"question": f"where did {name} live?"},
                references=(place,) if number % 3 else (),
                passages=(as_passage(text, f"p{number}"),),
                unanswerable=not number % 3,
            )
        )
    return made

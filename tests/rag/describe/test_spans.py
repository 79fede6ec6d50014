"""Texts of sentences and of lines of details below them."""

from __future__ import annotations

import pytest

from rag.describe.product import FieldSpan, SpannedText
from rag.describe.spans import compose_text, lines_of, without_lines


def spanned(*texts: str) -> list[SpannedText]:
    """Return texts whose last word states a field of that name."""
    return [SpannedText(one, (FieldSpan(one.rindex(" ") + 1, len(one), one.split(" ")[-1]),)) for one in texts]


@pytest.mark.parametrize(
    ("sentences", "lines", "text"),
    [
        (
            ["It is red", "It is - so"],
            ["Size: M", "Mood: dark - grim"],
            "It is red It is - so\n\n- Size: M\n- Mood: dark - grim",
        ),
        (["It is red"], [], "It is red"),
        ([], ["Size: M"], "- Size: M"),
        ([], [], ""),
    ],
)
def test_a_text_is_its_sentences_and_the_lines_below_them(sentences: list[str], lines: list[str], text: str) -> None:
    content = compose_text(spanned(*sentences), spanned(*lines))
    assert content.text == text
    assert [content.text[span.start : span.end] for span in content.spans] == [span.key for span in content.spans]
    assert lines_of(content) == spanned(*lines)
    assert without_lines(content) == compose_text(spanned(*sentences), [])

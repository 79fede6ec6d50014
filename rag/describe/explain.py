"""Explain a description: how its fields were understood, the plan, who wrote each sentence, and what states what."""

from __future__ import annotations

from collections.abc import Iterator

from rag.describe.description import Description
from rag.describe.fields.explain import explain_fields
from rag.describe.product import SpannedText


def explain_description(description: Description) -> str:
    """Return the lines of an explanation: fields, plan, sentences with their spans, and what was left out and why."""
    return "\n".join(_lines(description))


def _lines(description: Description) -> Iterator[str]:
    yield explain_fields(description.product)
    yield "\nplan"
    for place, sentence in enumerate(description.plan.sentences):
        clauses = [
            f"{clause.kind} ({', '.join(field.label for field in clause.fields)})"
            for clause in (*(description.plan.modifiers if place == 0 else ()), *sentence.clauses)
        ]
        yield f"  {sentence.pattern:10}  {'; '.join(clauses)}".rstrip()
    if description.plan.omitted:
        yield f"  for other channels: {', '.join(description.plan.omitted)}"
    if description.sentences:
        yield "\nsentences"
    for one in description.sentences:
        yield f"  {one.writer}: {one.text}"
        yield f"    {_said(one.content)}"
    if description.replaced:
        yield "\nnot kept"
    for gone in description.replaced:
        yield f"  {gone.writer}: {gone.text}"
        yield f"    {gone.reason}"
    if description.left_out:
        yield f"\ncannot be stated truly: {', '.join(description.left_out)}"
    # Bullets and titles have spans of their own.
    for text in description.texts:
        if text.text and text.content.spans and text.channel not in ("long", "short"):
            yield f"\n{text.channel}\n    {_said(text.content)}"


def _said(content: SpannedText) -> str:
    """Return the words that state fields, each with its field."""
    return "; ".join(f'{span.key}: "{content.text[span.start : span.end]}"' for span in content.spans) or "no field"

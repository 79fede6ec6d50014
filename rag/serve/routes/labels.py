"""Classification: one of the labels that a client gives."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body
from pydantic import BaseModel, Field

from rag.serve.access import Parts, ReadShelf
from rag.serve.routes.asking import within

router = APIRouter(tags=["classification"])

Label = Annotated[str, Field(min_length=1, max_length=200)]


class ClassifyRequest(BaseModel):
    """A text, and the labels to choose from."""

    text: str = Field(min_length=1, max_length=20_000)
    labels: list[Label] = Field(min_length=2, max_length=100)
    threshold: float | None = Field(None, ge=0, le=1, description="below this probability the text is out of scope")


EXAMPLE = {"text": "It broke after a day.", "labels": ["praise", "complaint"]}


@router.post("/classify", summary="Choose a label for a text")
async def classify(
    body: Annotated[ClassifyRequest, Body(openapi_examples={"a review": {"value": EXAMPLE}})],
    runtime: Parts,
    shelf: ReadShelf,
) -> dict[str, Any]:
    """Return the most probable label, and the probability of each. The model is loaded by the first request."""
    classification = await within(
        runtime.settings.timeout, lambda: shelf.classify(body.text, body.labels, body.threshold)
    )
    return {
        "label": classification.label,
        "probability": round(classification.probability, 6),
        "out_of_scope": classification.out_of_scope,
        "probabilities": {label: round(share, 6) for label, share in classification.probabilities.items()},
        "model": classification.model,
    }

"""Product descriptions and classification."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Body
from fastapi.concurrency import run_in_threadpool
from fastapi.openapi.models import Example
from pydantic import BaseModel, Field, field_validator

from rag.describe.channels.write_channels import check_channels
from rag.describe.description import Description
from rag.serve.access import ReadShelf
from rag.serve.problems import Problem
from rag.serve.shelf import Shelf

router = APIRouter(tags=["products"])

MOST_PRODUCTS = 200
"""Products of one request."""


class DescribeRequest(BaseModel):
    """The fields of products, and the texts that are wanted."""

    products: list[dict[str, Any]] = Field(min_length=1, max_length=MOST_PRODUCTS)
    channels: list[str] = Field(["title", "bullets", "long"], min_length=1, max_length=20)

    @field_validator("products")
    @classmethod
    def is_json(cls, products: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Refuse numbers that are none, and text that is not Unicode: what is read can be written."""
        json.dumps(products, ensure_ascii=False, allow_nan=False).encode()
        return products


EXAMPLES: dict[str, Example] = {
    "a kettle": {
        "value": {"products": [{"name": "Nova kettle", "brand": "Acme", "colour": "red", "capacity": "1.7 l"}]}
    }
}


@router.post("/describe", summary="Write product descriptions from fields")
async def describe(
    body: Annotated[DescribeRequest, Body(openapi_examples=EXAMPLES)], shelf: ReadShelf
) -> dict[str, Any]:
    """Return the texts of each product, with the words that state each field, and what was not stated and why."""
    return await run_in_threadpool(describe_products, shelf, body)


def describe_products(shelf: Shelf, request: DescribeRequest) -> dict[str, Any]:
    """Return the descriptions of products. Raises Problem for one without fields, InputError for a channel."""
    channels = check_channels(request.channels)
    for number, fields in enumerate(request.products, start=1):
        if not fields:
            raise Problem(422, "invalid-input", f"product {number} has no fields")
    describer = shelf.config.describer(channels)
    return {"products": [description_view(one) for one in describer.describe_many(request.products)]}


def description_view(description: Description) -> dict[str, Any]:
    """Return a description as a client sees it."""
    texts = {
        text.channel: {
            "text": text.text or None,
            "reason": text.reason or None,
            "spans": [{"start": span.start, "end": span.end, "field": span.key} for span in text.content.spans],
            "cut": list(text.cut),
        }
        for text in description.texts
    }
    hidden = [{"field": one.key, "reason": one.hidden} for one in description.product.fields if one.hidden]
    return {
        "texts": texts,
        "omitted": list(description.omitted),
        "left_out": list(description.left_out),
        "hidden": hidden,
        "model": description.model or None,
    }

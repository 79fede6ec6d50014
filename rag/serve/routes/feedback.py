"""What people think of answers: kept as rows for evaluation."""

from __future__ import annotations

import json
import threading
import time
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body
from fastapi.concurrency import run_in_threadpool
from fastapi.openapi.models import Example
from pydantic import BaseModel, Field

from rag.serve.access import Reader, ReadShelf
from rag.serve.shelf import Shelf

router = APIRouter(tags=["questions"])

FEEDBACK, OPEN_FEEDBACK = "feedback.jsonl", "feedback-open.jsonl"

_writing = threading.Lock()


class FeedbackRequest(BaseModel):
    """What somebody thinks of an answer."""

    question: str = Field(min_length=1, max_length=4000)
    answer: str = Field("", max_length=20_000)
    abstained: bool = Field(False, description="the answer was that there is none in the documents")
    verdict: Literal["right", "wrong"]
    correction: str = Field("", max_length=20_000, description="the right answer")


EXAMPLES: dict[str, Example] = {
    "a correction": {
        "value": {
            "question": "How long is parental leave?",
            "answer": "10 weeks",
            "verdict": "wrong",
            "correction": "12 weeks",
        }
    }
}


@router.post("/feedback", status_code=201, summary="Say whether an answer is right")
async def feedback(
    body: Annotated[FeedbackRequest, Body(openapi_examples=EXAMPLES)], shelf: ReadShelf, principal: Reader
) -> dict[str, str]:
    """Keep the feedback as a row that `rag evaluate` and `rag calibrate` read."""
    await run_in_threadpool(_keep, shelf, body, principal.name)
    return {"status": "kept"}


def _keep(shelf: Shelf, body: FeedbackRequest, who: str) -> None:
    """Write a row whose right answer is known to `feedback.jsonl`, and one that wants it to `feedback-open.jsonl`."""
    right = body.correction or (body.answer if body.verdict == "right" and not body.abstained else "")
    is_unanswerable = body.abstained and body.verdict == "right"
    row: dict[str, Any] = {"id": f"feedback-{time.time_ns()}", "question": body.question}
    if right:
        row["answers"] = [right]
    elif is_unanswerable:
        row["unanswerable"] = True
    row |= {"answer_given": body.answer, "verdict": body.verdict, "by": who}
    name = FEEDBACK if right or is_unanswerable else OPEN_FEEDBACK
    path = shelf.config.store_path / name
    with _writing, path.open("a", encoding="utf-8") as file:
        file.write(f"{json.dumps(row, ensure_ascii=False)}\n")

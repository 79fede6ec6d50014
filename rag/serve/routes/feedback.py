"""What people think of answers: kept as rows for evaluation."""

from __future__ import annotations

import json
import threading
import time
from typing import Literal

from fastapi import APIRouter
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field

from rag.serve.access import Reader, ReadShelf
from rag.serve.shelf import Shelf

router = APIRouter(tags=["questions"])

_writing = threading.Lock()


class FeedbackRequest(BaseModel):
    """What somebody thinks of an answer."""

    question: str = Field(min_length=1, max_length=4000)
    answer: str = Field("", max_length=20_000)
    verdict: Literal["right", "wrong"]
    correction: str = Field("", max_length=20_000, description="the right answer")


@router.post("/feedback", status_code=201, summary="Say whether an answer is right")
async def feedback(body: FeedbackRequest, shelf: ReadShelf, principal: Reader) -> dict[str, str]:
    """Keep the feedback as a row that `rag evaluate` and `rag calibrate` read."""
    await run_in_threadpool(_keep, shelf, body, principal.name)
    return {"status": "kept"}


def _keep(shelf: Shelf, body: FeedbackRequest, who: str) -> None:
    right = body.correction or (body.answer if body.verdict == "right" else "")
    row = {
        "id": f"feedback-{time.time_ns()}", "question": body.question, "answers": [right] if right else [],
        "answer": body.answer, "verdict": body.verdict, "by": who,
    }  # fmt: skip
    path = shelf.config.store_path / "feedback.jsonl"
    with _writing, path.open("a", encoding="utf-8") as file:
        file.write(f"{json.dumps(row, ensure_ascii=False)}\n")

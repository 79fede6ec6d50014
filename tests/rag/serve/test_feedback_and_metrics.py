"""Feedback as rows, numbers for Prometheus, and labels."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from prometheus_client.parser import text_string_to_metric_families

from rag.data.rows import read_rows

if TYPE_CHECKING:
    from tests.rag.serve.conftest import Served


def test_feedback_is_kept_as_rows_that_are_read(served: Served) -> None:
    folder = served.runtime.shelves["default"].config.store_path
    rows = [
        {"question": "How long?", "answer": "18 weeks", "verdict": "right"},
        {"question": "How much?", "answer": "9 euros", "verdict": "wrong", "correction": "210 euros"},
        {"question": "Who won?", "answer": "I can't find this.", "verdict": "right", "abstained": True},
        {"question": "Who lost?", "answer": "Ann", "verdict": "wrong"},
    ]
    with served.client() as client:
        for row in rows:
            assert client.post("/feedback", json=row).status_code == 201
    kept = read_rows(folder / "feedback.jsonl", "answer")
    assert [(row.values["question"], row.references, row.unanswerable) for row in kept] == [
        ("How long?", ("18 weeks",), False),
        ("How much?", ("210 euros",), False),
        ("Who won?", (), True),
    ]
    [still_open] = Path(folder / "feedback-open.jsonl").read_text("utf-8").splitlines()
    assert json.loads(still_open)["question"] == "Who lost?"


def test_metrics(served: Served) -> None:
    with served.client() as client:
        client.post("/ask", json={"question": "How many weeks does parental leave last?"})
        client.post("/ask", json={"question": "Who is the king of Norway?"})
        client.post("/search", json={"query": "leave"})
        families = {one.name: one for one in text_string_to_metric_families(client.get("/metrics").text)}
    stages = {sample.labels["stage"] for sample in families["openbook_stage_seconds"].samples}
    assert {"wait", "ask", "retrieve", "read"} <= stages
    outcomes = {
        sample.labels["outcome"]: sample.value
        for sample in families["openbook_answers"].samples
        if sample.name.endswith("_total")
    }
    assert outcomes["answered"] >= 1
    assert outcomes["abstained"] >= 1
    assert {"openbook_tokens", "openbook_dropped_passages", "openbook_questions_waiting"} <= set(families)


def test_the_stages_of_streams_are_counted(served: Served) -> None:
    def counts() -> dict[str, float]:
        families = {one.name: one for one in text_string_to_metric_families(client.get("/metrics").text)}
        samples = families["openbook_stage_seconds"].samples
        return {one.labels["stage"]: one.value for one in samples if one.name.endswith("_count")}

    with served.client() as client:
        before = counts()
        client.post("/ask", json={"question": "How many weeks does parental leave last?", "stream": True})
        after = counts()
    assert {"wait", "retrieve", "read"} <= {stage for stage in after if after[stage] > before.get(stage, 0)}


@pytest.mark.slow
def test_labels(served: Served) -> None:
    body = {"text": "It broke after a day, and nobody answers.", "labels": ["praise", "complaint"]}
    with served.client() as client:
        reply = client.post("/classify", json=body).json()
    assert reply["label"] in body["labels"]
    assert sum(reply["probabilities"].values()) == pytest.approx(1, abs=1e-4)

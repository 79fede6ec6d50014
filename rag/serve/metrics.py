"""The numbers of a server for Prometheus: requests, stages of answers, tokens, abstentions, and what waits."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from rag.answer.types import Answer

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """Counts what a server does. No label holds text of a document, a question or a key."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._requests = Counter("openbook_requests", "Requests", ("route", "method", "status"), registry=registry)
        self._seconds = Histogram(
            "openbook_request_seconds", "Seconds of a request until its response is complete", ("route",),
            registry=registry, buckets=_SECONDS,
        )  # fmt: skip
        self._stages = Histogram(
            "openbook_stage_seconds",
            "Seconds of a stage of a batch of questions, and of the wait before it; retrieve is of searches, too",
            ("stage",), registry=registry, buckets=_SECONDS,
        )  # fmt: skip
        self._tokens = Counter("openbook_tokens", "Tokens of the generator", ("kind",), registry=registry)
        self._answers = Counter("openbook_answers", "Questions by their outcome", ("outcome",), registry=registry)
        self._dropped = Counter(
            "openbook_dropped_passages", "Parts of passages that did not fit a prompt", registry=registry
        )
        self._waiting = Gauge("openbook_questions_waiting", "Questions that wait", registry=registry)
        self._jobs = Gauge("openbook_jobs_waiting", "Jobs that wait or run", registry=registry)

    def count_request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request; a status of 0 is of a client that had gone."""
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def count_stage(self, stage: str, seconds: float) -> None:
        """Count a stage."""
        self._stages.labels(stage).observe(seconds)

    def count_answers(self, answers: Iterable[Answer]) -> None:
        """Count answers with their tokens."""
        for answer in answers:
            self._answers.labels("abstained" if answer.abstained else "answered").inc()
            self._tokens.labels("prompt").inc(answer.usage.prompt_tokens)
            self._tokens.labels("completion").inc(answer.usage.completion_tokens)
            self._dropped.inc(len(answer.dropped))

    def count_failure(self) -> None:
        """Count a question that has no answer because of an error."""
        self._answers.labels("failed").inc()

    def text(self, questions: int, jobs: int) -> bytes:
        """Return all numbers in the text format, with what waits now."""
        self._waiting.set(questions)
        self._jobs.set(jobs)
        return generate_latest(self._registry)

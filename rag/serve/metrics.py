"""The numbers of a server for Prometheus: requests, their time, and the queue."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from rag.serve.runtime import Runtime

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """Counts requests by route and status. No label holds text of a document, a question or a key."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "openbook_requests", "Requests", ("route", "method", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "openbook_request_seconds", "Seconds of a request", ("route",), registry=self._registry, buckets=_SECONDS
        )
        self._waiting = Gauge("openbook_questions_waiting", "Questions that wait", registry=self._registry)

    def count(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request."""
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self, runtime: Runtime) -> bytes:
        """Return all numbers in the text format."""
        self._waiting.set(len(runtime.queue))
        return generate_latest(self._registry)

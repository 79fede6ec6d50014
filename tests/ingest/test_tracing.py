"""Spans nest, keep what they are told, and go to OpenTelemetry where an application has set it up."""

from __future__ import annotations

import threading
import time

import pytest

from ingest.tracing import add_span, note, record_trace, span


def test_spans_nest_in_the_order_in_which_they_begin() -> None:
    with record_trace() as spans:
        with span("ask", questions=2) as asked:
            with span("retrieve"):
                note("refused: no passage")
            add_span("generate", time.perf_counter() - 0.5, prompts=1)
            asked.set(abstained=1)
        note("nobody hears this")
    assert [(one.name, one.depth, one.counts, one.notes) for one in spans] == [
        ("ask", 0, {"questions": 2, "abstained": 1}, []),
        ("retrieve", 1, {}, ["refused: no passage"]),
        ("generate", 1, {"prompts": 1}, []),
    ]
    assert spans[2].seconds == pytest.approx(0.5, abs=0.1)
    assert all(one.seconds is not None for one in spans)


def test_a_stage_that_fails_ends() -> None:
    with record_trace() as spans, pytest.raises(ZeroDivisionError), span("read"):
        raise ZeroDivisionError
    assert spans[0].seconds is not None


def test_a_trace_is_of_its_own_thread() -> None:
    def other() -> None:
        with span("other"):
            pass

    with record_trace() as spans:
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert spans == []


def test_open_telemetry_gets_the_spans_with_counts() -> None:
    pytest.importorskip("opentelemetry.sdk")
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    with span("ask", questions=1):
        add_span("generate", time.perf_counter() - 0.5, completion_tokens=3)
        note("refused: no passage")
    generate, ask = exporter.get_finished_spans()
    assert (generate.name, ask.name) == ("openbook.generate", "openbook.ask")
    assert generate.parent.span_id == ask.context.span_id
    assert dict(generate.attributes) == {"openbook.completion_tokens": 3}
    assert generate.end_time - generate.start_time == pytest.approx(5e8, abs=1e8)
    assert [event.name for event in ask.events] == ["refused: no passage"]

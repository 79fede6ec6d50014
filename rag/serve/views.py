"""What clients see of answers, hits and sources: plain objects, the same from every route."""

from __future__ import annotations

from typing import Any

from rag.answer.defaults import word_confidence
from rag.answer.types import Answer, Citation
from stores.base import Hit, SourceInfo


def answer_view(answer: Answer, seconds: float) -> dict[str, Any]:
    """Return an answer: its text, its sentences with the numbers of their citations, and what it rests on."""
    return {
        "question": answer.question,
        "answer": answer.text,
        "abstained": answer.abstained,
        "confidence": None if answer.confidence is None else round(answer.confidence, 4),
        "confidence_words": word_confidence(answer.confidence) if answer.confidence is not None else None,
        "sentences": [
            {"start": one.start, "end": one.end, "citation": one.citation} for one in answer.sentences
        ],
        "citations": [citation_view(one) for one in answer.citations],
        "nearest": [citation_view(one) for one in answer.nearest],
        "unsupported": list(answer.unsupported),
        "model": answer.model,
        "usage": {"prompt_tokens": answer.usage.prompt_tokens, "completion_tokens": answer.usage.completion_tokens},
        "seconds": round(seconds, 3),
    }  # fmt: skip


def citation_view(citation: Citation) -> dict[str, Any]:
    """Return a citation: the span `start:end` of a source, and its words."""
    return {
        "number": citation.number,
        "source": citation.source,
        "start": citation.start,
        "end": citation.end,
        "page": citation.page,
        "heading": list(citation.heading),
        "support": round(citation.support, 4),
        "text": citation.text,
    }


def hit_view(hit: Hit) -> dict[str, Any]:
    """Return a passage with its score."""
    chunk = hit.chunk
    return {
        "id": chunk.id,
        "score": round(hit.score, 6),
        "source": chunk.source,
        "start": chunk.start,
        "end": chunk.end,
        "page": chunk.page,
        "heading": list(chunk.heading),
        "text": chunk.text,
    }


def source_view(info: SourceInfo) -> dict[str, Any]:
    """Return a source of a store."""
    source = info.source
    return {"source": source.source, "origin": source.origin, "chunks": info.chunks, "metadata": dict(source.metadata)}

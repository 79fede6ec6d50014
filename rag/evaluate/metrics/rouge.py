"""ROUGE by rouge_score, which the `evaluate` extra brings."""

from __future__ import annotations

from typing import Any

from ingest.errors import MissingExtra


def rouge_scorer(*kinds: str) -> Any:
    """Return a scorer of these kinds, without stemming. Raises MissingExtra without that package."""
    try:
        from rouge_score.rouge_scorer import RougeScorer
    except ImportError:
        raise MissingExtra("ROUGE", "evaluate") from None
    return RougeScorer(list(kinds))

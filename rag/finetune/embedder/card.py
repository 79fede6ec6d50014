"""What a fine-tuned embedder's folder says of itself: openbook.json for programs, README.md for people."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ingest.embed.sentence_transformers import SentenceTransformerEmbedder
from ingest.models.weights import builtin_of

if TYPE_CHECKING:
    from rag.finetune.embedder.run import FinetunedEmbedder

UNKNOWN = "other"  # the hub's word for a licence that is none of its list


def record(result: FinetunedEmbedder, base: str, fingerprint: str, licence: str) -> dict[str, Any]:
    """Return what openbook.json says of a result: the same for the same run, on whichever day."""
    measured = {"before": result.before, "adapted": result.adapted, "after": result.after}
    return {
        "task": "embed",
        "base": {"model": base, "sha256": fingerprint},
        "licence": licence,
        "metrics": {name: dict(metrics) for name, metrics in measured.items() if metrics},
        "steps": result.steps,
        "best_step": result.best_step,
        "notes": list(result.notes),
    }


def licence_of(embedder: SentenceTransformerEmbedder) -> str:
    """Return the licence of an embedder's weights: as pinned, or as its folder's README.md says."""
    builtin = builtin_of(embedder.name)
    if builtin is not None:
        return builtin.licence
    readme = embedder.folder / "README.md"
    head = readme.read_text("utf-8", errors="replace")[:4000] if readme.is_file() else ""
    said = re.search(r"^license:\s*['\"]?([\w.-]+)", head, re.MULTILINE)
    return said[1] if said else UNKNOWN


def card(name: str, written: Mapping[str, Any]) -> str:
    """Return README.md, with the front matter that hubs read."""
    return "\n".join(_lines(name, written)) + "\n"


def _lines(name: str, written: Mapping[str, Any]) -> Iterator[str]:
    base, data = written["base"], written["data"]
    yield "---"
    yield f"license: {written['licence'].lower()}"
    yield "library_name: sentence-transformers"
    yield "pipeline_tag: sentence-similarity"
    yield "tags: [sentence-transformers, feature-extraction, openbook]"
    yield "---"
    yield f"\n# {name}\n"
    yield (
        f"An embedder for retrieval: `{base['model']}` fine-tuned by Openbook on {data['train']['pairs']:,} pairs of a "
        "question and the passage that answers it. Loads in Openbook (`new_embedder(model=FOLDER)`, `rag ... "
        "--embedder FOLDER`) and in sentence-transformers (`SentenceTransformer(FOLDER)`)."
    )
    yield "\n## How well it finds\n"
    yield from _table(written["metrics"], data["valid"])
    yield "\n## What it learnt from\n"
    yield f"- Start: `{base['model']}`, SHA-256 `{base['sha256']}`"
    yield from _learnt(data)
    yield "\nHashes are over the distinct texts as used, not over the files' bytes.\n"
    yield "## How\n"
    if adapted := written["adaptation"]:
        yield (
            f"First the encoder was adapted to the documents as a masked language model, {adapted['steps']:,} steps, "
            f"from {adapted['loss_before']:.2f} to {adapted['loss_after']:.2f} nats a masked word. The head for that "
            "is not among an embedder's weights: its output matrix was tied to the word embeddings, the layer before "
            "it started from random numbers, and both were thrown away afterwards.\n"
        )
    hard = " and from hard negatives" if "store" in data else ""
    yield (
        f"Multiple negatives ranking loss: a question's passage is told from all others of its batch{hard}; no batch "
        "holds a passage that is known to answer another of its questions. "
        f"Of {written['steps']:,} steps the weights after step {written['best_step']:,} were kept.\n"
    )
    yield from (f"- {note}" for note in written["notes"])
    yield f"\n```json\n{json.dumps(written['settings'], indent=2)}\n```"
    yield "\n## Licence\n"
    yield f"That of the start: {written['licence']}. The licence of the pairs and documents may ask for more."


def _learnt(data: Mapping[str, Any]) -> Iterator[str]:
    for part, unit in (("train", "pairs"), ("valid", "pairs"), ("documents", "texts")):
        if data.get(part):
            yield f"- {part.capitalize()}: {data[part][unit]:,} {unit}, SHA-256 `{data[part]['sha256']}`"
    if "store" in data:
        yield f"- Store that hard negatives were mined from: {data['store']['chunks']:,} chunks"


def _table(metrics: Mapping[str, Mapping[str, float]], valid: Mapping[str, Any] | None) -> Sequence[str]:
    if not valid:
        return ["Not measured: no passages were held out."]
    named = {"before": "the start", "adapted": "after adaptation", "after": "**this embedder**"}
    names = list(metrics["before"])
    rows = [
        f"| {named[stage]} | {' | '.join(f'{100 * found[name]:.1f}' for name in names)} |"
        for stage, found in metrics.items()
    ]
    return [
        f"Percent, on {valid['pairs']:,} held-out pairs, no passage of which was in training:\n",
        f"| | {' | '.join(name.replace('ndcg', 'nDCG').replace('mrr', 'MRR') for name in names)} |",
        f"|---|{'---|' * len(names)}",
        *rows,
    ]

"""Fine-tune a reranker on questions and the passages that answer them.

pairs -> split -> hard negatives, by meaning and by words -> training -> a folder of about a megabyte

>>> from rag.finetune import finetune_reranker
>>> tuned = finetune_reranker("pairs.jsonl", out="my-reranker")
>>> tuned.before["ndcg@10"], tuned.metrics["ndcg@10"]

The network and the loop are ours, not sentence-transformers' CrossEncoder and its trainer. CrossEncoder cuts a passage
at its window, where ours scores the best window; its LoRA folders need peft to load and name no hash of their base.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ingest.closing import close_parts
from ingest.embed import Embedder, new_embedder
from ingest.models.weights import MINILM, local_path, model_fingerprint
from ingest.types import Document
from rag.finetune.embedder.held_out import average_metrics, rank_golds, scale_to_unit
from rag.finetune.embedder.negatives import Miner, PairExample
from rag.finetune.embedder.pairs import Pairs, PairSplit, as_pairs, distinct_texts, hash_pairs, split_pairs
from rag.finetune.reranker.settings import RerankerSettings
from rag.finetune.shared.batch_order import order_batches
from rag.finetune.shared.card import find_licence, render_card
from rag.finetune.shared.lora import add_lora, write_adapter
from rag.finetune.shared.unfinished import Unfinished, check_output
from rag.reader.score import collate
from rag.reader.windows import Windows
from rag.retrieve.rerank.cross_encoder import HEADS, RerankerConfig, new_reranker_network, score_texts
from stores.base import Store

if TYPE_CHECKING:
    from torch import Tensor

    from rag.reader.windows import ReadingWindow


@dataclass(frozen=True)
class FinetunedReranker:
    """A reranker's folder and its training.

    `before` and `metrics` hold "ndcg@10", "mrr@10" and "recall@10" on the validation pairs, from 0 to 1: of the same
    passages ordered by the embedder's cosines, and by the step that was kept. `losses` are by step.
    """

    folder: Path
    pairs: int
    steps: int
    best_step: int
    before: Mapping[str, float]
    metrics: Mapping[str, float]
    losses: Mapping[int, float] = field(repr=False)


def finetune_reranker(
    pairs: Pairs,
    valid: Pairs | None = None,
    *,
    out: str | Path,
    base: str = MINILM,
    embedder: Embedder | None = None,
    store: Store | None = None,
    licence: str | None = None,
    restart: bool = False,
    progress: bool | None = None,
    **settings: Any,
) -> FinetunedReranker:
    """Train a cross-encoder on pairs of a question and a passage, and write it to the folder `out`.

    `base` names an encoder of BERT's kind. Hard negatives are mined from `store`, which was made with `embedder` (None:
    the embedded one), or without a store from the pairs' own passages. `settings` are those of RerankerSettings.

    Work in progress lies in `out.training`, and the same call resumes a run that was interrupted, unless `restart` is
    set. Raises RowsError for pairs that cannot be used, InputError for settings, WeightsError for a base that is not
    there, WrongEmbedder for a store made with another embedder, and MissingExtra.
    """
    chosen = RerankerSettings(**settings)
    out = Path(out)
    check_output(out, "fine-tuning a reranker")
    own_embedder = embedder is None
    embedder = embedder or new_embedder()
    if store is not None:
        from rag.index.manifest import check_embedder

        check_embedder(store, embedder)

    # Split the pairs; the run is identified by everything that decides its result.
    held_out = as_pairs(valid) if valid is not None else None
    split = split_pairs(as_pairs(pairs), held_out, chosen.valid_share, chosen.seed)
    data = {
        "train": {"pairs": len(split.train), "sha256": hash_pairs(split.train)},
        "valid": {"pairs": len(split.valid), "sha256": hash_pairs(split.valid)},
        "store": {"chunks": len(store)} if store is not None else None,
    }
    identity = {
        "base": model_fingerprint(base),
        "embedder": embedder.fingerprint,
        "data": data,
        "settings": chosen.decisive(),
    }
    with Unfinished.begin(out, identity, restart) as unfinished:
        from rag.finetune.shared.loop import train

        # Mine hard negatives, which takes an embedder minutes, once.
        mined = unfinished.once("mined", lambda: _mine(split, store, embedder, chosen))
        if own_embedder:
            close_parts(embedder)
        examples = [PairExample(question, passage, tuple(wrong)) for question, passage, wrong in mined["train"]]
        held = [(question, [passage, *wrong]) for question, passage, wrong in mined["valid"]]

        # Cut each group of passages, the right one first, into windows; learn from the first window of each.
        windows = Windows.of_folder(local_path(base), chosen.max_tokens, chosen.stride)
        cut = [[windows.cut(row.question, text) for text in (row.passage, *row.negatives)] for row in examples]
        groups = [tuple(text[0] for text in texts) for texts in cut if all(texts)]  # a text may have no tokens
        lengths = [max(len(window.ids) for window in group) for group in groups]
        rows = round(chosen.epochs * len(groups))
        places = order_batches([lengths], [1.0], rows, chosen.batch_size, chosen.seed)

        # Train low-rank updates of the encoder, and a new head.
        network = new_reranker_network(base, chosen.seed)
        shape = (chosen.lora_rank, chosen.lora_alpha, chosen.lora_dropout, chosen.seed)
        network.encoder = add_lora(network.encoder, *shape)

        def measure() -> dict[str, float]:
            flat = [(question, text) for question, texts in held for text in texts]
            scores = iter(score_texts(network, windows, flat))
            return _measure_order([[next(scores) for _ in texts] for _, texts in held])

        run = train(
            network,
            [[groups[row] for _, row in batch] for batch in places],
            collate_groups,
            measure if held else None,
            unfinished.folder / "steps",
            chosen,
            name="reranker",
            progress=progress,
        )

        # Write the adapter, the windows that it was trained for, and the model card.
        metrics = {
            **run.metrics,
            **{f"{name}, by cosine": value for name, value in mined["before"].items()},
            "steps": run.steps,
            "best_step": run.best_step,
        }
        tables = {"Data": data, "Settings": asdict(chosen), "Metrics": metrics}
        card = render_card(out.name, "A reranker.", base, licence or find_licence(base), tables)
        with unfinished.result() as folder:
            write_adapter(folder, network, base, HEADS)
            config = RerankerConfig(chosen.max_tokens, chosen.stride)
            config.write(folder, {heading.lower(): table for heading, table in tables.items()})
            (folder / "README.md").write_text(card, "utf-8")
    return FinetunedReranker(out, len(examples), run.steps, run.best_step, mined["before"], run.metrics, run.losses)


def collate_groups(batch: Sequence[Sequence[ReadingWindow]]) -> dict[str, Tensor]:
    """Return groups of windows as the network's tensors, with the size of a group."""
    import torch

    return {**collate([window for group in batch for window in group]), "size": torch.tensor(len(batch[0]))}


def _mine(split: PairSplit, store: Store | None, embedder: Embedder, settings: RerankerSettings) -> dict[str, Any]:
    """Return questions with their passage and hard negatives, and the metrics of the order by cosine."""
    with nullcontext(store) if store is not None else _open_passage_store(split, embedder) as passages:
        miner = Miner(passages, embedder, split.golds, (), settings.near_duplicate, by_words=True)
        train = miner.mine(split.train, settings.negatives, settings.depth, settings.margin, settings.seed).examples
        # A held-out passage competes with all near ones: cosines close to its own are the hard cases.
        count = min(len(split.valid), settings.valid_questions)
        held_out = [split.valid[place * len(split.valid) // count] for place in range(count)]
        valid = miner.mine(held_out, settings.valid_negatives, settings.depth, -1.0, settings.seed).examples

    # Measure the order by cosine, which a reranker has to beat.
    before = {}
    if valid:
        groups = [(row.passage, *row.negatives) for row in valid]
        texts = distinct_texts(text for group in groups for text in group)
        vectors = dict(zip(texts, scale_to_unit(embedder.embed_documents(texts)), strict=True))
        questions = [embedder.embed_query(row.question) for row in valid]
        before = _measure_order(
            [[float(vectors[text] @ vector) for text in group] for group, vector in zip(groups, questions, strict=True)]
        )
    rows = [[[row.question, row.passage, row.negatives] for row in part] for part in (train, valid)]
    return {"train": rows[0], "valid": rows[1], "before": before}


@contextmanager
def _open_passage_store(split: PairSplit, embedder: Embedder) -> Iterator[Store]:
    """Open a store in memory of the pairs' own passages."""
    from ingest.chunk import Chunker
    from rag.index.index import Index
    from stores import new_store

    index = Index(new_store("memory"), embedder, Chunker(embedder.tokens))
    texts = distinct_texts(pair.passage for pair in (*split.train, *split.valid))
    index.add(Document(text, f"passage-{number}") for number, text in enumerate(texts))
    try:
        yield index.store
    finally:
        close_parts(index.engine, index.store)


def _measure_order(scores: Sequence[Sequence[float]]) -> dict[str, float]:
    """Return the means over questions whose first score is the right passage's."""
    return average_metrics([rank_golds(np.asarray(row, dtype=np.float32), (0,)) for row in scores])

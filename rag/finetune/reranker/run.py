"""Fine-tune a reranker on questions and the passages that answer them.

pairs -> split -> hard negatives, by meaning and by words -> training -> a folder of about a megabyte

>>> from rag.rerank import finetune_reranker
>>> tuned = finetune_reranker("pairs.jsonl", out="my-reranker")
>>> tuned.before["ndcg@10"], tuned.metrics["ndcg@10"]
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ingest.embed import Embedder, new_embedder
from ingest.errors import MissingExtra
from ingest.models.weights import MINILM, local_path, model_fingerprint
from ingest.types import Document
from rag.finetune.embedder.held_out import NAMES, ranks, scores_of
from rag.finetune.embedder.negatives import Example, Miner
from rag.finetune.embedder.pairs import Pair, Split, distinct_texts, pairs_sha256, read_pairs, split_pairs
from rag.finetune.reranker.settings import RerankerSettings
from rag.finetune.shared.adapter import learning_adapter
from rag.finetune.shared.batch_order import fixed_batches
from rag.finetune.shared.folder import card, licence_of_builtin
from rag.finetune.shared.unfinished import Unfinished, refuse_taken
from rag.generate.adapter import Adapter, adapter_weights
from rag.reader.score import collate
from rag.reader.windows import Windows
from rag.retrieve.rerank.cross_encoder import HEADS, RerankerConfig, new_reranker_network, score_texts
from stores.base import Store

if TYPE_CHECKING:
    from torch import Tensor

    from rag.reader.windows import ReadingWindow
    from rag.retrieve.rerank.network import RerankerNetwork

Pairs = str | Path | Iterable[Pair]


@dataclass(frozen=True)
class FinetunedReranker:
    """A reranker's folder and how it came to be.

    `before` and `metrics` hold "ndcg@10", "mrr@10" and "recall@10" of the validation part, from 0 to 1: of the same
    passages in the order of the embedder's cosines, and as the kept step orders them. `losses` are by step.
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
    """Train a cross-encoder on pairs of a question and a passage, and write it into the folder `out`.

    `base` names an encoder of BERT's kind. Hard negatives are mined from `store`, made with `embedder` (None: the
    embedded one), or without a store from the pairs' own passages. Further options are those of RerankerSettings.
    Until all is done everything is in `out.training`, and the same call goes on from there unless `restart` is set.
    Raises RowsError for pairs that cannot be used, ValueError for options, WeightsError for a base that is not there,
    WrongEmbedder for a store made with another embedder, and MissingExtra.
    """
    chosen = RerankerSettings(**settings)
    if any(find_spec(name) is None for name in ("accelerate", "peft")):
        raise MissingExtra("fine-tuning a reranker", "finetune")
    out = Path(out)
    refuse_taken(out)
    embedder = embedder or new_embedder()
    if store is not None:
        from rag.index.manifest import check_embedder

        check_embedder(store, embedder)
    held = _read(valid) if valid is not None else None
    split = split_pairs(_read(pairs), held, chosen.valid_share, chosen.seed)
    data = {
        "train": {"pairs": len(split.train), "sha256": pairs_sha256(split.train)},
        "valid": {"pairs": len(split.valid), "sha256": pairs_sha256(split.valid)},
        "store": {"chunks": len(store)} if store is not None else None,
    }
    identity = {
        "base": model_fingerprint(base),
        "embedder": embedder.fingerprint,
        "data": data,
        "settings": asdict(replace(chosen, threads=None)),
    }
    with Unfinished.begin(out, identity, restart) as unfinished:
        run = _Run(base, embedder, store, split, chosen, unfinished, progress)
        return run.run(licence or licence_of_builtin(base), data)


@dataclass(frozen=True)
class _Run:
    base: str
    embedder: Embedder
    store: Store | None
    split: Split
    settings: RerankerSettings
    unfinished: Unfinished
    progress: bool | None

    def run(self, licence: str, data: Mapping[str, Any]) -> FinetunedReranker:
        from rag.finetune.shared.stage import threads
        from rag.finetune.shared.steps import train_steps
        from rag.generate.load import quiet

        settings = self.settings
        windows = Windows.of_folder(local_path(self.base), settings.max_tokens, settings.stride)
        mined = self.unfinished.once("mined", self._mined)
        examples = [Example(asked, passage, tuple(no)) for asked, passage, no in mined["train"]]
        held = [Example(asked, passage, tuple(no)) for asked, passage, no in mined["valid"]]
        network = new_reranker_network(self.base, settings.seed)
        updates = (settings.lora_rank, settings.lora_alpha, settings.lora_dropout, settings.seed)
        network.encoder = learning_adapter(network.encoder, *updates)
        measure = (lambda net: _measured(net, windows, held)) if held else None
        batches = _batches(examples, windows, settings)
        with quiet(), threads(settings.threads):
            done = train_steps(
                network,
                batches,
                _group,
                measure,
                self.unfinished.folder / "steps",
                settings,
                "reranker",
                self.progress,
            )
        result = FinetunedReranker(
            self.unfinished.out,
            len(examples),
            done.steps,
            done.best_step,
            mined["before"],
            done.measured.get(done.best_step, {}),
            done.losses,
        )
        self._write(network, result, licence, data)
        return result

    def _mined(self) -> dict[str, Any]:
        """Return questions with their passage and hard negatives, and how well cosines order those held out."""
        settings, split = self.settings, self.split
        with ExitStack() as stack:
            store = self.store if self.store is not None else stack.enter_context(self._own_store())
            miner = Miner(store, self.embedder, split.golds, (), settings.near_duplicate, by_words=True)
            how = (settings.depth, settings.margin, settings.seed)
            train = miner.mine(split.train, settings.negatives, *how).examples
            # All that are near stand against a held-out passage: cosines close to its own are the hard cases.
            asked = _drawn(split.valid, settings.valid_questions)
            valid = miner.mine(asked, settings.valid_negatives, settings.depth, -1.0, settings.seed).examples
        return {
            "train": [[each.question, each.passage, each.negatives] for each in train],
            "valid": [[each.question, each.passage, each.negatives] for each in valid],
            "before": self._by_cosine(valid),
        }

    def _by_cosine(self, held: Sequence[Example]) -> dict[str, float]:
        texts = distinct_texts(text for each in held for text in (each.passage, *each.negatives))
        if not texts:
            return {}
        places = {text: place for place, text in enumerate(texts)}
        vectors = self.embedder.embed_documents(texts)
        vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        asked = [self.embedder.embed_query(each.question) for each in held]
        return _means(
            [
                [float(vectors[places[text]] @ vector) for text in (each.passage, *each.negatives)]
                for each, vector in zip(held, asked, strict=True)
            ]
        )

    def _own_store(self) -> Any:
        """Return a context in which there is a store of the pairs' own passages."""
        from contextlib import closing

        from ingest.chunk import Chunker
        from rag.index.index import Index
        from stores import new_store

        index = Index(new_store("memory"), self.embedder, Chunker(self.embedder.tokens))
        texts = distinct_texts(pair.passage for pair in (*self.split.train, *self.split.valid))
        index.add(Document(text, f"passage-{number}") for number, text in enumerate(texts))
        return closing(index.store)

    def _write(
        self, network: RerankerNetwork, result: FinetunedReranker, licence: str, data: Mapping[str, Any]
    ) -> None:
        settings = self.settings
        weights, scale = adapter_weights(network, HEADS)
        metrics = {**result.metrics, "steps": result.steps, "best_step": result.best_step}
        told = {**metrics, **{f"{name}, by cosine": value for name, value in result.before.items()}}
        with self.unfinished.result() as folder:
            Adapter(self.base, model_fingerprint(self.base), scale).write(folder, weights)
            config = RerankerConfig(settings.max_tokens, settings.stride)
            config.write(folder, {"metrics": told, "data": dict(data), "settings": asdict(settings)})
            title = f"{self.unfinished.out.name}, a reranker"
            (folder / "README.md").write_text(card(title, self.base, licence, data, asdict(settings), told), "utf-8")


def _read(pairs: Pairs) -> list[Pair]:
    return read_pairs(pairs) if isinstance(pairs, str | Path) else list(pairs)


def _drawn(pairs: Sequence[Pair], count: int) -> list[Pair]:
    """Return `count` pairs spread evenly over all."""
    return list(pairs) if len(pairs) <= count else [pairs[at * len(pairs) // count] for at in range(count)]


def _batches(
    examples: Sequence[Example], windows: Windows, settings: RerankerSettings
) -> list[list[tuple[ReadingWindow, ...]]]:
    """Return a whole run's batches of groups: the passage's first window, then those of its negatives."""
    cut = [[windows.cut(each.question, text) for text in (each.passage, *each.negatives)] for each in examples]
    groups = [tuple(found[0] for found in each) for each in cut if all(each)]  # a text may have no tokens
    lengths = [max(len(window.ids) for window in group) for group in groups]
    rows = round(settings.epochs * len(groups))
    places = fixed_batches([lengths], [1.0], rows, settings.batch_size, settings.seed)
    return [[groups[row] for _, row in batch] for batch in places]


def _group(batch: Sequence[Sequence[ReadingWindow]]) -> dict[str, Tensor]:
    import torch

    return {**collate([window for group in batch for window in group]), "size": torch.tensor(len(batch[0]))}


def _measured(network: RerankerNetwork, windows: Windows, held: Sequence[Example]) -> dict[str, float]:
    asked = [(each.question, text) for each in held for text in (each.passage, *each.negatives)]
    scores = score_texts(network, windows, asked)
    size = len(held[0].negatives) + 1
    return _means([scores[low : low + size] for low in range(0, len(scores), size)])


def _means(scored: Sequence[Sequence[float]]) -> dict[str, float]:
    """Return the means over questions whose first score is the right passage's."""
    each = [scores_of(ranks(np.asarray(scores, dtype=np.float32), (0,), ())) for scores in scored]
    return {name: float(mean) for name, mean in zip(NAMES, np.mean(each, axis=0), strict=True)}

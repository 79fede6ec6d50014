"""Fine-tune an embedder on questions and the passages that answer them.

pairs -> split -> (adapt to documents) -> hard negatives -> contrastive training -> the best of it, as a folder

>>> from rag.finetune.embedder import finetune_embedder
>>> tuned = finetune_embedder("builtin:minilm", "pairs.jsonl", out="my-embedder")
>>> tuned.before["ndcg@10"], tuned.after["ndcg@10"]
>>> embedder = new_embedder(model="my-embedder")
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ingest.embed import Embedder
from ingest.embed.sentence_transformers import SentenceTransformerEmbedder
from ingest.errors import MissingExtra, RowsError, WrongEmbedder
from rag.finetune.embedder.card import card, licence_of, record
from rag.finetune.embedder.held_out import HeldOut
from rag.finetune.embedder.negatives import Example, Miner, plan_batches
from rag.finetune.embedder.pairs import Pair, Split, distinct_texts, pairs_sha256, read_pairs, split_pairs
from rag.finetune.embedder.settings import EmbedderSettings
from rag.finetune.shared.folder import text_hash
from rag.finetune.shared.unfinished import Unfinished, refuse_taken
from rag.generate.load import quiet
from stores.base import Store

Pairs = str | Path | Iterable[Pair]

__all__ = ["EmbedderSettings", "FinetunedEmbedder", "Pair", "finetune_embedder", "read_pairs"]


@dataclass(frozen=True)
class FinetunedEmbedder:
    """A fine-tuned embedder's folder and how it came to be.

    `before`, `adapted` and `after` hold "ndcg@10", "mrr@10" and "recall@10" on the validation part, from 0 to 1: of
    the embedder as given, after adaptation, and of the result; empty without a validation part, `adapted` without
    documents. `best_step` 0: no step was better than the embedder as given, whose weights the folder then holds.
    `losses` are the training's by step. `notes` are sentences on what was left out, cut or filled in.
    """

    folder: Path
    before: Mapping[str, float]
    adapted: Mapping[str, float]
    after: Mapping[str, float]
    steps: int
    best_step: int
    losses: Mapping[int, float] = field(repr=False)
    notes: tuple[str, ...] = ()


def finetune_embedder(
    model: str | Path | SentenceTransformerEmbedder,
    pairs: Pairs,
    *,
    out: str | Path,
    valid: Pairs | None = None,
    store: Store | None = None,
    documents: Iterable[str] | None = None,
    licence: str | None = None,
    restart: bool = False,
    progress: bool | None = None,
    **settings: Any,
) -> FinetunedEmbedder:
    """Train an embedder to find the passage of each pair by its question, and write it to the folder `out`.

    `model` names an embedder of the sentence-transformers library: `builtin:minilm`, a folder or a hub id. `pairs` and
    `valid` are pairs or JSONL files (see `read_pairs`); without `valid` a share of the passages is held out. Hard
    negatives are mined from `store`, which must have been made with the same embedder. The encoder is adapted to the
    texts of `documents` first. Further options are those of EmbedderSettings. The folder loads with
    `new_embedder(model=...)` and with plain `SentenceTransformer`.

    Until all is done, everything is in `out.training`, and the same call goes on from there unless `restart` is set;
    `out` appears whole. `licence` is what the card names; None means that of the start. `progress` shows a line on
    stderr; None means on a terminal only. Nothing is downloaded but a hub id's own weights.

    Raises RowsError for pairs that cannot be used, ValueError for settings, texts or an `out` that cannot,
    WeightsError for a model that is not there, WrongEmbedder for a store made with another one, and MissingExtra.
    """
    chosen = EmbedderSettings(**settings)
    if any(find_spec(name) is None for name in ("accelerate", "datasets")):
        raise MissingExtra("fine-tuning an embedder", "finetune")
    out = Path(out)
    refuse_taken(out)
    embedder = _trainable(model, chosen.device)
    train, held = _read(pairs), _read(valid) if valid is not None else None
    split = split_pairs(train, held, chosen.valid_share, chosen.seed)
    texts = _texts(documents)
    if store is not None:
        _check_store(store, embedder)
    notes = [*_leaking(split), *_truncated(split, embedder, chosen.max_truncated)]
    data = _data(split, texts, store)
    deciding = asdict(replace(chosen, threads=None))  # with other threads a run may go on, to nearly the same weights
    identity = {"base": embedder.fingerprint, "data": data, "settings": deciding}
    with Unfinished.begin(out, identity, restart) as unfinished:
        run = _Run(embedder, split, store, texts, chosen, unfinished, progress, notes)
        return run.write(run.train(), data, licence or licence_of(embedder))


@dataclass(frozen=True)
class _Run:
    """One run's parts. Each step is done once: a run that goes on reads what the earlier one came to."""

    embedder: SentenceTransformerEmbedder
    split: Split
    store: Store | None
    texts: Sequence[str]
    settings: EmbedderSettings
    unfinished: Unfinished
    progress: bool | None
    notes: list[str]

    def train(self) -> _Trained:
        """Measure, adapt, mine, train; return the best network and what it came to."""
        from rag.finetune.embedder.contrastive import contrast, load_network, measure
        from rag.finetune.shared.stage import threads

        settings, once = self.settings, self.unfinished.once
        held_out = HeldOut.of(self.split, settings.valid_questions, settings.distractors, settings.seed)
        with quiet(), threads(settings.threads):
            network = load_network(self.embedder.folder, settings.device)
            before = once("before", lambda: measure(network, held_out))
            came_to, adapted = None, {}
            if self.texts:
                network, came_to = self._adapt(network)
                adapted = once("adapted", lambda: measure(network, held_out))
            examples = self._examples()
            batches = plan_batches(examples, self.split.golds, settings.batch_size, settings.epochs, settings.seed)
            self.notes.extend(_about_batches(batches, examples, settings.batch_size))
            folder = self.unfinished.folder / "pairs"
            start = (adapted or before).get(settings.metric)
            network, found = contrast(network, examples, batches, held_out, start, folder, settings, self.progress)
            best_step, after = found.best_step, found.measured.get(found.best_step, {})
            if before and after[settings.metric] <= before[settings.metric]:
                network, best_step, after = load_network(self.embedder.folder, settings.device), 0, before
                self.notes.append(
                    "No step was better than the start on the validation part: the weights are the start's."
                )
        result = FinetunedEmbedder(
            self.unfinished.out, before, adapted, after, found.steps, best_step, found.losses, tuple(self.notes)
        )
        return _Trained(network, result, came_to)

    def write(self, trained: _Trained, data: Mapping[str, Any], licence: str) -> FinetunedEmbedder:
        """Write the folder, whole or not at all."""
        written = {
            **record(trained.result, self.embedder.name, self.embedder.fingerprint, licence),
            "adaptation": trained.adaptation,
            "data": data,
            "settings": asdict(self.settings),
        }
        with self.unfinished.result() as folder, quiet():
            trained.network.save_pretrained(str(folder), create_model_card=False)
            (folder / "openbook.json").write_text(json.dumps(written, indent=2, ensure_ascii=False) + "\n", "utf-8")
            (folder / "README.md").write_text(card(self.unfinished.out.name, written), "utf-8")
        return trained.result

    def _adapt(self, network: Any) -> tuple[Any, dict[str, Any]]:
        """Return the network after masked-language-model adaptation, and what that came to."""
        from rag.finetune.embedder.contrastive import load_network
        from rag.finetune.embedder.masked import adapt

        folder = self.unfinished.folder / "adapted"

        def adapted() -> dict[str, Any]:
            found = adapt(network, self.texts, self.unfinished.folder / "masked", self.settings, self.progress)
            network.save_pretrained(str(folder), create_model_card=False)
            return asdict(found)

        came_to = self.unfinished.once("adaptation", adapted)
        return load_network(folder, self.settings.device), came_to

    def _examples(self) -> list[Example]:
        """Return what is learnt from, with hard negatives where there is a store."""
        store, settings = self.store, self.settings
        if store is None:
            return [Example(pair.question, pair.passage) for pair in self.split.train]

        def mine() -> dict[str, Any]:
            held = distinct_texts(pair.passage for pair in self.split.valid)
            miner = Miner(store, self.embedder, self.split.golds, held, settings.near_duplicate)
            with _bar(len({pair.question for pair in self.split.train}), self.progress) as bar:
                mined = miner.mine(
                    self.split.train, settings.negatives, settings.depth, settings.margin, settings.seed, bar.update
                )
            rows = [[each.question, each.passage, each.negatives, sorted(each.covers)] for each in mined.examples]
            counts = {"right": mined.right, "suspicious": mined.suspicious, "drawn": mined.drawn}
            return {"rows": rows, "mined": settings.negatives * len(rows), **counts}

        found = self.unfinished.once("mined", mine)
        self.notes.append(
            f"{found['mined']:,} hard negatives were mined. Of the hits, {found['right']:,} were passed over as copies "
            f"of right or held-out passages and {found['suspicious']:,} as perhaps right; {found['drawn']:,} negatives "
            "were drawn at random for want of hits."
        )
        return [Example(asked, passage, tuple(no), frozenset(covers)) for asked, passage, no, covers in found["rows"]]


@dataclass(frozen=True)
class _Trained:
    network: Any
    result: FinetunedEmbedder
    adaptation: Mapping[str, Any] | None


# --- what is refused, or told, before anything is trained -------------------------------------------------------------


def _trainable(model: str | Path | SentenceTransformerEmbedder, device: str) -> SentenceTransformerEmbedder:
    if isinstance(model, str | Path):
        return SentenceTransformerEmbedder(str(model), device)
    if isinstance(model, SentenceTransformerEmbedder):
        return model
    raise TypeError(f"a {type(model).__name__} cannot be fine-tuned: give the name or folder of an embedder")


def _read(pairs: Pairs) -> list[Pair]:
    if isinstance(pairs, str | Path):
        return read_pairs(pairs)
    listed = list(pairs)
    for number, pair in enumerate(listed, start=1):
        if not (isinstance(pair, Pair) and pair.question.strip() and pair.passage.strip()):
            raise RowsError(f"pair {number} is no Pair of two texts that are not empty: {str(pair)[:80]!r}")
    return listed


def _texts(documents: Iterable[str] | None) -> list[str]:
    if isinstance(documents, str):
        raise ValueError("documents is one text: give a list of them, such as [document.text, ...]")
    texts = [text for text in documents or () if text.strip()]
    if documents is not None and not texts:
        raise ValueError("the documents hold no text to adapt to")
    return texts


def _check_store(store: Store, embedder: Embedder) -> None:
    if store.manifest.get("embedder_fingerprint") != embedder.fingerprint:
        raise WrongEmbedder(
            f"the store was made with {store.manifest.get('embedder', 'no embedder yet')}, but hard negatives are what "
            f"{embedder.name} itself finds: ingest the documents with it, or leave the store out"
        )
    if not len(store):
        raise ValueError("the store is empty: ingest documents to mine hard negatives from, or leave it out")


def _leaking(split: Split) -> Iterator[str]:
    if split.leaking:
        total = split.leaking + len(split.valid)
        yield f"{split.leaking:,} of {total:,} validation pairs were left out: their passage is in the training too."


def _truncated(split: Split, embedder: Embedder, limit: float) -> Iterator[str]:
    """Count the texts that the embedder would cut. Raises ValueError where they are more than the share allowed."""
    window = embedder.tokens.window
    for kind in ("question", "passage"):
        texts = distinct_texts(getattr(pair, kind) for pair in (*split.train, *split.valid))
        cut = sum(len(offsets) > window for offsets in embedder.tokens.offsets(texts))
        found = f"{cut:,} of {len(texts):,} {kind}s ({cut / len(texts):.0%}) are longer than the {window} tokens"
        if cut > limit * len(texts):
            raise ValueError(f"{found} that {embedder.name} reads: cut them up, or allow it with max_truncated")
        if cut:
            yield f"{found} that the embedder reads: the rest of them is not learnt from."


def _about_batches(batches: Sequence[Sequence[int]], examples: Sequence[Example], size: int) -> Iterator[str]:
    """Say how many batches are small. Raises RowsError where none tells anything apart."""
    if max(map(len, batches)) < 2 and not examples[0].negatives:
        raise RowsError("no two pairs can be told apart: each passage answers the questions of all others too")
    if short := sum(len(batch) < size for batch in batches[:-1]):
        yield f"{short:,} of {len(batches):,} batches hold fewer than {size} pairs: no other passage was surely wrong."


def _data(split: Split, texts: Sequence[str], store: Store | None) -> dict[str, Any]:
    """Return what is learnt from and measured with, by counts and hashes."""
    data: dict[str, Any] = {
        "train": {"pairs": len(split.train), "sha256": pairs_sha256(split.train)},
        "valid": {"pairs": len(split.valid), "sha256": pairs_sha256(split.valid)} if split.valid else None,
    }
    if texts:
        data["documents"] = {"texts": len(texts), "sha256": text_hash(texts)}
    if store is not None:
        data["store"] = {"chunks": len(store)}
    return data


def _bar(total: int, progress: bool | None) -> Any:
    from tqdm import tqdm

    disable = None if progress is None else not progress
    return tqdm(total=total, desc="mine", unit="question", disable=disable, leave=False)

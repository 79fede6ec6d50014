"""Fine-tune an embedder on questions and the passages that answer them.

pairs -> split -> (adaptation to documents) -> hard negatives -> contrastive training -> the best weights, as a folder

>>> from rag.finetune import finetune_embedder
>>> tuned = finetune_embedder("builtin:minilm", "pairs.jsonl", out="my-embedder")
>>> tuned.before["ndcg@10"], tuned.after["ndcg@10"]
>>> embedder = new_embedder(model="my-embedder")
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tqdm import tqdm

from ingest.embed import Embedder
from ingest.embed.sentence_transformers import SentenceTransformerEmbedder
from ingest.errors import InputError, RowsError, WrongEmbedder
from rag.finetune.embedder.held_out import HeldOut
from rag.finetune.embedder.negatives import Miner, PairExample, plan_batches
from rag.finetune.embedder.pairs import Pairs, PairSplit, as_pairs, distinct_texts, hash_pairs, split_pairs
from rag.finetune.embedder.settings import EmbedderSettings
from rag.finetune.shared.card import find_licence, hash_texts, render_card
from rag.finetune.shared.unfinished import Unfinished, check_output
from rag.generate.load import quiet
from stores.base import Store


@dataclass(frozen=True)
class FinetunedEmbedder:
    """A fine-tuned embedder's folder and its training.

    `before`, `adapted` and `after` hold "ndcg@10", "mrr@10" and "recall@10" on the validation pairs, from 0 to 1: of
    the given embedder, after adaptation, and of the result. All are empty without validation pairs, `adapted` without
    documents. `best_step` 0 means that no step was better than the given embedder, whose weights the folder then has.
    `losses` are by step. `notes` are sentences on what was left out, truncated or filled in.
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
    negatives are mined from `store`, which must have been made with the same embedder. The encoder is first adapted to
    `documents`, if given. `licence` is stated in the model card (None: that of the model). `settings` are those of
    EmbedderSettings.

    Work in progress lies in `out.training`, and the same call resumes a run that was interrupted, unless `restart` is
    set. Raises RowsError for pairs that cannot be used, InputError for settings and for texts that are too long,
    WrongEmbedder for a store made with another one, and MissingExtra.
    """
    chosen = EmbedderSettings(**settings)
    out = Path(out)
    check_output(out, "fine-tuning an embedder")
    embedder = SentenceTransformerEmbedder(str(model), chosen.device) if isinstance(model, str | Path) else model
    if not isinstance(embedder, SentenceTransformerEmbedder):
        raise TypeError(f"a {type(model).__name__} cannot be fine-tuned: give the name or folder of an embedder")
    train, held_out = as_pairs(pairs), as_pairs(valid) if valid is not None else None
    split = split_pairs(train, held_out, chosen.valid_share, chosen.seed)

    # Check everything that could be wrong before minutes of work begin.
    texts = _read_documents(documents)
    if store is not None:
        if store.manifest.get("embedder_fingerprint") != embedder.fingerprint:
            raise WrongEmbedder(
                f"the store was made with {store.manifest.get('embedder', 'no embedder yet')}, but hard negatives are "
                f"what {embedder.name} itself finds: ingest the documents with it, or leave the store out"
            )
        if not len(store):
            raise InputError("the store is empty: ingest documents to mine hard negatives from, or leave it out")
    notes = list(_check_lengths(split, embedder, chosen.max_truncated))
    if split.leaking:
        total = split.leaking + len(split.valid)
        notes.append(f"{split.leaking:,} of {total:,} validation pairs were left out: their passage is also learnt.")

    # State the data by counts and hashes, in the record of the run and in the model card.
    data: dict[str, Any] = {
        "train": {"pairs": len(split.train), "sha256": hash_pairs(split.train)},
        "valid": {"pairs": len(split.valid), "sha256": hash_pairs(split.valid)} if split.valid else None,
    }
    if texts:
        data["documents"] = {"texts": len(texts), "sha256": hash_texts(texts)}
    if store is not None:
        data["store"] = {"chunks": len(store)}

    identity = {"base": embedder.fingerprint, "data": data, "settings": chosen.decisive()}
    with Unfinished.begin(out, identity, restart) as unfinished:
        run = EmbedderRun(embedder, split, store, texts, chosen, unfinished, progress, notes)
        return run.run(data, licence or find_licence(embedder.name))


@dataclass(frozen=True)
class EmbedderRun:
    """The parts of one run. Each step is done once: a resumed run reads what an earlier one computed."""

    embedder: SentenceTransformerEmbedder
    split: PairSplit
    store: Store | None
    texts: Sequence[str]
    settings: EmbedderSettings
    unfinished: Unfinished
    progress: bool | None
    notes: list[str]

    def run(self, data: Mapping[str, Any], licence: str) -> FinetunedEmbedder:
        """Measure, adapt, mine, train, and write the folder."""
        from rag.finetune.embedder.contrastive import load_embedder_network, measure_retrieval, train_contrastive
        from rag.finetune.shared.loop import limit_threads

        settings, once = self.settings, self.unfinished.once
        held_out = HeldOut.of(self.split, settings.valid_questions, settings.distractors, settings.seed)
        with quiet(), limit_threads(settings.threads):
            # Measure the start, and adapt it to the documents.
            network = load_embedder_network(self.embedder.folder, settings.device)
            before = once("before", lambda: measure_retrieval(network, held_out))
            adaptation, adapted = None, {}
            if self.texts:
                adaptation = self._adapt(network)
                network = load_embedder_network(self.unfinished.folder / "adapted", settings.device)
                adapted = once("adapted", lambda: measure_retrieval(network, held_out))

            # Train on pairs and hard negatives; fall back to the start if no step is better.
            examples = self._mine()
            batches = self._plan_batches(examples)
            baseline = (adapted or before).get(settings.metric)
            folder = self.unfinished.folder / "pairs"
            run = train_contrastive(network, examples, batches, held_out, baseline, folder, settings, self.progress)
            best_step, after = run.best_step, {name: run.metrics[name] for name in before}
            if before and after[settings.metric] <= before[settings.metric]:
                network, best_step, after = load_embedder_network(self.embedder.folder, settings.device), 0, before
                self.notes.append("No step was better than the start on the validation pairs: its weights were kept.")
        result = FinetunedEmbedder(
            self.unfinished.out, before, adapted, after, run.steps, best_step, run.losses, tuple(self.notes)
        )
        self._write(network, result, adaptation, data, licence)
        return result

    def _adapt(self, network: Any) -> dict[str, Any]:
        """Adapt the network to the documents, keep it in the working folder, and return the losses."""
        from rag.finetune.embedder.masked import adapt

        def compute() -> dict[str, Any]:
            adaptation = adapt(network, self.texts, self.unfinished.folder / "masked", self.settings, self.progress)
            network.save_pretrained(str(self.unfinished.folder / "adapted"), create_model_card=False)
            return asdict(adaptation)

        adaptation: dict[str, Any] = self.unfinished.once("adaptation", compute)
        self.notes.append(
            f"The encoder was adapted to the documents as a masked language model in {adaptation['steps']:,} steps, "
            f"from {adaptation['loss_before']:.2f} to {adaptation['loss_after']:.2f} nats per masked word. The output "
            "layer of that model was tied to the word embeddings, the one before it was random; both were discarded."
        )
        return adaptation

    def _mine(self) -> list[PairExample]:
        """Return the training examples, with hard negatives if there is a store."""
        store, settings = self.store, self.settings
        if store is None:
            return [PairExample(pair.question, pair.passage) for pair in self.split.train]

        def compute() -> dict[str, Any]:
            held_out = distinct_texts(pair.passage for pair in self.split.valid)
            miner = Miner(store, self.embedder, self.split.golds, held_out, settings.near_duplicate)
            questions = len({pair.question for pair in self.split.train})
            disable = None if self.progress is None else not self.progress
            with tqdm(total=questions, desc="mine", unit="question", disable=disable, leave=False) as bar:
                mined = miner.mine(
                    self.split.train, settings.negatives, settings.depth, settings.margin, settings.seed, bar.update
                )
            rows = [[row.question, row.passage, row.negatives, sorted(row.covers)] for row in mined.examples]
            return {"rows": rows, "right": mined.right, "suspicious": mined.suspicious, "drawn": mined.drawn}

        mined = self.unfinished.once("mined", compute)
        self.notes.append(
            f"{settings.negatives * len(mined['rows']):,} hard negatives were mined. {mined['right']:,} hits were "
            f"skipped as copies of right or held-out passages, {mined['suspicious']:,} as possibly right; "
            f"{mined['drawn']:,} negatives were drawn at random because too few hits were left."
        )
        return [
            PairExample(question, passage, tuple(negatives), frozenset(covers))
            for question, passage, negatives, covers in mined["rows"]
        ]

    def _plan_batches(self, examples: Sequence[PairExample]) -> list[list[int]]:
        """Return the batches of the run. Raises RowsError if no pair can be told from another."""
        size = self.settings.batch_size
        batches = plan_batches(examples, self.split.golds, size, self.settings.epochs, self.settings.seed)
        if max(map(len, batches)) < 2 and not examples[0].negatives:
            raise RowsError("no two pairs can be contrasted: every passage answers the questions of all others")
        if short := sum(len(batch) < size for batch in batches[:-1]):
            self.notes.append(
                f"{short:,} of {len(batches):,} batches have fewer than {size} pairs: no other was clearly wrong."
            )
        return batches

    def _write(
        self,
        network: Any,
        result: FinetunedEmbedder,
        adaptation: Mapping[str, Any] | None,
        data: Mapping[str, Any],
        licence: str,
    ) -> None:
        """Write the folder: the weights, `openbook.json` for programs, README.md for people."""
        stages = {"before": result.before, "adapted": result.adapted, "after": result.after}
        metrics = {stage: dict(values) for stage, values in stages.items() if values}
        record = {
            "task": "embed",
            "base": {"model": self.embedder.name, "sha256": self.embedder.fingerprint},
            "licence": licence,
            "metrics": metrics,
            "steps": result.steps,
            "best_step": result.best_step,
            "notes": list(result.notes),
            "adaptation": adaptation,
            "data": data,
            "settings": asdict(self.settings),
        }
        introduction = (
            "An embedder for retrieval. It loads in Openbook (`--embedder FOLDER`) and in sentence-transformers "
            "(`SentenceTransformer(FOLDER)`)."
        )
        tables = {
            "Retrieval of held-out passages": metrics,
            "Data": {**data, "base": f"SHA-256 {self.embedder.fingerprint}"},
            "Settings": {**asdict(self.settings), "steps": result.steps, "best_step": result.best_step},
        }
        if not metrics:
            tables["Retrieval of held-out passages"] = {"Not measured": "no passages were held out"}
        name, base = self.unfinished.out.name, self.embedder.name
        card = render_card(name, introduction, base, licence, tables, result.notes, "sentence-transformers")
        with self.unfinished.result() as folder, quiet():
            network.save_pretrained(str(folder), create_model_card=False)
            (folder / "openbook.json").write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", "utf-8")
            (folder / "README.md").write_text(card, "utf-8")


def _read_documents(documents: Iterable[str] | None) -> list[str]:
    if isinstance(documents, str):
        raise InputError("documents is one text: give a list of them, such as [document.text, ...]")
    texts = [text for text in documents or () if text.strip()]
    if documents is not None and not texts:
        raise InputError("the documents hold no text to adapt to")
    return texts


def _check_lengths(split: PairSplit, embedder: Embedder, limit: float) -> Iterator[str]:
    """Yield a note on texts that the embedder truncates. Raises InputError if their share is above the limit."""
    window = embedder.tokens.window
    for kind in ("question", "passage"):
        texts = distinct_texts(getattr(pair, kind) for pair in (*split.train, *split.valid))
        long = sum(len(offsets) > window for offsets in embedder.tokens.offsets(texts))
        share = f"{long:,} of {len(texts):,} {kind}s ({long / len(texts):.0%}) are longer than the {window} tokens"
        if long > limit * len(texts):
            raise InputError(f"{share} that {embedder.name} reads: cut them up, or allow it with max_truncated")
        if long:
            yield f"{share} that the embedder reads: the rest of them is not learnt from."

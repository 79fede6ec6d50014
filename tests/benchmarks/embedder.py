"""Does fine-tuning the embedder help on new documents of its kind, and what does it cost on others? nDCG@10.

    OMP_NUM_THREADS=1 .venv/bin/python tests/benchmarks/embedder.py ../shared/data --rows 1500

Pairs are PolicyQA's (questions over the privacy policies of web sites). Whole sites are held out; their questions are
asked among their passages. Most of the questions are asked of many sites, so those that training never saw are counted
alone too. The other sets have nothing to do with policies. Search is exact; intervals are 95% by paired bootstrap over
the questions.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ingest import Document
from ingest.embed import Embedder, new_embedder
from rag.data.beir import read_retrieval_set
from rag.evaluate.metrics.metric import Metric, difference
from rag.evaluate.metrics.ranking import ranking_metrics
from rag.finetune.embedder.pairs import Pair
from rag.finetune.embedder.run import finetune_embedder
from rag.index.index import Index
from stores.memory import MemoryStore

K = 10


@dataclass(frozen=True)
class Task:
    """Questions and passages by id, and which passages are right."""

    name: str
    questions: Mapping[str, str]
    passages: Mapping[str, str]
    judgements: Mapping[str, Mapping[str, int]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--model", default="builtin:minilm")
    parser.add_argument("--rows", type=int, default=1500, help="pairs to learn from")
    parser.add_argument("--epochs", type=float, default=1.0)
    parser.add_argument("--passages", type=int, default=800, help="most passages of a set that is not learnt from")
    parser.add_argument("--adapt", action="store_true", help="first read the training's passages as a language model")
    parser.add_argument("--out", type=Path, default=Path("build/benchmarks/embedder"))
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()

    rows = [
        json.loads(line) for line in (options.data / "qa/policyqa/dev.jsonl").read_text("utf-8").split("\n") if line
    ]
    sites = sorted({row["site"] for row in rows})
    held = set(random.Random(options.seed).sample(sites, len(sites) * 3 // 10))
    learnt = [row for row in rows if row["site"] not in held]
    learnt = random.Random(options.seed).sample(learnt, min(options.rows, len(learnt)))
    tasks = policies([row for row in rows if row["site"] in held], {row["question"] for row in learnt})
    tasks += [
        beir(options.data / "retrieval" / name, options.passages)
        for name in ("covid_faq_paraphrase", "nq_wiki_passages_derived")
    ]
    start = new_embedder(model=options.model)
    before = [measured(start, task) for task in tasks]
    done, seconds = trained(learnt, options, start)
    after = [measured(new_embedder(model=str(done.folder)), task) for task in tasks]
    told = {"pairs": len(learnt), "sites": len(sites) - len(held), "held_out": sorted(held), "seconds": round(seconds)}
    print(json.dumps(told | {"steps": done.steps, "best_step": done.best_step, "notes": done.notes}))
    print(json.dumps({"validation": {"before": done.before, "adapted": done.adapted, "after": done.after}}))
    for task, one, other in zip(tasks, before, after, strict=True):
        print(json.dumps(compared(task, one, other)))


def trained(learnt: Sequence[Mapping[str, Any]], options: argparse.Namespace, embedder: Embedder) -> tuple[Any, float]:
    """Fine-tune with hard negatives from a store of the training's own passages; return what came and the seconds."""
    passages = sorted({row["context"] for row in learnt})
    index = Index(MemoryStore(), embedder)
    index.add(Document(text, f"policy {number}") for number, text in enumerate(passages))
    began = time.perf_counter()
    done = finetune_embedder(
        options.model,
        [Pair(row["question"], row["context"]) for row in learnt],
        out=options.out,
        store=index.store,
        documents=passages if options.adapt else None,
        epochs=options.epochs,
        eval_every=20,
        seed=options.seed,
    )
    return done, time.perf_counter() - began


def policies(rows: Sequence[Mapping[str, Any]], known: set[str]) -> list[Task]:
    """The held-out sites, all of their questions and those that training did not see."""
    ids = {text: f"p{number}" for number, text in enumerate(sorted({row["context"] for row in rows}))}
    questions = {text: f"q{number}" for number, text in enumerate(sorted({row["question"] for row in rows}))}
    judgements: dict[str, dict[str, int]] = {}
    for row in rows:
        judgements.setdefault(questions[row["question"]], {})[ids[row["context"]]] = 1
    whole = Task(
        "policyqa, held-out sites", {v: k for k, v in questions.items()}, {v: k for k, v in ids.items()}, judgements
    )
    new = {question: text for question, text in whole.questions.items() if text not in known}
    kept = {question: judgements[question] for question in new}
    return [whole, replace(whole, name="of these, questions not seen in training", questions=new, judgements=kept)]


def beir(folder: Path, limit: int) -> Task:
    """A set in the BEIR layout, cut down to `limit` passages and the questions whose right ones are all among them."""
    found = read_retrieval_set(folder)
    lines = [json.loads(line) for line in found.corpus.read_text("utf-8").split("\n") if line][:limit]
    passages = {line["_id"]: f"{line.get('title') or ''}\n{line['text']}".strip() for line in lines}
    judgements = {question: grades for question, grades in found.judgements.items() if grades.keys() <= passages.keys()}
    return Task(folder.name, {question: found.queries[question] for question in judgements}, passages, judgements)


def measured(embedder: Embedder, task: Task) -> Metric:
    """Return nDCG@10 by exact search."""
    ids = list(task.passages)
    vectors = unit(embedder.embed_documents(list(task.passages.values())))
    run = {}
    for question, text in task.questions.items():
        scores = vectors @ unit(embedder.embed_query(text)[None])[0]
        run[question] = [ids[place] for place in np.argsort(-scores, kind="stable")[:K]]
    return next(metric for metric in ranking_metrics(run, task.judgements, K) if metric.name == f"ndcg@{K}")


def compared(task: Task, before: Metric, after: Metric) -> dict[str, Any]:
    gained = difference(after, before)
    return {
        "set": task.name,
        "questions": len(task.questions),
        "passages": len(task.passages),
        "before": round(before.value, 3),
        "after": round(after.value, 3),
        "gained": [round(value, 3) for value in (gained.value, gained.low, gained.high)],
        "p": round(gained.p, 4),
    }


def unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)


if __name__ == "__main__":
    main()

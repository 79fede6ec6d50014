"""Openbook, LangChain with FAISS, LlamaIndex with FAISS, Haystack and txtai on the same texts, in one run.

    python -m venv build/peers
    build/peers/bin/pip install -r tests/benchmarks/peers.txt
    python tests/benchmarks/peers.py ../shared/data/retrieval/nq_wiki_passages_derived

The first `--passages` of a BEIR folder are written as files. `ingest` is given the chunks that Openbook makes of them,
as texts in memory; `read` the folder of files, which each system reads and cuts with its own loader and splitter, set
as its documentation shows (txtai takes texts whole), Openbook as its command does. Then they embed and save. All have
the same MiniLM weights and their own defaults. Each system does each thing in a process of its own, in turns,
`--repeat` times; shown are medians, and ratios to Openbook repetition by repetition, with the least and the greatest.
Memory is that of the process and those that it starts. Questions are those whose passages are among the texts; nDCG@10
is of documents, after either kind of ingestion. `cold` is a
command from the shell to its first answer: `rag search`, or a script that does the same with a peer.
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from ingest.models.weights import local_path
from rag import Config
from rag.evaluate.metrics.ranking import ranking_metrics

SYSTEMS = ("openbook", "langchain", "llamaindex", "haystack", "txtai")
FIGURES = {
    "ingest, chunks/s": "higher",
    "ingest, peak MB": "lower",
    "read, files/s": "higher",
    "read, peak MB": "lower",
    "disk, MB": "lower",
    "query p50, ms": "lower",
    "query p99, ms": "lower",
    "query, peak MB": "lower",
    "cold, s": "lower",
    "nDCG@10": "higher",
    "nDCG@10, read": "higher",
}
QUESTIONS = 300


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="a BEIR folder")
    parser.add_argument("--python", type=Path, default=Path("build/peers/bin/python"), help="the peers' own")
    parser.add_argument("--folder", type=Path, default=Path("build/benchmarks/peers"))
    parser.add_argument("--passages", type=int, default=600)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--systems", nargs="+", choices=SYSTEMS, default=list(SYSTEMS))
    parser.add_argument("--out", type=Path, default=Path("tests/benchmarks/results"))
    options = parser.parse_args()
    job, qrels, ids = _prepared(options.corpus, options.folder.absolute(), options.passages)
    runs: dict[str, list[dict[str, float]]] = {system: [] for system in options.systems}
    for _ in range(options.repeat):
        for system in options.systems:
            python = sys.executable if system == "openbook" else str(options.python)
            of_files = runs[system][0]["nDCG@10, read"] if runs[system] else None  # the same every time
            runs[system].append(_run(python, system, job, qrels, ids, of_files))
            print(json.dumps({"system": system, **runs[system][-1]}), flush=True)
    versions = _versions(options.python)
    options.out.mkdir(parents=True, exist_ok=True)
    chunks = len(json.loads(job.read_text("utf-8"))["texts"])
    (options.out / "peers.json").write_text(
        json.dumps({"chunks": chunks, "questions": len(qrels), "versions": versions, "runs": runs}, indent=1) + "\n"
    )
    table = _table(runs, chunks, len(qrels), versions)
    (options.out / "peers.md").write_text(table, "utf-8")
    _plot(runs, options.out / "peers.png")
    print(table)


def _prepared(corpus: Path, folder: Path, count: int) -> tuple[Path, dict[str, dict[str, int]], list[str]]:
    """Write the files and the job, and return it with the judgements and the questions' ids."""
    shutil.rmtree(folder, ignore_errors=True)
    files = folder / "files"
    files.mkdir(parents=True)
    passages = [json.loads(line) for line in (corpus / "corpus.jsonl").open(encoding="utf-8")][:count]
    for passage in passages:
        text = f"{passage.get('title') or ''}\n\n{passage['text']}".strip()
        (files / f"{passage['_id']}.txt").write_text(text, "utf-8")
    held = {passage["_id"] for passage in passages}
    qrels: dict[str, dict[str, int]] = {}
    with (corpus / "qrels.tsv").open(encoding="utf-8", newline="") as stream:
        for query, document, grade in list(csv.reader(stream, delimiter="\t"))[1:]:
            if document in held:
                qrels.setdefault(query, {})[document] = int(grade)
    queries = {row["_id"]: row["text"] for row in map(json.loads, (corpus / "queries.jsonl").open(encoding="utf-8"))}
    ids = [each for each in queries if each in qrels][:QUESTIONS]
    index = Config().override("store", path=str(folder / "chunks")).index()
    index.sync([files])
    chunks = list(index.store.chunks())
    index.store.close()
    job = folder / "job.json"
    content: dict[str, Any] = {
        "model": str(local_path("builtin:minilm")),
        "texts": [chunk.embedding_text for chunk in chunks],
        "names": [Path(chunk.source).stem for chunk in chunks],
        "questions": [queries[each] for each in ids],
    }
    job.write_text(json.dumps(content), "utf-8")
    return job, {each: qrels[each] for each in ids}, ids


def _run(
    python: str,
    system: str,
    job: Path,
    qrels: Mapping[str, Mapping[str, int]],
    ids: Sequence[str],
    of_files: float | None,
) -> dict[str, float]:
    files = f"{system}-files"
    for kept in (system, files):
        shutil.rmtree(job.parent / kept, ignore_errors=True)
    ingest, query = _worker(python, "ingest", system, job), _worker(python, "query", system, job)
    read = _worker(python, "read", system, job, "--folder", files)
    if of_files is None:
        of_files = _ndcg(_worker(python, "query", system, job, "--folder", files)["ranked"], qrels, ids)
    began = time.perf_counter()
    if system == "openbook":
        question = json.loads(job.read_text("utf-8"))["questions"][0]
        command = str(Path(python).with_name("rag"))
        line = [command, "search", question, "-k", "10", "--store", str(job.parent / system / "store")]
        subprocess.run(line, check=True, capture_output=True)
    else:
        _worker(python, "cold", system, job)
    cold = time.perf_counter() - began
    return {
        "ingest, chunks/s": ingest["chunks"] / ingest["s"],
        "ingest, peak MB": ingest["MB"],
        "read, files/s": len(list((job.parent / "files").iterdir())) / read["s"],
        "read, peak MB": read["MB"],
        "disk, MB": ingest["disk MB"],
        "query p50, ms": query["p50 ms"],
        "query p99, ms": query["p99 ms"],
        "query, peak MB": query["MB"],
        "cold, s": cold,
        "nDCG@10": _ndcg(query["ranked"], qrels, ids),
        "nDCG@10, read": of_files,
    }


def _ndcg(ranked: Sequence[Sequence[str]], qrels: Mapping[str, Mapping[str, int]], ids: Sequence[str]) -> float:
    documents = {name: list(dict.fromkeys(found)) for name, found in zip(ids, ranked, strict=True)}
    return ranking_metrics(documents, qrels)[0].value


def _worker(python: str, what: str, system: str, job: Path, *more: str) -> dict[str, Any]:
    script = str(Path(__file__).with_name("peer_systems.py"))
    command = [python, script, what, system, str(job), *more]
    with (
        ThreadPoolExecutor(1) as watch,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process,
    ):
        most = watch.submit(_most_memory, process)
        out, err = process.communicate()
    if process.returncode:
        sys.exit(f"{system} could not {what}:\n{err[-2000:]}")
    found: dict[str, Any] = json.loads(out.splitlines()[-1])
    return {**found, "MB": max(found.get("MB", 0.0), most.result())}


def _most_memory(process: subprocess.Popen[str]) -> float:
    """Return the most that a process and those that it started had at one moment, in MB, looked at while it runs."""
    most = 0.0
    while process.poll() is None:
        most = max(most, _memory(process.pid))
        time.sleep(0.1)
    return most


def _memory(pid: int) -> float:
    folder = Path(f"/proc/{pid}")
    try:
        own = int((folder / "status").read_text().partition("VmRSS:")[2].split()[0]) / 1024
        started = [
            int(each) for task in (folder / "task").iterdir() for each in (task / "children").read_text().split()
        ]
    except (OSError, IndexError):  # it ended, or this system shows no such thing
        return 0.0
    return own + sum(map(_memory, started))


def _versions(python: Path) -> dict[str, str]:
    names = ("langchain-community", "langchain-huggingface", "llama-index-core", "haystack-ai", "txtai", "faiss-cpu")
    code = f"from importlib.metadata import version; import json; print(json.dumps({{n: version(n) for n in {names}}}))"
    done = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=True)
    found: dict[str, str] = json.loads(done.stdout)
    return found


def _table(
    runs: Mapping[str, Sequence[Mapping[str, float]]], chunks: int, questions: int, versions: Mapping[str, str]
) -> str:
    """Return the medians, and below each the ratio to Openbook with its least and greatest, as Markdown."""
    lines = [
        f"{chunks:,} chunks, {questions} questions, {len(next(iter(runs.values())))} repetitions; medians, and in "
        "brackets how many times Openbook's figure it is (least to greatest of the repetitions).",
        "",
        "| | " + " | ".join(runs) + " |",
        "|---" * (len(runs) + 1) + "|",
    ]
    for figure in FIGURES:
        cells = []
        for system, each in runs.items():
            values = [run[figure] for run in each]
            cell = f"{statistics.median(values):.3g}"
            if system != "openbook" and "openbook" in runs:
                ratios = [value / own[figure] for value, own in zip(values, runs["openbook"], strict=True)]
                cell += f" ({statistics.median(ratios):.2f}; {min(ratios):.2f} to {max(ratios):.2f})"
            cells.append(cell)
        lines.append(f"| {figure} | " + " | ".join(cells) + " |")
    named = ", ".join(f"{name} {version}" for name, version in versions.items())
    return "\n".join([*lines, "", f"Peers: {named}.", ""])


def _plot(runs: Mapping[str, Sequence[Mapping[str, float]]], file: Path) -> None:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(3, 4, figsize=(13, 7.6), layout="constrained")
    for spare in axes.flat[len(FIGURES) :]:
        spare.axis("off")
    for axis, (name, better) in zip(axes.flat, FIGURES.items(), strict=False):
        medians = [statistics.median(run[name] for run in each) for each in runs.values()]
        ends = [
            (middle - min(run[name] for run in each), max(run[name] for run in each) - middle)
            for middle, each in zip(medians, runs.values(), strict=True)
        ]
        colours = ["#1f6f8b" if system == "openbook" else "#c4ccd2" for system in runs]
        axis.barh(list(runs), medians, xerr=list(zip(*ends, strict=True)), color=colours, ecolor="#667")
        axis.invert_yaxis()
        axis.set_title(f"{name} ({better} is better)", fontsize=9, loc="left")
        axis.spines[["top", "right"]].set_visible(False)
        axis.tick_params(labelsize=8)
    figure.savefig(file, dpi=120)
    plt.close(figure)


if __name__ == "__main__":
    main()

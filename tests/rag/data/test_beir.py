"""Retrieval sets as they are published: with and without headers, in TREC's columns, and with their mistakes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingest.errors import RowsError
from rag.data.beir import read_retrieval_set

CORPUS = [{"_id": "d1", "title": "", "text": "tea"}, {"_id": "d2", "text": "rent"}, {"_id": 3, "text": "x"}]
QUERIES = [{"_id": "q1", "text": "When is tea?"}, {"_id": "q2", "text": "rent?"}, {"_id": "q3", "text": "unjudged"}]
QRELS = "query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td2\t2\nq2\td1\t0\n"


@pytest.fixture
def folder(tmp_path):
    def write(corpus=CORPUS, queries=QUERIES, qrels=QRELS, name="qrels.tsv") -> Path:
        for file, rows in (("corpus.jsonl", corpus), ("queries.jsonl", queries)):
            (tmp_path / file).write_text("".join(f"{json.dumps(row)}\n" for row in rows))
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(qrels)
        return tmp_path

    return write


@pytest.mark.parametrize(
    ("qrels", "name"),
    [
        (QRELS, "qrels.tsv"),
        (QRELS.partition("\n")[2], "qrels.tsv"),
        (QRELS, "qrels/test.tsv"),
        ("q1 0 d1 1\nq2 0 d2 2\nq2 0 d1 0\n", "qrels.tsv"),
        (QRELS.replace("\n", "\r\n").replace("\t2", "\t2.0"), "qrels.tsv"),
    ],
)
def test_judgements_in_every_layout(folder, qrels, name) -> None:
    found = read_retrieval_set(folder(qrels=qrels, name=name))
    assert found.queries == {"q1": "When is tea?", "q2": "rent?"}
    assert found.judgements == {"q1": {"d1": 1}, "q2": {"d2": 2, "d1": 0}}


def test_a_query_with_nothing_relevant_is_left_out(folder) -> None:
    assert list(read_retrieval_set(folder(qrels="q1\td1\t1\nq2\td2\t0\n")).queries) == ["q1"]
    assert read_retrieval_set(folder(qrels="q1\t3\t1\n")).judgements == {"q1": {"3": 1}}, "a number is an id too"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            {"qrels": "q1\td9\t1\nq1\td8\t1\nq1\td1\t1"},
            r"2 of 3 judged documents are not in .*corpus.jsonl, such as d8, d9",
        ),
        ({"qrels": "q9\td1\t1\n"}, r"1 of 1 judged queries are not in .*queries.jsonl, such as q9"),
        ({"qrels": "query-id\tcorpus-id\tscore\n"}, "judges no document as relevant"),
        ({"qrels": "q1\td1\t1\nq1\td1\tyes\n"}, "line 2: needs query, document and a whole number"),
        ({"qrels": "q1\t1\n"}, "line 1: needs query, document and a whole number"),
        ({"corpus": []}, "corpus.jsonl holds no documents"),
        ({"corpus": [CORPUS[0], CORPUS[0]]}, "line 2: the id 'd1' is on an earlier line too"),
        ({"corpus": [{"text": "no id"}]}, 'line 1: needs an "_id"'),
        ({"queries": [{"_id": "q1", "text": " "}]}, 'line 1: needs a "text"'),
    ],
)
def test_mistakes_are_named_in_one_line(folder, files, message) -> None:
    with pytest.raises(RowsError, match=message) as caught:
        read_retrieval_set(folder(**files))
    assert "\n" not in str(caught.value)


def test_missing_files(folder, tmp_path) -> None:
    with pytest.raises(RowsError, match=r"no folder at .*nowhere; it needs corpus.jsonl, queries.jsonl and qrels.tsv"):
        read_retrieval_set(tmp_path / "nowhere")
    (folder() / "qrels.tsv").unlink()
    with pytest.raises(RowsError, match=r"has no judgements: qrels.tsv or qrels/test.tsv"):
        read_retrieval_set(tmp_path)
    folder()
    (tmp_path / "corpus.jsonl").unlink()
    with pytest.raises(RowsError, match=r"there is no file .*corpus.jsonl"):
        read_retrieval_set(tmp_path)


@pytest.mark.corpus
def test_the_real_sets(data) -> None:
    counts = {"covid_faq_paraphrase": 240, "vaswani_npl": 93, "scifact_partial": 265, "nq_wiki_passages_derived": 2655}
    assert {name: len(read_retrieval_set(data / "retrieval" / name).queries) for name in counts} == counts

"""Prepare the rows that the reader's two further heads are trained and evaluated on, from public data sets.

    python examples/reader/heads.py DATA [build/reader]

yesno.jsonl teaches the verdict on a passage: question, context and a label, which is "yes", "no" or "none" (the passage
does not answer it). sentences.jsonl teaches the relevance of sentences: question, context and `relevant`, the
[start, end] of the sentences that belong into an explanation, none where the passage does not answer. Only sets whose
licence allows training are in them. Both are shuffled, so that the first rows are a fair sample.

test-boolq.jsonl and test-condaqa.jsonl have the held-out passages of these sets. test-explain.jsonl has questions with
long answers by people: of MedQuAD's held-out diseases, PolicyQA's held-out sites and, for tests alone, QMSum's
meetings. Its passages are the parts of the document that the answer is from, without the questions that stand above
them, and of another document. Documents are in one split only, the one that prepare.py gives them.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from prepare import Content, by_site, papers, read, split_of, write

from ingest.embed import new_embedder
from ingest.sentences import sentence_spans

NONE_SHARE = 0.45  # rows with a passage that does not answer, a row with one that does
NEAREST = slice(3, 20)  # of the passages by cosine: the very nearest may answer, too
SQUAD_ROWS = 12_000  # of SQuAD's training rows, those that ask why or how first
LONG = 25  # words of an answer that is measured as an explanation


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder with yesno, qa, retrieval, groundedness and conversation")
    parser.add_argument("out", type=Path, nargs="?", default=Path("build/reader"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    data = options.data

    verdicts: list[Content] = []
    for name, rows in {
        "boolq": list(boolq(data)),
        "condaqa": list(condaqa(data)),
        "strategyqa": list(strategyqa(data)),
        "fever": list(fever(data)),
        "places": list(places(data)),
    }.items():
        if name in ("boolq", "condaqa"):
            write(options.out / f"test-{name}.jsonl", [row for row in rows if row["split"] == "test"])
        trained = [row for row in rows if row["split"] == "train"]
        if name != "places":  # which has passages without an answer of its own
            trained += unanswered(trained)
        print(f"{name}: {Counter(row['label'] for row in trained)}")
        verdicts += trained
    random.Random(0).shuffle(verdicts)
    write(options.out / "yesno.jsonl", verdicts)

    relevant: list[Content] = []
    for name, rows in {
        "squad2": list(squad_sentences(data)),
        "policyqa": list(policy_sentences(data)),
        "covidqa": list(paper_sentences(data)),
        "medquad": list(medquad_sentences(data)),
        "onestopqa": list(onestop_sentences(data)),
        "qed": list(qed_sentences(data)),
        "fairytaleqa": list(tale_sentences(data)),
        "fever": list(fever_sentences(data)),
    }.items():
        print(f"{name}: {len(rows):,} rows, {sum(bool(row['relevant']) for row in rows):,} with a relevant sentence")
        relevant += rows
    random.Random(0).shuffle(relevant)
    write(options.out / "sentences.jsonl", relevant)

    explained = [*medquad_tests(data), *policy_tests(data), *meeting_tests(data)]
    write(options.out / "test-explain.jsonl", explained)
    print(f"test-explain: {Counter(row['id'].partition('-')[0] for row in explained)}")


# --- verdicts ---------------------------------------------------------------------------------------------------------


def boolq(data: Path) -> Iterator[Content]:
    for row in read(data / "yesno/boolq/train.jsonl"):
        question = row["question"].strip().rstrip("?") + "?"
        yield verdict_row(row["id"], question[:1].upper() + question[1:], row["context"], row["answer"], row["context"])


def condaqa(data: Path) -> Iterator[Content]:
    """Yield the questions on a passage and on its edits, which share a split."""
    contexts = {row["context_id"]: row["context"] for row in read(data / "yesno/condaqa/contexts.jsonl")}
    for row in read(data / "yesno/condaqa/train.jsonl"):
        label = {"yes": "yes", "no": "no", "don't know": "none"}.get(row["answer"])
        if label:
            document = f"condaqa {row['passage_id']}"
            yield verdict_row(row["id"], row["question"].strip(), contexts[row["context_id"]], label, document)


def strategyqa(data: Path) -> Iterator[Content]:
    for row in read(data / "yesno/strategyqa/train.jsonl"):
        yield verdict_row(
            f"strategyqa-{row['id']}", row["question"], " ".join(row["facts"]), row["answer"], row["term"]
        )


def fever(data: Path) -> Iterator[Content]:
    """Yield claims as questions, with the sentence of Wikipedia that proves or refutes them."""
    for row in read(data / "groundedness/fever_gold_sentences/train.jsonl"):
        evidence = " ".join(plain_spacing(sentence) for sentence in row["evidence"])
        question = question_of(plain_spacing(row["claim"]), random.Random(row["id"]))
        yield verdict_row(row["id"], question, evidence, "yes" if row["label"] == "SUPPORTS" else "no", evidence)


def places(data: Path) -> Iterator[Content]:
    """Yield questions of hotels' and restaurants' FAQ, with several of the place's answers; a third without the right.

    The label is the answer's first word, or follows from whether it denies what it repeats of the question.
    """
    for place in read(data / "conversation/dstc11_reviews_faq/knowledge.jsonl"):
        for entry in place["faqs"]:
            question, answer = entry["question"].strip(), entry["answer"].strip()
            label, chance = polarity(question, answer), random.Random(f"{place['entity']} {entry['doc_id']}")
            if label is None:
                continue
            # Other answers of the place, none of which is about the same thing.
            asked = long_words(question) - long_words(place["name"])
            others = [other["answer"].strip() for other in place["faqs"] if other is not entry]
            others = [other for other in others if not asked & long_words(other)]
            picked = chance.sample(others, min(len(others), chance.randrange(2, 7)))
            is_none = chance.random() < 1 / 3
            if not is_none:
                bare = re.sub(r"^(?:yes|no)\W+", "", answer, flags=re.IGNORECASE)
                said = answer if chance.random() < 0.5 else bare[:1].upper() + bare[1:]
                picked.insert(chance.randrange(len(picked) + 1), said)
            context = chance.choice([" ", "\n", "\n\n"]).join(f"{text.rstrip('.')}." for text in picked)
            if context:
                id_ = f"places-{place['entity']}-{entry['doc_id']}"
                yield verdict_row(id_, question, context, "none" if is_none else label, place["name"])


def polarity(question: str, answer: str) -> str | None:
    """Return what an FAQ's answer says, "yes" or "no"; None if its words do not tell."""
    if not _AUXILIARY.match(question):
        return None
    if first := re.match(r"(yes|no)\b", answer, re.IGNORECASE):
        return first[1].lower()
    if re.search(
        r"\b(?:but|only|except|however|unless|free|extra|fee|charge)\b", f"{question} {answer}", re.IGNORECASE
    ):
        return None
    denied = re.search(r"n't\b|\b(?:not|no|none|never|neither|nor)\b", answer, re.IGNORECASE)
    return None if not long_words(question) & long_words(answer) else "no" if denied else "yes"


def unanswered(rows: Sequence[Content]) -> list[Content]:
    """Return some of a set's questions with a passage of another document that looks relevant."""
    texts = {row["context"]: row["document"] for row in rows}
    contexts = list(texts)
    embedder, chance = new_embedder(), random.Random(0)
    vectors = embedder.embed_documents(contexts)
    mined = []
    for row in rows:
        if row["label"] != "none" and chance.random() < NONE_SHARE:
            nearest = np.argsort(-(vectors @ embedder.embed_query(row["question"])))[NEAREST]
            others = [contexts[place] for place in nearest if texts[contexts[place]] != row["document"]]
            mined.append({**row, "id": f"{row['id']}-none", "context": chance.choice(others), "label": "none"})
    return mined


def verdict_row(id_: str, question: str, context: str, label: str, document: str) -> Content:
    split = "test" if split_of(document) == "test" else "train"
    return {
        "id": id_,
        "question": question,
        "context": context,
        "label": label,
        "document": document[:80],
        "split": split,
    }


_AUXILIARY = re.compile(
    r"(?:is|are|was|were|do|does|did|can|could|will|would|should|may|must|has|have|had)(?:n['’]t)?\b", re.IGNORECASE
)
_LIMITED = re.compile(r"\b(?:but|only|except|however|unless|free|extra|fee|charge)\b", re.IGNORECASE)
_CLAIM = re.compile(
    r"(?P<subject>(?:(?!who\b|which\b|that\b)[^,;:]){2,60}?) (?P<verb>is|was|are|were|can|could|will|did|does"
    r"|ha[sd](?= (?:not |never |only )?(?:been|\w+ed)\b))(?P<not> not)? (?P<rest>.+)\."
)


def question_of(claim: str, chance: random.Random) -> str:
    """Return a claim as a question: its verb first, or "Is it true that", now and then with "n't"."""
    parts = _CLAIM.fullmatch(claim)
    if parts is None or parts["not"]:
        return f"{chance.choice(['Is it true that', 'Is it correct that'])} {claim.rstrip('.')}?"
    subject = re.sub(r"^(?:The|A|An|There|It|He|She|They)\b", lambda word: word[0].lower(), parts["subject"])
    verb = parts["verb"].capitalize() + ("n't" if chance.random() < 0.08 and parts["verb"] != "can" else "")
    return f"{verb} {subject} {parts['rest']}?"


# --- relevant sentences -----------------------------------------------------------------------------------------------


def squad_sentences(data: Path) -> Iterator[Content]:
    """Yield rows of SQuAD 2.0's training articles, a sixth of them unanswerable."""
    folder = data / "qa/squad2_articles"
    contexts = {row["context_id"]: row["context"] for row in read(folder / "contexts.jsonl")}
    rows = [row for file in sorted(folder.glob("train-*.jsonl")) for row in read(file)]
    random.Random(0).shuffle(rows)
    answered = [row for row in rows if row.get("answers")]
    answered.sort(
        key=lambda row: not re.search(r"\b(?:why|how(?! (?:many|much|long|old|far)))\b", row["question"].lower())
    )
    count = SQUAD_ROWS // 6
    for row in answered[: SQUAD_ROWS - count] + [row for row in rows if not row.get("answers")][:count]:
        spans = [
            (start, start + len(answer))
            for answer, start in zip(row.get("answers") or (), row.get("answer_starts") or (), strict=True)
        ]
        yield sentence_row(f"squad2-{row['id']}", row["question"], contexts[row["context_id"]], spans)


_EXPLAINS = re.compile(r"\b(?:why|how(?! (?:many|much|long|old|far)))\b", re.IGNORECASE)


def policy_sentences(data: Path) -> Iterator[Content]:
    for split, row in by_site(list(read(data / "qa/policyqa/dev.jsonl"))):
        spans = [(start, start + len(text)) for text, start in zip(row["answers"], row["answer_starts"], strict=True)]
        if split == "train" and len(sentence_spans(row["context"])) > 1:
            yield sentence_row(f"policyqa-{row['id']}", row["question"], row["context"], spans)


def paper_sentences(data: Path) -> Iterator[Content]:
    for row in papers(data / "qa/covidqa"):
        start = row["context"].find(row["answers"][0])
        if split_of(str(row["doc_id"])) == "train" and start >= 0:
            spans = [(start, start + len(row["answers"][0]))]
            yield sentence_row(f"covidqa-{row['id']}", row["question"], row["context"], spans)


def medquad_sentences(data: Path) -> Iterator[Content]:
    """Yield questions with the answer among other answers on the disease, and some without it."""
    for topic, entries in medquad(data).items():
        if split_of(topic) == "test":
            continue
        for number, entry in enumerate(entries):
            chance = random.Random(entry["id"])
            others = [listed(other["answer"]) for other in entries if other["answer"] != entry["answer"]]
            picked = chance.sample(others, min(len(others), 2))
            answer, without = listed(entry["answer"]), number % 5 == 4
            if without and not picked:
                continue
            parts = picked if without else [*picked, answer]
            chance.shuffle(parts)
            context = "\n\n".join(parts)
            start = 0 if without else context.index(answer)
            spans = [] if without else [(start, start + len(answer))]
            yield sentence_row(f"medquad-{entry['id']}", plain_question(entry["question"]), context, spans)


def onestop_sentences(data: Path) -> Iterator[Content]:
    for row in read(data / "qa/onestopqa/train.jsonl"):
        spans = [(span["start"], span["end"]) for span in row["evidence"]]
        yield sentence_row(row["id"], row["question"], row["context"], spans)


def qed_sentences(data: Path) -> Iterator[Content]:
    for row in read(data / "qa/qed_nq_dev/train.jsonl"):
        if row["support_sentence"]:
            spans = [(row["support_start"], row["support_start"] + len(row["support_sentence"]))]
            yield sentence_row(f"qed-{row['id']}", row["question"], row["context"], spans)


def tale_sentences(data: Path) -> Iterator[Content]:
    """Yield the questions on tales whose answer stands in the tale, those for a reason, a way or a consequence."""
    contexts = {row["context_id"]: row["context"] for row in read(data / "qa/fairytaleqa/contexts.jsonl")}
    for row in read(data / "qa/fairytaleqa/train.jsonl"):
        spans = [
            (start, start + len(text))
            for text, start in zip(row["answers"], row["answer_starts"], strict=True)
            if start >= 0
        ]
        if spans and re.match(r"why|how|what happen", row["question"].lower()):
            yield sentence_row(row["id"], row["question"], contexts[row["context_id"]], spans)


def fever_sentences(data: Path) -> Iterator[Content]:
    """Yield claims as questions, their sentence among sentences on other things."""
    rows = list(read(data / "groundedness/fever_gold_sentences/train.jsonl"))[::3]
    for row in rows:
        chance = random.Random(row["id"])
        evidence = [plain_spacing(sentence) for sentence in row["evidence"]]
        others = [plain_spacing(other["evidence"][0]) for other in chance.sample(rows, 4) if other is not row]
        parts = [*others, *evidence]
        chance.shuffle(parts)
        context = " ".join(parts)
        spans = [(context.index(sentence), context.index(sentence) + len(sentence)) for sentence in evidence]
        question = question_of(plain_spacing(row["claim"]), chance)
        yield sentence_row(f"{row['id']}-sentence", question, context, spans)


def sentence_row(id_: str, question: str, context: str, spans: Sequence[tuple[int, int]]) -> Content:
    """Return a row whose relevant sentences are those that a span has at least a third or 20 characters of."""
    relevant = [
        [low, high]
        for low, high in sentence_spans(context)
        if any(min(high, end) - max(low, start) >= min(20, (high - low) / 3, end - start) for start, end in spans)
    ]
    return {"id": id_, "question": question.strip(), "context": context, "relevant": relevant}


# --- questions with long answers --------------------------------------------------------------------------------------


def medquad_tests(data: Path) -> Iterator[Content]:
    """Yield the questions of held-out diseases; the passages are all answers on the disease and those on another."""
    topics = {topic: entries for topic, entries in medquad(data).items() if split_of(topic) == "test"}
    for topic, entries in topics.items():
        other = random.Random(topic).choice([name for name in topics if name != topic])
        passages = [
            {"text": listed(entry["answer"]), "heading": [name], "source": name}
            for name in (topic, other)
            for entry in topics[name]
        ]
        for entry in entries:
            if len(entry["answer"].split()) >= LONG:
                yield explain_row(
                    f"medquad-{entry['id']}", plain_question(entry["question"]), entry["answer"], passages
                )


def policy_tests(data: Path) -> Iterator[Content]:
    """Yield the questions of held-out sites with a long answer, each question once a site."""
    sites: dict[str, list[Content]] = defaultdict(list)
    for split, row in by_site(list(read(data / "qa/policyqa/dev.jsonl"))):
        if split == "test":
            sites[row["site"]].append(row)
    for site, rows in sites.items():
        contexts = list(dict.fromkeys(row["context"] for row in rows))
        by_question = {row["question"]: row for row in rows if len(row["answers"][0].split()) >= LONG}
        for row in by_question.values():
            others = random.Random(row["id"]).sample([text for text in contexts if text != row["context"]], 9)
            passages = [{"text": text, "heading": [site], "source": site} for text in [row["context"], *others]]
            random.Random(row["id"]).shuffle(passages)
            yield explain_row(f"policyqa-{row['id']}", row["question"], row["answers"][0], passages)


def meeting_tests(data: Path) -> Iterator[Content]:
    """Yield the specific questions on meetings, with the turns that an annotator marked and as many others."""
    turns = {row["doc_id"]: row["turns"] for row in read(data / "qa/qmsum/documents.jsonl")}
    for row in read(data / "qa/qmsum/questions.jsonl"):
        if row["kind"] != "specific" or not row["turn_spans"] or len(row["answer"].split()) < LONG:
            continue
        # Passages of some 120 words from a stretch around the marked turns.
        marked = [tuple(map(int, span)) for span in row["turn_spans"]]
        low, high = max(0, min(marked)[0] - 20), max(end for _, end in marked) + 20
        passages, part = [], []
        for speaker, said in turns[row["doc_id"]][low : high + 1]:
            words = re.sub(r"\{\w+\}", "", said)
            part.append(f"{speaker}: {plain_spacing(' '.join(words.split()))}")
            if sum(len(turn.split()) for turn in part) > 120:
                passages.append({"text": "\n\n".join(part), "heading": ["Meeting"], "source": row["doc_id"]})
                part = []
        if part:
            passages.append({"text": "\n\n".join(part), "heading": ["Meeting"], "source": row["doc_id"]})
        yield explain_row(row["id"], row["question"], row["answer"], passages[:40])


def explain_row(id_: str, question: str, answer: str, passages: Sequence[Content]) -> Content:
    return {"id": id_, "question": question, "answer": answer, "passages": list(passages)}


def medquad(data: Path) -> dict[str, list[Content]]:
    """Return the questions and answers on each disease, each answer once."""
    topics: dict[str, dict[str, Content]] = defaultdict(dict)
    for row in read(data / "retrieval/medquad_faq/train.jsonl"):
        topics[row["focus"]].setdefault(row["answer"], row)
    return {topic: list(entries.values()) for topic, entries in topics.items()}


# --- texts ------------------------------------------------------------------------------------------------------------


def plain_question(question: str) -> str:
    """Return a question of MedQuAD as people write it: "What is (are) X ?" asks "What is X?"."""
    return re.sub(r"\s+\?", "?", question.replace("is (are)", "is"))


def listed(answer: str) -> str:
    """Return an answer with the items of a list, which MedQuAD runs together, on lines of their own."""
    items = re.split(r"(?<=\S)\s+-\s+(?=[A-Z(])", answer)
    return answer if len(items) < 3 else "\n".join([items[0], *(f"- {item}" for item in items[1:])])


def plain_spacing(text: str) -> str:
    """Return a text without the spaces and brackets of a treebank."""
    for code, mark in (("-LRB-", "("), ("-RRB-", ")"), ("-LSB-", "["), ("-RSB-", "]"), ("``", '"'), ("''", '"')):
        text = text.replace(code, mark)
    text = re.sub(r"\s+([.,;:!?%)\]])|([(\[])\s+", lambda match: match[1] or match[2], text)
    return re.sub(r"\s+(n't|'(?:s|re|ve|ll|d|m))\b", r"\1", text).replace(" -- ", " – ").strip()


def long_words(text: str) -> set[str]:
    """Return the beginnings of a text's longer words: enough to tell whether two texts are about one thing."""
    return {word[:5] for word in re.findall(r"[a-z]{4,}", text.lower())} - {
        "there",
        "have",
        "this",
        "with",
        "your",
        "hotel",
    }


if __name__ == "__main__":
    main()

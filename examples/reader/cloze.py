"""Generate cloze questions from texts, to pretrain a reader before it sees questions that people asked.

    python examples/reader/prepare.py DATA/qa build/reader
    python examples/reader/cloze.py build/reader DATA/documents DATA/retrieval --out build/reader/cloze.jsonl

A name, number or term that occurs in two sentences makes a row. It is the answer; one sentence without it is the
question; the context is the passage that contains it elsewhere and shares most words with the sentence. After Glass et
al. 2020 (span selection, arXiv:1909.04120) and Ram et al. 2021 (recurring spans, arXiv:2101.00438). Texts are the
contexts of the training rows, documents in files, and corpora in BEIR's layout. A text that shares a sentence with the
context of a validation or test row is skipped.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ingest.sentences import sentence_spans
from rag.answer.match import normalize_answer
from rag.finetune.generator.pretrain import read_texts

PASSAGE = 130  # words, about
SENTENCE = (7, 32)  # words of a question
MOST = 60  # occurrences of a span that are compared; of more, a sample
SHARED = 10.0  # least weight of the words that question and context share: that of two rare ones

NAME = re.compile(r"\b[A-Z][\w’'-]+(?: (?:of|the|and|de|for|in|van|von|&) [A-Z][\w’'-]+| [A-Z][\w’'-]+)*")
NUMBER = re.compile(r"(?<![\w.,])(?:[$£€]\s?)?\d[\d,.]*\d|\b\d\b(?: (?:percent|million|billion))?%?")
TERM = re.compile(r"\b[a-z][a-z-]{3,} [a-z][a-z-]{3,}\b")
COMMON = frozenset(
    re.findall(
        r"\w+",
        """
        the a an and or of in on at to for by with from as is are was were be been it its this that these those he she
        they his her their we you your our not no all any can may will would should must have has had if when where
        which who what how why there here then than also such each other more most some many one two only into over
        under about after before between during both while because however but so do does did i us them him
        """,
    )
)


class Place(NamedTuple):
    """A sentence: its passage, and its start and end there."""

    passage: int
    low: int
    high: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=Path, help="the folder that prepare.py wrote")
    parser.add_argument("texts", type=Path, nargs="*", help="folders of documents or of corpora in BEIR's layout")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--most", type=int, default=120_000, metavar="ROWS")
    options = parser.parse_args()
    held_out = {
        sentence
        for name in ("valid", "test-*")
        for row in rows_of(options.rows, name)
        for sentence in long_sentences(row["context"])
    }
    contexts = [row["context"] for row in rows_of(options.rows, "train")]
    others = (text for text in texts(options.texts) if held_out.isdisjoint(long_sentences(text)))
    passages = list(dict.fromkeys([*contexts, *others]))
    rows = list(cloze_rows(passages, random.Random(0)))
    random.Random(0).shuffle(rows)
    with options.out.open("w", encoding="utf-8") as stream:
        for row in rows[: options.most]:
            stream.write(f"{json.dumps(row, ensure_ascii=False)}\n")
    print(f"{len(rows[: options.most]):,} of {len(rows):,} rows from {len(passages):,} passages")


def rows_of(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    for file in sorted(folder.glob(f"{name}.jsonl")):
        yield from (json.loads(line) for line in file.read_text("utf-8").split("\n") if line)


def long_sentences(text: str) -> Iterator[str]:
    """Yield the longer sentences, normalised: they identify a text however it was cut."""
    for low, high in sentence_spans(text):
        if len(text[low:high].split()) >= SENTENCE[0]:
            yield normalize_answer(text[low:high])


def texts(folders: Iterable[Path]) -> Iterator[str]:
    """Yield passages of documents and corpora."""
    for folder in folders:
        corpora = sorted(folder.glob("**/corpus.jsonl"))
        for file in corpora:
            for line in file.read_text("utf-8").split("\n"):
                if line:
                    yield from _passages(json.loads(line)["text"])
        if not corpora:
            for text in read_texts([folder]):
                yield from _passages(text)


def _passages(text: str) -> Iterator[str]:
    words = 0
    low = 0
    for start, end in sentence_spans(text):
        count = len(text[start:end].split())
        if words and words + count > PASSAGE:
            yield text[low:start].strip()
            low, words = start, 0
        words += count
    if words > SENTENCE[0]:
        yield text[low:].strip()


def cloze_rows(passages: Sequence[str], chance: random.Random) -> Iterator[dict[str, Any]]:
    """Yield rows, at most two per sentence."""
    words = [frozenset(_content(text)) for text in passages]
    rarity = {
        word: math.log(len(passages) / count)
        for word, count in Counter(w for passage in words for w in passage).items()
    }
    places: dict[str, list[Place]] = defaultdict(list)
    spans_of: dict[Place, list[str]] = {}
    for number, text in enumerate(passages):
        for low, high in sentence_spans(text):
            place = Place(number, low, high)
            spans = list(dict.fromkeys(_spans(text[low:high])))
            for span in spans:
                places[span].append(place)
            if SENTENCE[0] <= len(text[low:high].split()) <= SENTENCE[1]:
                spans_of[place] = spans
    for place, spans in spans_of.items():
        chance.shuffle(spans)
        count = 0
        for span in spans:
            context = _context(place, span, passages, words, rarity, places[span], chance)
            if context is None:
                continue
            sentence = passages[place.passage][place.low : place.high]
            question = _question(sentence, span, chance)
            yield {
                "id": f"cloze-{place.passage}-{place.low}-{count}",
                "question": question,
                "answers": [span],
                "context": context,
            }
            count += 1
            if count == 2:
                break


def _context(
    place: Place,
    span: str,
    passages: Sequence[str],
    words: Sequence[frozenset[str]],
    rarity: dict[str, float],
    places: Sequence[Place],
    chance: random.Random,
) -> str | None:
    """Return the passage that contains a span elsewhere and shares most words with a sentence; None for too few.

    The sentence is removed from its own passage.
    """
    others = [other for other in places if other != place]
    if not others:
        return None
    text = passages[place.passage]
    wanted = set(_content(text[place.low : place.high])) - set(_content(span))
    best, weight = None, SHARED
    for other in others if len(others) <= MOST else chance.sample(others, MOST):
        if other.passage == place.passage:
            rest = f"{text[: place.low]}{text[place.high :]}"
            shared = wanted & set(_content(rest))
        else:
            rest = passages[other.passage]
            shared = wanted & words[other.passage]
            if text[place.low : place.high] in rest:
                continue
        total = sum(rarity.get(word, 0.0) for word in shared)
        if total > weight:
            best, weight = rest, total
    return best if best and len(best.split()) > SENTENCE[0] else None


def _question(sentence: str, span: str, chance: random.Random) -> str:
    """Return a sentence with a question word instead of a span, in its place or at the front."""
    if re.fullmatch(r"1\d{3}|20\d\d", span):
        word = chance.choice(["when", "in what year", "what year"])
    elif span[0].isdigit() or span[0] in "$£€":
        word = chance.choice(["how many", "how much", "what number"])
    elif span[0].isupper():
        word = chance.choice(["who", "what", "where", "which", "what"])
    else:
        word = "what"
    before, _, after = sentence.partition(span)
    if chance.random() < 0.5:
        return f"{before}{word}{after}"
    return f"{word}{after.rstrip(' .')} {before}".strip()


def _spans(sentence: str) -> Iterator[str]:
    for pattern in (NAME, NUMBER, TERM):
        for match in pattern.finditer(sentence):
            span = match.group()
            parts = span.lower().split()
            if parts[0] not in COMMON and parts[-1] not in COMMON and len(span) > 1:
                yield span


def _content(text: str) -> Iterator[str]:
    return (word for word in re.findall(r"[a-z0-9]{3,}", text.lower()) if word not in COMMON)


if __name__ == "__main__":
    main()

"""Required anchors: those of a question that occur in the store, as they are spelt there, and those that do not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches

from ingest.sentences import sentence_spans
from ingest.types import Chunk
from rag.answer.anchors import DOTTED, NO_NAMES, Anchor, Anchors, find_anchors
from rag.answer.anchors_held import mentions_anchor
from rag.answer.cells import cells_of, columns_of
from rag.answer.evidence import Evidence
from rag.answer.kinds import asking_sentence
from rag.answer.words import STOP_WORDS, fold, read_content
from stores.base import Hit

OPENING = 400  # characters: a document is about the names in its opening
LIKENESS = 0.75  # of two spellings of a name: one or two letters of it may differ

FindPhrase = Callable[[str], Sequence[Hit] | None]
"""Returns hits of the store that hold a phrase, None if nobody knows."""


def require_anchors(question: str, sections: Sequence[Chunk], find: FindPhrase) -> Anchors:
    """Return the anchors of a question that evidence has to be about, as they are spelt in the store.

    `sections` are those of the question's hits. A name that is written with one or two wrong letters counts as the word
    of the hits that it is like. The names of rows and columns of the hits' tables in the question are anchors, too.
    """
    required: list[Anchor] = []
    absent: list[Anchor] = []
    hits_text = "\n".join(section.embedding_text for section in sections)

    def chunks_with(anchor: Anchor) -> Sequence[Chunk]:
        # Without a store to ask, the hits are all there is.
        hits = find(anchor.text.split()[-1] if anchor.kind == "label" else anchor.text)
        if hits is None:
            return [section for section in sections if mentions_anchor(section.embedding_text, anchor)]
        return [hit.chunk for hit in hits]

    for anchor in (*_asked_anchors(question), *_lower_case_names(question, sections)):
        if anchor.kind in ("identifier", "label", "quotation", "name"):
            chunks = chunks_with(anchor)
            if chunks:
                required.append(replace(anchor, sources=_sources_about(chunks)))
            elif anchor.kind == "name" and _is_abbreviated(anchor.text, hits_text):
                continue
            elif (
                anchor.kind == "name" and not anchor.text[-1].isdigit() and (likely := _respell(anchor.text, hits_text))
            ):
                required += [Anchor(word, "name") for word in likely]
            elif anchor.kind == "name" and " " in anchor.text:
                # A name of several words may stand in parts: of those that occur, each is asked for.
                parts = [Anchor(part, "name") for part in anchor.text.split() if fold(part) not in STOP_WORDS]
                occurring = [(part, chunks) for part in parts if (chunks := chunks_with(part))]
                if anchor.text[-1].isdigit():  # another model of that name
                    occurring = []
                required += [replace(part, sources=_sources_about(chunks)) for part, chunks in occurring]
                absent += [] if occurring else [anchor]
            elif anchor.kind == "identifier" and DOTTED.fullmatch(anchor.text):
                # A method of a class may stand in parts, as code has it.
                parts = [Anchor(part, "name") for part in anchor.text.split(".")]
                occurring = [(part, chunks) for part in parts if (chunks := chunks_with(part))]
                required += [part for part, _ in occurring]
                absent += [] if len(occurring) == len(parts) else [anchor]
            else:
                absent.append(anchor)
        elif anchor.kind != "qualifier":
            required.append(anchor)
        else:
            # One sentence or line of a section has to have all words of a qualifier.
            wanted = read_content(anchor.text).words
            texts = (section.text for section in sections if wanted <= read_content(section.embedding_text).words)
            parts_of_texts = (text[low:high] for text in texts for low, high in sentence_spans(text))
            if any(wanted <= read_content(part).words for part in parts_of_texts):
                required.append(anchor)
    required += _named_cells(question, sections)
    return Anchors(tuple(required), tuple(absent))


def _asked_anchors(question: str) -> Iterator[Anchor]:
    """Yield the anchors of the sentence that asks, and the codes of those before it.

    What else these name is the asker's situation, of which a source need not speak: "My plan is Basic since May."
    """
    asking = asking_sentence(question)
    yield from find_anchors(asking)
    if asking != question.strip():
        before = question[: question.find(asking)]
        yield from (anchor for anchor in find_anchors(before) if anchor.kind in ("identifier", "label"))


def _sources_about(chunks: Sequence[Chunk]) -> frozenset[str]:
    return frozenset(chunk.source for chunk in chunks if chunk.start < OPENING)


def _lower_case_names(question: str, sections: Sequence[Chunk]) -> Iterator[Anchor]:
    """Yield the words of a question in small letters that the sections only write with a capital, within sentences."""
    text = "\n".join(section.text for section in sections)
    names = set(re.findall(r"(?<=[a-z,] )[A-Z][a-z]{2,}\b", text)) if question.islower() else set()
    for word in re.findall(r"\b[a-z]{3,}\b", question):
        if word.title() in names and word not in NO_NAMES and not re.search(rf"\b{word}\b", text):
            yield Anchor(word, "name")


def _is_abbreviated(name: str, text: str) -> bool:
    """Tell whether a text has a name's initials, or words with the initials that a name is."""
    letters = re.sub(r"\W|\bthe\b", "", name) if name.replace(".", "").isupper() else ""
    if letters:
        between = r"(?:\W+(?:of|the|and|for))*\W+"
        return re.search(r"\b" + between.join(rf"{letter}\w+" for letter in letters), text) is not None
    initials = "".join(word[0] for word in name.split() if word[0].isupper())
    return len(initials) > 1 and re.search(r"\b" + r"\.?".join(initials) + r"\b", text) is not None


def _respell(name: str, text: str) -> list[str]:
    """Return the words of a text that the words of a misspelt name are likely meant to be; none if one has none."""
    if name[-1].isdigit():  # another model of that name is another thing
        return []
    words = set(re.findall(r"[^\W\d_]{4,}", fold(text)))
    respelt = []
    for part in re.findall(r"[^\W\d_]+", fold(name)):
        if part in STOP_WORDS:
            continue
        likely = [part] if part in words else get_close_matches(part, words, 1, LIKENESS) if len(part) > 3 else []
        if not likely:
            return []
        respelt += likely
    return respelt


def _named_cells(question: str, sections: Iterable[Chunk]) -> Iterator[Anchor]:
    """Yield the keys and the columns of the sections' rows that a question names."""
    asked = read_content(question)
    keys: dict[str, str] = {}
    columns: dict[str, str] = {}
    tables: dict[str, set[tuple[str, str]]] = {}
    naming: set[str] = set()
    for section in sections:
        for line in section.text.splitlines():
            cells = cells_of(line)
            # The first cell names the row. A record has a cell a line, and its title names it.
            if len(cells) > 1:
                keys.setdefault(fold(cells[0].value), cells[0].value)
            start = section.text.find(line)
            record = Evidence(section, start, start + len(line)).record if len(cells) == 1 else ""
            is_in_record = bool(record)
            first = columns_of(record.partition("\n")[0] if record else line)
            if is_in_record and section.heading and "#" in section.source:  # a row of a file that is a document
                keys.setdefault(fold(section.heading[-1]), section.heading[-1])
            for cell in cells if is_in_record or first[:1] == [""] else cells[1:]:
                if first:
                    table = (section.source.split("#")[0], first[0])
                    tables.setdefault(fold(cell.column), set()).add(table)
                # A column whose cell the question names, too, names the row: "How much is the powerboat course?"
                if asked.words.isdisjoint(read_content(cell.value).words - read_content(cell.column).words):
                    columns.setdefault(fold(cell.column), cell.column)
                else:
                    naming.add(fold(cell.column))

    def is_named(name: str) -> bool:
        said = read_content(name)
        figures_asked = (
            all(any(one.equals(other) for other in asked.quantities) for one in said.quantities)
            and all(any(other.holds(one) for other in asked.dates) for one in said.dates if one.month)
        )  # fmt: skip
        return bool(said.words) and said.words <= asked.words and figures_asked

    named = [key for key in keys.values() if is_named(key)]
    # Of "Pro" and "Pro Max" the longer one is meant.
    longest = [key for key in named if not any(read_content(key).words < read_content(other).words for other in named)]
    yield from (Anchor(key, "key") for key in longest)
    for column, name in columns.items():
        if column not in naming and is_named(name):
            yield Anchor(name, "column", tables=frozenset(tables.get(column, ())))

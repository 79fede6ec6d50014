"""The division of a section into sentences and list items, and of these into groups that belong together.

An item belongs to what leads into its list, a step to the other steps, and a sentence to those of its paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ingest.sentences import sentence_spans
from ingest.types import Chunk
from rag.answer.evidence import Evidence

STEPS = 12  # items of a numbered list, which is given whole: half of the steps are no way
LONGEST_TITLE = 80  # characters of a line without a full stop that leads into the list below it


@dataclass(frozen=True)
class Sentence:
    """A sentence or a list item of a section, `section.text[start:end]`.

    `score` is its probability or cosine. `place` is its number in the section, `lead` that of the sentence or item that
    leads into its list, -1 outside of lists.
    """

    section: Chunk
    place: int
    start: int
    end: int
    score: float
    lead: int = -1

    @property
    def text(self) -> str:
        """The text of the sentence."""
        return self.section.text[self.start : self.end]

    @property
    def is_item(self) -> bool:
        """Tell whether it is an item of a list."""
        return _ITEM.match(self.text) is not None

    @property
    def is_row(self) -> bool:
        """Tell whether it is a row of a table or a property of a record."""
        evidence = Evidence(self.section, self.start, self.end)
        return evidence.is_row or bool(evidence.record) or _PROPERTY.match(self.text) is not None

    @property
    def leans(self) -> bool:
        """Tell whether it says something only after the sentence before it: "If that does not help, ..."."""
        return not self.is_item and _LEANING.match(self.text) is not None

    @property
    def number(self) -> int | None:
        """The number of a step."""
        match = _NUMBERED.match(self.text)
        return int(match[1]) if match else None


def divide_section(section: Chunk) -> list[Sentence]:
    """Return the sentences and list items of a section, each item with what leads into its list.

    That is the item above it that is less indented, or the sentence before the list. "1 Give notice" on a line of its
    own is an item, too.
    """
    text = section.text
    places = [
        (start + part.start(), start + part.end())
        for start, end in sentence_spans(text)
        for part in re.finditer(r"\S.*?(?=\s*\Z|\s*\n\s*\d{1,2} [A-Z])", text[start:end], re.DOTALL)
    ]
    sentences: list[Sentence] = []
    above: list[tuple[int, int]] = []  # indent and place of the items above that may lead
    before = -1
    for start, end in places:
        place = len(sentences)
        sentence = Sentence(section, place, start, end, 1.0)
        last = sentences[-1] if sentences else None
        if last is not None and last.is_item and not sentence.is_item and "\n" not in text[last.end : start]:
            sentences[-1] = replace(last, end=end)  # an item may have several sentences
        elif sentence.is_item:
            indent = start - (text.rfind("\n", 0, start) + 1)
            above = [pair for pair in above if pair[0] < indent]
            sentence = replace(sentence, lead=above[-1][1] if above else before)
            above.append((indent, place))
            sentences.append(sentence)
        else:
            above, before = [], -1 if sentence.is_row else place
            sentences.append(sentence)
    return sentences


def group_sentences(sentences: Sequence[Sentence]) -> list[tuple[Sentence, ...]]:
    """Return the groups of a section's sentences, in order.

    A group is a paragraph, a list with the line that leads into it, or of a nested list one item with those below it.
    """
    # The outermost item above each item, and those that have items below them.
    roots: dict[int, int] = {}
    for sentence in sentences:
        if sentence.is_item:
            is_below = sentence.lead >= 0 and sentences[sentence.lead].is_item
            roots[sentence.place] = roots[sentence.lead] if is_below else sentence.place
    parents = {root for place, root in roots.items() if place != root}
    leading = {sentence.lead for sentence in sentences if sentence.is_item}

    groups: list[list[Sentence]] = []
    for sentence, last in zip(sentences, [None, *sentences], strict=False):
        root = roots.get(sentence.place)
        if last is None:
            begins = True
        elif root is None:
            is_apart = "\n\n" in sentence.section.text[last.end : sentence.start] or last.is_item
            is_lead_in = sentence.place in leading and _leads(sentence)
            begins = is_lead_in or sentence.is_row != last.is_row or (is_apart and not sentence.leans)
        elif root != sentence.place:
            begins = False
        elif last.is_item:
            begins = root in parents or roots[last.place] in parents
        else:
            begins = not (sentence.lead == last.place and _leads(last))
        if begins:
            groups.append([])
        groups[-1].append(sentence)
    return [tuple(group) for group in groups]


def _leads(sentence: Sentence) -> bool:
    """Tell whether a sentence announces a list: it ends with a colon, or is a line without a full stop."""
    text = sentence.text.rstrip()
    return text.endswith(":") or (len(text) <= LONGEST_TITLE and text[-1:] not in ".!?" and "\n" not in text)


def needed_places(sentences: Sequence[Sentence], sentence: Sentence) -> Iterator[int]:
    """Yield the places of a sentence and of those that it leans on."""
    yield sentence.place
    if sentence.lead >= 0:
        yield from needed_places(sentences, sentences[sentence.lead])
    elif sentence.place and sentence.leans:
        yield from needed_places(sentences, sentences[sentence.place - 1])


def steps_of(sentences: Sequence[Sentence]) -> list[Sentence]:
    """Return the items that are numbered from 1 on, if there are two to STEPS of them."""
    numbered = [sentence for sentence in sentences if sentence.number is not None]
    is_counted = [sentence.number for sentence in numbered] == list(range(1, len(numbered) + 1))
    return numbered if is_counted and 2 <= len(numbered) <= STEPS else []


_ITEM = re.compile(r"\s*(?:[-*+–•‣▪◦●]\s|\(?(?:\d{1,3}|[a-z])[.)]\s|\d{1,2}\s+(?=[A-Z]))")
_NUMBERED = re.compile(r"\s*\(?(\d{1,2})(?:[.)]\s|\s+(?=[A-Z]))")
_PROPERTY = re.compile(r"[^:.!?\n]{1,40}: [^.!?\n]*$")
_LEANING = re.compile(
    r"""(?:(?:and|but|so|then|also|moreover|furthermore|in\ addition),?\s+)*
    (?:it|its|they|their|them|this|these|those|that|he|she|his|her|such|both|otherwise|instead|in\ (?:that|this)\ case
    |if\ (?:it|that|this|not|so|they|none|nothing)|(?:as|in)\ (?:a|either|such\ a|any)\ (?:result|case)
    |for\ (?:example|instance|(?:the\ same|that|this)\ reason)|therefore|thus|however|but|and|so|then|also)\b""",
    re.IGNORECASE | re.VERBOSE,
)

"""FAQ entries: a question in a document with its answer, and whether it asks what a user asks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ingest.embed import Embedder
from ingest.sentences import sentence_spans
from ingest.types import Chunk
from rag.answer.evidence import Evidence
from rag.answer.kinds import classify_question
from rag.answer.limits import weekdays_in
from rag.answer.proposition import Proposition, content_tokens, is_modal, last_question, replace_idioms
from rag.answer.quantities import find_figures
from rag.answer.synonyms import Vocabulary, mean_opposite
from rag.answer.words import OPPOSITES, read_content, stem

LEAST_COSINE = 0.5  # of the two questions, if all words of both are held by the other
SUBSTITUTE_COSINE = 0.7  # ... if some words of each stand for words of the other,
SUBSTITUTES = {1: 0.8, 2: 0.48}  # and their cosine, by their number: one word may be another thing of the kind
PARAPHRASE_COSINE = 0.93  # ... whatever words they use
NARROWER_COSINE = 0.75  # ... if the entry's question has words more
COMPOUND = 0.82  # cosine from which on two words together mean what one of them does: "parking lot" and "parking"
LONGEST_QUESTION = 200  # characters

Relation = Literal["same", "narrower", "wider"]
"""How an entry's question relates to the user's: it asks the same, about less, or about more."""


@dataclass(frozen=True)
class FaqEntry:
    """A question of a document, and the passage that answers it: the question is the last title of its heading.

    `letter` is the text of the letter that replies to it.
    """

    question: str
    answer: Chunk
    letter: str = ""

    @property
    def context(self) -> str:
        """What the entry stands under, without its question: titles, or the letter with its header."""
        return "\n".join([*Evidence(self.answer, 0, 0).titles[:-1], self.letter])


@dataclass(frozen=True)
class FaqMatch:
    """An entry that may answer a question, and how its question relates to it."""

    entry: FaqEntry
    relation: Relation
    cosine: float


def find_entries(sections: Iterable[Chunk]) -> Iterator[FaqEntry]:
    """Yield the FAQ entries of sections, in order.

    An entry is a section under a question, a paragraph that is a question with what follows up to the next one, lines
    that begin with "Q:" and "A:", a row with the cells "Question" and "Answer", or a letter's "You asked whether ..."
    with the sentences behind it.
    """
    for section in sections:
        if section.heading and is_question(section.heading[-1]):
            yield FaqEntry(section.heading[-1], section)
        for pattern in (_MARKED, _ROW):
            for match in pattern.finditer(section.text):
                yield _entry(section, match["question"], match.start("answer"), match.end("answer"))
        for match in _REPLY.finditer(section.text):
            question = f"Whether {_YOUR_PARTY.sub('you', match['question'])}?"
            yield _entry(section, question, match.start("answer"), match.end("answer"), section.text)
        # Questions among the paragraphs.
        lines = [(match.start(), match.end()) for match in _LINE.finditer(section.text)]
        asked = [number for number, (start, end) in enumerate(lines) if is_asked(section.text[start:end])]
        for number, following in zip(asked, [*asked[1:], len(lines)], strict=False):
            if following > number + 1:
                question = section.text[slice(*lines[number])].strip(" *_#")
                yield _entry(section, question, lines[number + 1][0], lines[following - 1][1])


def is_question(title: str) -> bool:
    """Return whether a title asks: it ends with a question mark, or begins as questions do."""
    return title.rstrip().endswith("?") or (_ASKING.match(title) is not None and len(title.split()) > 2)


def is_asked(line: str) -> bool:
    """Return whether a line is a question and nothing else."""
    text = line.strip(" *_#")
    return text.endswith("?") and len(text) <= LONGEST_QUESTION and len(sentence_spans(text)) == 1 and ":" not in text


def match_entries(
    question: str, entries: Sequence[FaqEntry], vocabulary: Vocabulary, embedder: Embedder | None
) -> list[FaqMatch]:
    """Return the entries whose question relates to a question, the same first, then by cosine, best first."""
    if not entries:
        return []
    question = replace_idioms(last_question(question))
    cosines = [1.0] * len(entries)
    if embedder is not None:
        vectors = embedder.embed_documents([question, *(replace_idioms(entry.question) for entry in entries)])
        cosines = [float(vector @ vectors[0]) for vector in vectors[1:]]
    matches = []
    for entry, cosine in zip(entries, cosines, strict=True):
        relation = relate_questions(question, entry, cosine, vocabulary, embedder)
        if relation is not None:
            matches.append(FaqMatch(entry, relation, cosine))
    return sorted(matches, key=lambda match: (match.relation != "same", -match.cosine))


def relate_questions(
    question: str, entry: FaqEntry, cosine: float, vocabulary: Vocabulary, embedder: Embedder | None
) -> Relation | None:
    """Return how an entry's question relates to a question; None if it asks something else.

    Numbers, dates, weekdays, names, denial, the mood of permission or duty and what is asked for are equal, and no
    word has its opposite in the other. Of the other content words, the two hold each other's, or the entry has fewer
    ("wider") or more ("narrower"). Some words that only paraphrase are allowed where the whole questions are near.
    """
    if cosine < LEAST_COSINE or _ask_different_things(question, entry, cosine):
        return None
    asked, answered = asked_words(question), asked_words(entry.question)
    # What the titles say needs no word in the entry's question, and no word of the user's.
    titles = list(content_tokens(entry.context))
    lacking = unheld_words(question, asked, [*answered, *titles], vocabulary, embedder)
    further = unheld_words(entry.question, answered, [*asked, *titles], vocabulary, embedder)
    if not any(vocabulary.is_held(word, answered) for word in asked):
        return None
    if (not lacking and not further) or cosine >= PARAPHRASE_COSINE:
        return "same"
    if not lacking:
        return "narrower" if cosine >= NARROWER_COSINE else None
    if not further:
        return "wider"
    # At most half of the words of each are paraphrased.
    is_other = 2 * len(lacking) > len(asked) or 2 * len(further) > len(answered)
    if is_other or cosine < SUBSTITUTE_COSINE or embedder is None:
        return None
    one, other = embedder.embed_documents([" ".join(lacking), " ".join(further)])
    return "same" if float(one @ other) >= SUBSTITUTES[min(len(lacking), len(further), 2)] else None


def asked_words(question: str) -> list[str]:
    """Return the content words of a question, without those for permission and duty, and "how much" and its like."""
    words = content_tokens(_HOW.sub("", replace_idioms(question)))
    return [word for word in words if not is_modal(word)]


def unheld_words(
    text: str, words: Sequence[str], others: Sequence[str], vocabulary: Vocabulary, embedder: Embedder | None
) -> list[str]:
    """Return the words of a text that none of the others means, alone or with the word before."""
    unheld = []
    for number, word in enumerate(words):
        if vocabulary.is_held(word, others):
            continue
        # "Parking lot" means what "parking" does; "orders online" is no compound, and neither are words apart.
        before = words[number - 1] if number else ""
        if (
            before.isalpha()
            and f"{before} {word}" in text.casefold()
            and not before.endswith("s")
            and stem(word) not in OPPOSITES
            and embedder is not None
            and vocabulary.is_held(before, others)
        ):
            one, other = embedder.embed_documents([f"{before} {word}", before])
            if float(one @ other) >= COMPOUND:
                continue
        unheld.append(word)
    return unheld


def _ask_different_things(question: str, entry: FaqEntry, cosine: float) -> bool:
    """Tell whether two questions name different figures or things, or ask for different things."""
    other = entry.question
    mine, theirs = find_figures(question), find_figures(other)
    numbers = [
        [value for value in mine.quantities if not any(value.equals(same) for same in theirs.quantities)],
        [value for value in theirs.quantities if not any(value.equals(same) for same in mine.quantities)],
    ]
    if any(numbers) or {(d.year, d.month, d.day) for d in mine.dates} != {
        (d.year, d.month, d.day) for d in theirs.dates
    }:
        return True
    if weekdays_in(question) != weekdays_in(other):
        return True

    # Names that neither the entry's question nor its titles and answer have.
    around = read_content("\n".join((entry.context, other, entry.answer.text))).words
    if read_content(question).names - around or read_content(other).names - read_content(question).words - around:
        return True
    particles = [set(_PARTICLE.findall(text.casefold())) for text in (question, other)]
    if any((particles[0] ^ particles[1]) >= {*pair} for pair in _PARTICLES):
        return True
    words, others = asked_words(question), asked_words(other)
    if any(
        mean_opposite(word, opposite) and stem(opposite) not in map(stem, words)
        for word in words
        for opposite in others
    ):
        return True

    # What is asked for.
    one, two = Proposition.of(question), Proposition.of(other)
    kinds = classify_question(question) == "yes-no", classify_question(other) == "yes-no"
    if all(kinds):
        return one.inverted != two.inverted or {one.mood, two.mood} == {"may", "must"}
    if any(kinds):
        return True
    return bool(_wanted(question) and _wanted(other) and not _wanted(question) & _wanted(other) and cosine < 0.9)


def _wanted(question: str) -> frozenset[str]:
    """Return what a question asks for: a time, a price, a number; nothing for "what" and "how" alone."""
    return frozenset(name for name, pattern in _WANTED.items() if pattern.search(question))


def _entry(section: Chunk, question: str, start: int, end: int, letter: str = "") -> FaqEntry:
    """Return the entry whose answer is `section.text[start:end]`."""
    answer = replace(
        section,
        text=section.text[start:end],
        start=section.start + start,
        end=section.start + end,
        heading=(*section.heading, question),
        blocks=(),
    )
    return FaqEntry(question, answer, letter)


_ASKING = re.compile(
    r"""(?:how\ (?:to|do|does|can|long|much|many|often)|what\ (?:is|are|if|happens|to|do|does)|why
    |when\ (?:is|are|do|does|will|can)|where|who|which|can|do|does|is|are|may|must|should|will)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_HOW = re.compile(r"\bhow (?:much|many|long|often|far|old|soon|frequently|quickly)\b", re.IGNORECASE)
_REPLY = re.compile(
    r"""\bYou\ (?:also\ )?(?:asked|ask|wanted\ to\ know|inquired|enquired|wondered)(?:\ us|\ me)?\ (?:whether|if)
    \ (?P<question>[^.?!\n]{5,200})[.?!]\s+(?P<answer>\S(?:(?!\bYou\ (?:also\ )?(?:asked|wanted))[^\n])*)""",
    re.VERBOSE,
)
_YOUR_PARTY = re.compile(r"\byour [^\W\d_]+(?= (?:can|could|may|might|must|should|will|would|is|are|has|have)\b)")
_PARTICLES = (("on", "off"), ("up", "down"), ("in", "out"))
_PARTICLE = re.compile(r"\b(?:on|off|up|down|in|out)\b")
_MARKED = re.compile(
    r"^\W{0,3}(?:Q|Question)\W{0,3}\d{0,3}[:.)]\W{0,3}(?P<question>[^\n]{5,200})\n+\s*\W{0,3}(?:A|Answer)\W{0,3}\d{0,3}[:.)]\W{0,3}"
    r"(?P<answer>\S[^\n]*(?:\n(?!\W{0,3}(?:Q|Question)\W{0,3}\d{0,3}[:.)])[^\n]+)*)",
    re.MULTILINE,
)
_ROW = re.compile(
    r"\b(?:Question|FAQ)\s*: (?P<question>[^;\n]{5,200}); (?:Answer|Reply)\s*: (?P<answer>[^\n]+)", re.IGNORECASE
)
_LINE = re.compile(r"\S[^\n]*")
_WANTED = {
    "duration": re.compile(r"\bhow (?:long|soon|quick)|\bperiod\b|\bduration\b|\btake\b.*\btime\b", re.IGNORECASE),
    "price": re.compile(r"\bhow much\b|\b(?:costs?|prices?|fees?|charges?|expensive)\b", re.IGNORECASE),
    "number": re.compile(r"\bhow many\b|\bnumber of\b", re.IGNORECASE),
    "frequency": re.compile(r"\bhow (?:often|frequent)", re.IGNORECASE),
    "time": re.compile(r"\bwhen\b|\bwhat time\b|\bhours\b|\bdates?\b|\bdeadline\b", re.IGNORECASE),
    "place": re.compile(r"\bwhere\b|\baddress\b|\blocation\b", re.IGNORECASE),
    "person": re.compile(r"\bwho(?:m|se)?\b", re.IGNORECASE),
    "reason": re.compile(r"\bwhy\b|\breasons?\b|\bcauses?\b", re.IGNORECASE),
    "way": re.compile(
        r"\bhow (?:do|does|can|could|should|would|to|is|are)\b|\bwhat (?:should|can|do) (?:i|we) do\b", re.IGNORECASE
    ),
}

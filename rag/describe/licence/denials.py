"""The words of a text, and whether it denies them: "no palm oil", "cushion not included", "fragrance-free".

>>> [(word.text, word.denied) for word in read_words("Soft, fragrance-free, lid not included.") if word.denied]
[('fragrance', True), ('lid', True)]
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.answer.words import fold, stem


@dataclass(frozen=True, slots=True)
class ScopedWord:
    """A word `text[start:end]` in lower case without accents, its stem, and the number of its sentence.

    A code with digits, such as "fx-1042", is one word. `gap` is what stands between it and the word before.
    """

    start: int
    end: int
    text: str
    stem: str
    gap: str
    sentence: int
    denied: bool = False


@lru_cache(maxsize=8192)
def read_words(text: str) -> tuple[ScopedWord, ...]:
    """Return the words of a text in order, each with whether the text denies it."""
    words: list[ScopedWord] = []
    end = sentence = 0
    for match in _WORD.finditer(text):
        gap = text[end : match.start()]
        sentence += bool(words and _SENTENCE_END.search(gap))
        folded = fold(match[0]).replace("’", "'")
        words.append(ScopedWord(match.start(), match.end(), folded, stem(folded), gap, sentence))
        end = match.end()
    # A double denial affirms: "not alcohol-free".
    denials = Counter(place for at in range(len(words)) for place in _denied_by(words, at))
    denied = {place for place, count in denials.items() if count % 2}
    denied |= set(_denied_labels(words, denied))
    return tuple(
        ScopedWord(word.start, word.end, word.text, word.stem, word.gap, word.sentence, place in denied)
        for place, word in enumerate(words)
    )


def is_denial(word: str) -> bool:
    """Tell whether a word denies others: no, not, without, lacks, isn't."""
    return word in _DETERMINERS or word in _DENYING_VERBS or word in _ABSENT or _is_not(word)


# --- the scope of a denial --------------------------------------------------------------------------------------------


def _denied_by(words: Sequence[ScopedWord], at: int) -> Iterator[int]:
    """Yield the places of the words that the word at a place denies."""
    word, following = words[at].text, words[at + 1].text if at + 1 < len(words) else ""
    ends_clause = at + 1 == len(words) or bool(_BOUND.search(words[at + 1].gap) or "," in words[at + 1].gap)
    if word == "no" and following[:1].isdigit() and words[at + 1].gap.startswith("."):  # "No. 4" counts
        return
    if word in ("no", "none", "false") and ends_clause:  # "Cordless: no"
        yield from _before(words, at, over_colon=True)
    elif word in _DETERMINERS and not ends_clause:
        # "Rosé Zero is alcohol-free": a name.
        third = words[at + 2].text if at + 2 < len(words) and not words[at + 2].gap.strip() else ""
        is_counted = following == "one" and third and third not in _VERBS | _PREPOSITIONS | {"of", "else", "other"}
        if is_counted or following not in _NO_DENIAL_AFTER_NO | _AUXILIARIES:
            yield from _noun_phrases(words, at, joins=word != "no")
    elif word == "free" and following in ("from", "of"):
        yield from _noun_phrases(words, at + 1, joins=True, commas=True)
    elif word == "free":
        yield from _compound_before(words, at)
    elif word == "non" and not ends_clause:
        yield at + 1
    elif (word == "none" and following == "of") or (word == "anything" and following == "but"):
        yield from _predicate(words, at + 1)
    elif word in ("avoid", "avoids") and at and words[at - 1].text in _MODALS:  # "Vegetarians should avoid it"
        yield from _before(words, at - 1)
        yield from _noun_phrases(words, at, joins=True, commas=True)
    elif word in _DENYING_VERBS and not ends_clause:
        yield from _noun_phrases(words, at, joins=True, commas=word != "except")
    elif word in _ABSENT or (word in ("sold", "available") and following == "separately"):
        yield from _before(words, at)
    elif _is_not(word) and following not in _NO_DENIAL_AFTER_NOT and not _is_opening(words, at):
        # "The lid is not included" denies what stands before, "does not include a lid" what stands behind.
        scope = list(_predicate(words, at))
        behind = scope[-1] + 1 if scope else len(words)
        if _opens_label(words, at) and behind < len(words) and words[behind].gap.strip() == ":":
            is_label = {words[place].text for place in scope} <= _LABEL_WORDS
            is_open = words[behind - 1].text in _PREPOSITIONS
            if is_open and not is_label:  # "Not compatible with: C45"
                yield from scope
            if is_label or is_open:
                yield from _noun_phrases(words, behind - 1, joins=True, commas=True)  # "Not included: lid, cable"
                return
        if next((words[place].text in _INCLUDED for place in scope if words[place].text not in _ADVERBS), False):
            yield from _before(words, at, over_colon=True)
        else:
            yield from scope


def _denied_labels(words: Sequence[ScopedWord], denied: set[int]) -> Iterator[int]:
    """Yield the places of labels whose value denies them in the same words: "Palm oil: no palm oil"."""
    for at, word in enumerate(words):
        if word.gap.strip() != ":":
            continue
        start = at - 1
        while start and not _BOUND.search(words[start].gap):
            start -= 1
        behind = {words[place].stem for place in denied if place >= at and words[place].sentence == word.sentence}
        if {label.stem for label in words[start:at]} <= behind:
            yield from range(start, at)


def _noun_phrases(words: Sequence[ScopedWord], at: int, joins: bool, commas: bool = False) -> Iterator[int]:
    """Yield the places after a determiner up to a verb or preposition; `joins` says that "and" continues the list."""
    has_content = False
    for place in range(at + 1, len(words)):
        word = words[place]
        is_first = place == at + 1
        if _BOUND.search(word.gap) and not (is_first and word.gap.strip() == ":"):  # "Free from: parabens"
            return
        if not is_first and (word.text in _VERBS or is_denial(word.text)):
            return
        if "," in word.gap and not (_is_list_with_or(words, place) or (commas and _is_list_of_nouns(words, place))):
            return
        if word.text in ("but", "yet", "while", "which", "who") or (word.text == "and" and not joins):
            return
        if word.text in _PREPOSITIONS and has_content:
            return
        # "It lacks suitable for vegetarians", ungrammatical as it is, denies the vegetarians.
        has_content = has_content or word.text not in _SMALL_WORDS | _ADJECTIVES_WITH_PREPOSITION
        yield place


def _predicate(words: Sequence[ScopedWord], at: int) -> Iterator[int]:
    """Yield the places after "not" up to the end of the clause."""
    for place in range(at + 1, len(words)):
        word = words[place]
        if _BOUND.search(word.gap) or ("," in word.gap and not _is_list_with_or(words, place)):
            return
        if word.text in ("but", "and", "yet", "while", "which", "though") or is_denial(word.text):
            return
        yield place


def _before(words: Sequence[ScopedWord], at: int, over_colon: bool = False) -> Iterator[int]:
    """Yield the places before a word back to the verb or the bound of its clause, over asides in brackets."""
    in_brackets = is_label = False
    for place in range(at - 1, -1, -1):
        gap = words[place + 1].gap
        # "Lid: not included", "a battery, which is not included"
        is_label_end = over_colon and place == at - 1 and re.fullmatch(r"\s*[:=–-]\s*", gap)
        is_label = is_label or bool(is_label_end)
        is_relative = words[place + 1].text == "which" and gap.strip() == ","
        # "8 x AA batteries, not included"
        is_apposed = over_colon and place == at - 1 and gap.strip() == "," and words[at].text == "not"
        if in_brackets or gap.strip() in (")", "("):
            in_brackets = "(" not in gap
            if in_brackets:
                continue
        elif ("," in gap or _BOUND.search(gap)) and not (is_label_end or is_relative or is_apposed):
            return
        is_verb = words[place].text in _VERBS - _AUXILIARIES and not (is_label and words[place].text == "can")
        if is_verb or words[place].text in ("but", "with", "without"):
            return
        yield place


def _compound_before(words: Sequence[ScopedWord], at: int) -> Iterator[int]:
    """Yield the places of the compound before "free": fragrance-free, gluten free, BPA- and lactose-free."""
    if not at or not re.fullmatch(r"[\s-]*", words[at].gap) or words[at - 1].text in _SMALL_WORDS | _VERBS:
        return
    place = at - 1
    yield place
    while place and words[place].gap == "-":
        place -= 1
        yield place
    # The first of two that share their "free" keeps its hyphen.
    if place > 1 and words[place - 1].text in ("and", "or") and words[place - 1].gap.startswith("-"):
        yield place - 2


def _is_list_with_or(words: Sequence[ScopedWord], at: int) -> bool:
    """Tell whether the list that goes on at a place ends with "or" or "nor" in its clause."""
    for place in range(at, len(words)):
        if place > at and _BOUND.search(words[place].gap):
            return False
        if words[place].text in ("or", "nor"):
            return True
        if words[place].text in _VERBS or words[place].text in ("but", "and"):
            return False
    return False


def _is_list_of_nouns(words: Sequence[ScopedWord], at: int) -> bool:
    """Tell whether a list, as in "free from gluten, nuts and lactose", goes on to the end of its clause."""
    for place in range(at, len(words)):
        if place > at and _BOUND.search(words[place].gap):
            return True
        # "Free from gluten, nuts and milk, and costs 9 EUR": the list ends before the next verb.
        is_end = words[place].text == "and" and "," in words[place].gap and place + 1 < len(words)
        if is_end and words[place + 1].text in _VERBS:
            return place > at
        if words[place].text in _VERBS | _PREPOSITIONS or is_denial(words[place].text):
            return False
    return True


def _is_opening(words: Sequence[ScopedWord], at: int) -> bool:
    """Tell whether "never" opens an invitation, which denies nothing: "Never look for a cable again"."""
    return words[at].text == "never" and _opens_sentence(words, at)


def _opens_sentence(words: Sequence[ScopedWord], at: int) -> bool:
    return not at or words[at].sentence != words[at - 1].sentence


def _opens_label(words: Sequence[ScopedWord], at: int) -> bool:
    """Tell whether a label may begin with a denial: "Not included", "Does not contain"."""
    return _opens_sentence(words, at) or (words[at - 1].text in _AUXILIARIES and _opens_sentence(words, at - 1))


def _is_not(word: str) -> bool:
    return word in ("not", "never", "cannot", "unsuitable") or word.endswith("n't")


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


# --- the words --------------------------------------------------------------------------------------------------------

# A code has a digit and keeps its marks: FX-1042, 802.11ac, A9+, 3/4.
_WORD = re.compile(r"(?=[^\W_]*[-./]?[^\W_]*\d)[^\W_]+(?:[-./,][^\W_]*\d[^\W_]*)*\+?|[^\W\d_]+(?:['’][^\W\d_]+)*")
_SENTENCE_END = re.compile(r"[.!?]+[\s\"')\]]+|[.!?]$|\n|;")
_BOUND = re.compile(r"[.;:!?()\n|•]|\s[–—-]\s|—")

_DETERMINERS = frozenset({"no", "without", "neither", "lacking", "zero"})
_DENYING_VERBS = _listed(
    """
    lack lacks lacked exclude excludes excluding omit omits omitting avoid avoids avoiding except
    """
)
_ABSENT = frozenset({"excluded", "unavailable", "absent", "missing", "omitted"})
_INCLUDED = _listed(
    """
    included supplied provided contained required needed available necessary present supported possible
    """
)
_LABEL_WORDS = _INCLUDED | _listed("contain containing include including suitable recommended intended for any")
_ADJECTIVES_WITH_PREPOSITION = _listed(
    """
    suitable compatible intended recommended appropriate ideal fit made designed resistant usable being
    """
)
_MODALS = _listed("should must can may shall")
_NO_DENIAL_AFTER_NO = _listed("matter longer more less fewer later doubt wonder need one other better")
_NO_DENIAL_AFTER_NOT = _listed("only just merely simply less more exceed exceeding to necessarily")
_ADVERBS = frozenset({"yet", "also", "always", "currently"})
_AUXILIARIES = _listed("is are was were be been being do does did")
_VERBS = _AUXILIARIES | _listed(
    """
    has have had comes come coming features offers includes include provides contains contain weighs costs measures
    runs works keeps makes can will it this that
    """
)
_PREPOSITIONS = _listed("with in on at for by from to into as per under over between so")
_SMALL_WORDS = _PREPOSITIONS | _listed("a an the any its of and or nor your our their")

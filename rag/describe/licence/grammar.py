"""What is surely wrong in an English text, found without a parser: "a apple", "the the", a bracket left open."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from rag.answer.units import unit_named
from rag.describe.fields.lexicon import is_sure_adjective
from rag.describe.licence.claims import Claim
from rag.describe.licence.denials import ScopedWord, read_words


def check_grammar(text: str, names: str = "", is_fragment: bool = False) -> tuple[Claim, ...]:
    """Return the faults of a text, in order; what is only clumsy is none.

    `names` is text whose words are right as they are, such as a product's values. A fragment, such as a title, needs no
    capital and no final stop.
    """
    words = read_words(text)
    known = {word.text for word in read_words(names) if not names[word.start : word.end].islower()}
    faults = [*_articles(text, words), *_doubled(text, words, names), *_counts(text, words), *_marks(text, names)]
    faults += _denials(text, words, names)
    if not is_fragment:
        faults += _sentences(text, words, known)
    return tuple(sorted(faults, key=lambda fault: fault.start))


def _articles(text: str, words: tuple[ScopedWord, ...]) -> Iterator[Claim]:
    for word, following in pairwise(words):
        if (
            word.text not in ("a", "an")
            or following.gap.strip(" \"'“‘")
            or (text[word.start] == "A" and re.search(r"[-\w] ?$", text[: word.start]))  # USB-A, 4 A, class A
        ):
            continue
        said = text[following.start : following.end]
        sound = _begins_with_vowel(said)
        if sound is not None and sound != (word.text == "an"):
            right = "an" if sound else "a"
            yield _fault(text, word.start, following.end, f"“{right} {said}”")


def _begins_with_vowel(word: str) -> bool | None:
    """Tell whether a word begins with a vowel as it is spoken, None where that is not sure."""
    lowered = word.casefold()
    if lowered[0].isdigit():
        digits = re.match(r"\d+", lowered)[0]  # type: ignore[index]
        return digits.startswith("8") or (
            digits in ("11", "18") or (digits[:2] in ("11", "18") and len(digits) in (5, 8))
        )
    if word.isupper() and len(word) > 1:
        # An abbreviation is spelt out where it cannot be spoken: an LCD, a USB, but a RAM.
        if not re.search(r"[AEIOU]", word) or word in ("USB", "EU", "UK", "UHD", "LED"):
            return (word[0] in "AEFHILMNORSX" and word != "LED") or word == "LED"
        return None
    if len(word) == 1:
        return lowered in "aefhilmnorsx"
    if re.match(r"(?:hour|honest|honou?r|heir)", lowered):
        return True
    if re.match(r"(?:eu|uni(?!n|m)|us[aeiu]|uti|ura|one\b|once|ewe|ubiq|u-)", lowered) or lowered == "u":
        return False
    return lowered[0] in "aeiouáéíóúàèìòùäöüåæø"


def _doubled(text: str, words: tuple[ScopedWord, ...], names: str) -> Iterator[Claim]:
    for word, following in pairwise(words):
        pair = text[word.start : following.end]
        is_double = word.text == following.text and not following.gap.strip() and not word.text.isdigit()
        if is_double and word.text not in ("that", "had") and pair.casefold() not in names.casefold():
            yield _fault(text, word.start, following.end, "a word twice")


def _counts(text: str, words: tuple[ScopedWord, ...]) -> Iterator[Claim]:
    for word, following in pairwise(words):
        noun = following.text
        is_plural = len(noun) > 3 and noun.endswith("s") and unit_named(noun) and unit_named(noun[:-1])
        is_bare = not following.gap.strip() and not text[word.start - 1 : word.start].strip()
        if word.text in ("1", "one") and is_plural and is_bare:
            yield _fault(text, word.start, following.end, f"“{word.text} {noun[:-1]}”")


def _denials(text: str, words: tuple[ScopedWord, ...], names: str) -> Iterator[Claim]:
    """Yield what is denied as if it were a thing: "lacks waterproof", "no suitable for babies", "not contains"."""
    for place, (word, following) in enumerate(pairwise(words)):
        pair = text[word.start : following.end]
        denies_things = word.text in _DENYING_THINGS
        if not (denies_things or word.text == "not") or following.gap.strip() or pair.casefold() in names.casefold():
            continue
        is_verb = following.text in _FINITE
        is_quality = is_sure_adjective(following.text) and following.text not in _AFTER_NO
        # "No visible seams": a quality with a thing behind it.
        behind = words[place + 2] if place + 2 < len(words) else None
        is_bare = behind is None or behind.gap.strip()[:1] in _ENDS or behind.text in _LINKS
        if is_verb or (denies_things and is_quality and is_bare):
            yield _fault(text, word.start, following.end, "what is denied there is no thing")


_ENDS = (".", ";", ":", "!", "?", ")")
_LINKS = frozenset(("for", "with", "to"))
# Not "supports" and "features", which are things as well.
_FINITE = frozenset(("contains", "includes", "requires", "suits", "has", "is", "are", "comes", "provides"))
_DENYING_THINGS = frozenset(("no", "without", "lacks", "lack", "lacking", "excludes", "omits"))
_AFTER_NO = frozenset(("longer", "less", "more", "fewer", "better", "different", "good"))


def _marks(text: str, names: str) -> Iterator[Claim]:
    for match in re.finditer(r"(?<=\w) +[,;:!?](?!\S*[)-])|(?<=\w) +\.(?!\S)|,\s*,|(?<!\.)\.\.(?!\.)|[,;:]\s*\.", text):
        # "16 : 9" of a value stands in the text as it was given.
        *_, word = re.split(r"\W", text[: match.start()])
        if (word + match[0]).casefold() not in names.casefold():
            yield _fault(text, match.start(), match.end(), "a mark that stands wrong")
    depth: list[int] = []
    for match in re.finditer(r"[()\[\]]", text):
        if match[0] in "([":
            depth.append(match.start())
        elif depth and text[depth[-1]] == "(["[")]".index(match[0])]:
            depth.pop()
        else:
            yield _fault(text, match.start(), match.end(), "a bracket that was not opened")
    for start in depth:
        yield _fault(text, start, start + 1, "a bracket that is not closed")


_DANGLING = re.compile(
    r"\b(?:and|or|with|of|the|a|an|for|from|by|to|is|are|has|have|its)\s*(?:[.!?](?=\s|$)|$|,(?=\s))", re.I
)


def _sentences(text: str, words: tuple[ScopedWord, ...], known: set[str]) -> Iterator[Claim]:
    for match in _DANGLING.finditer(text):
        is_ampere = match[0][0] == "A" and match.start() > 0  # "10 A", "R. A. Lind", "class A"
        if is_ampere or text[match.start() - 1 : match.start()] == "-":  # USB-A
            continue
        yield _fault(text, match.start(), match.end(), "the sentence breaks off")
    sentence = -1
    for word in words:
        if word.sentence == sentence or word.gap.rstrip().endswith(";"):
            sentence = word.sentence
            continue
        sentence = word.sentence
        said = text[word.start : word.end]
        if said[0].islower() and said.islower() and word.text not in known:
            yield _fault(text, word.start, word.end, "a sentence begins with a small letter")
    end = re.sub(r"(?:\n|^)- .*", "", text).rstrip()  # lines of details need no stop
    if end and words and not re.search(r"[.!?…][\"'”’)]*$", end):
        last = [word for word in words if word.start < len(end)][-1]
        yield _fault(text, last.start, len(end), "the final stop is missing")


def _fault(text: str, start: int, end: int, note: str) -> Claim:
    return Claim(start, end, text[start:end], "grammar", note=note)

"""Predicates: what a sentence says of its subject, one verb phrase after the other, and one of them put in front of it.

`<has> a hood and 2 pockets, but no lining` is one predicate of three fields; "Made of oak, it weighs 14 kg" puts the
first of two in front.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from rag.describe.product import ProductField
from rag.describe.realise.boolean_phrases import boolean_phrases
from rag.describe.realise.english import article, countability
from rag.describe.realise.grouping import PlannedClause, denies, has_or_lacks
from rag.describe.realise.phrases import (
    Phrase,
    Pick,
    Piece,
    holds_phrase,
    join_phrases,
    note_words,
    noun_phrase,
    phrase,
    phrase_text,
    shown_label,
    statement_phrase,
    verb_phrase,
)


@dataclass(frozen=True)
class Predicates:
    """Verb phrases that share a subject, and clauses that have their own: "its lid is blue", "a bag is included"."""

    verbs: tuple[Phrase, ...]
    clauses: tuple[Phrase, ...] = ()


def predicates_of(clauses: Sequence[PlannedClause], pick: Pick) -> Predicates:
    """Return the predicates of clauses, in order; what the product has is one, "but no" before what it lacks."""
    verbs: list[Phrase] = []
    own: list[Phrase] = []
    for has_things, group in groupby(clauses, key=has_or_lacks):
        alike = list(group)
        if has_things:
            volume = holds_phrase(alike[0]) if len(alike) == 1 else None
            verbs.append(volume or phrase("<has> {}", possession_of(alike)))
            continue
        for clause in alike:
            if clause.kind == "property":
                own.append(phrase("<its> {}", statement_phrase(clause)))
            elif clause.kind == "inclusion":
                scope = _inclusion(clause)
                verbs += scope.verbs
                own += scope.clauses
            elif clause.kind in ("quality", "content", "action"):
                verbs += boolean_phrases(clause)
            else:
                verbs.append(verb_phrase(clause, pick))
    return Predicates(tuple(verbs), tuple(own))


# --- what it has and lacks --------------------------------------------------------------------------------------------


def noun_of(clause: PlannedClause) -> Phrase:
    """Return what the product has as a noun phrase: "a hood", "4 drawers", "a blade length of 20 cm"."""
    if clause.kind != "feature":
        return noun_phrase(clause)
    (possession,) = boolean_phrases(clause)
    return possession[1:]  # without its "<has> "


def possession_of(clauses: Sequence[PlannedClause]) -> Phrase:
    """Return what the product has and lacks: "a hood and 2 pockets, but no lining"."""
    nouns = [noun_of(clause) for clause in clauses if not denies(clause)]
    lacking = [field for clause in clauses if denies(clause) for field in clause.fields]
    if nouns and lacking:
        return phrase("{}, but {}", join_phrases(nouns), _none_of(lacking))
    return join_phrases(nouns) if nouns else _none_of(lacking)


def _none_of(fields: Sequence[ProductField]) -> Phrase:
    """Return "no hood, belt or lining"."""
    nouns: list[Phrase] = [
        (Piece(re.sub(r"^no ", "", shown_label(one)) + note_words(one), (one.key,)),) for one in fields
    ]
    return phrase("no {}", join_phrases(nouns, "or"))


# --- what comes with it -----------------------------------------------------------------------------------------------


def _inclusion(clause: PlannedClause) -> Predicates:
    """Return "<comes> with a lid, but without a cable"; what is required or available has its own sentences."""
    nouns = [(_included_noun(one), bool(one.is_true)) for one in clause.fields]
    affirmed = [noun for noun, is_true in nouns if noun and is_true]
    denied = [noun for noun, is_true in nouns if noun and not is_true]
    if len(affirmed) + len(denied) < len(nouns):
        return Predicates((), tuple(boolean_phrases(clause)))
    if affirmed and denied:
        lacking = join_phrases(denied, "or")
        return Predicates((phrase("<comes> with {}, but without {}", join_phrases(affirmed), lacking),))
    preposition, nouns_of_one = ("with", affirmed) if affirmed else ("without", denied)
    conjunction = "and" if affirmed else "or"
    return Predicates((phrase(f"<comes> {preposition} {{}}", join_phrases(nouns_of_one, conjunction)),))


def _included_noun(field: ProductField) -> Phrase | None:
    """Return the thing that is included with its article, None where its grammar is not sure."""
    label = shown_label(field)
    noun = re.sub(r" (?:included|supplied|provided)$", "", label, flags=re.I)
    counted = countability(noun)
    if counted == "unknown" or (noun == label and field.relation not in ("includes", "contains")):
        return None
    determiner = f"{article(noun)} " if counted == "count" else ""
    return phrase(f"{determiner}{{}}", (Piece(noun + note_words(field), (field.key,)),))


# --- several predicates -----------------------------------------------------------------------------------------------


def join_verbs(phrases: Sequence[Phrase]) -> Phrase:
    """Return verb phrases joined, the same verb said once: "is grey and made of cotton, and weighs 2 kg"."""
    phrases = _with_one_comes(_with_but_without(phrases))
    joined: list[Phrase] = []
    for verb, group in groupby(phrases, key=_shared_verb):
        # "Is anti-tilt and made of steel": behind "made of", an adjective would be a material.
        alike = list(group)
        if verb and len(alike) > 1:
            alike.sort(key=lambda one: re.match(r"<is> [a-z]", one[0].text) is not None)
            bare: list[Phrase] = [(Piece(one[0].text.removeprefix(verb)), *one[1:]) for one in alike]
            joined.append(phrase(f"{verb}{{}}", join_phrases(bare)))
        else:
            joined += alike
    # "Comes in red, and is soft and made of wool": the second has an "and" of its own.
    if len(joined) == 2 and joined[0] in phrases and joined[1] not in phrases:
        return phrase("{}, and {}", *joined)
    return join_phrases(joined)


_PROMISE = re.compile(r"<comes> with an? .*(?:guarantee|warranty)$")


def _with_one_comes(phrases: Sequence[Phrase]) -> Sequence[Phrase]:
    """Return verb phrases with "is from Poland" where another says "comes with a lid".

    Beside "comes in red" a warranty is one that the product has.
    """
    if any(one[0].text.startswith("<comes> in ") for one in phrases):
        phrases = [_with_has(one) if _PROMISE.search(phrase_text(one)) else one for one in phrases]
    if not any(one[0].text.startswith(("<comes> with", "<comes> in ")) for one in phrases):
        return phrases
    return [(Piece(one[0].text.replace("<comes> from ", "<is> from ")), *one[1:]) for one in phrases]


def _with_but_without(phrases: Sequence[Phrase]) -> Sequence[Phrase]:
    """Return verb phrases, what comes with the product and what does not joined: "comes with A, but without B"."""
    with_places = [place for place, one in enumerate(phrases) if one[0].text.startswith("<comes> with ")]
    lacking = next((place for place, one in enumerate(phrases) if one[0].text.startswith("<comes> without ")), None)
    if not with_places or (lacking is None and len(with_places) < 2):
        return phrases
    if lacking is not None:
        # "Comes with a guarantee, but without posts" compares what is no pair.
        promised = [at for at in with_places if re.search(r" (?:guarantee|warranty)$", phrase_text(phrases[at]))]
        phrases = [_with_has(one) if at in promised else one for at, one in enumerate(phrases)]
        with_places = [at for at in with_places if at not in promised]
        if not with_places:
            return phrases
    # The one that lacks something already goes last: "with a warranty and a lid, but without a cable".
    ordered = sorted(with_places, key=lambda place: "without" in phrase_text(phrases[place]))
    bare = [(Piece(phrases[at][0].text.removeprefix("<comes> with ")), *phrases[at][1:]) for at in ordered]
    both = phrase("<comes> with {}", join_phrases(bare))
    if lacking is not None:
        without: Phrase = (Piece(phrases[lacking][0].text.removeprefix("<comes> ")), *phrases[lacking][1:])
        both = phrase("{}, but {}", both, without)
    others = {*with_places[1:], lacking}
    return [both if at == with_places[0] else one for at, one in enumerate(phrases) if at not in others]


def _with_has(one: Phrase) -> Phrase:
    return (Piece(one[0].text.replace("<comes> with ", "<has> ")), *one[1:])


def _shared_verb(one: Phrase) -> str:
    """Return the verb that a phrase can share with its neighbours, "" for one that keeps its own."""
    first, text = one[0].text, phrase_text(one)
    if _is_state(one):
        return "<is> "
    if first.startswith("<is> available in "):
        return "<is> available "
    is_kept = re.match(r"<(?:contains|has)>", first) is not None and not re.search(r"\b(?:no|but)\b", text)
    is_sharing = first.startswith("<comes> in ") or is_kept
    return first.partition(" ")[0] + " " if is_sharing else ""


def _is_state(one: Phrase) -> bool:
    """Tell whether a verb phrase is such as "is grey" or "is made of cotton", which can share their verb."""
    is_value = one[0].text == "<is> " and len(one) > 1 and bool(one[1].keys)
    is_single = not re.search(r" and |, ", phrase_text(one))
    is_plain = is_value or re.match(r"<is> (?:made of|suitable for) ", one[0].text) is not None
    return is_plain and is_single and not re.search(r"\b(?:not|neither)\b", phrase_text(one))


_PARTICIPLES = (("<weighs> ", "weighing "), ("<measures> ", "measuring "), ("<comes> with ", "with "),
                ("<has> ", "with "), ("<comes> in ", "available in "), ("<comes> from ", "from "))  # fmt: skip
_ADJECTIVAL = re.compile(r"<is> (?=(?:made|grown|available|compatible|suitable|designed|intended|free from|packed) )")


def fronted(verb: Phrase) -> Phrase | None:
    """Return a verb phrase as it stands before the subject: "made of oak", "weighing 14 kg", "with 3 drawers"."""
    first, text = verb[0].text, phrase_text(verb)
    if len(text) > LONGEST_FRONT or re.search(r"\b(?:no|not|but|without|nor)\b|, ", text):
        return None
    for start, words in _PARTICIPLES:
        if first.startswith(start):
            rest = first.removeprefix(start)
            return (Piece(words + rest), *verb[1:])
    if match := _ADJECTIVAL.match(first):
        return (Piece(first[match.end() :]), *verb[1:])
    return None


LONGEST_FRONT = 70
"""Characters of what stands before the subject of a sentence."""

"""The opening sentence: what the product is, from whom, for whom, and what decides between it and others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.describe.product import Product
from rag.describe.realise.english import article, is_plural, plural_noun
from rag.describe.realise.grouping import PlannedClause, denies, has_or_lacks
from rag.describe.realise.phrases import (
    Phrase,
    Pick,
    Piece,
    attribute_phrase,
    join_phrases,
    maker_words,
    phrase,
    phrase_text,
    value_phrase,
    verb_phrase,
)
from rag.describe.realise.plan import DescriptionPlan, says_words
from rag.describe.realise.predicates import fronted, join_verbs, possession_of, predicates_of
from rag.describe.realise.product_words import (
    ends_as_plural,
    ends_in_noun,
    is_shouted,
    is_titled,
    looks_plural,
    name_after_article,
    name_pieces,
    takes_article,
)
from rag.describe.realise.word_classes import MASS_NOUNS


@dataclass(frozen=True)
class Opening:
    """Writes the opening of one plan; `type` is the product's type as a noun, None where it has none to speak of."""

    plan: DescriptionPlan
    type: Phrase | None
    is_plural: bool
    pick: Pick

    @property
    def product(self) -> Product:
        """The product that is described."""
        return self.plan.product

    def write(self) -> list[Phrase]:
        """Return the opening, [] where the fields give nothing to open with."""
        clauses = self.plan.sentences[0].clauses
        makers = [phrase(f"{maker_words(one.field)} {{}}", value_phrase(one.field)) for one in clauses
                  if one.kind == "maker"]  # fmt: skip
        others = [one for one in clauses if one.kind != "maker"]
        if self.product.name is None:
            return self._without_name(makers, others)
        kind = self._type_with_article()
        name, brand = self._name(), self._brand_behind()
        is_named = self.product.type is not None and says_words(self.product.name.value, self.product.type.value)
        if kind and self.type and self.is_plural and not (self.plan.pack or is_named or looks_plural(self.product)):
            # "The Fog trousers are": the noun that is many stands before the verb.
            joined = phrase("{} {}", name, self._modified(self.type))
            return [self._without_type(_with_the(joined), makers, brand, others)]
        if self.type is None and not self.is_plural and ends_as_plural(self.product) and (others or makers):
            name = phrase("this product, {},", phrase("{} {}", name, *brand) if brand else name)
            brand = []
        if kind and is_named and not self.plan.modifiers and (others or makers or brand):
            kind = None
        if kind:
            if is_named and not self.plan.modifiers:
                return [phrase("This is {}", name)]
            return [self._with_type(name, kind, [*makers, *brand], others)]
        return [self._without_type(name, makers, brand, others)]

    # --- with a type --------------------------------------------------------------------------------------------------

    def _with_type(
        self, name: Phrase, kind: Phrase, makers: Sequence[Phrase], clauses: Sequence[PlannedClause]
    ) -> Phrase:
        """Return "The K1 is a copper kettle from Lund with a lid", or another of the orders in which that is said."""
        # "By A, published by B": each says something of the product, none of the other.
        whole = phrase("{} " + ", ".join(["{}"] * len(makers)), kind, *makers) if makers else kind
        nouns = [one for one in clauses if has_or_lacks(one)]
        verbs = [one for one in clauses if one not in nouns]
        whole, rest = self._with_users(whole, verbs)
        sentence = phrase("{} <is> {}", _closed(name), whole)
        if nouns and not rest:
            return phrase("{} with {}", sentence, possession_of(nouns))
        if not rest:
            return sentence
        predicates = list(predicates_of(rest, self.pick).verbs)
        first = fronted(predicates[0]) if len(predicates) == 1 and not nouns else None
        if first and _opens_well(first) and self.pick("opening", ("plain", "front", "plain")) == "front":
            return phrase("{}, {}", first, sentence)
        if nouns:
            sentence = phrase("{} with {}", sentence, possession_of(nouns))
        tail = join_verbs(predicates)
        # "Made of oak" and "available in red" need no "that is".
        if tail and re.match(r"<is> (?:made of|available|for|suitable|in|compatible|designed) ", tail[0].text):
            return phrase("{} {}", sentence, (Piece(tail[0].text[5:]), *tail[1:]))
        return phrase("{} that {}", sentence, tail)

    def _with_users(self, whole: Phrase, clauses: Sequence[PlannedClause]) -> tuple[Phrase, list[PlannedClause]]:
        """Return "a jacket for women", and the clauses that remain."""
        rest = []
        for one in clauses:
            words = verb_phrase(one, self.pick) if one.kind in ("audience", "age", "users") else ()
            if words and (start := re.match(r"<is> (?:suitable )?(?=for )", words[0].text)):
                whole = phrase("{} {}", whole, (Piece(words[0].text[start.end() :]), *words[1:]))
            else:
                rest.append(one)
        return whole, rest

    def _type_with_article(self) -> Phrase | None:
        """Return the type with its modifiers and its article: "a waterproof black bag"."""
        if self.type is None:
            return None
        if pack := self.plan.pack:
            collective = "pack" if "pack" in pack.label.casefold() else "set"
            things = self._modified((Piece(plural_noun(phrase_text(self.type)), self.type[0].keys),))
            return phrase(f"a {collective} of {{}} {{}}", value_phrase(pack), things)
        noun = self._modified(self.type)
        text = phrase_text(noun)
        if is_plural(text) and not self.is_plural:
            # "Brake pad set" of the type "brake pads": one thing of many.
            name = self.product.name.value if self.product.name else ""
            is_set = re.search(r"\bset\b", name, re.I) and says_words(name, phrase_text(self.type))
            return phrase("a set of {}", noun) if is_set else None
        is_bare = self.is_plural or text.rpartition(" ")[2].casefold() in MASS_NOUNS
        return noun if is_bare else phrase(f"{article(text)} {{}}", noun)

    def _modified(self, noun: Phrase) -> Phrase:
        modifiers = [_modifier(one) for one in self.plan.modifiers]
        # Two qualities are parted by a comma: "a foldable, washable mat".
        qualities = sum(one.kind == "quality" for one in self.plan.modifiers)
        marks = [", " if place + 1 < qualities else " " for place in range(len(modifiers))]
        return phrase("".join("{}" + mark for mark in marks) + "{}", *modifiers, noun)

    # --- without a type, or without a name ----------------------------------------------------------------------------

    def _without_type(
        self, name: Phrase, makers: Sequence[Phrase], brand: Sequence[Phrase], clauses: Sequence[PlannedClause]
    ) -> Phrase:
        """Return "With a lid, the K1 from Lund holds 1.7 l": what a product does and has, its kind left open."""
        subject = _closed(phrase("{} {}", _closed(name), *brand) if brand and (clauses or makers) else name)
        verbs: list[Phrase] = []
        if makers and clauses:  # "The Salt Road, written by A, has 300 pages"
            subject = phrase(
                "{}, {},", name if not brand else phrase("{} {}", _closed(name), *brand), join_phrases(makers)
            )
        elif makers:
            verbs = [phrase("<is> {}", join_phrases(makers))]
        if not clauses and not verbs:
            if brand:
                return phrase("{} <is> {}", _closed(name), *brand)
            if not self.is_plural and phrase_text(name).startswith("the ") and not self._is_common(name):
                name = name[1:]
            return phrase("These are {}" if self.is_plural else "This is {}", name)
        nouns = [one for one in clauses if has_or_lacks(one)]
        others = predicates_of([one for one in clauses if one not in nouns], self.pick)
        verbs += others.verbs
        possessions = list(predicates_of(nouns, self.pick).verbs)
        if not verbs and not possessions:
            return self._and_clauses(phrase("this is {}", name), others.clauses)
        if not verbs or not possessions:
            return self._and_clauses(phrase("{} {}", subject, join_verbs([*verbs, *possessions])), others.clauses)
        is_state = verbs[0][0].text.startswith("<is>")
        if all(map(denies, nouns)):  # "Is curved, but has no webcam"
            link = ", but" if is_state else " and"
            return phrase(f"{{}} {{}}{link} {{}}", subject, join_verbs(verbs), join_verbs(possessions))
        front, own_front = fronted(possessions[0]), fronted(verbs[0]) if len(verbs) == 1 else None
        way = self.pick("opening", ("plain", "front", "behind"))
        if way != "plain" and own_front and _opens_well(own_front):
            return phrase("{}, {} {}", own_front, subject, join_verbs(possessions))
        if way != "plain" and is_state and front:
            return phrase("{} {}, {}", subject, join_verbs(verbs), front)
        return phrase("{} {}", subject, join_verbs([*verbs, *possessions] if is_state else [*possessions, *verbs]))

    def _and_clauses(self, sentence: Phrase, clauses: Sequence[Phrase]) -> Phrase:
        return phrase("{}, and {}", sentence, join_phrases(clauses)) if clauses else sentence

    def _is_common(self, name: Phrase) -> bool:
        return ends_in_noun(self.product, phrase_text(name))

    def _without_name(self, makers: Sequence[Phrase], clauses: Sequence[PlannedClause]) -> list[Phrase]:
        """Return the opening of a product without a name: "This copper kettle is from Lund and weighs 0.9 kg"."""
        start = "these" if self.is_plural else "this"
        brand = self.product.brand
        makers = [*makers, *([phrase("from {}", (Piece(brand.value.strip(), (brand.key,)),))] if brand else [])]
        noun = self.type or phrase("products" if self.is_plural else "product")
        named = phrase(f"{start} {{}}", self._modified(noun))
        predicates = [phrase("<is> {}", one) for one in makers[:1]] + list(predicates_of(clauses, self.pick).verbs)
        if predicates:
            return [phrase("{} {}", named, join_verbs(predicates))]
        if self.type is None:
            return []
        return [phrase(f"{start} <is> {{}}", self._type_with_article() or self.type)]

    # --- the name -----------------------------------------------------------------------------------------------------

    def _name(self) -> Phrase:
        """Return the name as the subject, the brand and the article before it as they belong."""
        name = self.product.name
        assert name is not None
        is_article = takes_article(self.product, name.value.strip(), is_work=self._is_work)
        pieces = name_after_article(self.product) if is_article else name_pieces(self.product)
        brand = self.product.brand
        joined = (
            phrase("{} {}", (Piece(brand.value.strip(), (brand.key,)),), pieces) if brand and self._leads() else pieces
        )
        return phrase("the {}", joined) if is_article else joined

    def _brand_behind(self) -> list[Phrase]:
        """Return "from Lund" for a brand that neither the name holds nor stands before it."""
        brand = self.product.brand
        if not brand or self._leads() or self._names_brand():
            return []
        return [phrase("from {}", (Piece(brand.value.strip(), (brand.key,)),))]

    def _names_brand(self) -> bool:
        """Tell whether the name holds the brand."""
        brand = self.product.brand
        return brand is not None and any(brand.key in piece.keys for piece in name_pieces(self.product))

    def _leads(self) -> bool:
        """Tell whether the brand stands before the name: "the Lund Kettle K1"."""
        brand, name = self.product.brand, self.product.name
        if not brand or not name or self._names_brand():
            return False
        if brand.value.split()[-1].casefold() == name.value.split()[0].casefold():  # "Weingut Silberau Silberau ..."
            return False
        if self._is_work or len(brand.value) >= 20 or "," in brand.value or is_shouted(name.value):
            return False
        # "The XLR cable is from Linkwell" says something, "This is the Linkwell XLR cable" nothing.
        is_bare = not self.plan.sentences[0].clauses and not self.plan.modifiers
        if is_bare and (self.type is None or says_words(name.value, phrase_text(self.type))):
            return False
        is_determined = re.match(r"(?:the|a|an|my|our)\b", name.value.strip(), re.I)
        return not is_determined and self.pick("brand", ("before", "before", "after")) == "before"

    @property
    def _is_work(self) -> bool:
        return is_titled(self.product) or any(
            one.kind == "maker" for sentence in self.plan.sentences for one in sentence.clauses
        )


def _with_the(name: Phrase) -> Phrase:
    return name if re.match(r"(?:the|my|our) ", phrase_text(name), re.IGNORECASE) else phrase("the {}", name)


def _closed(name: Phrase) -> Phrase:
    """Return a name as the subject: what a comma sets apart in it ends with one, "the City 2 Pushchair, Green,"."""
    text = phrase_text(name)
    return phrase("{},", name) if ", " in text and not text.endswith(",") else name


def _modifier(clause: PlannedClause) -> Phrase:
    """Return a quality, a colour, a material or another attribute as it stands before the type."""
    if clause.kind in ("attribute", "holding"):
        return attribute_phrase(clause.field, is_modifier=True)
    return (Piece(_adjective(clause), (clause.field.key,)),) if clause.kind == "quality" else value_phrase(clause.field)


def _opens_well(front: Phrase) -> bool:
    """Tell whether a phrase may open a description: "made of oak", but not "with a net weight of 65 g"."""
    return phrase_text(front).startswith("made of ")


def _adjective(clause: PlannedClause) -> str:
    return clause.field.label.strip().casefold()

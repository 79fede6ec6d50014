"""The rule-based realiser: a description in plain English that says what the fields say, and nothing else.

>>> realise(understand_fields({"name": "Kettle K1", "brand": "Lund", "type": "kettle", "colour": "copper"})).text
'The Lund Kettle K1 is a copper kettle.'
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from ingest.fingerprint import fingerprint
from rag.answer.words import stem
from rag.describe.product import FieldSpan, Product, SpannedText
from rag.describe.realise.attributes import BOOLEAN_KINDS, is_thing
from rag.describe.realise.boolean_phrases import boolean_phrases
from rag.describe.realise.english import (
    article,
    begin_sentence,
    cased_label,
    in_prose,
    is_plural,
    plural_noun,
    singular_noun,
)
from rag.describe.realise.phrases import (
    Phrase,
    Piece,
    first_sentences,
    holds_phrase,
    join_phrases,
    line_phrase,
    maker_words,
    noun_phrase,
    phrase,
    phrase_text,
    split_statement,
    statement_phrase,
    value_phrase,
    verb_phrase,
)
from rag.describe.realise.plan import (
    LONGEST_PROSE,
    NOUN_KINDS,
    DescriptionPlan,
    Length,
    PlannedClause,
    PlannedSentence,
    plan_description,
    says_words,
)
from rag.describe.realise.word_classes import COUNT_NOUNS, MASS_NOUNS, PAIR_NOUNS, PLURAL_NAMES


def realise(
    product: Product, variant: int = 0, *, length: Length = "long", characters: int | None = None
) -> SpannedText:
    """Describe a product by rules: true and grammatical for any catalogue.

    Products differ in the ways that they say alike fields, by their own content; `variant` chooses others for the same
    product. For `length` and `characters` see `plan_description`. The text is "" for a product that states nothing.
    """
    return realise_plan(plan_description(product, length, characters), variant)


def realise_plan(plan: DescriptionPlan, variant: int = 0) -> SpannedText:
    """Say a plan in plain English."""
    return join_sentences(realise_sentences(plan, variant))


def realise_sentences(plan: DescriptionPlan, variant: int = 0) -> tuple[SpannedText, ...]:
    """Return the sentences of a plan one by one, those of one planned sentence next to each other."""
    return tuple(sentence for sentences in realise_by_sentence(plan, variant) for sentence in sentences)


def realise_by_sentence(plan: DescriptionPlan, variant: int = 0) -> tuple[tuple[SpannedText, ...], ...]:
    """Return the sentences that say each planned sentence; none for an opening without anything to say."""
    writer = _Writer(plan, variant)
    return tuple(
        tuple(_spanned(sentence, writer.is_plural) for sentence in sentences) for sentences in writer.sentences()
    )


def join_sentences(sentences: Sequence[SpannedText]) -> SpannedText:
    """Join sentences into a paragraph, their spans moved."""
    text, spans = "", []
    for sentence in sentences:
        start = len(text) + 1 if text else 0
        text = f"{text} {sentence.text}" if text else sentence.text
        spans += [FieldSpan(start + span.start, start + span.end, span.key) for span in sentence.spans]
    return SpannedText(text, tuple(spans))


_MARKED = re.compile(r"<(\w+)>")
_PLURAL_FORMS = {"is": "are", "has": "have", "was": "were", "does": "do", "it": "they", "its": "their"}


def _spanned(sentence: Phrase, is_many: bool) -> SpannedText:
    """Return the text of a sentence, its verbs in the number of the subject, with the spans of its fields."""
    text = ""
    spans: list[FieldSpan] = []
    for piece in sentence:
        words = piece.text
        if not piece.keys:
            words = _MARKED.sub(
                lambda match: _PLURAL_FORMS.get(match[1], re.sub(r"s$", "", match[1])) if is_many else match[1], words
            )
        for key in piece.keys:
            # Pieces of one field that follow each other are one span.
            if spans and (same := next((span for span in spans if span.key == key and span.end == len(text)), None)):
                spans[spans.index(same)] = FieldSpan(same.start, len(text) + len(words), key)
            else:
                spans.append(FieldSpan(len(text), len(text) + len(words), key))
        text += words
    spans.sort(key=lambda span: (span.start, -span.end))
    first = begin_sentence(text)
    last = "" if re.search(r"[.!?…][\"”’')]?$", first) else "."
    return SpannedText(first + last, tuple(spans))


class _Writer:
    """Writes the sentences of one plan. Choices between ways to say the same depend on the product and the variant."""

    def __init__(self, plan: DescriptionPlan, variant: int) -> None:
        self.plan = plan
        self.product = plan.product
        self._seed = fingerprint(variant, *([one.key, one.value] for one in self.product.fields))
        self.is_plural = _is_plural_product(self.product)
        self.type = _type_noun(self.product, self.is_plural)
        # A type that only the name shows may be a taste: "Protein Bar Peanut".
        kind = self.product.type
        is_given = kind is not None and not kind.key.endswith(":type")
        self._is_type_sure = is_given or (kind is not None and kind.value.rpartition(" ")[2].casefold() in COUNT_NOUNS)
        self._subjects = self._statements = 0
        self._is_first = True

    def pick(self, name: str, ways: Sequence[str]) -> str:
        """Return one of several ways to say the same."""
        return ways[int(fingerprint(self._seed, name)[:8], 16) % len(ways)]

    def sentences(self) -> list[list[Phrase]]:
        """Return the sentences of each planned sentence, verbs and pronouns still in angle brackets."""
        opening, *others = self.plan.sentences
        written = [self._opening(opening.clauses)]
        for sentence in others:
            self._is_first = not any(written)
            written.append(self._sentence(sentence))
        return written

    def _sentence(self, sentence: PlannedSentence) -> list[Phrase]:
        clauses = sentence.clauses
        if sentence.pattern == "nouns" and len(clauses) == 1 and (words := holds_phrase(clauses[0])):
            return [phrase("{} {}", self._subject(), words)]
        if sentence.pattern == "nouns":
            return [phrase("{} <has> {}", self._subject(), join_phrases([noun_phrase(one) for one in clauses]))]
        if sentence.pattern == "verbs":
            return [phrase("{} {}", self._subject(), _join_verbs([verb_phrase(one, self.pick) for one in clauses]))]
        if sentence.pattern == "statements":
            return [self._statement(clauses)]
        if sentence.pattern == "boolean":
            return self._booleans(clauses)
        if sentence.pattern == "prose":
            return [words for one in clauses if phrase_text(words := self._prose(one))]
        if sentence.pattern == "line":
            return [line_phrase(one.field) for one in clauses]
        lines = [line_phrase(one.field, is_inner=place > 0) for place, one in enumerate(clauses)]
        template = "; ".join(["{}"] * len(lines))
        return [phrase(template, *lines)]

    def _booleans(self, clauses: Sequence[PlannedClause]) -> list[Phrase]:
        """Return the sentences of one or two clauses about booleans; two small ones are joined."""
        said = [boolean_phrases(one) for one in clauses]
        is_joined = len(said) == 2 and "inclusion" not in (one.kind for one in clauses)
        if is_joined and all(len(one) == 1 and ", but" not in phrase_text(one[0]) for one in said):
            signs = [{one.is_true for one in clause.fields} for clause in clauses]
            is_contrast = signs == [{True}, {False}] and clauses[1].kind not in ("content", "action")
            first, second = said[0][0], said[1][0]
            link = ", but" if is_contrast else (", and" if re.search(r",| and ", phrase_text(first)) else " and")
            return [phrase(f"{{}} {{}}{link} {{}}", self._subject(), first, second)]
        sentences: list[Phrase] = []
        for clause, phrases in zip(clauses, said, strict=True):
            is_whole = clause.kind == "inclusion"
            sentences += [one if is_whole else phrase("{} {}", self._subject(), one) for one in phrases]
        return sentences

    def _subject(self) -> Phrase:
        """Return "it", or at times the type: "the kettle"."""
        if self._is_first:
            return phrase("this product")
        self._subjects += 1
        turn = int(self._seed[:4], 16) % 3
        if (
            self._is_type_sure
            and self.type
            and self._subjects % 3 == turn
            and self._subjects < 6
            and len(phrase_text(self.type)) < 25
        ):
            return phrase("the {}", self.type)
        return phrase("<it>")

    def _statement(self, clauses: Sequence[PlannedClause]) -> Phrase:
        self._statements += 1
        parts = [phrase("<its> {}", statement_phrase(one)) for one in clauses]
        if self._is_first:
            parts[0] = phrase("the {} of this product {}", *split_statement(statement_phrase(clauses[0])))
        elif self._statements % 2 == 0:
            parts = [phrase("the {}", statement_phrase(one)) for one in clauses]
        return join_phrases(parts)

    def _prose(self, clause: PlannedClause) -> Phrase:
        field = clause.field
        if re.search(r"description|summary|about|overview|intro|text|blurb|detail|synopsis|story", field.label, re.I):
            return (Piece(first_sentences(field.value, LONGEST_PROSE), (field.key,)),)
        return line_phrase(field)

    # --- the opening ------------------------------------------------------------------------------------------------

    def _opening(self, clauses: Sequence[PlannedClause]) -> list[Phrase]:
        product, name = self.product, self.product.name
        subject, has_brand = self._named()
        type_words = self._type_phrase()
        is_said = name is not None and product.type is not None and says_words(name.value, product.type.value)
        maker = [
            phrase(f"{maker_words(one.field)} {{}}", value_phrase(one.field)) for one in clauses if one.kind == "maker"
        ]
        others = [one for one in clauses if one.kind != "maker"]
        brand = product.brand
        if brand and not has_brand:
            maker.append(phrase("from {}", (Piece(brand.value.strip(), (brand.key,)),)))
        # "The K1 is a copper kettle from Lund": with a type, unless the name says the same.
        if name is None:
            return self._without_name(subject, maker, others)
        is_plain = is_said and not self.plan.modifiers
        if type_words and is_plural(phrase_text(type_words)) and not self.is_plural:
            # "Brake pad set" of the type "brake pads": one thing of many.
            is_set = re.search(r"\bset\b", name.value, re.I) and says_words(name.value, phrase_text(type_words))
            type_words = phrase("a set of {}", type_words) if is_set else None
        if type_words and not (is_plain and (others or maker)):
            words = phrase("{} <is> {}", subject, type_words) if not is_plain else phrase("This is {}", subject)
            words = self._with_makers(words, maker)
            return self._with_tail(words, others)
        predicates = [phrase("<is> {}", join_phrases(maker))] if maker else []
        predicates += self._predicates(others)
        if not predicates:
            if not self.is_plural and phrase_text(subject).startswith("the ") and not self._is_noun(name.value):
                subject = subject[1:]
            return [phrase("These are {}" if self.is_plural else "This is {}", subject)]
        return [phrase("{} {}", subject, _join_verbs(predicates[:3]))]

    def _without_name(self, subject: Phrase, maker: Sequence[Phrase], others: Sequence[PlannedClause]) -> list[Phrase]:
        """Return the opening of a product without a name: "This copper kettle is from Lund and weighs 0.9 kg"."""
        start = "these" if self.is_plural else "this"
        modifiers = [self._modifier(one) for one in self.plan.modifiers]
        noun = self.type or phrase("products" if self.is_plural else "product")
        named = phrase(start + " " + "{} " * len(modifiers) + "{}", *modifiers, noun)
        predicates = [phrase("<is> {}", one) for one in maker[:1]] + self._predicates(others)
        if predicates:
            return [phrase("{} {}", named, _join_verbs(predicates))]
        if self.type is None:
            return []
        return [phrase(f"{start} <is> {{}}", self._type_phrase() or self.type)]

    def _predicates(self, clauses: Sequence[PlannedClause]) -> list[Phrase]:
        nouns = [noun_phrase(one) for one in clauses if one.kind in NOUN_KINDS]
        phrases = [phrase("<has> {}", join_phrases(nouns))] if nouns else []
        for one in clauses:
            if one.kind in BOOLEAN_KINDS:
                phrases += boolean_phrases(one)
            elif one.kind not in NOUN_KINDS:
                phrases.append(verb_phrase(one, self.pick))
        return phrases

    def _with_makers(self, words: Phrase, makers: Sequence[Phrase]) -> Phrase:
        # "By A, published by B": each says something of the product, none of the other.
        return phrase("{} " + ", ".join(["{}"] * len(makers)), words, *makers) if makers else words

    def _with_tail(self, words: Phrase, clauses: Sequence[PlannedClause]) -> list[Phrase]:
        """Add "with A and B", or "that weighs C", to the opening."""
        if not clauses:
            return [words]
        nouns = [one for one in clauses if one.kind in NOUN_KINDS]
        if nouns and len(nouns) < len(clauses):
            words = self._with_tail(words, [one for one in clauses if one not in nouns])[0]
        if nouns:
            return [phrase("{} with {}", words, join_phrases([noun_phrase(one) for one in nouns]))]
        verbs = [verb_phrase(one, self.pick) for one in clauses]
        tail = join_phrases(verbs)
        # "For women", "made of oak" and "available in red" need no "that is".
        if tail and re.match(r"<is> (?:made of|available|for|suitable|in|compatible) ", tail[0].text):
            return [phrase("{} {}", words, (Piece(tail[0].text[5:]), *tail[1:]))]
        return [phrase("{} that {}", words, tail)]

    def _modifier(self, clause: PlannedClause) -> Phrase:
        return value_phrase(clause.field)

    def _type_phrase(self) -> Phrase | None:
        """Return the type with its modifiers and its article: "a black leather bag"."""
        if self.type is None:
            return None
        modifiers = [self._modifier(one) for one in self.plan.modifiers]
        noun = phrase("{} " * len(modifiers) + "{}", *modifiers, self.type)
        text = phrase_text(noun)
        is_bare = self.is_plural or is_plural(text) or text.rpartition(" ")[2].casefold() in MASS_NOUNS
        return noun if is_bare else phrase(f"{article(text)} {{}}", noun)

    def _named(self) -> tuple[Phrase, bool]:
        """Return the name as the subject, brand and article before it as they belong, and whether it says the brand."""
        name, brand = self.product.name, self.product.brand
        if name is None:
            return (), False
        value = name.value.strip()
        pieces = _name_pieces(self.product)
        holds_brand = any(brand.key in piece.keys for piece in pieces) if brand else False
        is_work = any(one.kind == "maker" for sentence in self.plan.sentences for one in sentence.clauses)
        joined = phrase("{}", pieces)
        if brand and not holds_brand and not is_work and len(brand.value) < 20 and not re.search(r"[,]", brand.value):
            is_after = self.type is not None and self.pick("brand", ("before", "before", "after")) == "after"
            if re.match(r"(?:the|a|an|my|our)\b", value, re.I) or is_after:
                pass
            else:
                joined = phrase("{} {}", (Piece(brand.value.strip(), (brand.key,)),), joined)
                holds_brand = True
        return (phrase("the {}", joined) if self._takes_article(value, is_work) else joined), holds_brand

    def _takes_article(self, name: str, is_work: bool) -> bool:
        """Tell whether "the" stands before the name: not before works, places and other proper names."""
        if is_work or re.match(r"(?:the|a|an|my|our|this|el|la|le)\b", name, re.I) or not re.search(r"[A-Za-z]", name):
            return False
        code = name.rpartition(" ")[2]
        has_number = " " in name and bool(re.search(r"\d", name) or (code.isupper() and len(code) < 5))
        return self._is_noun(name) or (has_number and not re.search(r"[,%]", name))

    def _is_noun(self, name: str) -> bool:
        """Tell whether a name ends with a noun that is counted, or with the product's type: "Mountain Bottle Cage"."""
        kind = self.product.type.value if self.product.type else ""
        last = re.sub(r"\W+$", "", name.strip()).rpartition(" ")[2].casefold()
        is_type = bool(kind) and stem(last) == stem(kind.rpartition(" ")[2])
        return (singular_noun(last) in COUNT_NOUNS or last in PLURAL_NAMES or is_type) and last not in MASS_NOUNS


def _is_state(one: Phrase) -> bool:
    """Tell whether a verb phrase is such as "is grey" or "is made of cotton", which can share their verb."""
    is_value = one[0].text == "<is> " and len(one) > 1 and bool(one[1].keys)
    return is_value or re.match(r"<is> (?:made of|available in) ", one[0].text) is not None


def _join_verbs(phrases: Sequence[Phrase]) -> Phrase:
    """Return verb phrases joined, "is" said once: "is grey and made of cotton"."""
    shortened = list(phrases[:1])
    for before, one in pairwise(phrases):
        first = one[0].text
        if _is_state(before) and _is_state(one):
            one = (Piece(first.removeprefix("<is> ")), *one[1:])
        elif before[0] == one[0]:
            one = one[1:]
        elif before[0].text.startswith("<comes> in") and first.startswith("<comes> in"):
            one = (Piece(first.replace("<comes>", "<is> available")), *one[1:])
        shortened.append(one)
    return join_phrases(shortened)


def _type_noun(product: Product, is_many: bool) -> Phrase | None:
    """Return the type as a noun, None where its value is none: "kettle", "gloves"."""
    kind = product.type
    if kind is None or not is_thing(kind):
        return None
    words = kind.value.strip()
    if words.istitle() or in_prose(words) != words or re.fullmatch(r"[A-Z][a-z]+(?: [a-z].*)?", words):
        words = " ".join(
            word.lower() if re.fullmatch(r"[A-Z][a-z]+(?:-[A-Za-z]+)*", word) else word for word in words.split()
        )
    words = cased_label(words)
    # A category in the plural: one of the "mountain frames" is a mountain frame.
    if not is_many and product.name and not _is_set(product.name.value):
        one = singular_noun(words)
        words = words if one.rpartition(" ")[2].casefold() in MASS_NOUNS else one
    return (Piece(plural_noun(words) if is_many else words, (kind.key,)),)


def _is_plural_product(product: Product) -> bool:
    """Tell whether the product is spoken of as "they": gloves, almonds, trousers."""
    name, kind = product.name, product.type
    last = re.sub(r"\W+$", "", name.value.strip()).rpartition(" ")[2] if name else ""
    low = last.casefold()
    kind_last = kind.value.strip().rpartition(" ")[2].casefold() if kind else ""
    # A set of gloves is one thing.
    if name and _is_set(name.value):
        return False
    if kind_last and kind_last in PAIR_NOUNS | PLURAL_NAMES:
        return True
    is_of_kind = bool(kind_last) and is_plural(low) and stem(low) == stem(kind_last)
    if kind_last and is_plural(kind_last) and (not low or is_of_kind or low in PLURAL_NAMES):
        return True
    if is_plural(low) and kind_last in MASS_NOUNS:  # "Trail Runners" of the type "footwear"
        return True
    return low in PAIR_NOUNS or is_of_kind or (low in PLURAL_NAMES and kind_last not in ("set", "kit", "pack", "game"))


def _is_set(name: str) -> bool:
    return re.search(r"\b(?:set|kit|pack|box|bundle|collection|pair|\d+-pack)\b", name, re.I) is not None


def _name_pieces(product: Product) -> Phrase:
    """Return the name, the words that are the brand and the type marked with their fields as well."""
    name = product.name
    assert name is not None
    value = name.value.strip()
    marks: list[tuple[int, int, str]] = []
    for one in (product.brand, product.type):
        words = re.escape(one.value.strip()) if one else ""
        if one and words and (match := re.search(rf"(?<!\w){words}(?:e?s)?(?!\w)", value, re.I)):
            marks.append((match.start(), match.end(), one.key))
    cuts = sorted({0, len(value), *(mark[0] for mark in marks), *(mark[1] for mark in marks)})
    pieces = []
    for start, end in pairwise(cuts):
        keys = tuple(key for low, high, key in marks if low <= start and end <= high)
        pieces.append(Piece(value[start:end], (name.key, *keys)))
    return tuple(pieces)

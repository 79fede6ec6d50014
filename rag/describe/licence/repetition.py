"""What a text says twice: a field's value, or a run of words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.answer.quantities import Quantity, find_quantities
from rag.describe.licence.claims import Claim
from rag.describe.licence.denials import ScopedWord, read_words
from rag.describe.licence.numbers import FigureCheck
from rag.describe.licence.vocabulary import ProductVocabulary, is_content, normal_stems
from rag.describe.product import Product

RUN = 4
"""Words in succession that a text may not say twice, where two at least are content words that do not name it."""


def find_repetitions(
    text: str, words: Sequence[ScopedWord], product: Product, vocabulary: ProductVocabulary, figures: FigureCheck
) -> tuple[Claim, ...]:
    """Return the second and every further mention of a field, and runs of words that come again.

    The name, the brand and the type may be said again. A value that two fields have may be said twice.
    """
    runs = list(_repeated_runs(text, words, product, vocabulary))
    fields = [*_repeated_values(text, words, product, vocabulary), *_repeated_figures(text, figures, product)]
    taken = [claim for claim in fields if not any(run.start < claim.end and claim.start < run.end for run in runs)]
    return tuple(sorted((*runs, *taken), key=lambda claim: claim.start))


def _repeated_runs(
    text: str, words: Sequence[ScopedWord], product: Product, vocabulary: ProductVocabulary
) -> Iterator[Claim]:
    seen: set[tuple[str, ...]] = set()
    place = 0
    while place <= len(words) - RUN:
        run = tuple(word.text for word in words[place : place + RUN])
        if run in seen and _says_much(words[place : place + RUN], vocabulary) and _times_in_values(run, product) < 2:
            last = place + RUN
            while last < len(words) and tuple(word.text for word in words[last - RUN + 1 : last + 1]) in seen:
                last += 1
            yield Claim(
                words[place].start, words[last - 1].end, text[words[place].start : words[last - 1].end], "repetition",
                note="the same words again",
            )  # fmt: skip
            place = last
            continue
        seen.add(run)
        place += 1


def _says_much(run: Sequence[ScopedWord], vocabulary: ProductVocabulary) -> bool:
    """Tell whether two words of a run claim something and do not name the product."""
    content = [word for word in run if is_content(word)]
    return sum(stem not in vocabulary.naming for stem in normal_stems(content)) > 1


def _times_in_values(run: tuple[str, ...], product: Product) -> int:
    """Return how often values have a run, as "USB-C to USB-C, USB-C to USB-A" does: a text may say it as often."""
    return sum(_count(tuple(word.text for word in read_words(field.value)), run) for field in product.fields)


def _repeated_values(
    text: str, words: Sequence[ScopedWord], product: Product, vocabulary: ProductVocabulary
) -> Iterator[Claim]:
    content = [word for word in words if is_content(word)]
    stems = normal_stems(content)
    for run in dict.fromkeys(
        (field.key, tuple(normal_stems([word for word in read_words(item) if is_content(word)])))
        for field in product.fields
        if field.kind not in ("name", "brand", "type", "measure", "money", "date")
        for item in ((field.label,) if field.kind == "boolean" else field.items or (field.value,))
    ):
        key, value = run
        if not value or all(stem in vocabulary.naming or stem.isdigit() for stem in value) or len("".join(value)) < 3:
            continue
        places = [at for at in range(len(stems)) if tuple(stems[at : at + len(value)]) == value]
        if len(places) < 2:
            continue
        for at in places[max(1, _times_given(value, vocabulary)) :]:
            start, end = content[at].start, content[at + len(value) - 1].end
            yield Claim(start, end, text[start:end], "repetition", key, "the field is stated again")


def _times_given(value: tuple[str, ...], vocabulary: ProductVocabulary) -> int:
    """Return how often fields say a value, in labels and in values: twice in "Nexar 12, Nexar 12 Pro"."""
    most: dict[tuple[str, bool], int] = {}
    for one in vocabulary.statements:
        place = one.key, one.is_label
        most[place] = max(most.get(place, 0), _count(one.run, value))
    return sum(most.values())


def _repeated_figures(text: str, figures: FigureCheck, product: Product) -> Iterator[Claim]:
    values = {field.key: field.value for field in product.fields}
    for place, (quantity, keys) in enumerate(figures.mentions):
        if not keys or not quantity.unit:
            continue
        before = sum(quantity.equals(other) and bool(other.unit) for other, _ in figures.mentions[:place])
        if before and before >= sum(_times_in_value(quantity, values[key]) for key in keys):
            said = text[quantity.start : quantity.end].rstrip(".")
            yield Claim(
                quantity.start, quantity.start + len(said), said, "repetition", min(keys), "the figure is stated again"
            )


def _times_in_value(quantity: Quantity, value: str) -> int:
    """Return how often a value has a figure that it gives, at least once: its label or its items may give it."""
    return max(1, sum(quantity.equals(one) for one in find_quantities(value)))


def _count(run: tuple[str, ...], value: tuple[str, ...]) -> int:
    return sum(run[at : at + len(value)] == value for at in range(len(run)))

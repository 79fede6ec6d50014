"""What a text says twice: a field's value, or a run of words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
    runs = list(_repeated_runs(text, words, vocabulary))
    fields = [*_repeated_values(text, words, product, vocabulary), *_repeated_figures(text, figures, vocabulary)]
    taken = [claim for claim in fields if not any(run.start < claim.end and claim.start < run.end for run in runs)]
    return tuple(sorted((*runs, *taken), key=lambda claim: claim.start))


def _repeated_runs(text: str, words: Sequence[ScopedWord], vocabulary: ProductVocabulary) -> Iterator[Claim]:
    seen: set[tuple[str, ...]] = set()
    place = 0
    while place <= len(words) - RUN:
        run = tuple(word.text for word in words[place : place + RUN])
        content = [word for word in words[place : place + RUN] if is_content(word)]
        says = sum(stem not in vocabulary.naming for stem in normal_stems(content))
        if run in seen and says > 1:
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
        allowed = max(1, len({one.key for one in vocabulary.statements if _count(one.run, value)}))
        places = [at for at in range(len(stems)) if tuple(stems[at : at + len(value)]) == value]
        for at in places[allowed:]:
            start, end = content[at].start, content[at + len(value) - 1].end
            yield Claim(start, end, text[start:end], "repetition", key, "the field is stated again")


def _repeated_figures(text: str, figures: FigureCheck, vocabulary: ProductVocabulary) -> Iterator[Claim]:
    for place, (quantity, keys) in enumerate(figures.mentions):
        if not keys or not quantity.unit:
            continue
        before = sum(quantity.equals(other) and bool(other.unit) for other, _ in figures.mentions[:place])
        if before >= len(keys):
            said = text[quantity.start : quantity.end].rstrip(".")
            yield Claim(
                quantity.start, quantity.start + len(said), said, "repetition", min(keys), "the figure is stated again"
            )


def _count(run: tuple[str, ...], value: tuple[str, ...]) -> int:
    return sum(run[at : at + len(value)] == value for at in range(len(run)))

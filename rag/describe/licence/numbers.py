"""The figures of a text that no field gives, that a field gives otherwise, or that stand with another field's label."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rag.answer.quantities import Date, Quantity, find_figures
from rag.describe.licence.claims import Claim
from rag.describe.licence.denials import ScopedWord, read_words
from rag.describe.licence.vocabulary import FieldFigure, ProductVocabulary, bound_of, is_content, normal_stems
from rag.describe.spans import LINE_MARK


@dataclass(frozen=True)
class FigureCheck:
    """The findings about the figures of a text.

    `spans` are the places of all its figures and dates, whose words need no other licence. `mentions` pair a figure of
    the text with the keys of the fields that give it.
    """

    claims: tuple[Claim, ...]
    spans: tuple[tuple[int, int], ...]
    mentions: tuple[tuple[Quantity, frozenset[str]], ...]
    stated: frozenset[str]


def check_figures(text: str, vocabulary: ProductVocabulary) -> FigureCheck:
    """Return the figures of a text that no field licenses.

    A figure is licensed by an equal one of a field: 1.5 kg by 1500 g, "two" by 2. A unit or currency has to be the
    field's, in its value or its label; a bound ("up to 10 h") has to be kept, and none may be added. Lines are checked
    apart, without the mark of a list: the label of the next line is no bound of a figure, and "May contain" no month.
    """
    lines: list[FigureCheck] = []
    start = 0
    for line in text.splitlines(keepends=True):
        words = line.removeprefix(LINE_MARK)
        lines.append(_move(_check_line(words, vocabulary), start + len(line) - len(words)))
        start += len(line)
    return FigureCheck(
        tuple(claim for line in lines for claim in line.claims),
        tuple(span for line in lines for span in line.spans),
        tuple(mention for line in lines for mention in line.mentions),
        frozenset(key for line in lines for key in line.stated),
    )


def _move(check: FigureCheck, by: int) -> FigureCheck:
    """Return the findings of a line with their places in the text."""
    return FigureCheck(
        tuple(replace(claim, start=claim.start + by, end=claim.end + by) for claim in check.claims),
        tuple((start + by, end + by) for start, end in check.spans),
        tuple(
            (replace(quantity, start=quantity.start + by, end=quantity.end + by), keys)
            for quantity, keys in check.mentions
        ),
        check.stated,
    )


def _check_line(text: str, vocabulary: ProductVocabulary) -> FigureCheck:
    figures = find_figures(text)
    claims: list[Claim] = []
    mentions: list[tuple[Quantity, frozenset[str]]] = []
    spans: list[tuple[int, int]] = []
    for quantity in figures.quantities:
        fields = _givers(text, quantity, vocabulary)
        if not fields and _is_no_figure(quantity, text):
            continue
        spans.append((quantity.start, quantity.end))
        mentions.append((quantity, frozenset(field.key for field in fields)))
        claims += _check_quantity(text, quantity, fields, vocabulary)
    years = {quantity.start for quantity in figures.quantities}
    held: set[str] = set()
    for date in figures.dates:
        keys = {key for key, field_date in vocabulary.dates if field_date.holds(date)}
        held |= keys
        if date.start in years:
            continue
        spans.append((date.start, date.end))
        if not keys:
            key = next((key for key, field_date in vocabulary.dates), "")
            claims.append(_new_claim(text, date, key, "no field gives this date"))
    stated = frozenset(key for _, keys in mentions for key in keys) | held
    return FigureCheck(tuple(claims), tuple(spans), tuple(mentions), stated)


def _check_quantity(
    text: str, quantity: Quantity, fields: Sequence[FieldFigure], vocabulary: ProductVocabulary
) -> Iterator[Claim]:
    keys = {field.key for field in fields}
    near = _words_near(text, quantity, frozenset().union(*vocabulary.labels.values()))
    # "4 cans of 145 g" names the can itself.
    own = {stem for one in vocabulary.statements if one.key in keys and not one.is_label for stem in one.run}
    near -= own
    rival = next(
        (
            figure
            for figure in vocabulary.figures
            if figure.key not in keys and vocabulary.labels[figure.key] & near and _is_comparable(figure, quantity)
        ),
        None,
    )
    # "The Vesta 3 includes 2 controllers": the 3 is the name's.
    is_named = bool(fields) and all(field.in_name for field in fields) and not quantity.unit
    if rival and not is_named and not any(vocabulary.labels[key] & near for key in keys):
        yield _new_claim(text, quantity, rival.key, f"the field {rival.key} gives another figure")
    elif not fields:
        # The field that it may have been meant for: the one with the same number, or the only one of its dimension.
        same = [figure.key for figure in vocabulary.figures if _has_value(figure.quantity, quantity)]
        alike = list(dict.fromkeys(figure.key for figure in vocabulary.figures if _is_comparable(figure, quantity)))
        key = next(iter(same), alike[0] if len(alike) == 1 and quantity.unit else "")
        yield _new_claim(text, quantity, key, "no field gives this figure with this unit")
    elif not _keeps_bound(text, quantity, fields, vocabulary):
        yield _new_claim(text, quantity, fields[0].key, "the bound of the figure is not the field's")


def _givers(text: str, quantity: Quantity, vocabulary: ProductVocabulary) -> list[FieldFigure]:
    """Return the figures of fields that license one of the text; for a range both of its ends may be licensed apart."""
    stands_in_name = _stands_in_name(text, quantity, vocabulary)
    givers = [
        figure
        for figure in vocabulary.figures
        if _licenses(figure.quantity, quantity) and (not figure.in_name or quantity.unit or stands_in_name)
    ]
    if not givers:
        bound = bound_of(text, quantity)
        ends = {"upper": -1, "lower": 0}
        givers = [
            figure
            for figure in vocabulary.figures
            if figure.quantity.high and bound and _licenses(figure.quantity.ends()[ends[bound]], quantity)
        ]
    if not givers and quantity.high:
        by_end = [
            [figure for figure in vocabulary.figures if _licenses(figure.quantity, end)] for end in quantity.ends()
        ]
        givers = [figure for of_end in by_end for figure in of_end] if all(by_end) else []
    if not givers and quantity.unit is None:
        year = quantity.values[0]
        givers = [FieldFigure(key, quantity) for key, date in vocabulary.dates if date.year == year]
    return givers


def _stands_in_name(text: str, quantity: Quantity, vocabulary: ProductVocabulary) -> bool:
    """Tell whether a figure has a word of the product's name beside it."""
    before = read_words(text[max(0, quantity.start - 30) : quantity.start])[-1:]
    behind = read_words(text[quantity.end : quantity.end + 30])[:1]
    return any(stem in vocabulary.naming for stem in normal_stems([*before, *behind]))


def _licenses(given: Quantity, quantity: Quantity) -> bool:
    return given.equals(quantity) and not (quantity.unit and not given.unit)


def _has_value(given: Quantity, quantity: Quantity) -> bool:
    return bool(set(given.values) & set(quantity.values))


def _is_comparable(figure: FieldFigure, quantity: Quantity) -> bool:
    given = figure.quantity
    dimensions = [unit.dimension if unit else "" for unit in (given.unit, quantity.unit)]
    return dimensions[0] == dimensions[1] and given.start != given.end and not given.equals(quantity)


def _keeps_bound(text: str, quantity: Quantity, fields: Sequence[FieldFigure], vocabulary: ProductVocabulary) -> bool:
    bound = bound_of(text, quantity)
    for field in fields:
        label = vocabulary.labels[field.key]
        is_upper = "maximum" in label or {"up", "to"} <= label
        of_label = "upper" if is_upper else "lower" if "minimum" in label else ""
        ends_range = bool(field.quantity.high) and not quantity.high
        if bound == field.bound or (bound and bound == of_label) or (bound and ends_range):
            return True
    return False


def _words_near(text: str, quantity: Quantity, labels: frozenset[str]) -> set[str]:
    """Return the stems that stand with a figure: "64 GB of memory", "memory: 64 GB", "a screen size of 11 in".

    A word of a label stands with it even where it claims nothing elsewhere: "a 4 GB drive".
    """
    behind = _leading(text[quantity.end : quantity.end + 40], labels)
    before = _trailing(text[max(0, quantity.start - 40) : quantity.start])
    return set(normal_stems([*before, *behind]))


# Of "the Vesta 3 includes 2 controllers": the verb of a sentence, not the label of a figure.
_VERB = re.compile(r"(?:includ|requir|support|need)(?:e?s|ed)")


def _leading(text: str, labels: frozenset[str]) -> list[ScopedWord]:
    words = read_words(text)
    kept: list[ScopedWord] = []
    for word in words[:3]:
        is_named = len(word.text) > 3 and word.stem in labels and not _VERB.fullmatch(word.text)
        says = word.text == "of" or is_content(word) or is_named
        if re.search(r"[,.;:!?()]", word.gap) or not says:
            break
        kept.append(word)
    return kept


def _trailing(text: str) -> list[ScopedWord]:
    words = read_words(text)
    if not words or not re.fullmatch(r"\s*[:=]?\s*", text[words[-1].end :]) or words[-1].text not in _LINKS:
        is_label = words and re.fullmatch(r"\s*[:=]\s*", text[words[-1].end :])
        return [words[-1]] if is_label else []
    kept: list[ScopedWord] = []
    for word, following in zip(reversed(words[:-1]), reversed(words), strict=False):
        if re.search(r"[,.;!?()]", following.gap) or len(kept) == 2 or word.text in ("and", "with", "has"):
            break
        kept.append(word)
    return kept


_LINKS = frozenset({"of", "is", "are", "to"})


def _is_no_figure(quantity: Quantity, text: str) -> bool:
    """Tell whether a number word counts nothing: "one of the", "once", "at first"."""
    said = text[quantity.start : quantity.end].casefold()
    return said in ("one", "once", "first", "second", "third", "1st") or said.startswith("once")


def _new_claim(text: str, figure: Quantity | Date, key: str, note: str) -> Claim:
    said = text[figure.start : figure.end].rstrip(". ")
    return Claim(figure.start, figure.start + len(said), said, "number", key, note, words=1)

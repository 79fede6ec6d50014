"""Write planned sentences and check each: one that claims more gives way to a plainer one.

A sentence of a realiser gives way to that of the rules, and what this one claims too much to lines "- Label: value".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from rag.describe.licence.allowed import AllowedPhrases
from rag.describe.licence.check import check_licence
from rag.describe.licence.claims import Claim, say_claims
from rag.describe.paragraphs.paragraph import RULES, Paragraph, ReplacedSentence, WrittenSentence
from rag.describe.product import MUST, Product, ProductField, SpannedText
from rag.describe.realise.english import final_stop
from rag.describe.realise.grouping import PlannedClause, PlannedSentence
from rag.describe.realise.label_value import label_and_value, quote_field
from rag.describe.realise.plan import DescriptionPlan
from rag.describe.realise.realiser import realise_by_sentence
from rag.describe.realise.sentence_writer import SentenceWriter
from rag.describe.spans import join_texts


def write_paragraphs(
    plans: Sequence[DescriptionPlan],
    products: Sequence[Product],
    allowed: Sequence[AllowedPhrases],
    writer: SentenceWriter | None = None,
) -> list[Paragraph]:
    """Write each plan in sentences of the `writer`, or else of the rules, and check them against its product.

    A sentence of the writer that lacks a planned field, or claims what no field says, is replaced by the rules' own.
    Of one of the rules that claims more, the clauses that do give way to lines "- Label: value", and a field that no
    line can state truly is left out.
    """
    written = writer.write(plans) if writer else [(None,) * len(plan.sentences) for plan in plans]
    paragraphs = []
    for plan, product, phrases, texts in zip(plans, products, allowed, written, strict=True):
        paragraph = Paragraph()
        ruled = realise_by_sentence(plan)
        for place, (sentence, text, own) in enumerate(zip(plan.sentences, texts, ruled, strict=True)):
            if sentence.pattern == "list":
                paragraph = paragraph.join(write_lines((clause.field for clause in sentence.clauses), product))
                continue
            wanted = planned_keys(plan, sentence, is_opening=place == 0)
            reason = find_fault(text, product, phrases, wanted) if text else ""
            if text and writer and not reason:
                paragraph = paragraph.join(Paragraph((WrittenSentence(text, writer.name),)))
                continue
            if text and writer:
                paragraph = replace(
                    paragraph, replaced=(*paragraph.replaced, ReplacedSentence(text.text, writer.name, reason))
                )
            true, listed = _list_untrue(own, plan, place, product, phrases)
            for one in true:
                paragraph = paragraph.join(_write_by_rules(one, product, phrases))
            paragraph = paragraph.join(write_lines(listed, product))
        paragraphs.append(_check_whole(paragraph, product, phrases))
    return paragraphs


def find_fault(content: SpannedText, product: Product, allowed: AllowedPhrases, wanted: Collection[str] = ()) -> str:
    """Return why a sentence cannot stand in a description, "" for one that can; `wanted` are fields it has to state."""
    claims = check_licence(content.text, product, allowed, is_fragment=True).untrue
    if claims:
        return say_claims(claims)
    stated = {span.key for span in content.spans}
    lacking = [key for key in wanted if key not in stated]
    return f"it does not state {', '.join(lacking)}" if lacking else ""


def planned_keys(plan: DescriptionPlan, sentence: PlannedSentence, *, is_opening: bool) -> tuple[str, ...]:
    """Return the keys of the fields that a planned sentence has to state."""
    keys = [field.key for clause in sentence.clauses for field in clause.fields]
    if is_opening:
        keys += [clause.field.key for clause in plan.modifiers]
        if plan.product.name:
            keys.append(plan.product.name.key)
        if plan.product.brand:
            keys.append(plan.product.brand.key)
    return tuple(keys)


def _list_untrue(
    own: Sequence[SpannedText], plan: DescriptionPlan, place: int, product: Product, allowed: AllowedPhrases
) -> tuple[Sequence[SpannedText], list[ProductField]]:
    """Return a planned sentence as the rules say it, without the clauses that claim too much, and their fields.

    It stays as it is where no clause is at fault by itself: "is compatible with the base (not included)" is.
    """

    def realise_clauses(*clauses: PlannedClause) -> Sequence[SpannedText]:
        sentences = list(plan.sentences)
        sentences[place] = replace(sentences[place], clauses=clauses)
        return realise_by_sentence(replace(plan, sentences=tuple(sentences)))[place]

    def is_true(said: Sequence[SpannedText]) -> bool:
        return not any(find_fault(one, product, allowed) for one in said)

    clauses = plan.sentences[place].clauses
    if is_true(own) or (len(clauses) < 2 and place):
        return own, []
    kept = [one for one in clauses if is_true(realise_clauses(one))]
    # Only an opening says something without a clause: the name of the product.
    said = realise_clauses(*kept) if kept or not place else ()
    if not said or not is_true(said):
        return own, []
    return said, [field for one in clauses if one not in kept for field in one.fields]


def _write_by_rules(content: SpannedText, product: Product, allowed: AllowedPhrases) -> Paragraph:
    """Return a sentence of the rules, or a line for each of its fields where the sentence says too much."""
    reason = find_fault(content, product, allowed)
    if not reason:
        return Paragraph((WrittenSentence(content, RULES),))
    lines = write_lines([product.field(key) for key in dict.fromkeys(span.key for span in content.spans)], product)
    return lines.join(Paragraph(replaced=(ReplacedSentence(content.text, RULES, reason),)))


def write_lines(fields: Iterable[ProductField], product: Product) -> Paragraph:
    """Return a line "Label: value" for each field: as it was given where its words claim more in another form."""
    sentences, left_out = [], []
    for field in fields:
        ways = (label_and_value(field), quote_field(field))
        line = next((one for one in ways if one and not find_fault(one, product, AllowedPhrases())), None)
        if line is None:
            left_out.append(field.key)
            continue
        sentences.append(WrittenSentence(line, RULES, is_line=True))
    return Paragraph(tuple(sentences), (), tuple(left_out))


def close_lines(paragraph: Paragraph, product: Product) -> Paragraph:
    """Return a paragraph that has no room for a list: of its lines those that have to be stated, as sentences."""
    sentences = []
    for one in paragraph.sentences:
        if not one.is_line:
            sentences.append(one)
        elif any(product.field(span.key).priority == MUST for span in one.content.spans):
            closed = join_texts((one.content, final_stop(one.text)))
            sentences.append(replace(one, content=closed, is_line=False))
    return replace(paragraph, sentences=tuple(sentences))


def _check_whole(paragraph: Paragraph, product: Product, allowed: AllowedPhrases) -> Paragraph:
    """Return a paragraph whose sentences are true side by side, too: lines stand for one that is not."""
    for _ in paragraph.sentences:
        content = paragraph.content
        claims = check_licence(content.text, product, allowed).untrue
        place = find_sentence(paragraph, claims)
        if place is None:
            break
        failing = paragraph.sentences[place]
        keys = dict.fromkeys(span.key for span in failing.content.spans)
        lines = write_lines([product.field(key) for key in keys], product)
        # A line that fails again leaves.
        is_line = [one.text for one in lines.sentences] == [failing.text]
        instead = Paragraph(left_out=tuple(keys)) if is_line else lines
        gone = Paragraph(replaced=(ReplacedSentence(failing.text, failing.writer, say_claims(claims)),))
        before, after = paragraph.sentences[:place], paragraph.sentences[place + 1 :]
        rest = Paragraph((*before, *after), paragraph.replaced, paragraph.left_out)
        paragraph = rest.join(instead).join(gone)
    return paragraph


def find_sentence(paragraph: Paragraph, claims: Sequence[Claim]) -> int | None:
    """Return the place of the last sentence of a paragraph in which a claim begins, None without claims."""
    last = None
    for place, start in paragraph.starts():
        end = start + len(paragraph.sentences[place].text)
        if any(start <= claim.start <= end for claim in claims):
            last = place
    return last

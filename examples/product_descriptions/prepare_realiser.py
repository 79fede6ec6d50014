"""Write the rows that the trained realiser learns from: inputs without values, sentences with placeholders.

    python examples/product_descriptions/prepare_realiser.py DATA --out build/realiser

The texts of `texts/*.jsonl`, and of DATA those of `products/rnnlg_laptop`, `products/rnnlg_tv` (Apache-2.0),
`products/e2e_cleaned` and `data2text/viggo` (CC BY-SA 4.0). Each sentence is aligned with the fields whose values it
states; one that says more than they do, by the licence check, is left out. 40 product types of `texts` are held out.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.data.rows import parse_mr
from rag.describe.fields.understand import understand_fields
from rag.describe.licence.check import check_licence
from rag.describe.product import Product, ProductField
from rag.describe.realise.learnt.sentence_input import SentenceInput, read_sentence
from rag.describe.realise.phrases import modifier_text, value_text
from rag.describe.realise.product_words import is_plural_product

HELD_OUT_TYPES = 40
TEXTS = Path(__file__).parent / "texts"
PAIRS = {"viggo": 500, "rnnlg_laptop": 250, "rnnlg_tv": 200, "e2e_cleaned": 300}


@dataclass(frozen=True)
class AlignedSentence:
    """A sentence with placeholders in the place of values, and its input, the fields in one order or another."""

    inputs: tuple[SentenceInput, ...]
    pattern: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=Path("build/realiser"))
    options = parser.parse_args()
    chance = random.Random(0)
    products = [json.loads(line) for file in sorted(TEXTS.glob("*.jsonl")) for line in file.open(encoding="utf-8")]
    types = sorted({one["type"] for one in products})
    held_out = set(chance.sample(types, HELD_OUT_TYPES))
    rows: dict[str, list[dict[str, str]]] = {"train": [], "valid": [], "others": []}
    losses = Counter[str]()
    for one in products:
        part = "valid" if one["type"] in held_out else "train"
        for text in (one["short"], one["long"]):
            fields = one["fields"]
            if understand_fields(fields).type is None:
                fields = {**fields, "product type": one["type"]}
            rows[part] += _rows(fields, text, losses)
    print("texts:", dict(losses))
    for name, count in PAIRS.items():
        losses = Counter[str]()
        for fields, text in chance.sample(list(_pairs(options.data, name)), count):
            rows["others"] += list(_rows(fields, text, losses))[:1]
        print(f"{name}:", dict(losses))
    options.out.mkdir(parents=True, exist_ok=True)
    for part, chosen in rows.items():
        lines = [json.dumps(row, ensure_ascii=False) for row in chosen]
        (options.out / f"{part}.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
        print(f"{part}: {len(lines)} rows")
    (options.out / "held_out_types.json").write_text(json.dumps(sorted(held_out), indent=1), "utf-8")


def _pairs(data: Path, name: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield the fields and the text of rows that state something, in the writing of ordinary texts."""
    folder = data / ("data2text" if name == "viggo" else "products") / name
    for file in sorted(folder.glob("*.jsonl")):
        if file.stem == "test":
            continue
        for line in file.open(encoding="utf-8"):
            row = json.loads(line)
            text = row["ref"]
            if name == "viggo":
                act, _, inner = row["mr"].partition("(")
                if act != "inform":
                    continue
                fields = dict(re.findall(r"(\w+)\[([^\]]*)\]", inner))
                fields.pop("rating", None)
                fields["product type"] = "video game"
            else:
                act, fields = parse_mr(row["mr"])
                if act not in ("", "inform") or re.search(r"\b(?:we|you|i|usb|hdmi)\b", text):
                    continue
            if name.startswith("rnnlg"):
                # Their texts are in lower case, with blanks around signs.
                text = re.sub(r" (-s\b|[,.;:?!]|'s\b)", lambda match: match[1].lstrip("-"), text).strip()
                text = text[:1].upper() + text[1:]
                text = re.sub(r"(?<=\. )[a-z]", lambda match: match[0].upper(), text)
                text = text if text.endswith(".") else f"{text}."
                fields = {key: value for key, value in fields.items() if value != "dontcare"}
                fields = {re.sub(r"^(is|has)(?=[a-z])", r"\1 ", key): value for key, value in fields.items()}
            if name == "e2e_cleaned":
                fields["type"] = fields.pop("eatType", "")
            fields = {re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", key).lower(): value for key, value in fields.items()}
            yield fields, text


def _rows(fields: dict[str, Any], text: str, losses: Counter[str]) -> Iterator[dict[str, str]]:
    product = understand_fields(fields)
    for place, sentence in enumerate(_sentences(text)):
        aligned = align_sentence(product, sentence, is_first=place == 0)
        written = [aligned]
        if isinstance(aligned, str) and "; " in sentence:
            # Of a sentence that says more, a clause may not.
            first, *others = sentence.rstrip(".").split("; ")
            written = [align_sentence(product, f"{first}.", is_first=place == 0)]
            written += [align_sentence(product, f"{one[:1].upper()}{one[1:]}.", is_first=False) for one in others]
        for one in written:
            if isinstance(one, str):
                losses[one] += 1
            else:
                losses["aligned"] += 1
                yield from ({"input": read.text, "target": one.pattern} for read in one.inputs)


def _sentences(text: str) -> list[str]:
    return [one.strip() for one in re.split(r"(?<=[.!?])\s+(?=[A-Z\"“])", text) if one.strip()]


def align_sentence(product: Product, sentence: str, *, is_first: bool) -> AlignedSentence | str:
    """Return a sentence with placeholders for the values that it states, or why it cannot be aligned."""
    is_many = is_plural_product(product)
    if not is_first:
        sentence = _with_pronoun(product, sentence, is_many)
    # Find each value, the longest first, so that one within another is not taken for a field of its own.
    taken: list[tuple[int, int, ProductField, bool]] = []
    spans: list[tuple[int, int, ProductField, bool]] = []
    for field in product.stated:
        if field.kind == "boolean" and field.is_true is not None:
            continue
        for pattern, is_modifier in _forms(field):
            matches = list(re.finditer(pattern, sentence, re.I))
            if matches:
                spans += [(match.start(), match.end(), field, is_modifier) for match in matches]
                break
    spans.sort(key=lambda span: (span[0] - span[1], span[3]))
    for span in spans:
        if any(span[0] < end and start < span[1] for start, end, *_ in taken):
            continue
        if any(span[2] is field for *_, field, _ in taken):
            if span[2].kind == "type":
                continue
            return "said twice"
        taken.append(span)
    # Two fields with the same value: which one is meant is not known.
    for start, end, field, _ in taken:
        if any((start, end) == other[:2] and other[2] is not field for other in spans):
            others = [other[2] for other in spans if other[:2] == (start, end)]
            if len({other.kind for other in others} - {"name", "brand", "type"}) > 0 and len(others) > 1:
                return "ambiguous"
    check = check_licence(sentence, product, is_fragment=True)
    booleans = [one for one in product.stated if one.kind == "boolean" and one.key in check.stated]
    if not taken and not booleans:
        return "states nothing"
    fields = [field for *_, field, _ in sorted(taken, key=lambda span: span[0])]
    # The sentence must say what the aligned fields say and no more; the type is always known.
    known = [field for field in product.fields if field in fields or field in booleans or field is product.type]
    if not is_first and product.name:
        known.append(product.name)
    judged = check_licence(sentence, Product(tuple(known)), is_fragment=True)
    if any(claim.kind not in ("grammar", "repetition") for claim in judged.claims):
        return "says more"
    if any(field.key not in judged.stated and field.kind != "type" for field in booleans):
        return "boolean unclear"
    # The fields in the order of the sentence, and in that of the product.
    places = {id(field): start for start, _, field, _ in taken}
    for field in booleans:
        stem = re.split(r"\W+", field.label.casefold())[0][:4]
        at = sentence.casefold().find(stem)
        places[id(field)] = at if at >= 0 else len(sentence)
    chosen = [field for field in product.stated if field in fields or field in booleans]
    as_said = sorted(chosen, key=lambda field: places[id(field)])
    as_given = sorted(chosen, key=lambda field: field.kind not in ("name", "brand", "type"))
    orders = [as_said] if as_said == as_given else [as_said, as_given]
    inputs = [read_sentence(product, order, is_first=is_first, is_many=is_many) for order in orders]
    # Two fields of one label get their numbers by their order.
    numbered = [{one.mark: one.field.key for one in read.placeholders} for read in inputs]
    if any(marks != numbered[0] for marks in numbered):
        inputs = inputs[:1]
    placeholders = {id(one.field): one for one in inputs[0].placeholders}
    pattern = sentence
    for start, end, field, is_modifier in sorted(taken, key=lambda span: -span[0]):
        one = placeholders[id(field)]
        pattern = pattern[:start] + (one.before_noun if is_modifier else one.mark) + pattern[end:]
    # The article is chosen by the value that is filled in.
    return AlignedSentence(tuple(inputs), re.sub(r"\b([Aa])n (?=\[)", r"\1 ", pattern))


def _with_pronoun(product: Product, sentence: str, is_many: bool) -> str:
    """Return a later sentence that begins with a pronoun rather than with the name or a part of it."""
    if product.name is None:
        return sentence
    words = product.name.value.split()
    pronoun, possessive = ("They", "Their") if is_many else ("It", "Its")
    for start in range(len(words)):
        for end in range(len(words), start, -1):
            part = re.escape(" ".join(words[start:end]))
            if match := re.match(rf"(?:The )?{part}(['’]s?\b)?(?= [a-z])", sentence):
                return (possessive if match[1] else pronoun) + sentence[match.end() :]
    return sentence


def _forms(field: ProductField) -> list[tuple[str, bool]]:
    """Return the patterns that find a value in a text, and whether each is the form before a noun."""
    forms: list[tuple[str, bool]] = []
    if field.kind == "list" and len(field.items) > 1:
        join = r"(?:,? (?:and|or|&|as well as) |, | / |/| & )"
        forms.append((join.join(_bounded(item) for item in field.items), False))
    stated = value_text(field)
    forms += [(_bounded(text), False) for text in dict.fromkeys((stated, field.shown, field.value.strip()))]
    if field.quantity and (modifier := modifier_text(field)) != stated:
        forms.append((_bounded(modifier), True))
    if field.quantity:
        # "8 mm" of "8mm", "two-year" is left alone.
        loose = re.sub(r"(?<=\d)\s*(?=[A-Za-z])", "@", stated)
        forms.append((_bounded(loose).replace("@", r"[\s-]?"), False))
    return forms


def _bounded(text: str) -> str:
    text = r"\s+".join(re.escape(word) for word in text.split())
    return (
        rf"(?<![\w.,]){text}(?![\w])(?![.,]\d)" if text[:1].isalnum() or text[:1] == "\\" else rf"(?<!\w){text}(?!\w)"
    )


if __name__ == "__main__":
    main()

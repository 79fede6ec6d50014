r"""The Describer: texts of a product that say what its fields say, and nothing else, whatever writes them.

>>> describer = Describer(channels=("title", "long"))
>>> description = describer.describe({"name": "Kettle K1", "brand": "Lund", "colour": "copper", "cordless": "no"})
>>> [text.text for text in description.texts]
['Lund Kettle K1, copper', 'The Lund Kettle K1 comes in copper.\n\n- Cordless: no']
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ingest.errors import InputError
from ingest.fingerprint import fingerprint
from ingest.sentences import sentence_spans
from prompts.prompt import Prompt
from rag.data.rows import Row
from rag.describe.channels.licensed_channels import write_licensed_channels
from rag.describe.channels.variants import VariantGroup, split_variant
from rag.describe.channels.write_channels import (
    CHANNELS_OF_LENGTH,
    DEFAULT_LIMITS,
    Channel,
    ChannelLimits,
    ChannelText,
    check_channels,
)
from rag.describe.description import Description, main_text
from rag.describe.drafts.checked_draft import CheckedDraft, realise_further
from rag.describe.drafts.draft_writer import DraftText, DraftWriter
from rag.describe.fields.field_rules import NO_RULES, FieldRules
from rag.describe.fields.understand import understand_fields
from rag.describe.house_rules.rulebook import NO_RULES_OF_TEXTS, RuleBook
from rag.describe.licence.allowed import AllowedPhrases
from rag.describe.licence.check import check_licence
from rag.describe.paragraphs.paragraph import Paragraph
from rag.describe.paragraphs.write_paragraphs import close_lines, write_paragraphs
from rag.describe.product import MUST, Product, SpannedText
from rag.describe.realise.plan import SHORT_SENTENCES, Length, plan_description
from rag.describe.realise.sentence_writer import SentenceWriter


@dataclass(frozen=True)
class Describer:
    """Describes products in the texts of `channels`, by rules unless it is given another writer.

    A `sentence_writer` says the planned sentences in other words. `drafts` writes whole paragraphs with any generator:
    each sentence of a draft is checked against the fields, one that claims more is written again once by a model that
    takes instructions, else replaced by rules, and so are the fields that no sentence states. With `allow_unlicensed`
    such a sentence stays, its claims in brackets. `field_rules` say how fields are understood, the `rulebook` what
    texts have to keep to, and `allowed` holds phrases that need no field. Raises InputError for an unknown channel.
    """

    field_rules: FieldRules = NO_RULES
    rulebook: RuleBook = NO_RULES_OF_TEXTS
    allowed: AllowedPhrases = field(default_factory=AllowedPhrases)
    channels: tuple[Channel, ...] = ("long",)
    limits: ChannelLimits = DEFAULT_LIMITS
    drafts: DraftWriter | None = None
    sentence_writer: SentenceWriter | None = None
    allow_unlicensed: bool = False

    def __post_init__(self) -> None:
        if not check_channels(self.channels):
            raise InputError("there are no channels to write: name one, such as long")

    @property
    def fingerprint(self) -> str:
        """A hash of every part and option that the texts depend on."""
        rules = [repr(self.field_rules), self.rulebook.fingerprint, self.allowed.fingerprint, repr(self.limits)]
        writers = [part.fingerprint if part else "" for part in (self.drafts, self.sentence_writer)]
        return fingerprint("describer", list(self.channels), rules, writers, self.allow_unlicensed)

    def describe(self, fields: Mapping[str, object]) -> Description:
        """Describe one product. Raises InputError where no field says anything that a text may state."""
        return self.describe_many([fields])[0]

    def describe_many(self, products: Sequence[Mapping[str, object]]) -> list[Description]:
        """Describe products, a generator working in batches.

        Raises InputError, naming the product by its place, for one of which no field can be stated.
        """
        understood = []
        for number, fields in enumerate(products, start=1):
            try:
                understood.append(understand_fields(fields, self.field_rules))
            except InputError as error:
                place = f"product {number} of {len(products)}: " if len(products) > 1 else ""
                raise InputError(f"{place}{error}") from None
        return self.describe_products(understood)

    def describe_products(
        self, products: Sequence[Product], variants: Mapping[int, VariantGroup] | None = None
    ) -> list[Description]:
        """Describe products that were understood before.

        `variants` gives the group of some products by their place here: the long text of such a product has the same
        sentences as those of its group, and then what it differs in. A model's drafts are not shared.
        """
        written = self._write_drafts(products)
        paragraphs = {
            length: self._write_paragraphs(products, length, written, variants or {}) for length in self._lengths
        }
        return [
            self._finish(product, {length: many[place] for length, many in paragraphs.items()}, draft)
            for place, (product, draft) in enumerate(zip(products, written, strict=True))
        ]

    @property
    def _lengths(self) -> list[Length]:
        """The lengths of the paragraphs that the channels need."""
        return [length for length, channels in CHANNELS_OF_LENGTH.items() if channels & set(self.channels)]

    # --- paragraphs ---------------------------------------------------------------------------------------------------

    def _write_paragraphs(
        self,
        products: Sequence[Product],
        length: Length,
        drafts: Sequence[_CheckedText | None],
        variants: Mapping[int, VariantGroup],
    ) -> list[Paragraph]:
        """Write a paragraph for each product: of its draft, else in sentences of the writer or of the rules."""
        shared = {place: split_variant(products[place], group) for place, group in variants.items()}
        parts = [
            shared[place][0] if length == "long" and place in shared and drafts[place] is None else product
            for place, product in enumerate(products)
        ]
        plans = [plan_description(product, length) for product in parts]
        plain = [place for place, draft in enumerate(drafts) if draft is None]
        written = write_paragraphs(
            [plans[place] for place in plain],
            [products[place] for place in plain],
            [self._allowed(length, products[place]) for place in plain],
            self.sentence_writer,
        )
        paragraphs = dict(zip(plain, written, strict=True))
        for place, draft in enumerate(drafts):
            if draft is not None:
                paragraphs[place] = draft.checked.compose(plans[place], SHORT_SENTENCES if length == "short" else None)
            elif length == "long" and place in shared and shared[place][1].fields:
                own, allowed = shared[place][1], self._allowed(length, products[place])
                paragraphs[place] = paragraphs[place].join(realise_further(own, products[place], allowed))
        ordered = [paragraphs[place] for place in range(len(products))]
        if length == "short":
            return [close_lines(one, product) for one, product in zip(ordered, products, strict=True)]
        return ordered

    def _allowed(self, channel: Channel, product: Product) -> AllowedPhrases:
        return self.allowed.with_phrases(self.rulebook.allowed_phrases(channel, product).phrases)

    # --- drafts -------------------------------------------------------------------------------------------------------

    def _write_drafts(self, products: Sequence[Product]) -> list[_CheckedText | None]:
        """Return a checked draft for each product; None without a generator, or where its prompt has no room."""
        if self.drafts is None or not self._lengths:
            return [None] * len(products)
        checked: list[_CheckedText | None] = []
        for product, draft in zip(products, _draft_all(self.drafts, products), strict=True):
            if draft is None:
                checked.append(None)
                continue
            allowed = self._allowed("long", product)
            text = drop_cut_sentence(draft.text) if draft.is_cut else draft.text
            one = CheckedDraft.of(
                text, product, self.drafts.generator.name, allowed, marks_claims=self.allow_unlicensed
            )
            checked.append(_CheckedText(one, draft.prompt_tokens, draft.completion_tokens))
        return self._rewrite(self.drafts, checked)

    def _rewrite(self, writer: DraftWriter, drafts: list[_CheckedText | None]) -> list[_CheckedText | None]:
        """Have the sentences that claim what no field says written again, once, by a model that takes instructions."""
        if writer.generator.style != "chat":
            return drafts
        prompt, decoding = Prompt.load("rewrite"), replace(writer.decoding, stop=())
        checked = {at: draft for at, draft in enumerate(drafts) if draft}
        places, prompts = [], []
        for at, draft in checked.items():
            for place in draft.checked.untrue:
                sentence = draft.checked.sentences[place]
                values = {
                    "fields": draft_fields(draft.checked.product),
                    "text": sentence.text,
                    "reason": sentence.fault,
                }
                try:
                    packed = prompt.pack(writer.generator, decoding.max_new_tokens, values)
                except InputError:  # no room for the reason: the rules write instead
                    continue
                places.append((at, place))
                prompts.append(packed.prompt)
        generations = writer.generator.generate(prompts, decoding) if prompts else []
        for (at, place), generation in zip(places, generations, strict=True):
            draft = checked[at]
            checked[at] = _CheckedText(
                draft.checked.rewrite(place, generation.text),
                draft.prompt_tokens + generation.prompt_tokens,
                draft.completion_tokens + generation.completion_tokens,
            )
        return [checked.get(at) for at in range(len(drafts))]

    # --- texts --------------------------------------------------------------------------------------------------------

    def _finish(
        self, product: Product, paragraphs: Mapping[Length, Paragraph], draft: _CheckedText | None
    ) -> Description:
        """Return the description of a product: its channels, checked and held against the rules of the house."""

        def realise(_: Product, /, *, length: Length) -> SpannedText:
            return paragraphs[length].content

        limits = self.rulebook.limits(product, self.limits)
        texts = write_licensed_channels(
            product,
            self.channels,
            realise,
            limits,
            lambda channel: self._allowed(channel, product),
            keeps_claims=self.allow_unlicensed,
        )
        texts = self.rulebook.keep([_refuse_gaps(text, product, paragraphs) for text in texts], product)
        length: Length = "long" if "long" in paragraphs else "short"
        paragraph = paragraphs.get(length, Paragraph())
        text = next((text for text in texts if text.channel == length), None)
        # A limit may have cut some; those of a refused text are shown as they were.
        written = [one for one in paragraph.sentences if not text or not text.text or one.text in text.text]
        main = main_text(texts)
        is_fragment = main.channel not in ("long", "short")
        checked = "" if main.channel == "json_ld" else main.text
        return Description(
            product,
            texts,
            plan_description(product, length),
            tuple(one for one in written if not one.is_line),
            check_licence(checked, product, self._allowed(main.channel, product), is_fragment=is_fragment),
            tuple(one for one in written if one.is_line),
            paragraph.replaced,
            paragraph.left_out,
            self.drafts.generator.name if self.drafts else "",
            draft.prompt_tokens if draft else 0,
            draft.completion_tokens if draft else 0,
        )


@dataclass(frozen=True)
class _CheckedText:
    """A checked draft, and the tokens that it took."""

    checked: CheckedDraft
    prompt_tokens: int
    completion_tokens: int


def draft_fields(product: Product) -> dict[str, str]:
    """Return the fields that a model is shown, by the names that they were given: those that a long text has room for.

    Values are plain text, and numbers have their units. What is never stated is not shown.
    """
    plan = plan_description(product)
    return {one.key: one.shown for one in product.stated if one.key not in plan.omitted}


def drop_cut_sentence(text: str) -> str:
    """Return a text that a model had no room to end without its last sentence, unless that is all there is."""
    spans = sentence_spans(text)
    if len(spans) < 2 or text.rstrip().endswith((".", "!", "?")):
        return text
    return text[: spans[-2][1]]


def _draft_all(writer: DraftWriter, products: Sequence[Product]) -> list[DraftText | None]:
    """Return a draft for each product, None where its fields have no room in the model's window."""
    rows = [
        Row(str(number), "describe", {"fields": draft_fields(product), "intent": ""}, ())
        for number, product in enumerate(products, start=1)
    ]
    try:
        return list(writer.write_rows(rows))
    except InputError:
        if len(rows) == 1:
            return [None]
    # One by one, so that a product with too many fields costs the others nothing.
    drafts: list[DraftText | None] = []
    for row in rows:
        try:
            drafts += writer.write_rows([row])
        except InputError:
            drafts.append(None)
    return drafts


def _refuse_gaps(text: ChannelText, product: Product, paragraphs: Mapping[Length, Paragraph]) -> ChannelText:
    """Return a paragraph as it is, or emptied where it lacks a field that a text must state."""
    for length, paragraph in paragraphs.items():
        gaps = [one.label for one in product.stated if one.priority == MUST and one.key in paragraph.left_out]
        if text.channel == length and gaps and text.text:
            reason = f"it cannot state {', '.join(gaps)} in words that the fields license"
            return ChannelText(text.channel, SpannedText(""), reason)
    return text

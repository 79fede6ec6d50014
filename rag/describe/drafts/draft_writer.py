"""Drafts of product descriptions: a generator writes them from fields, and writes those again that fail their check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ingest.errors import InputError
from ingest.fingerprint import fingerprint
from ingest.types import Scalar
from prompts.prompt import Prompt
from prompts.types import Dropped, Packed, RenderedPrompt
from rag.data.contexts import Contexts, StorePassages, own_context
from rag.data.rows import Row
from rag.describe.drafts.delexicalise import Delexicalizer
from rag.describe.drafts.slots import check_slots
from rag.describe.drafts.value_lexicon import ValueLexicon
from rag.generate.base import Decoding, Generation, Generator
from rag.generate.trained import Trained
from rag.retrieve.retrievers import Retriever

Fields = Mapping[str, Scalar]

ATTEMPTS = 4
TEMPERATURE, TOP_P = 1.0, 0.9
"""Sampling of all attempts but the first. A half-trained T5's errors on 200 laptops fell in 8 attempts from 16.7% to
4.8%, and its BLEU rose to 35.6; to 5.3% and 35.4 at 0.7 and 0.95, to 7.6% and 32.3 at 1.2 and 0.9."""


@dataclass(frozen=True)
class DraftText:
    """A description of a product that a generator wrote, with the findings of its check.

    `missing` names the fields whose value the text does not state word for word; `wrong` pairs a field with the other
    value that the text states for it; `invented` lists values and numbers that no field gives; `spans` are the places
    of wrong and invented values in the text. `attempts` counts the texts that were written, `first` is the first of
    them; the tokens are those of all attempts. `is_cut` tells that the model had no room to end the text.
    """

    fields: Fields
    text: str
    missing: tuple[str, ...]
    wrong: tuple[tuple[str, str], ...]
    invented: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    dropped: tuple[Dropped, ...]
    model: str
    attempts: int = 1
    first: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    is_cut: bool = False

    @property
    def errors(self) -> int:
        """The number of values that are missing, wrong or invented."""
        return len(self.missing) + self.untrue

    @property
    def untrue(self) -> int:
        """The number of values that are wrong or invented."""
        return len(self.wrong) + len(self.invented)


class DraftWriter:
    """Writes product descriptions with a generator, and checks the values that they state.

    A text that fails its check is written again, up to `attempts` texts in all. The text with the fewest errors is
    kept, the earliest of equal ones. `contexts` adds examples or passages to each
    prompt (`rag.data.contexts`); a `retriever` adds the `similar` best passages of a store. `lexicon` holds the known
    values of each attribute; without it, only invented numbers are found. A fine-tuned model's placeholders and lexicon
    are read from its folder. `decoding` overrides the defaults for descriptions by name. Raises InputError for fewer
    than one attempt.
    """

    def __init__(
        self,
        generator: Generator,
        retriever: Retriever | None = None,
        similar: int = 0,
        decoding: Mapping[str, Any] | None = None,
        prompt: Prompt | None = None,
        *,
        contexts: Contexts | None = None,
        attempts: int = ATTEMPTS,
        lexicon: ValueLexicon | None = None,
    ) -> None:
        if attempts < 1:
            raise InputError(f"attempts is {attempts}: at least one text has to be written")
        # A fine-tuned model is used as it was trained.
        trained = Trained.of(generator.name)
        self.generator = generator
        self.prompt = prompt or Prompt.load("describe")
        self.decoding = replace(default_decoding(generator, trained), **(decoding or {}))
        self.contexts = contexts or own_context
        if retriever is not None and similar:
            self.contexts = StorePassages(retriever, similar)
        self.attempts = attempts
        attributes = trained.placeholders if trained else None
        self.placeholders = Delexicalizer(attributes) if attributes is not None else None
        self.lexicon = lexicon or (learnt_values(trained) if trained else None)

    @property
    def fingerprint(self) -> str:
        """A hash of every part and option that the descriptions depend on."""
        contexts = None if self.contexts is own_context else self.contexts
        lexicon = self.lexicon and [self.lexicon.values, self.lexicon.doubtful]
        return fingerprint("drafts", self.generator, self.prompt, self.decoding, contexts, self.attempts, lexicon)

    def write(self, fields: Fields) -> DraftText:
        """Write one description. Raises InputError where no field has a value."""
        return self.write_many([fields])[0]

    def write_many(self, products: Sequence[Fields]) -> list[DraftText]:
        """Write a description of each product, the generator working in batches.

        Raises InputError, naming the product by its place, for one without a field that has a value, or one whose
        fields are too long for the model.
        """
        rows = []
        for number, product in enumerate(products, start=1):
            fields = {name: value for name, value in product.items() if value not in (None, "")}
            if not fields:
                place = f"product {number} of {len(products)} has " if len(products) > 1 else ""
                raise InputError(f"{place}no fields to describe: give NAME=VALUE pairs or a file with rows")
            rows.append(Row(str(number), "describe", {"fields": fields, "intent": ""}, ()))
        return self.write_rows(rows)

    def write_rows(self, rows: Sequence[Row]) -> list[DraftText]:
        """Write a description of each row, whose intent the model sees as well."""
        prompts = self._pack(rows)
        return self._improve(rows, prompts, self._write(rows, prompts, self.decoding))

    def first_texts(self, rows: Sequence[Row]) -> list[DraftText]:
        """Write one text for each row and check it, whatever the check finds."""
        return self._write(rows, self._pack(rows), self.decoding)

    def retry(self, rows: Sequence[Row], descriptions: Sequence[DraftText]) -> list[DraftText]:
        """Write the descriptions with errors again; the others are returned as they are."""
        # Prompts are packed for failing rows only.
        failing = [place for place, description in enumerate(descriptions) if description.errors]
        again = [rows[place] for place in failing]
        improved = self._improve(again, self._pack(again), [descriptions[place] for place in failing])
        results = dict(enumerate(descriptions)) | dict(zip(failing, improved, strict=True))
        return list(results.values())

    def check(self, row: Row, text: str, prompt_tokens: int = 0, completion_tokens: int = 0) -> DraftText:
        """Return a text that was written for a row, with the findings of its check."""
        findings = check_slots(text, row.values["fields"], self.lexicon)
        return DraftText(
            row.values["fields"],
            text,
            findings.missing,
            findings.wrong,
            findings.invented,
            findings.spans,
            (),
            self.generator.name,
            first=text,
            prompt_tokens=prompt_tokens,
            completion_tokens=completion_tokens,
        )

    def prompt_of(self, row: Row) -> RenderedPrompt:
        """Return the prompt of a row."""
        return self._pack([row])[0].prompt

    def _pack(self, rows: Sequence[Row]) -> list[Packed]:
        """Return the prompt of each row with its context, in placeholders where the model was trained with them."""
        prompts = []
        for row, context in zip(rows, self.contexts(rows), strict=True):
            values = self.placeholders.encode_values(context.values) if self.placeholders else context.values
            try:
                prompts.append(self.prompt.pack(self.generator, self.decoding.max_new_tokens, values, context.passages))
            except InputError as error:
                raise InputError(f"row {row.id}: {error}") from None
        return prompts

    def _write(self, rows: Sequence[Row], prompts: Sequence[Packed], decoding: Decoding) -> list[DraftText]:
        """Write one text for each prompt, put values for its placeholders, and check it."""
        generations: list[Generation] = []
        if prompts:
            generations = self.generator.generate([packed.prompt for packed in prompts], decoding)
        descriptions = []
        for row, packed, generation in zip(rows, prompts, generations, strict=True):
            text = generation.text.strip()
            if self.placeholders:
                text = self.placeholders.restore(text, row.values["fields"])
            description = self.check(row, text, generation.prompt_tokens, generation.completion_tokens)
            is_cut = generation.finish == "length"
            descriptions.append(replace(description, dropped=packed.dropped, is_cut=is_cut))
        return descriptions

    def _improve(
        self, rows: Sequence[Row], prompts: Sequence[Packed], descriptions: Sequence[DraftText]
    ) -> list[DraftText]:
        """Sample new texts for all descriptions that still fail, a round at a time, and keep the better ones."""
        best = list(descriptions)
        for attempt in range(1, self.attempts):
            failing = [place for place, description in enumerate(best) if description.errors]
            if not failing:
                break
            # Greedy decoding would repeat the first text: every round samples with a seed of its own.
            seed = (self.decoding.seed or 0) + attempt
            sampling = replace(self.decoding, temperature=TEMPERATURE, top_p=TOP_P, num_beams=1, seed=seed)
            again = self._write([rows[place] for place in failing], [prompts[place] for place in failing], sampling)
            for place, new in zip(failing, again, strict=True):
                old = best[place]
                is_better = new.errors < old.errors
                # The cost is that of both texts.
                best[place] = replace(
                    new if is_better else old,
                    attempts=old.attempts + new.attempts,
                    first=old.first,
                    prompt_tokens=old.prompt_tokens + new.prompt_tokens,
                    completion_tokens=old.completion_tokens + new.completion_tokens,
                )
        return best


def default_decoding(generator: Generator, trained: Trained | None) -> Decoding:
    """Return the default decoding of descriptions.

    A model that was trained to describe knows when to stop and when to repeat a word. The others are penalised for
    repetition, and one that only continues texts is stopped where it begins another product.
    """
    if trained is not None:
        return Decoding(max_new_tokens=96)
    stop = ("\n",) if generator.style == "completion" else ()
    return Decoding(max_new_tokens=96, repetition_penalty=1.1, stop=stop)


def learnt_values(trained: Trained) -> ValueLexicon | None:
    """Return the values that a model has seen in training, None where its folder does not list them."""
    rows = [{name: value} for name, values in trained.lexicon.items() for value in values]
    return ValueLexicon.of(rows) if rows else None

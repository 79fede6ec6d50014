"""Product descriptions from fields, checked: one that leaves out or adds something is written again, else marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ingest.fingerprint import fingerprint
from ingest.types import Scalar
from prompts.prompt import Prompt
from prompts.types import Dropped, RenderedPrompt
from rag.data.contexts import Contexts, StorePassages, own_context
from rag.data.rows import Row
from rag.describe.delexicalise import Delexicalizer
from rag.describe.slots import ValueLexicon, check_slots
from rag.generate.base import Decoding, Generation, Generator
from rag.generate.trained import Trained
from rag.retrieve.retrievers import Retriever

Fields = Mapping[str, Scalar]

ATTEMPTS = 4
TEMPERATURE, TOP_P = 1.0, 0.9
"""Of all attempts but the first. A half-trained T5's errors on 200 laptops fell in 8 attempts from 16.7% to 4.8%, and
its BLEU rose to 35.6; to 5.3% and 35.4 at 0.7 and 0.95, to 7.6% and 32.3 at 1.2 and 0.9."""


@dataclass(frozen=True)
class Description:
    """A description with what its check found.

    `missing` names the fields whose value the text does not hold word for word, `wrong` those of which it states
    another value, with that value, and `invented` lists the values and numbers that no field gives; `spans` are where
    in the text wrong and invented ones stand. `attempts` texts were written, the `first` of them as it came; tokens are
    those of all.
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

    @property
    def errors(self) -> int:
        """How many values are missing, wrong or invented."""
        return len(self.missing) + self.untrue

    @property
    def untrue(self) -> int:
        """How many values are wrong or invented."""
        return len(self.wrong) + len(self.invented)


class Describer:
    """Write product descriptions with a generator, and check that they state what was given and nothing else.

    A text that fails is written again, up to `attempts` texts in all; the one with the fewest errors stays, of equal
    ones the earliest. With `complete` the values that it still leaves out are stated in a last line, as "colour: red";
    then only what is untrue is a reason to write again. `contexts` gives each product what is shown beside it
    (`rag.data.contexts`); a `retriever` shows `similar` passages of a store. `lexicon` are the values that are known:
    without it only invented numbers can be found. What a fine-tuned model was trained with (marks for values, its
    lexicon) is taken from its folder. `decoding` holds `Decoding`'s options by name; the rest are their defaults for
    descriptions. Raises ValueError for fewer attempts than 1.
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
        complete: bool = False,
    ) -> None:
        if attempts < 1:
            raise ValueError(f"attempts is {attempts}: at least one text has to be written")
        trained = Trained.of(generator.name)
        self.generator = generator
        self.prompt = prompt or Prompt.load("describe")
        self.decoding = replace(default_decoding(generator, trained), **(decoding or {}))
        self.contexts = contexts or own_context
        if retriever is not None and similar:
            self.contexts = StorePassages(retriever, similar)
        self.attempts = attempts
        self.complete = complete
        marks = trained.placeholders if trained else None
        self.placeholders = Delexicalizer(marks) if marks is not None else None
        self.lexicon = lexicon or (known_values(trained) if trained else None)

    @property
    def fingerprint(self) -> str:
        """A hash of every part and option that the descriptions depend on."""
        contexts = None if self.contexts is own_context else self.contexts
        lexicon = self.lexicon and [self.lexicon.values, self.lexicon.doubtful]
        return fingerprint(
            "describer", self.generator, self.prompt, self.decoding, contexts, self.attempts, self.complete, lexicon
        )

    def describe(self, fields: Fields) -> Description:
        """Write one description. Raises ValueError when there is no field with a value."""
        return self.describe_many([fields])[0]

    def describe_many(self, products: Sequence[Fields]) -> list[Description]:
        """Write a description for each product, the generator working in batches.

        Raises ValueError, naming the product by its place, for one without a field that has a value, or too long.
        """
        rows = []
        for number, fields in enumerate(products, start=1):
            given = {name: value for name, value in fields.items() if value not in (None, "")}
            if not given:
                where = f"product {number} of {len(products)} has " if len(products) > 1 else ""
                raise ValueError(f"{where}no fields to describe: give NAME=VALUE pairs or a file with rows")
            rows.append(Row(str(number), "describe", {"fields": given, "intent": ""}, ()))
        return self.describe_rows(rows)

    def describe_rows(self, rows: Sequence[Row]) -> list[Description]:
        """Write a description for each row; its intent is shown to the model too."""
        packed = self._packed(rows)
        found = self._retried(rows, packed, self._first(rows, packed))
        return [self._completed(row, each) for row, each in zip(rows, found, strict=True)]

    def first_texts(self, rows: Sequence[Row]) -> list[Description]:
        """Write one text for each row and check it, whatever the check finds."""
        return self._first(rows, self._packed(rows))

    def retry(self, rows: Sequence[Row], found: Sequence[Description]) -> list[Description]:
        """Return descriptions with those that have errors written again; the others are returned as they are."""
        failing = [at for at, each in enumerate(found) if each.errors]
        again = [rows[at] for at in failing]
        improved = self._retried(again, self._packed(again), [found[at] for at in failing])
        places = dict(zip(failing, improved, strict=True))
        return [places.get(at, each) for at, each in enumerate(found)]

    def checked(self, row: Row, text: str, prompt_tokens: int = 0, completion_tokens: int = 0) -> Description:
        """Return a text that was written for a row before, with what its check finds."""
        check = check_slots(text, row.values["fields"], self.lexicon)
        return Description(
            row.values["fields"],
            text,
            check.missing,
            check.wrong,
            check.invented,
            check.spans,
            (),
            self.generator.name,
            first=text,
            prompt_tokens=prompt_tokens,
            completion_tokens=completion_tokens,
        )

    def prompt_of(self, row: Row) -> RenderedPrompt:
        """Return the prompt that a row gets."""
        return self._packed([row])[0].prompt

    def _packed(self, rows: Sequence[Row]) -> list[_Prompt]:
        return [
            self._prompt(row, context.values, context.passages)
            for row, context in zip(rows, self.contexts(rows), strict=True)
        ]

    def _prompt(self, row: Row, values: Mapping[str, Any], passages: Sequence[Any]) -> _Prompt:
        shown = self.placeholders.encode_values(values) if self.placeholders else values
        try:
            packed = self.prompt.pack(self.generator, self.decoding.max_new_tokens, shown, passages)
        except ValueError as error:
            raise ValueError(f"row {row.id}: {error}") from None
        return _Prompt(packed.prompt, packed.dropped)

    def _first(self, rows: Sequence[Row], prompts: Sequence[_Prompt]) -> list[Description]:
        generations = self._generate(prompts, self.decoding)
        return [self._finished(*each) for each in zip(rows, prompts, generations, strict=True)]

    def _retried(
        self, rows: Sequence[Row], prompts: Sequence[_Prompt], found: Sequence[Description]
    ) -> list[Description]:
        """Write texts again, all that still have errors at a time."""
        found = list(found)
        for attempt in range(1, self.attempts):
            failing = [at for at, each in enumerate(found) if self._faults(each)]
            if not failing:
                break
            seed = (self.decoding.seed or 0) + attempt
            sampling = replace(self.decoding, temperature=TEMPERATURE, top_p=TOP_P, num_beams=1, seed=seed)
            generations = self._generate([prompts[at] for at in failing], sampling)
            for at, generation in zip(failing, generations, strict=True):
                found[at] = self._better(found[at], self._finished(rows[at], prompts[at], generation))
        return found

    def _faults(self, each: Description) -> int:
        """Return how many errors writing again may mend; what is left out is stated in the end, if that is wanted."""
        return each.untrue if self.complete else each.errors

    def _better(self, before: Description, now: Description) -> Description:
        """Return the one with fewer errors, the earlier of two alike, with the cost of both."""
        rank = (self._faults(now), now.errors), (self._faults(before), before.errors)
        return replace(
            now if rank[0] < rank[1] else before,
            attempts=before.attempts + now.attempts,
            first=before.first,
            prompt_tokens=before.prompt_tokens + now.prompt_tokens,
            completion_tokens=before.completion_tokens + now.completion_tokens,
        )

    def _completed(self, row: Row, found: Description) -> Description:
        """Return a description with a last line of what it leaves out."""
        if not self.complete or not found.missing:
            return found
        fields = row.values["fields"]
        facts = "; ".join(f"{name.replace('_', ' ')}: {fields[name]}" for name in found.missing)
        told = f"{facts[0].upper()}{facts[1:]}."
        check = self.checked(row, f"{found.text}\n{told}" if found.text else told)
        spotted = {name: getattr(check, name) for name in ("text", "missing", "wrong", "invented", "spans")}
        return replace(found, **spotted)

    def _generate(self, prompts: Sequence[_Prompt], decoding: Decoding) -> list[Generation]:
        return self.generator.generate([each.prompt for each in prompts], decoding) if prompts else []

    def _finished(self, row: Row, prompt: _Prompt, generation: Generation) -> Description:
        text = generation.text.strip()
        if self.placeholders:
            text = self.placeholders.restore(text, row.values["fields"])
        found = self.checked(row, text, generation.prompt_tokens, generation.completion_tokens)
        return replace(found, dropped=prompt.dropped)


@dataclass(frozen=True)
class _Prompt:
    prompt: RenderedPrompt
    dropped: tuple[Dropped, ...]


def default_decoding(generator: Generator, trained: Trained | None) -> Decoding:
    """Return how descriptions are generated unless told otherwise.

    A model that was trained to describe knows when to stop and when to repeat a word. Others are kept from repeating
    themselves, and one that only continues texts is stopped where it begins another product.
    """
    if trained is not None:
        return Decoding(max_new_tokens=96)
    stop = ("\n",) if generator.style == "completion" else ()
    return Decoding(max_new_tokens=96, repetition_penalty=1.1, stop=stop)


def known_values(trained: Trained) -> ValueLexicon | None:
    """Return the values that a model has seen in training, None where it does not say."""
    seen = [{name: value} for name, values in trained.lexicon.items() for value in values]
    return ValueLexicon.of(seen) if seen else None


def description_object(described: Description, seconds: float | None = None) -> dict[str, Any]:
    """The object of `rag describe --json`."""
    return {
        "fields": dict(described.fields),
        "description": described.text,
        "missing": list(described.missing),
        "wrong": dict(described.wrong),
        "invented": list(described.invented),
        "spans": [list(span) for span in described.spans],
        "attempts": described.attempts,
        "dropped": [{"source": each.chunk.source, "start": each.start, "end": each.end} for each in described.dropped],
        "model": described.model,
        **({} if seconds is None else {"seconds": round(seconds, 3)}),
    }

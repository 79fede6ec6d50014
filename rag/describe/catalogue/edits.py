"""Learn from people: texts that they edited become rows of training, except where they say what no field says."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.errors import InputError, RowsError
from ingest.types import Scalar
from rag.describe.catalogue.approvals import ENDING, EditCheck, TextDecision, read_decisions
from rag.describe.catalogue.product_file import ProductFile, id_of
from rag.describe.catalogue.record_database import RecordDatabase, filled_fields, records_path, version_of
from rag.describe.fields.field_rules import NO_RULES, FieldRules
from rag.describe.fields.understand import understand_fields
from rag.describe.licence.allowed import AllowedPhrases
from rag.describe.licence.check import check_licence


@dataclass(frozen=True)
class LeftOutEdit:
    """An edited text that no row was made of, and the reason."""

    line: int
    key: str
    channel: str
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.channel} of {self.key}: {self.reason}"


@dataclass(frozen=True)
class LearntEdits:
    """Rows for `rag finetune` ("fields", "intent", "references", as `rag.data.rows` reads them), and what was left out.

    The intent is the channel; a text of the channel "description" has none.
    """

    rows: tuple[Mapping[str, Any], ...]
    left_out: tuple[LeftOutEdit, ...]


def learn_edits(
    edits: Path,
    products: ProductFile | None = None,
    check: EditCheck | None = None,
    ignored: Collection[str] = (),
    rules: FieldRules = NO_RULES,
) -> LearntEdits:
    """Return rows of training from a file of approvals.

    The fields are those that the text was written for, from the records beside the output. For a file that was moved
    away from it they are those of `products` with the same hash or id; `ignored` fields are then those of the run. An
    edit with words that no field licenses is left out, as is one whose fields are not known. Fields that are never
    stated, such as a cost price or what the `rules` hide, are in no row. Raises RowsError for a
    file that is missing or is none of approvals, InputError where neither records nor products are there.
    """
    if not edits.is_file():
        raise RowsError(f"there is no file {edits}")
    rows: list[Mapping[str, Any]] = []
    left_out: list[LeftOutEdit] = []
    decisions = [(line, one) for line, one in read_decisions(edits, ["description"]) if _is_edit(one)]
    unstated = frozenset(name.casefold() for name in ignored)
    with_fields = _find_in_file(decisions, products, unstated) if products else _find_in_records(decisions, edits)
    for (line, decision), fields in with_fields:
        reason = "" if fields else "the fields that it was written for are not known"
        if decision.channel == "json_ld":
            reason = "JSON-LD is made of the fields, not written"
        if fields and check and not reason and (words := check(fields, decision.text)):
            reason = f"no field says {', '.join(words)}"
        if not fields or reason:
            left_out.append(LeftOutEdit(line, decision.key, decision.channel, reason))
            continue
        is_plain = decision.channel == "description"
        rows.append(
            {
                "id": decision.key if is_plain else f"{decision.key} {decision.channel}",
                "fields": _without_hidden(fields, rules),
                "intent": "" if is_plain else decision.channel,
                "references": [decision.text.strip()],
            }
        )
    return LearntEdits(tuple(rows), tuple(left_out))


def _without_hidden(fields: Mapping[str, Scalar], rules: FieldRules) -> dict[str, Scalar]:
    """Return the fields of a product but those of which no text states a part."""
    understood = understand_fields(fields, rules).fields
    stated = {key for one in understood if not one.hidden for key in (one.key, *one.merged)}
    hidden = {one.key for one in understood if one.hidden} - stated
    return {name: value for name, value in fields.items() if name not in hidden}


_Line = tuple[int, TextDecision]


def unlicensed_words(
    fields: Mapping[str, Scalar], text: str, rules: FieldRules = NO_RULES, allowed: AllowedPhrases | None = None
) -> tuple[str, ...]:
    """Return the parts of a text that no field licenses, an `EditCheck`; style and grammar are a person's own."""
    claims = check_licence(text, understand_fields(fields, rules), allowed, is_fragment=True).claims
    return tuple(claim.text for claim in claims if claim.kind not in ("repetition", "grammar"))


def _is_edit(decision: TextDecision) -> bool:
    """Tell whether a person wrote a text; one in a file without checks is a person's own."""
    state = decision.decided_state
    return state == "edited" or bool(state == "draft" and not decision.check and decision.text.strip())


def _find_in_records(decisions: Sequence[_Line], edits: Path) -> Iterator[tuple[_Line, Mapping[str, Scalar] | None]]:
    """Yield decisions with the fields that their texts were written for."""
    out = edits.with_name(edits.name.removesuffix(ENDING))
    path = records_path(out)
    if out.name == edits.name or not path.exists():
        raise InputError(f"{edits} has no records beside it: give the catalogue's products")
    database = RecordDatabase(path, read_only=True)
    try:
        for line, decision in decisions:
            record = database.record(decision.key)
            version = decision.version or (record.version if record else "")
            key = decision.key if record else database.key_of_version(version) or ""
            yield (line, decision), database.fields(key, version)
    finally:
        database.close()


def _find_in_file(
    decisions: Sequence[_Line], products: ProductFile, ignored: Collection[str]
) -> Iterator[tuple[_Line, Mapping[str, Scalar] | None]]:
    """Yield decisions with the fields of the products of a file; an id alone is enough where no check is there."""
    name = next(iter(products.id_fields), None)
    wanted = {decision.version or decision.key for _, decision in decisions}
    known: dict[str, Mapping[str, Scalar]] = {}
    for row in products.rows():
        fields = filled_fields(row.fields, ignored)
        for key in (id_of(row.fields.get(name)) if name else "", version_of(fields)):
            if key and key in wanted:
                known[key] = fields
    for line, decision in decisions:
        yield (line, decision), known.get(decision.version or decision.key)

"""The decisions of people over a whole catalogue: found again by product, applied to drafts, and written back."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from hashlib import file_digest
from pathlib import Path

from ingest.errors import RowsError
from rag.describe.catalogue.approvals import (
    ApprovalState,
    EditCheck,
    PublishedText,
    TextDecision,
    approvals_path,
    read_decisions,
    resolve_decision,
    text_hash,
    write_decisions,
)
from rag.describe.catalogue.record_database import RecordDatabase, TextRecord, Transaction, iterate


@dataclass(frozen=True)
class TextName:
    """A product's key and a channel."""

    key: str
    channel: str


@dataclass(frozen=True)
class DecisionSummary:
    """What people decided about the texts of a catalogue.

    `outdated` are approved texts of changed products, with the fields that changed; `refused` are texts that were
    not written, with the reason; `unlicensed` are texts that people edited, or approved for other
    fields, with the words that no field says; `unmatched` are keys of decisions about no product of the catalogue.
    """

    states: Mapping[ApprovalState, int] = field(default_factory=dict)
    outdated: Mapping[TextName, tuple[str, ...]] = field(default_factory=dict)
    refused: Mapping[TextName, str] = field(default_factory=dict)
    unlicensed: Mapping[TextName, tuple[str, ...]] = field(default_factory=dict)
    unmatched: tuple[str, ...] = ()


class ApprovedTexts:
    """The file of approvals beside an output, in a table of the run.

    Raises RowsError for a file that cannot be read, or that decides twice about one text.
    """

    def __init__(self, database: RecordDatabase, out: Path, channels: tuple[str, ...], separator: str = ",") -> None:
        self.path = approvals_path(out)
        self._separator = separator
        self._database = database
        self._connection = database.connection
        self._channels = channels
        self._digest = ""
        self._added_columns: tuple[str, ...] = ()
        self.read_again()

    def read_again(self) -> None:
        """Read the file if it is not as it was; people may edit it during a run."""
        digest = _digest_of(self.path)
        if digest == self._digest:
            return
        added: dict[str, None] = {}
        with Transaction(self._connection):
            self._connection.execute("DELETE FROM decisions")
            for line, decision in read_decisions(self.path, self._channels):
                added |= dict.fromkeys(decision.extra)
                self._keep(line, self._identify(decision))
        self._digest, self._added_columns = digest, tuple(added)

    def publish(self, key: str, version: str, record: TextRecord | None) -> dict[str, PublishedText]:
        """Return the text of each channel that is published for a product: the draft, or what people made of it."""
        return {channel: text for channel, _, text in self._resolve(key, version, record)}

    def changed_fields(self, key: str, old: str, new: str) -> tuple[str, ...]:
        """Return the names of the fields that differ between two versions of a product."""
        before, after = self._database.fields(key, old), self._database.fields(key, new)
        if before is None or after is None:
            return ("its fields",)
        names = dict.fromkeys([*after, *before])
        return tuple(name for name in names if before.get(name) != after.get(name))

    def write(self, check: EditCheck | None = None) -> DecisionSummary:
        """Write the file: all texts in the order of the catalogue, then the decisions about others.

        `check` reads the published texts that are not the program's own.
        """
        states: Counter[ApprovalState] = Counter()
        outdated: dict[TextName, tuple[str, ...]] = {}
        refused: dict[TextName, str] = {}
        unlicensed: dict[TextName, tuple[str, ...]] = {}
        unmatched: dict[str, None] = {}

        def decisions() -> Iterator[TextDecision]:
            for key, version in iterate(
                self._connection.cursor().execute("SELECT key, version FROM products ORDER BY place")
            ):
                record = self._database.record(key)
                reasons = record.written.refused if record else {}
                for channel, old, text in self._resolve(key, version, record):
                    if channel in reasons and not text.text:
                        refused[TextName(key, channel)] = reasons[channel]
                    if not text.shown and text.state == "draft" and not (old and old.note):
                        continue
                    changed = self.changed_fields(key, text.version, version) if text.version != version else ()
                    if changed:
                        outdated[TextName(key, channel)] = changed
                    if check and text.text and not text.is_draft_text:
                        words = check(self._database.fields(key, version) or {}, text.text)
                        if words:
                            unlicensed[TextName(key, channel)] = tuple(words)
                    states[text.state] += 1
                    yield TextDecision(
                        key,
                        channel,
                        text.state,
                        text.shown,
                        old.note if old else "",
                        ", ".join(changed),
                        text.proposal,
                        text.check,
                        old.extra if old else {},
                    )
            for decision in self._others():
                unmatched[decision.key] = None
                yield decision

        write_decisions(self.path, decisions(), self._added_columns, self._separator)
        self._digest = _digest_of(self.path)
        return DecisionSummary(states, outdated, refused, unlicensed, tuple(unmatched))

    def _resolve(
        self, key: str, version: str, record: TextRecord | None
    ) -> Iterator[tuple[str, TextDecision | None, PublishedText]]:
        """Yield each channel with the decision about its text, if there is one, and what is published of it."""
        drafts = record.written.texts if record else {}
        for channel in self._channels:
            decision = self._decision(key, channel)
            yield channel, decision, resolve_decision(decision, drafts.get(channel, ""), version)

    def _identify(self, decision: TextDecision) -> TextDecision:
        """Return a decision with the key of its product, where a spreadsheet made 7 of 007."""
        known = "SELECT 1 FROM catalogue WHERE key = ?"
        if self._connection.execute(known, [decision.key]).fetchone():
            return decision
        key = self._database.key_of_version(decision.version)
        if key is not None and self._connection.execute(known, [key]).fetchone():
            return replace(decision, key=key)
        return decision

    def _keep(self, line: int, decision: TextDecision) -> None:
        """Put a decision into the table."""
        # A draft of a person's own, in a file without checks, is told by its text alone.
        if decision.state == "draft" and not decision.check and decision.text.strip():
            record = self._database.record(decision.key)
            draft = record.written.texts.get(decision.channel, "") if record else ""
            if text_hash(decision.text) != text_hash(draft):
                decision = replace(decision, state="edited")
        is_final = decision.decided_state in ("approved", "edited") and decision.channel in self._channels
        try:
            self._connection.execute(
                "INSERT INTO decisions VALUES (?, ?, ?, ?, ?)",
                [decision.key, decision.channel, line, is_final, json.dumps(asdict(decision))],
            )
        except sqlite3.IntegrityError:
            raise RowsError(
                f"{self.path}, line {line}: the {decision.channel} of {decision.key!r} is decided about twice"
            ) from None

    def _decision(self, key: str, channel: str) -> TextDecision | None:
        query = "SELECT content FROM decisions WHERE key = ? AND channel = ?"
        row = self._connection.execute(query, [key, channel]).fetchone()
        return TextDecision(**json.loads(row[0])) if row else None

    def _others(self) -> Iterator[TextDecision]:
        """Yield the decisions about products that the catalogue lacks and about other channels; drafts are none."""
        query = "SELECT key, channel, content FROM decisions ORDER BY line"
        for key, channel, content in iterate(self._connection.cursor().execute(query)):
            known = self._connection.execute("SELECT 1 FROM catalogue WHERE key = ?", [key]).fetchone()
            decision = TextDecision(**json.loads(content))
            if not (known and channel in self._channels) and (decision.decided_state != "draft" or decision.note):
                yield replace(decision, state=decision.decided_state)


def _digest_of(path: Path) -> str:
    """Return a hash of a file's content, "" without a file."""
    if not path.exists():
        return ""
    with path.open("rb") as file:
        return file_digest(file, "blake2b").hexdigest()

"""What people decided about texts: a CSV file beside the output that a spreadsheet can edit, and that outlives runs.

    key, channel, state, text, note, changed, proposal, check

`state` is draft, approved, rejected or edited. A changed `text` counts as edited, whatever its state. `changed` names
the fields that are no longer as they were when the text was approved: emptying that cell confirms the text, and the
state draft takes the `proposal` in its place. `check` tells the program which text it wrote here, and for which fields.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Literal, get_args

from ingest.errors import RowsError
from ingest.types import Scalar
from rag.describe.catalogue.text_table import TextTable
from rag.describe.catalogue.whole_file import open_whole

ApprovalState = Literal["draft", "approved", "rejected", "edited"]
APPROVAL_STATES: tuple[ApprovalState, ...] = get_args(ApprovalState)
APPROVAL_COLUMNS = ("key", "channel", "state", "text", "note", "changed", "proposal", "check")
EditCheck = Callable[[Mapping[str, Scalar], str], Sequence[str]]
"""Returns the parts of a text that no field of a product licenses."""

ENDING = ".approvals.csv"
"""What a file of approvals adds to the name of its output."""

_CHECK = re.compile(r"t([0-9a-f]{12})p([0-9a-f]{16})(?:c([0-9a-f]{16}))?")
"""A text's hash, the version of the product that it is for, and the later version that it was shown beside."""


@dataclass(frozen=True)
class TextDecision:
    """A person's decision about one text, as a row of the file has it.

    `extra` are the cells of columns that people added.
    """

    key: str
    channel: str
    state: ApprovalState
    text: str
    note: str = ""
    changed: str = ""
    proposal: str = ""
    check: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def written_hash(self) -> str:
        """The hash of the text that the program wrote here."""
        found = _CHECK.fullmatch(self.check)
        return found[1] if found else text_hash(self.text)

    @property
    def is_edited(self) -> bool:
        """Has the text been changed since the program wrote it here?"""
        return self.written_hash != text_hash(self.text)

    @property
    def version(self) -> str:
        """The version of the product that the text is for, "" where the file does not tell."""
        found = _CHECK.fullmatch(self.check)
        if found is None:
            return ""
        # Whoever changes the text or empties the cell saw the later version.
        has_decided = self.is_edited or not self.changed
        return found[3] if found[3] and has_decided else found[2]

    @property
    def decided_state(self) -> ApprovalState:
        """The state that the cells of the row amount to."""
        if self.state == "rejected":
            return "rejected"
        if not self.text.strip():
            return "draft"
        return "edited" if self.is_edited else self.state


@dataclass(frozen=True)
class PublishedText:
    """The text of a product and a channel that stands in the output, and the state that people gave it.

    `text` is "" where it was rejected or is lacking; `shown` is what the file of approvals has, where a rejected text
    stays to be seen. `version` is that of the product that the text is for: another one than today's for an approved
    text of a changed product, whose new draft is the `proposal`. `check` goes into the file.
    """

    state: ApprovalState
    text: str
    shown: str
    version: str
    check: str
    is_draft_text: bool = True
    proposal: str = ""


def resolve_decision(decision: TextDecision | None, draft: str, version: str) -> PublishedText:
    """Return what is published: of the text that the program wrote for this version of a product, and a decision."""
    state = decision.decided_state if decision else "draft"
    is_new_draft = decision is not None and state == "rejected" and decision.written_hash != text_hash(draft) and draft
    if decision is None or state == "draft" or is_new_draft:
        return PublishedText("draft", draft, draft, version, check_mark(draft, version))
    text = decision.text
    is_draft_text = text_hash(text) == text_hash(draft)
    if state == "rejected":
        # The check goes on telling which draft was rejected, whatever became of the text in the file.
        rejected = f"t{decision.written_hash}p{version}"
        return PublishedText("rejected", "", text, version, rejected, is_draft_text)
    # What the program writes for the changed product, too, needs no second decision.
    approved_for = version if is_draft_text else decision.version or version
    proposal = draft if approved_for != version else ""
    check = check_mark(text, approved_for, version)
    return PublishedText(state, text, text, approved_for, check, is_draft_text, proposal)


def approvals_path(out: Path) -> Path:
    """Return the file of approvals beside an output."""
    return out.with_name(f"{out.name}{ENDING}")


def read_decisions(path: Path, channels: Sequence[str] = ()) -> Iterator[tuple[int, TextDecision]]:
    """Yield the decisions of a file with their lines; none without a file.

    A row without a channel is about the only one. Raises RowsError, with the line, for a state that is none.
    """
    if not path.exists():
        return
    table = TextTable.open(path)
    if lacking := [name for name in ("key", "state", "text") if name not in table.columns]:
        raise RowsError(
            f"{path} has no column {' or '.join(lacking)}; it has to have key, state and text, and may have channel, "
            "note, changed, proposal and check"
        )
    for row in table.rows():
        cells = {name: _from_spreadsheet(cell) for name, cell in row.cells.items()}
        if not any(cells.values()):
            continue
        state, channel = cells["state"].strip().casefold() or "draft", cells.get("channel", "").strip()
        if state not in APPROVAL_STATES:
            raise RowsError(
                f"{path}, line {row.line}: the state {state!r} has to be draft, approved, rejected or edited"
            )
        if not channel and len(channels) != 1:
            raise RowsError(f"{path}, line {row.line}: the channel is missing; there are {', '.join(channels)}")
        yield (
            row.line,
            TextDecision(
                cells["key"].strip(),
                channel or channels[0],
                state,
                cells["text"],
                cells.get("note", ""),
                cells.get("changed", "").strip(),
                cells.get("proposal", ""),
                cells.get("check", "").strip(),
                {name: cell for name, cell in cells.items() if name not in APPROVAL_COLUMNS and cell},
            ),
        )


def write_decisions(
    path: Path, decisions: Iterable[TextDecision], extra: Sequence[str] = (), separator: str = ","
) -> None:
    """Write a file of approvals in place of the one that was there; `extra` are columns that people added."""
    # Spreadsheets take a CSV file for UTF-8 by its mark alone.
    with open_whole(path, "utf-8-sig") as out:
        writer = csv.writer(out, delimiter=separator)
        writer.writerow([*APPROVAL_COLUMNS, *extra])
        for one in decisions:
            cells = [one.key, one.channel, one.state, one.text, one.note, one.changed, one.proposal, one.check]
            added = [one.extra.get(name, "") for name in extra]
            writer.writerow([_to_spreadsheet(cell) for cell in (*cells, *added)])


def check_mark(text: str, version: str, shown_version: str = "") -> str:
    """Return the check of a text for a version of a product, shown beside a later one."""
    later = f"c{shown_version}" if shown_version and shown_version != version else ""
    return f"t{text_hash(text)}p{version}{later}"


def text_hash(text: str) -> str:
    """Return a hash of a text that line ends and outer blanks, which spreadsheets change, do not alter."""
    plain = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").strip()
    return blake2b(plain.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def _to_spreadsheet(cell: str) -> str:
    """Return a cell that a spreadsheet shows as it is: "- Colour: red" would be a formula."""
    plain = cell.replace("\0", "")
    return f"'{plain}" if plain.lstrip("'").startswith(_FORMULA) else plain


def _from_spreadsheet(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(_FORMULA) else cell


_FORMULA = ("=", "+", "-", "@")

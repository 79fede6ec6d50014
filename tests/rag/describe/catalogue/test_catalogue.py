"""Catalogues: new and changed rows are written, what people approved stays, no kill loses or doubles a row."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from ingest.errors import BusyError, InputError, RowsError
from rag.describe.catalogue.batch import BatchProgress, CatalogueBatch
from rag.describe.catalogue.batch_report import BatchReport
from rag.describe.catalogue.edits import unlicensed_words
from rag.describe.catalogue.product_file import ProductFile, ProductRow
from rag.describe.catalogue.record_database import ProductTexts
from rag.describe.catalogue.text_table import TextTable

ANY_TEXT = st.text(st.characters(codec="utf-8"))
HEAD = ["sku", "name", "colour"]
KETTLE, LAMP, CUP = ["007", "Kettle", "red"], ["12", "Lamp", "blue"], ["13", "Cup", ""]


class Shop:
    """A catalogue in a folder, described by a writer that counts."""

    def __init__(self, folder: Path, out: str = "out.csv") -> None:
        self.catalogue, self.out = folder / "catalogue.csv", folder / out
        self.approvals = folder / f"{out}.approvals.csv"
        self.options: dict[str, object] = {}
        self.written: list[str] = []

    def fill(self, *rows: Sequence[str], head: Sequence[str] = HEAD) -> None:
        with self.catalogue.open("w", newline="") as file:
            csv.writer(file).writerows([head, *rows])

    def write_texts(self, rows: Sequence[ProductRow]) -> list[ProductTexts]:
        self.written += [str(row.fields["name"]) for row in rows]
        return [
            ProductTexts({"description": f"A {row.fields['colour']} {row.fields['name']}."}, {"missing": ["sku"]})
            for row in rows
        ]

    def open(self, settings: str = "model 1") -> CatalogueBatch:
        return CatalogueBatch(
            self.out, ProductFile.open(self.catalogue), settings, findings=("missing",), **self.options
        )

    def run(self, settings: str = "model 1") -> BatchReport:
        self.written = []
        with self.open(settings) as batch:
            list(batch.write(self.write_texts))
            return batch.finish()

    def rows(self) -> list[dict[str, str]]:
        return list(csv.DictReader(self.out.read_text("utf-8").splitlines()))

    def texts(self) -> dict[str, str]:
        return {row[HEAD[0]]: row["description"] for row in self.rows()}

    def decide(self, product: str, **cells: str) -> None:
        """Edit a row of the approvals as a person with a German spreadsheet does."""
        rows = [row.cells for row in TextTable.open(self.approvals).rows()]
        next(row for row in rows if row["key"] == product).update(cells)
        with self.approvals.open("w", encoding="cp1252", newline="") as file:
            names = dict.fromkeys(name for row in rows for name in row)
            writer = csv.DictWriter(file, list(names), delimiter=";", restval="")
            writer.writeheader()
            writer.writerows(rows)

    def decision(self, key: str) -> dict[str, str]:
        with self.approvals.open(encoding="utf-8-sig", newline="") as file:
            [row] = [row for row in csv.DictReader(file) if row["key"] == key]
        return {name: cell for name, cell in row.items() if cell and name not in ("key", "channel", "check")}


@pytest.fixture
def shop(tmp_path) -> Shop:
    shop = Shop(tmp_path)
    shop.fill(KETTLE, LAMP, CUP)
    return shop


def test_the_output_has_the_products_texts_findings_and_states(shop) -> None:
    report = shop.run()
    assert shop.out.read_bytes() == (
        b"sku,name,colour,description,missing,state\r\n"
        b"007,Kettle,red,A red Kettle.,sku,draft\r\n"
        b"12,Lamp,blue,A blue Lamp.,sku,draft\r\n"
        b"13,Cup,,A  Cup.,sku,draft\r\n"
    )
    assert (report.plan.added, report.written, report.decisions.states, report.lines) == (3, 3, {"draft": 3}, ())
    assert shop.decision("007") == {"state": "draft", "text": "A red Kettle."}


def test_jsonl(tmp_path) -> None:
    shop = Shop(tmp_path, "out.jsonl")
    shop.fill(KETTLE)
    shop.run()
    assert [json.loads(line) for line in shop.out.read_text().splitlines()] == [
        {
            "fields": {"sku": "007", "name": "Kettle", "colour": "red"},
            "description": "A red Kettle.", "missing": ["sku"], "state": "draft",
        }
    ]  # fmt: skip


def test_only_new_and_changed_rows_are_written_and_removed_ones_reported(shop) -> None:
    shop.run()
    shop.fill(["14", "Bowl", "white"], KETTLE, ["12", "Lamp", "green"])
    report = shop.run()
    assert shop.written == ["Bowl", "Lamp"]
    assert (report.plan.added, report.plan.changed, report.plan.kept, report.plan.removed) == (1, 1, 1, ("13",))
    assert shop.texts() == {"14": "A white Bowl.", "007": "A red Kettle.", "12": "A green Lamp."}
    assert report.lines == (
        "changed since the last run and written again: 1",
        "no longer in the catalogue, and left out: 13",
    )
    before = shop.out.stat().st_mtime_ns
    assert shop.run().lines == ()
    assert (shop.written, shop.out.stat().st_mtime_ns) == ([], before), "nothing is touched"


def test_other_settings_write_all_again_but_what_is_approved(shop) -> None:
    shop.run()
    shop.decide("12", state="approved")
    report = shop.run("model 2")
    assert shop.written == ["Kettle", "Cup"]
    assert (report.plan.resettled, report.decisions.states) == (2, {"draft": 2, "approved": 1})
    assert shop.decision("12")["state"] == "approved"


def test_ignored_fields_change_nothing_and_are_shown(shop) -> None:
    shop.options = {"ignored": ("Colour",)}
    shop.run()
    shop.fill(["007", "Kettle", "green"], LAMP, CUP)
    shop.run()
    assert shop.written == []
    assert [row["colour"] for row in shop.rows()] == ["green", "blue", ""]


def test_products_without_ids_are_known_by_their_fields_or_else_by_their_place(shop) -> None:
    head = ["name", "colour", "size"]
    rows = [["Kettle", "red", "1"], ["Lamp", "blue", "2"], ["Lamp", "blue", "2"], ["Cup", "white", "3"]]
    shop.fill(*rows, head=head)
    report = shop.run()
    assert shop.written == ["Kettle", "Lamp", "Cup"], "equal rows are one product"
    assert (report.plan.products, len(shop.rows())) == (3, 4)
    # The catalogue is sorted anew: nothing is written.
    shop.fill(*reversed(rows), head=head)
    shop.run()
    assert shop.written == []
    # One field of the second row changes, and a row is put before the others: first the one, then the other.
    shop.fill(rows[3], ["Lamp", "green", "2"], rows[0], head=head)
    assert (shop.run().plan.changed, shop.written) == (1, ["Lamp"])
    shop.fill(["Bowl", "white", "9"], rows[3], ["Lamp", "green", "2"], rows[0], head=head)
    assert (shop.run().plan.added, shop.written) == (1, ["Bowl"])


def test_an_approved_text_of_a_changed_product_is_kept_until_somebody_decides(shop) -> None:
    shop.run()
    shop.decide("007", state="Approved", note="by Ann")
    shop.decide("12", text="Eine blaue Lämpe.")
    shop.fill(["007", "Kettle", "green"], ["12", "Lamp", "white"], CUP)
    for _ in range(2):
        report = shop.run()
        assert shop.texts() == {"007": "A red Kettle.", "12": "Eine blaue Lämpe.", "13": "A  Cup."}
        assert [row["state"] for row in shop.rows()] == [
            "approved, product changed",
            "edited, product changed",
            "draft",
        ]
        assert [row["missing"] for row in shop.rows()] == ["", "", "sku"], "what was found in the draft is not shown"
        assert shop.decision("007") == {
            "state": "approved", "text": "A red Kettle.", "note": "by Ann", "changed": "colour",
            "proposal": "A green Kettle.",
        }  # fmt: skip
        assert report.lines[-1] == (
            "approved text of a changed product, kept until you decide: 007 (description: colour), "
            "12 (description: colour)"
        )
    assert shop.written == []
    # The one is confirmed, the other given up for the proposal.
    shop.decide("007", changed="")
    shop.decide("12", state="draft", text="A blue Lamp.")
    assert shop.run().lines == ()
    assert shop.decision("007") == {"state": "approved", "text": "A red Kettle.", "note": "by Ann"}


@pytest.mark.parametrize(
    ("outdated", "text", "state", "told"),
    [
        ("keep", "A red Kettle.", "approved, product changed", "kept until you decide"),
        ("draft", "A green Kettle.", "approved, product changed, new draft shown", "its new draft is shown"),
        ("omit", "", "approved, product changed, left out", "left out until you decide"),
    ],
)
def test_an_outdated_text_is_shown_as_the_shop_wants(shop, outdated, text, state, told) -> None:
    shop.run()
    shop.decide("007", state="approved")
    shop.fill(["007", "Kettle", "green"], LAMP, CUP)
    shop.options["outdated"] = outdated
    report = shop.run()
    assert f"approved text of a changed product, {told}" in report.lines[-1]
    assert (shop.texts()["007"], shop.rows()[0]["state"]) == (text, state)
    assert shop.texts()["12"] == "A blue Lamp."
    # The file of approvals has the text that was approved, whatever is shown.
    assert (shop.decision("007")["text"], shop.decision("007")["proposal"]) == ("A red Kettle.", "A green Kettle.")
    shop.decide("007", changed="")
    shop.run()
    assert (shop.texts()["007"], shop.rows()[0]["state"]) == ("A red Kettle.", "approved")


def test_the_state_draft_takes_the_proposal(shop) -> None:
    shop.run()
    shop.decide("007", state="approved")
    shop.fill(["007", "Kettle", "green"], LAMP, CUP)
    shop.run()
    shop.decide("007", state="draft")
    shop.run()
    assert shop.decision("007") == {"state": "draft", "text": "A green Kettle."}


def test_a_rejected_text_is_left_out_until_another_is_written(shop) -> None:
    shop.run()
    shop.decide("007", state="rejected")
    for _ in range(2):
        shop.run()
        assert (shop.texts()["007"], shop.rows()[0]["state"]) == ("", "rejected")
        assert shop.decision("007") == {"state": "rejected", "text": "A red Kettle."}
    shop.fill(["007", "Kettle", "green"], LAMP, CUP)
    shop.run()
    assert shop.decision("007") == {"state": "draft", "text": "A green Kettle."}


def test_approvals_survive_spreadsheets_removed_products_and_lost_records(shop) -> None:
    shop.run()
    # A spreadsheet makes 7 of 007; people add columns.
    shop.decide("007", key="7", state="approved", reviewer="Ann")
    shop.run()
    assert shop.decision("007") == {"state": "approved", "text": "A red Kettle.", "reviewer": "Ann"}
    shop.fill(LAMP, CUP)
    report = shop.run()
    assert report.lines[-1] == "decisions about products or channels that are not in this run, kept: 007"
    assert shop.decision("007")["state"] == "approved"
    shop.fill(KETTLE, LAMP, CUP)
    shop.run()
    assert shop.rows()[0]["state"] == "approved"
    (shop.out.parent / ".out.csv.records.db").unlink()
    shop.out.unlink()
    shop.run()
    assert shop.decision("007") == {"state": "approved", "text": "A red Kettle.", "reviewer": "Ann"}


def test_texts_of_people_are_checked_against_the_fields_of_today(shop) -> None:
    shop.run()
    shop.decide("007", state="approved")
    shop.decide("12", text="An elegant blue lamp.")
    shop.decide("13", text="A cup.")
    shop.fill(["007", "Kettle", "green"], LAMP, CUP)
    with shop.open() as batch:
        list(batch.write(shop.write_texts))
        report = batch.finish(unlicensed_words)
    names = [(name.key, words) for name, words in report.decisions.unlicensed.items()]
    assert names == [("007", ("red",)), ("12", ("elegant",))]
    assert report.lines[-1] == (
        "says what no field says, and was edited or approved by a person: 007 (description: red), "
        "12 (description: elegant)"
    )


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(ANY_TEXT, ANY_TEXT), min_size=1, max_size=4))
def test_any_text_survives_all_files(tmp_path_factory, texts) -> None:
    folder = tmp_path_factory.mktemp("any")
    rows = [{"id": f"n{number}", "name": name} for number, (name, _) in enumerate(texts)]
    (folder / "p.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    for pending in (len(texts), 0):
        with CatalogueBatch(folder / "f.csv", ProductFile.open(folder / "p.jsonl"), "s") as batch:
            assert batch.plan.pending == pending
            list(batch.write(lambda rows: [ProductTexts({"description": texts[row.number - 1][1]}) for row in rows]))
            report = batch.finish()
        assert set(report.decisions.states) <= {"draft"}, "no text counts as edited"
    with (folder / "f.csv").open(encoding="utf-8", newline="") as file:
        assert [(row["name"], row["description"]) for row in csv.DictReader(file)] == texts


def test_channels_have_states_of_their_own(shop) -> None:
    shop.options = {"channels": ("title", "bullets")}
    texts = {"title": "Kettle", "bullets": "- Colour: red\n- Sold: =1+1"}
    shop.write_texts = lambda rows: [ProductTexts(texts) for _ in rows]
    shop.run()
    written = shop.approvals.read_text("utf-8-sig")
    assert '"\'- Colour: red\n- Sold: =1+1"' in written, "a spreadsheet would take it for a formula"
    shop.approvals.write_text(written.replace("007,title,draft", "007,title,approved"), "utf-8")
    report = shop.run()
    assert report.decisions.states == {"draft": 5, "approved": 1}
    with shop.out.open(newline="") as file:
        first = next(csv.DictReader(file))
    assert (first["bullets"], first["state"]) == (texts["bullets"], "title: approved; bullets: draft")


def test_products_that_are_refused_say_why_and_are_not_tried_again(shop) -> None:
    shop.options = {"channels": ("title", "short")}
    texts = ProductTexts({"title": "Kettle"}, refused={"short": "no field"})
    shop.write_texts = lambda rows: [texts for _ in rows]
    line = "not written: 007 (short: no field), 12 (short: no field), 13 (short: no field)"
    assert shop.run().lines == (line,)
    assert [row["state"] for row in shop.rows()] == ["title: draft; short: not written: no field"] * 3
    assert (shop.run().lines, shop.run().written) == ((line,), 0)


def test_progress_counts_products_and_each_batch_is_kept(shop) -> None:
    with shop.open() as batch:
        progress = batch.write(shop.write_texts, size=2)
        assert next(progress) == BatchProgress(2, 3)
    with shop.open() as batch:
        assert list(batch.write(shop.write_texts, size=2)) == [BatchProgress(1, 1)]
        batch.finish()
    assert shop.written == ["Kettle", "Lamp", "Cup"]


MISTAKES = {
    "state": (
        lambda shop: shop.decide("12", state="aproved"),
        r"line 3: the state 'aproved' has to be draft, approved",
    ),
    "twice": (lambda shop: shop.decide("12", key="13"), "the description of '13' is decided about twice"),
    "no text": (lambda shop: shop.approvals.write_text("key,state\n1,draft\n"), "has no column text"),
    "same id": (lambda shop: shop.fill(KETTLE, KETTLE), "products 1 and 2 have the same sku, '007'"),
    "no id": (lambda shop: shop.fill(KETTLE, ["", "x", "y"]), "product 2 has no sku"),
    "other id": (lambda shop: shop.fill(["Lamp"], head=["name"]), "has no field 'sku'"),
    "other products": (lambda shop: shop.fill(["99", "x", "y"]), "holds descriptions of other products"),
    "own file": (
        lambda shop: (shop.out.parent / ".out.csv.records.db").unlink(),
        "holds descriptions of other products: choose another --out",
    ),
    "no records": (
        lambda shop: (shop.out.parent / ".out.csv.records.db").write_bytes(b"x" * 2000),
        "is no file of records",
    ),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_one_line_and_changes_nothing(shop, case) -> None:
    shop.run()
    before = shop.out.read_bytes()
    spoil, message = MISTAKES[case]
    spoil(shop)
    with pytest.raises((InputError, RowsError), match=message) as raised:
        shop.run()
    assert "\n" not in str(raised.value)
    assert (shop.out.read_bytes(), shop.written) == (before, [])


def test_an_output_of_another_kind_is_refused(tmp_path) -> None:
    shop = Shop(tmp_path, "out.xlsx")
    shop.fill(LAMP)
    with pytest.raises(InputError, match=r"name it \.csv or \.jsonl"):
        shop.open()


def test_one_process_at_a_time_writes_an_output(shop) -> None:
    with shop.open(), pytest.raises(BusyError, match="another run is writing"):
        shop.open()
    shop.run()


def test_a_catalogue_that_changes_meanwhile_is_not_mixed(shop) -> None:
    with shop.open() as batch:
        shop.fill(["007", "Pot", "red"], LAMP, CUP)
        with pytest.raises(RowsError, match="was changed while it was described: run the command again"):
            list(batch.write(shop.write_texts))


KILLED = """
import os, random, sys
from pathlib import Path
from rag.describe.catalogue.batch import CatalogueBatch
from rag.describe.catalogue.product_file import ProductFile
from rag.describe.catalogue.record_database import ProductTexts

out, catalogue, log = Path("out.csv"), Path("catalogue.csv"), Path("log.txt")

def note(kind, rows):
    with log.open("a") as file:
        file.writelines(f"{kind} {row.fields['id']} {row.fields['colour']}\\n" for row in rows)

def run(calls):
    def count(frame, event, argument):
        nonlocal calls
        if "describe" in frame.f_code.co_filename or event == "c_call":
            calls -= 1
        if not calls:
            os.kill(os.getpid(), 9)
    sys.setprofile(count)
    batch_rows = []
    def write_texts(rows):
        batch_rows[:] = rows
        note("made", rows)
        return [ProductTexts({"description": f"A {row.fields['colour']} thing."}) for row in rows]
    with CatalogueBatch(out, ProductFile.open(catalogue), "s") as batch:
        for _ in batch.write(write_texts, 4):
            note("kept", batch_rows)
        batch.finish()
    sys.setprofile(None)
    return calls

def fill(numbers, colour):
    catalogue.write_text("id,colour\\n" + "".join(f"{n},{colour if n % 10 == 5 else 'red'}\\n" for n in numbers))

dice, kills = random.Random(int(sys.argv[1])), 0
for numbers, colour in ((range(40), "blue"), (range(10, 60), "green")):
    fill(numbers, colour)
    done = False
    while not done:
        # The first ten runs of each catalogue are killed wherever they stand, then one may end.
        calls = dice.randrange(50, 2500) if kills % 10 < 9 or dice.random() < 0.5 else -1
        child = os.fork()
        if not child:
            run(calls)
            os._exit(0)
        done = os.waitpid(child, 0)[1] == 0
        kills += not done
        if out.exists():
            assert out.read_text().endswith("\\n") and out.read_text().startswith("id,colour,description,state")
    if colour == "blue":
        approvals = Path("out.csv.approvals.csv")
        text = approvals.read_text("utf-8-sig")
        approvals.write_text(text.replace("15,description,draft", "15,description,approved"))
print(kills)
"""


@pytest.mark.parametrize("seed", [1, 2])
def test_a_run_that_is_killed_anywhere_loses_and_doubles_nothing(tmp_path, seed) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(seed)],
        cwd=tmp_path,
        env={"PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 20
    rows = list(csv.DictReader((tmp_path / "out.csv").read_text().splitlines()))
    assert [row["id"] for row in rows] == [str(number) for number in range(10, 60)]
    for row in rows:
        colour = "blue" if row["id"] == "15" else "green" if row["id"].endswith("5") else "red"
        assert row["description"] == f"A {colour} thing."
    assert [row["state"] for row in rows if row["id"] in ("15", "25")] == ["approved, product changed", "draft"]
    # What was kept is never written again.
    kept: set[str] = set()
    for line in (tmp_path / "log.txt").read_text().splitlines():
        kind, _, product = line.partition(" ")
        assert kind == "kept" or product not in kept
        kept |= {product} if kind == "kept" else set()

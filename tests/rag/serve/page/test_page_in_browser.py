"""The page in Chromium: questions, citations in their documents, uploads, keys, and a server that goes and comes."""

from __future__ import annotations

import csv
import json
import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rag.serve.keys import KeyFile

pytestmark = [pytest.mark.slow, pytest.mark.weights]

ROOT = Path(__file__).resolve().parents[4]
COMPARISON = ROOT / "examples/product_descriptions/comparison.json"
OpenPage = Callable[..., Any]
Server = Any


def ask(page: Any, question: str, number: int = 1) -> None:
    page.fill("#question", question)
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#turn-{number} .feedback")


def squeeze(text: str) -> str:
    return re.sub(r"[\s-]+", "", text)


def test_a_question_is_answered_and_its_citation_opens_in_markdown(server: Server, open_page: OpenPage) -> None:
    page = open_page(server.url)
    ask(page, "How many weeks of parental leave are there after an adoption?")
    assert "12 weeks" in page.inner_text("#turn-1 .answer")
    assert "Sure" in page.inner_text("#turn-1 .confidence") or "Likely" in page.inner_text("#turn-1 .confidence")
    quote = page.inner_text("#turn-1 .card .quote")
    page.click("#turn-1 .reference")
    page.wait_for_selector(".source mark")
    assert page.inner_text(".source mark") == quote
    assert page.locator(".source mark").count() == 1
    # It is in sight, beside the answer, and the source says where.
    frame, mark = (page.locator(one).bounding_box() for one in (".source-body", ".source mark"))
    assert frame["y"] <= mark["y"] < frame["y"] + frame["height"]
    assert page.locator("#turn-1").bounding_box()["x"] < frame["x"]
    assert page.inner_text("#source-title") == "leave.md"
    # The keyboard closes it, and is back at what opened it.
    page.keyboard.press("Escape")
    assert page.locator(".source").count() == 0
    assert page.evaluate("document.activeElement.className") == "reference"


def test_the_answer_streams(server: Server, open_page: OpenPage) -> None:
    page = open_page(server.url)
    page.evaluate(
        """() => {
            window.seen = new Set();
            new MutationObserver(() => {
                const text = document.querySelector(".answer")?.textContent;
                if (text) window.seen.add(text);
            }).observe(document.getElementById("app"), { subtree: true, childList: true, characterData: true });
        }"""
    )
    with page.expect_response(lambda response: response.url.endswith("/ask")) as reply:
        ask(page, "How many days of sick leave are there a year?")
    assert reply.value.headers["content-type"].startswith("text/event-stream")
    assert "13 days" in page.inner_text("#turn-1 .answer")
    assert page.evaluate("window.seen.size") >= 1


def test_a_citation_is_boxed_in_the_pages_of_a_pdf(server: Server, open_page: OpenPage) -> None:
    page = open_page(server.url)
    ask(page, "What did the right wing impact?")
    card = page.locator("#turn-1 .card", has_text="accident-report").first
    quote = card.locator(".quote").text_content()
    card.locator("button").click()
    page.wait_for_selector('.pdf[data-state="boxed"]')
    marks = page.locator(".page mark")
    assert squeeze("".join(marks.all_text_contents())) == squeeze(quote)
    # The boxes lie on the page that is cited, over drawn ink, in sight.
    assert page.locator('.page[data-page="1"] mark').count() == marks.count()
    frame, first = page.locator(".source-body").bounding_box(), marks.first.bounding_box()
    assert frame["y"] <= first["y"] < frame["y"] + frame["height"]
    assert 6 < first["height"] < 40
    has_ink = page.evaluate(
        """() => {
            const box = document.querySelector(".page mark").getBoundingClientRect();
            const canvas = document.querySelector(".page canvas");
            const place = canvas.getBoundingClientRect();
            const scale = canvas.width / place.width;
            const pixels = canvas.getContext("2d").getImageData(
                (box.x - place.x) * scale, (box.y - place.y) * scale, box.width * scale, box.height * scale).data;
            return pixels.some((value, at) => at % 4 === 0 && value < 120);
        }"""
    )
    assert has_ink


def test_a_citation_marks_its_row_in_a_table(server: Server, open_page: OpenPage) -> None:
    page = open_page(server.url)
    ask(page, "What is the hotel limit in Denmark?")
    assert "190" in page.inner_text("#turn-1 .answer")
    page.click("#turn-1 .reference")
    page.wait_for_selector(".table-view mark")
    assert page.locator("tr.cited").count() == 1
    assert "Denmark" in page.inner_text("tr.cited")
    assert page.locator(".table-view tbody tr").count() == 3


def test_what_the_documents_lack_is_said_with_the_nearest_passages(server: Server, open_page: OpenPage) -> None:
    page = open_page(server.url)
    ask(page, "Who won the football world cup in 1998?")
    assert "I can't find this in your documents." in page.inner_text("#turn-1 .answer")
    page.click("#turn-1 .card button >> nth=0")
    page.wait_for_selector(".source :is(mark, .pages)")


def test_feedback_is_kept(server: Server, open_page: OpenPage) -> None:
    page = open_page(server.url)
    ask(page, "How many days of sick leave are there a year?")
    page.get_by_role("button", name="Wrong").click()
    page.fill("#turn-1 .correction textarea", "13 days, and more for accidents")
    page.get_by_role("button", name="Send").click()
    page.wait_for_selector("text=Thank you")
    rows = (server.folder / ".rag" / "feedback.jsonl").read_text("utf-8")
    assert "more for accidents" in rows


def test_a_file_is_added_answers_and_is_deleted(server: Server, open_page: OpenPage, tmp_path: Path) -> None:
    good, bad = tmp_path / "parking.md", tmp_path / "broken.pdf"
    good.write_text("# Parking\n\nThe gate code of the garage is 7731.\n", "utf-8")
    bad.write_bytes(b"this is no PDF")
    page = open_page(f"{server.url}/#/documents")
    page.set_input_files('input[aria-label="Files to add"]', [good, bad])
    page.wait_for_selector(".upload-good", state="attached")
    page.wait_for_selector(".upload-bad .notes")
    page.wait_for_selector(".files >> text=parking.md")
    page.click("nav >> text=Ask")
    ask(page, "What is the gate code of the garage?")
    assert "7731" in page.inner_text("#turn-1 .answer")
    page.click("nav >> text=Documents")
    page.fill("#search", "parking")
    page.wait_for_selector(".files > li:only-child")
    page.get_by_role("button", name="Delete parking.md").click()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Delete parking.md").click()
    page.locator("dialog").get_by_role("button", name="Delete").click()
    page.wait_for_selector("text=No document has this in its name.")


def test_a_description_links_its_phrases_to_their_fields(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/#/descriptions")
    page.get_by_role("button", name="Fill in an example").click()
    page.get_by_role("button", name="Describe").click()
    phrase = page.locator('.phrase[data-field="colour"]').first
    phrase.hover()
    assert page.locator(".field-row.linked input").nth(1).input_value() == "copper"
    page.locator('input[aria-label="Value of capacity_l"]').focus()
    page.mouse.move(0, 0)
    page.wait_for_selector('.phrase.linked[data-field="capacity_l"]')
    assert "an identifier" in page.inner_text(".not-stated")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    assert "copper" in Path(download.value.path()).read_text("utf-8")


FOLDER = {
    "house/keys.md": "# Keys\n\nThe key of the cellar hangs at the porter's.\n",
    "house/bins/days.md": "# Bins\n\nFriday.\n",
}

DROP = """(files) => {
    const file = (path) => {
        const name = path.split("/").pop();
        return { name, isFile: true, file: (done) => done(new File([files[path]], name)) };
    };
    const folder = (name, entries) => {
        let rest = [entries, []];
        return { name, isFile: false, createReader: () => ({ readEntries: (done) => done(rest.shift()) }) };
    };
    const bins = folder("bins", [file("house/bins/days.md")]);
    const house = folder("house", [file("house/keys.md"), bins, file("house/.DS_Store")]);
    const event = new Event("drop", { bubbles: true, cancelable: true });
    event.dataTransfer = { items: [{ webkitGetAsEntry: () => house }] };
    document.querySelector(".drop").dispatchEvent(event);
}"""
"""Drops a folder: Chromium gives the entries of a folder only to a hand that drops one."""


def test_a_dropped_folder_is_added_without_its_hidden_files(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/#/documents")
    page.wait_for_selector(".drop")
    page.evaluate(DROP, FOLDER)
    page.wait_for_selector("text=2 files added")
    assert sorted(page.locator(".upload-name").all_inner_texts()) == ["house/bins/days.md", "house/keys.md"]
    page.click("nav >> text=Ask")
    ask(page, "Where does the key of the cellar hang?")
    assert "porter" in page.inner_text("#turn-1 .answer")
    page.click("nav >> text=Documents")
    for name in ("keys.md", "days.md"):
        page.get_by_role("button", name=f"Delete {name}").click()
        page.locator("dialog").get_by_role("button", name="Delete").click()
        page.wait_for_selector(f'button[aria-label="Delete {name}"]', state="detached")


def test_a_chosen_folder_is_added_with_its_paths(server: Server, open_page: OpenPage, tmp_path: Path) -> None:
    for name, text in FOLDER.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    page = open_page(f"{server.url}/#/documents")
    page.set_input_files('input[aria-label="Folder to add"]', tmp_path / "house")
    page.wait_for_selector("text=2 files added")
    assert sorted(page.locator(".upload-name").all_inner_texts()) == ["house/bins/days.md", "house/keys.md"]
    for name in ("keys.md", "days.md"):
        page.get_by_role("button", name=f"Delete {name}").click()
        page.locator("dialog").get_by_role("button", name="Delete").click()
        page.wait_for_selector(f'button[aria-label="Delete {name}"]', state="detached")


def test_products_of_a_csv_file_are_described_edited_approved_and_downloaded(
    server: Server, open_page: OpenPage, tmp_path: Path
) -> None:
    file = tmp_path / "kettles.csv"
    file.write_text('name;colour;capacity_l\n"Nova ""S"" kettle";copper;1,7\nMaris kettle;white;0,8\n', "utf-8")
    page = open_page(f"{server.url}/#/descriptions")
    page.get_by_role("button", name="CSV", exact=True).click()
    page.set_input_files("#csv", file)
    page.wait_for_selector("text=kettles.csv: 2 products")
    page.get_by_role("button", name="Describe").click()
    page.wait_for_selector(".phrase")
    assert page.inner_text(".result h2") == 'Nova "S" kettle'
    page.get_by_role("button", name="Next").click()
    assert page.inner_text(".result h2") == "Maris kettle"
    # An edit keeps the fields of the phrases that it leaves alone, and an approval ends with it.
    page.get_by_label("Approved").check()
    page.locator(".channel").first.get_by_role("button", name="Edit").click()
    title = page.input_value("#edit-title")
    page.fill("#edit-title", f"{title}, new")
    page.get_by_role("button", name="Keep").click()
    page.wait_for_selector(".channel .tag >> text=edited")
    assert page.locator(".channel").first.locator('.phrase[data-field="name"]').count() == 1
    assert not page.get_by_label("Approved").is_checked()
    page.get_by_label("Approved").check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    rows = list(csv.DictReader(Path(download.value.path()).read_text("utf-8").splitlines()))
    assert [(row["name"], row["approved"]) for row in rows] == [('Nova "S" kettle', "no"), ("Maris kettle", "yes")]
    assert rows[1]["title"] == f"{title}, new"
    with page.expect_download() as download:
        page.get_by_role("button", name="Download JSON").click()
    products = json.loads(Path(download.value.path()).read_text("utf-8"))
    assert [one["approved"] for one in products] == [False, True]
    assert products[1]["texts"]["title"] == f"{title}, new"
    assert products[0]["fields"]["colour"] == "copper"


def test_a_comparison_is_shown_as_text(store: Path, start_server: Callable[..., Server], open_page: OpenPage) -> None:
    """Names and texts of a comparison are drawn, never run: the page would report a breach of its policy."""
    evil = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
    comparison = json.loads(COMPARISON.read_text("utf-8"))
    comparison["title"] = comparison["samples"][0]["input"] = evil
    (store / "comparison.json").write_text(json.dumps(comparison), "utf-8")
    (store / "rag.toml").write_text('[serve]\ncomparison = "comparison.json"\n', "utf-8")
    server = start_server(store)
    try:
        page = open_page(server.url, width=390)
        page.click("nav >> text=Comparison")
        page.wait_for_selector(".scores")
        assert page.inner_text(".comparison h1") == page.inner_text(".sample .input") == evil
        assert page.title() == "Comparison · Openbook"
        first = page.locator(".scores >> nth=0").locator("tbody tr").first
        assert "T5 from nothing, 16 attempts" in first.inner_text()
        page.get_by_role("button", name="Unlicensed words, 12 rows").click()
        assert "Rules" in first.inner_text()
        page.get_by_role("button", name="Next").click()
        assert page.inner_text(".sample .input") == comparison["samples"][1]["input"]
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
        violations = axe.run(page).response["violations"]
        assert [one["id"] for one in violations if one["impact"] in ("serious", "critical")] == []
    finally:
        server.stop()
        (store / "rag.toml").unlink()


def test_a_wrong_key_is_said_and_a_server_may_go_and_come(
    store: Path, start_server: Callable[..., Server], open_page: OpenPage
) -> None:
    keys = KeyFile(store / "keys.json")
    _, token = keys.make("page", ["read"])
    server = start_server(store, "--keys", str(keys.path))
    try:
        page = open_page(server.url)
        page.fill("#key", "ob_1234_wrong")
        page.get_by_role("button", name="Use this key").click()
        page.wait_for_selector("text=This key is unknown or revoked.")
        page.fill("#key", token)
        page.get_by_role("button", name="Use this key").click()
        page.wait_for_selector("#question")
        # The key is in no address, and is gone with the window.
        assert token not in page.url
        assert page.evaluate("localStorage.length") == 0
        page.click("nav >> text=Documents")
        page.wait_for_selector("text=This key may read documents, and not change them.")
        page.click("nav >> text=Ask")
        server.stop(signal.SIGKILL)
        ask_in_vain(page)
        server = start_server(store, "--keys", str(keys.path), port=int(server.url.rpartition(":")[2]))
        page.wait_for_selector(".notice-good", timeout=180_000)
        page.get_by_role("button", name="Ask again").click()
        page.wait_for_selector("#turn-1 .feedback", timeout=180_000)
    finally:
        server.stop()


def ask_in_vain(page: Any) -> None:
    page.fill("#question", "How many days of sick leave are there a year?")
    page.keyboard.press("Enter")
    page.wait_for_selector("#turn-1 .trouble")
    page.wait_for_selector(".notice-warn")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_every_view_fits_and_is_accessible(server: Server, open_page: OpenPage, width: int, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = open_page(server.url, width=width, height=844, scheme=scheme)
    faults = []

    def check(state: str) -> None:
        faults.extend(
            f"{state}: {one['id']}: {one['nodes'][0]['html'][:200]}: {one['nodes'][0]['failureSummary'][:300]}"
            for one in axe.run(page).response["violations"]
            if one["impact"] in ("serious", "critical")
        )
        if page.evaluate("document.documentElement.scrollWidth") > width:
            faults.append(f"{state}: wider than {width} px")

    check("empty")
    ask(page, "What is the hotel limit in Denmark?")
    page.click("#turn-1 .reference")
    page.wait_for_selector(".table-view mark")
    check("row")
    page.keyboard.press("Escape")
    ask(page, "What did the right wing impact?", 2)
    page.click("#turn-2 .card button >> nth=0")
    page.wait_for_selector(".pdf[data-state=boxed]")
    check("pdf")
    for view, ready in (("documents", ".files li"), ("descriptions", ".given"), ("settings", "dl")):
        page.click(f"nav a[href='#/{view}']")
        page.wait_for_selector(ready)
        if view == "descriptions":
            page.get_by_role("button", name="Fill in an example").click()
            page.get_by_role("button", name="Describe").click()
            page.wait_for_selector(".phrase")
        check(view)
    assert not faults

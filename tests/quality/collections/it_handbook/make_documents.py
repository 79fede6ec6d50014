"""Write the office files of the IT team: service catalogue, security policies of 2026 and 2024, on-call slides.

Run by hand with python-docx, openpyxl, python-pptx and reportlab; the other documents of the folder are plain files.
"""

from __future__ import annotations

from pathlib import Path

import docx
from docx.document import Document
from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from pptx import Presentation
from pptx.util import Inches, Pt
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate


def write_catalogue(path: Path) -> None:
    workbook = Workbook()
    hardware = workbook.active
    hardware.title = "Hardware"
    hardware.append(
        ["Service catalogue, hardware", None, None, None, None, "prices charged to the team, edition of May 2026"]
    )
    hardware.append(["Group", "Code", "What", "For whom", "Who approves", "Working days", "Price (GBP)"])
    groups = (
        (
            "Laptops",
            (
                ("HW-11", "Lumen 14, 16 GB memory, 512 GB disk", "everybody", "team lead", 5, 890),
                ("HW-12", "Lumen 14 Pro, 32 GB memory, 1 TB disk", "developers, designers", "team lead", 5, 1340),
                (
                    "HW-13",
                    "Lumen 16 Pro, 64 GB memory, 2 TB disk",
                    "build and video teams",
                    "head of department",
                    15,
                    2280,
                ),
                ("HW-14", "Lumen 14 Pro, Linux instead of Windows", "developers", "team lead", 8, 1340),
            ),
        ),
        (
            "Screens",
            (
                ("HW-21", "24 inch, for home", "who works from home at least two days a week", "team lead", 7, 140),
                ("HW-22", "27 inch, for the desk", "everybody", "nobody", 3, 210),
                ("HW-23", "34 inch, curved", "designers, traders of the test bench", "head of department", 10, 480),
            ),
        ),
        (
            "Loans",
            (
                ("HW-31", "Travel laptop, empty disk", "journeys outside EU and Switzerland", "head of security", 4, 0),
                ("HW-32", "Projector", "everybody", "nobody", 1, 0),
                ("HW-33", "Test till with drawer", "developers, support", "lab manager", 2, 0),
            ),
        ),
        (
            "Telephones",
            (
                ("HW-41", "Phone for on call", "people on call", "team lead", 5, 320),
                ("HW-42", "Desk phone", "reception, sales", "team lead", 5, 75),
                ("HW-43", "Headset with cable", "everybody", "nobody", 1, 38),
                ("HW-44", "Headset without cable", "sales, support", "team lead", 3, 115),
            ),
        ),
    )
    for group, rows in groups:
        first = hardware.max_row + 1
        for number, row in enumerate(rows):
            hardware.append([None if number else group, *row])
        hardware.merge_cells(start_row=first, end_row=hardware.max_row, start_column=1, end_column=1)

    software = workbook.create_sheet("Software")
    software.append(["Code", "What", "Who approves", "Working days", "Remark"])
    for row in (
        ("SW-11", "One more seat of a tool we have", "owner of the tool", 2, "cost as in the list of software"),
        ("SW-12", "Check of a new tool", "security team", 10, "name the data you want to put in"),
        ("SW-13", "Trial of a tool, 30 days", "security team", 5, "no data of clients"),
        ("SW-14", "End of a seat", "nobody", 1, None),
    ):
        software.append(row)

    access = workbook.create_sheet("Access")
    access.append(["Code", "What", "Who approves", "Working days", "Ends after"])
    for row in (
        ("AC-01", "New account", "HR", 3, "last day of work"),
        ("AC-02", "Guest account", "host", 1, "30 days"),
        ("AC-03", "Shared mailbox", "team lead", 2, "never"),
        ("AC-11", "Test database, read", "team lead", 1, "12 months"),
        ("AC-12", "Test database, write", "team lead", 1, "6 months"),
        ("AC-13", "Production database, read", "head of operations", 3, "90 days"),
        ("AC-14", "Production database, write", "head of operations and head of security", 3, "8 hours"),
        ("AC-21", "Server room Bristol", "head of operations", 2, "12 months"),
        ("AC-22", "Server room Leeds", "head of operations", 2, "12 months"),
        ("AC-31", "Administrator of own laptop", "team lead and security team", 5, "7 days"),
    ):
        access.append(row)
    for sheet, line in ((hardware, 2), (software, 1), (access, 1)):
        for cell in sheet[line]:
            cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="DDE6EE")
    workbook.save(path)


def write_policy_2026(path: Path) -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Corvane Ltd | internal"
    document.sections[0].footer.paragraphs[0].text = "Security policy, version 5.0, in force from 1 February 2026"
    document.add_heading("Security policy", 0)
    document.add_paragraph(
        "This policy binds everybody who works for Corvane, contractors too. It replaces version 4.1 of 2024. Owner: Ingrid "
        "Solheim, head of security. Exceptions are given by her in writing, for twelve months at most."
    )

    document.add_heading("1 Passwords", 1)
    add_lines(
        document,
        (
            "A passphrase has at least 16 characters. There are no rules about digits and signs any more.",
            "Passphrases are changed only when there is reason to believe that somebody knows them.",
            "Passwords for anything but your own account are kept in Keyhaven, never in a document or the browser.",
            "A second factor is a must everywhere: the authenticator on your phone or a security key. Codes by text message are no longer accepted.",
        ),
    )

    document.add_heading("2 Classes of data", 1)
    document.add_paragraph("Whoever makes a document says which class it has. Without a label it is internal.")
    add_sheet(
        document,
        (
            ("Class", "Example", "May be sent to", "Kept on a laptop", "Destroyed"),
            ("public", "press release, price list", "anybody", "yes", "any bin"),
            ("internal", "minutes, this policy", "colleagues and contractors", "yes", "any bin in the office"),
            ("confidential", "source code, contracts", "named people, encrypted", "yes, encrypted", "shredder P-4"),
            (
                "secret",
                "salaries, data of clients' customers",
                "nobody outside the team",
                "no",
                "shredder P-5, two people",
            ),
        ),
    )

    document.add_heading("3 Laptops and phones", 1)
    document.add_paragraph(
        "The screen locks after five minutes without input; lock it yourself when you get up. Updates are installed within "
        "seven days, updates marked as critical within 48 hours. After that the device loses access to the network until "
        "it is up to date. Private phones may hold work mail if they have a code of six digits and the app Northwall "
        "Mobile. We can wipe the work part of a private phone, never the rest, and we do it when you leave."
    )
    document.add_paragraph(
        "USB sticks are not allowed. The only exception is the stick of the lab for updating test tills."
    )

    document.add_heading("4 Artificial intelligence", 1)
    add_lines(
        document,
        (
            "Draftmate may be used with public data.",
            "Other assistants may be used only after a check (SW-12).",
            "No source code and nothing of clients goes into any assistant, not even shortened or with other names.",
            "Whoever uses a text of an assistant answers for it as if it were their own.",
        ),
    )

    document.add_heading("5 Visitors", 1)
    document.add_paragraph(
        "Visitors sign in at reception and wear a badge. Their host fetches them and stays with them. In the server rooms "
        "nobody takes photographs, and visitors only enter with somebody from operations."
    )

    document.add_heading("6 Incidents", 1)
    document.add_paragraph(
        "Report what looks like an incident within one hour, by telephone, to 4444. Nobody is punished for a mistake that "
        "was reported. If personal data is concerned, the head of security tells the data protection officer, Dana Okafor, "
        "on the same day; she decides whether the authority must be told, for which the law gives 72 hours. Do not "
        "delete anything, do not try to repair it, and talk to nobody outside."
    )

    document.add_heading("7 Checks", 1)
    document.add_paragraph(
        "Rights are reviewed twice a year, in March and September: team leads confirm each right of their people within two "
        "weeks, and what isn't confirmed ends. Test mails that imitate fraud are sent four times a year. Whoever clicks is "
        "shown what gave the mail away; managers only learn the share of their team, no names."
    )
    document.save(str(path))


def add_lines(document: Document, lines: tuple[str, ...]) -> None:
    """Add a bullet list."""
    for line in lines:
        document.add_paragraph(line, style="List Bullet")


def add_sheet(document: Document, rows: tuple[tuple[str, ...], ...]) -> None:
    """Add a table whose first row is the header."""
    table = document.add_table(len(rows), len(rows[0]), style="Light Grid Accent 1")
    for line, texts in zip(table.rows, rows, strict=True):
        for cell, words in zip(line.cells, texts, strict=True):
            cell.text = words


def write_policy_2024(path: Path) -> None:
    styles = getSampleStyleSheet()
    story: list[Flowable] = [Paragraph("Security policy", styles["Title"])]
    for style, words in (
        ("BodyText", "Version 4.1, in force from 1 May 2024. Owner: Martin Keogh, head of security."),
        ("Heading2", "1 Passwords"),
        (
            "BodyText",
            "A password has at least ten characters, among them a digit and a sign. It is changed every 90 days. The last "
            "eight passwords can't be used again. A second factor is a must outside the offices: the grey token, the "
            "authenticator or a code by text message.",
        ),
        ("Heading2", "2 Laptops and phones"),
        (
            "BodyText",
            "The screen locks after ten minutes without input. Updates are installed within 14 days. Work mail on private "
            "phones is not allowed. USB sticks are allowed if IT has encrypted them.",
        ),
        ("Heading2", "3 Visitors"),
        ("BodyText", "Visitors sign in at reception. Their host fetches them."),
        ("Heading2", "4 Incidents"),
        ("BodyText", "Report an incident within four hours, by mail to security@corvane.example."),
        ("Heading2", "5 Checks"),
        ("BodyText", "Rights are reviewed once a year, in September. Team leads have four weeks to confirm them."),
    ):
        story.append(Paragraph(words, styles[style]))
    SimpleDocTemplate(str(path), pagesize=A4, title="Security policy 4.1", invariant=1).build(story)


def write_on_call_slides(path: Path) -> None:
    presentation = Presentation()
    title = presentation.slides.add_slide(presentation.slide_layouts[0])
    title.shapes.title.text = "Being on call"
    title.placeholders[1].text = "For everybody in operations and till support. Noah Lindqvist, March 2026"
    add_grid_slide(
        presentation,
        "How bad is it?",
        (
            ("Severity", "Meaning", "First answer", "Update to clients", "Who is woken"),
            (
                "S1",
                "clients cannot sell, or nobody can log in",
                "10 minutes",
                "every 30 minutes",
                "on call, duty manager",
            ),
            ("S2", "clients can sell, but not by card", "20 minutes", "every hour", "on call"),
            ("S3", "one client or one function", "2 hours, 8:00 to 20:00", "once a day", "nobody"),
            ("S4", "a wish, a question", "next working day", "when it is done", "nobody"),
        ),
        "When you hesitate between two levels, take the higher one. Only the duty manager may lower an S1.",
    )
    bullets = (
        (
            "Your week",
            (
                (0, "From Wednesday 10:00 to Wednesday 10:00"),
                (1, "handover in the chat and by voice, fifteen minutes"),
                (0, "Laptop and phone never further than 15 minutes away"),
                (0, "No alcohol"),
                (0, "Swaps are fine: enter them in Ringround before 16:00"),
            ),
            "At most one week in four, and never two in a row.",
        ),
        (
            "When it rings",
            (
                (0, "Press 1 within five minutes, or the second person is called"),
                (0, "Open a channel named after the ticket"),
                (0, "Write down what you see before you change anything"),
                (0, "Ask for help after 30 minutes without progress"),
                (0, "Close with a sentence on the cause"),
            ),
            "Nobody has ever been blamed for waking a colleague.",
        ),
    )
    for heading, lines, notes in bullets:
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        slide.shapes.title.text = heading
        frame = slide.placeholders[1].text_frame
        for number, (level, words) in enumerate(lines):
            paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
            paragraph.text, paragraph.level = words, level
        slide.notes_slide.notes_text_frame.text = notes
    add_grid_slide(
        presentation,
        "What you get",
        (
            ("When", "For being on call, a day", "For each hour of work", "Time off"),
            ("Monday to Thursday", "£28", "£34", "if called after midnight: until noon"),
            ("Friday", "£36", "£34", "if called after midnight: Saturday counts double"),
            ("Saturday, Sunday", "£62", "£51", "half a day"),
            ("Bank holiday", "£90", "£68", "one day"),
        ),
        "Enter the hours by the third of the next month, or they are paid a month later.",
    )
    presentation.save(str(path))


def add_grid_slide(presentation: object, heading: str, rows: tuple[tuple[str, ...], ...], notes: str) -> None:
    """Add a slide with a heading, a table and notes."""
    slide = presentation.slides.add_slide(presentation.slide_layouts[5])  # type: ignore[attr-defined]
    slide.shapes.title.text = heading
    table = slide.shapes.add_table(len(rows), len(rows[0]), Inches(0.4), Inches(1.7), Inches(9.2), Inches(4)).table
    for row, texts in enumerate(rows):
        for column, words in enumerate(texts):
            table.cell(row, column).text = words
            table.cell(row, column).text_frame.paragraphs[0].font.size = Pt(14)
    slide.notes_slide.notes_text_frame.text = notes


if __name__ == "__main__":
    folder = Path(__file__).parent / "documents"
    write_catalogue(folder / "service-catalogue.xlsx")
    write_policy_2026(folder / "security-policy-2026.docx")
    write_policy_2024(folder / "security-policy-2024.pdf")
    write_on_call_slides(folder / "on-call.pptx")

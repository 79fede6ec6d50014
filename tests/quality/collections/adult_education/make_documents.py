"""Write the office files of the adult education centre: programme, two versions of the terms, handbook, exam slides.

Run by hand with python-docx, openpyxl, python-pptx and reportlab; the other documents of the folder are plain files.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import docx
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from pptx import Presentation
from pptx.util import Inches
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import ListFlowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

Row = tuple[str | int | float | date | None, ...]

LANGUAGES: tuple[Row, ...] = (
    ("No.", "Course", "Level", "Day", "Time", "Starts", "Sessions", "Room", "Tutor", "Fee", "Places"),
    ("L-101", "Spanish for beginners", "A1.1", "Monday", "18:00–19:30", date(2026, 9, 21), 12, "B12", "Lucía Ferrer", 138, 14),
    ("L-102", "Spanish for beginners, daytime", "A1.1", "Wednesday", "10:00–11:30", date(2026, 9, 23), 12, "B12", "Joan Pritchard", 126, 14),
    ("L-103", "Spanish, second level", "A2.1", "Monday", "19:45–21:15", date(2026, 9, 21), 12, "B12", "Lucía Ferrer", 138, 12),
    ("L-110", "French for beginners", "A1.1", "Tuesday", "18:00–19:30", date(2026, 9, 22), 12, "B14", "Marc Delorme", 138, 14),
    ("L-112", "French conversation", "B1", "Thursday", "18:30–20:00", date(2026, 10, 1), 10, "C03", "Aline Bouchard", 120, 10),
    ("L-120", "Italian for travellers", "A1", "Saturday", "10:00–13:00", date(2026, 10, 10), 4, "B14", "Paolo Renzi", 96, 16),
    ("L-130", "English for work", "B1", "Tuesday and Thursday", "18:00–19:30", date(2026, 9, 15), 24, "A07", "Ruth Okafor", "funded", 18),
    ("L-131", "English for work", "B2", "Tuesday and Thursday", "19:45–21:15", date(2026, 9, 15), 24, "A07", "Ruth Okafor", "funded", 18),
    ("L-140", "British Sign Language, level 1", None, "Wednesday", "18:30–20:30", date(2026, 9, 23), 15, "C01", "Dee Hartnell", 210, 12),
)  # fmt: skip

CRAFT: tuple[Row, ...] = (
    ("No.", "Course", "Day", "Time", "Starts", "Sessions", "Room", "Tutor", "Fee", "Materials", "Places"),
    ("K-201", "Pottery for beginners", "Tuesday", "18:30–21:00", date(2026, 9, 22), 10, "Studio 1", "Imke Vos", 165, 28, 10),
    ("K-202", "Pottery on the wheel", "Thursday", "18:30–21:00", date(2026, 9, 24), 10, "Studio 1", "Imke Vos", 165, 34, 8),
    ("K-203", "Pottery, open studio", "Saturday", "9:30–12:30", date(2026, 9, 26), 10, "Studio 1", "without tutor", 80, "by weight", 12),
    ("K-210", "Watercolour", "Wednesday", "10:00–12:30", date(2026, 9, 30), 8, "Studio 2", "Gwen Tallis", 112, "bring your own", 15),
    ("K-211", "Life drawing", "Wednesday", "19:00–21:00", date(2026, 9, 30), 8, "Studio 2", "Otto Brandl", 128, 12, 16),
    ("K-220", "Sewing: a first dress", "Monday", "18:00–21:00", date(2026, 10, 5), 6, "Studio 3", "Farah Siddiqui", 118, 15, 8),
    ("K-221", "Sewing: alterations and mending", "Saturday", "10:00–16:00", date(2026, 11, 14), 1, "Studio 3", "Farah Siddiqui", 42, 5, 8),
    ("K-230", "Upholstery", "Friday", "9:30–12:30", date(2026, 9, 25), 10, "Workshop", "Neil Garrow", 190, 40, 6),
    ("K-240", "A silver ring in a day", "Saturday", "10:00–17:00", date(2026, 11, 28), 1, "Workshop", "Sunniva Lund", 75, 22, 6),
)  # fmt: skip

COMPUTING: tuple[Row, ...] = (
    ("No.", "Course", "Day", "Time", "Starts", "Sessions", "Room", "Tutor", "Fee", "Places", "You should know"),
    ("C-301", "Computers from the start", "Monday", "10:00–12:00", date(2026, 9, 21), 6, "A02", "Bernard Achebe", 66, 10, "nothing"),
    ("C-302", "Smartphone basics: Android", "Tuesday", "10:00–12:00", date(2026, 10, 6), 3, "A02", "Bernard Achebe", 33, 10, "nothing; bring your phone"),
    ("C-303", "Smartphone basics: iPhone", "Thursday", "10:00–12:00", date(2026, 10, 8), 3, "A02", "Hye-jin Park", 33, 10, "nothing; bring your phone"),
    ("C-310", "Spreadsheets 1", "Wednesday", "18:30–20:30", date(2026, 9, 23), 6, "A03", "Tomasz Wilk", 84, 12, "using a mouse and saving a file"),
    ("C-311", "Spreadsheets 2", "Wednesday", "18:30–20:30", date(2026, 11, 11), 5, "A03", "Tomasz Wilk", 78, 12, "sums and sorting, or C-310"),
    ("C-320", "Python for beginners", "Thursday", "18:30–21:00", date(2026, 9, 24), 10, "A03", "Nadia Cole", 175, 12, "school mathematics"),
)  # fmt: skip


def write_programme(path: Path) -> None:
    """A sheet for each department: a merged title, a line about prices, the courses, a remark below."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    remarks = {
        "Languages": "Books are not included. No lessons from 26 to 30 October (half-term).",
        "Craft and art": "Materials are paid to the tutor in the first session, in cash or by card.",
        "Computing": "We provide the computers; laptops of your own are welcome in A03 only.",
    }
    for (title, remark), rows in zip(remarks.items(), (LANGUAGES, CRAFT, COMPUTING), strict=True):
        sheet = workbook.create_sheet(title)
        sheet["A1"] = f"Autumn programme 2026 – {title}"
        sheet["A1"].font = Font(bold=True, size=14)
        sheet["A1"].alignment = Alignment(horizontal="center")
        sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(rows[0]))
        sheet["A2"] = "As of 3 June 2026. Full fees in pounds, without reductions."
        for number, row in enumerate(rows, start=4):
            for column, value in enumerate(row, start=1):
                cell = sheet.cell(number, column, value)
                if number == 4:
                    cell.font = Font(bold=True)
                    cell.fill = PatternFill("solid", fgColor="DDE6F0")
                if isinstance(value, date):
                    cell.number_format = "d mmm yyyy"
        sheet.cell(len(rows) + 5, 1, remark)
        sheet.freeze_panes = "C5"
    workbook.save(path)


def write_terms(path: Path, version: str, clauses: list[tuple[str, list[str]]], steps: list[str]) -> None:
    document = docx.Document()
    document.sections[0].footer.paragraphs[0].text = f"Thornwick Adult Education Centre · {version}"
    document.add_heading("Terms of enrolment", 0)
    document.add_paragraph(version)
    for number, (title, paragraphs) in enumerate(clauses, start=1):
        document.add_heading(f"{number}. {title}", 1)
        for text in paragraphs:
            bullet = text.startswith("- ")
            document.add_paragraph(text.removeprefix("- "), style="List Bullet" if bullet else None)
        if title == "Enrolment":
            for step in steps:
                document.add_paragraph(step, style="List Number")
    document.save(str(path))


def write_terms_2024(path: Path) -> None:
    write_terms(
        path,
        "Version of 1 August 2024, for courses from September 2024",
        [
            ("Enrolment", ["You enrol in person or by post:"]),
            ("Size of courses", ["A course takes place with eight learners or more. With fewer we can call it off, and you get your money back."]),
            (
                "Cancelling",
                [
                    "- More than 14 days before the first session: we refund the fee less £10.",
                    "- Later than that: no refund, whatever the reason.",
                ],
            ),
            ("Waiting list", ["If a place falls free we write to you. You have 48 hours to accept it."]),
            ("Certificates", ["A certificate of attendance is given to learners who came to at least 80 per cent of the sessions. It is free."]),
        ],
        ["Fill in the form at the back of the brochure.", "Hand it in at reception with cash or a cheque.", "Keep the receipt; it is your ticket."],
    )  # fmt: skip


def write_terms_2026(path: Path) -> None:
    write_terms(
        path,
        "Version of 4 May 2026, for courses from September 2026. It replaces the version of 1 August 2024.",
        [
            ("Enrolment", ["Enrolment opens on 15 June 2026 at 9:00. You enrol online or at reception:"]),
            (
                "Age",
                [
                    "Our courses are for people of 16 and over.",
                    "In craft and art courses we also take young people from 14, if an adult of the family takes the same course.",
                ],
            ),
            (
                "Size of courses",
                [
                    "A course needs seven learners. If there are fewer five days before the start, we choose one of three ways:",
                    "- we shorten the course and leave the fee as it is,",
                    "- we share out the missing fees, if all who have enrolled agree,",
                    "- we call the course off and refund everything, materials included, within ten working days.",
                ],
            ),
            (
                "Cancelling by you",
                [
                    "Cancel in writing; staying away is not cancelling.",
                    "- Up to ten days before the first session: refund of the fee less £15 for administration.",
                    "- From the ninth day up to the day before the first session: refund of half the fee.",
                    "- After that: no refund, unless you hand in a doctor's note for at least four weeks. Then you receive a credit note for the sessions still to come.",
                    "Examination fees are not refunded.",
                ],
            ),
            ("Changing course", ["Once, up to the second session, you can move to another course with free places. There is no charge. If the new course costs more you pay the difference; if it costs less you receive a credit note."]),
            (
                "Waiting list",
                [
                    "Being on the waiting list costs nothing. If a place falls free we send a text message to the first on the list.",
                    "The place is held for 24 hours. Whoever does not reply moves to the end of the list, and we ask the next one.",
                ],
            ),
            ("Certificates", ["A certificate of attendance is issued to learners who came to at least 75 per cent of the sessions. Ask your tutor in the last session but one. A second copy costs £8."]),
            (
                "In the building",
                [
                    "- Animals stay outside; assistance dogs are welcome.",
                    "- Filming and taking photographs of others only with their permission.",
                    "- The centre is not liable for coats and bags in the corridors.",
                ],
            ),
        ],
        [
            "Choose a course and note its number.",
            "Take the placement test, if you choose a language course above A1.",
            "Fill in the form online or at reception.",
            "Upload or show the proof for a reduction.",
            "Pay by card or direct debit; reception takes no cash.",
            "Wait for our confirmation by e-mail. Only then is the place yours.",
        ],
    )  # fmt: skip


def write_handbook(path: Path) -> None:
    """Pages for tutors: bullets, numbered steps, a pay table and one of first aiders."""
    styles = getSampleStyleSheet()
    grid = TableStyle(
        [
            ("GRID", (0, 0), (-1, -1), 0.5, colors.grey),
            ("BACKGROUND", (0, 0), (-1, 0), colors.lightgrey),
            ("FONT", (0, 0), (-1, 0), "Helvetica-Bold"),
        ]
    )

    def items(kind: str, *texts: str) -> ListFlowable:
        return ListFlowable([Paragraph(text, styles["BodyText"]) for text in texts], bulletType=kind)

    def prose(text: str, style: str = "BodyText") -> Paragraph:
        return Paragraph(text, styles[style])

    story = [
        prose("Handbook for tutors", "Title"),
        prose("Thornwick Adult Education Centre · Edition of August 2026 · tutors@thornwick-aec.example"),
        prose("Pay", "Heading1"),
        prose("A teaching hour has 60 minutes. Rates from 1 September 2026:"),
        Table(
            [
                ["Department", "First and second year", "From the third year", "Examinations"],
                ["Languages", "£27.40", "£28.90", "£31.00"],
                ["Craft and art", "£26.10", "£27.60", "–"],
                ["Computing", "£29.80", "£31.30", "£31.00"],
            ],
            style=grid,
        ),
        Spacer(1, 8),
        items(
            "bullet",
            "For every session you are paid another 15 minutes of preparation.",
            "Enter your hours in the tutor portal by the 25th of the month. What comes later is paid a month later.",
            "Money arrives on the 15th of the following month.",
            "Travel is paid to tutors who live more than 12 miles away: 45p a mile, both ways.",
        ),
        prose("When you are ill", "Heading1"),
        items(
            "1",
            "Phone the office on 0555 318 200: before 8:00 for a morning course, before 12:00 for an evening course.",
            "Say what the group was about to do.",
            "The office tells the learners and looks for a substitute. You need not find one yourself.",
            "If nobody can stand in, the session is added at the end of the course.",
        ),
        prose("The register", "Heading1"),
        items(
            "bullet",
            "Mark the register in the app within the first twenty minutes of every session.",
            "People who are not on it have not enrolled: send them to reception, please, and don't let them stay.",
            "If somebody has been away twice in a row, the office phones them. You don't have to.",
            "Are there fewer than three learners in a session? Teach it all the same, a third shorter, and write "
            '"short session" into the register. You are paid in full.',
        ),
        prose("Copies and equipment", "Heading1"),
        items(
            "bullet",
            "200 black-and-white copies a course are free; after that 4p a sheet comes off your pay. Colour copies: ask.",
            "The copiers are in A01 and C02. Your code is the last four digits of your staff number.",
            "Projector remotes and board pens lie in the drawer of each room. Take empty pens to reception.",
            "Keys to Studio 1 to 4 and the Workshop: from the caretaker, Mr Pugh, against signature.",
        ),
        prose("Fire", "Heading1"),
        items(
            "1",
            "Stop the lesson. Leave bags and coats.",
            "Take the nearest exit, not the lift.",
            "Walk with your group to the bowling green behind Building C.",
            "Count your learners with the register in the app and report to the person in the orange vest.",
        ),
        prose("First aid", "Heading1"),
        Table(
            [
                ["Building", "First aid box", "First aider, daytime", "First aider, evening"],
                ["A", "A01, by the copier", "Bernard Achebe", "Tomasz Wilk"],
                ["B", "reception", "Priya Raman", "Luke Enderby"],
                ["C", "C02, by the copier", "Gwen Tallis", "Dee Hartnell"],
                ["Studios", "in every studio", "Neil Garrow", "Imke Vos"],
            ],
            style=grid,
        ),
        Spacer(1, 8),
        prose("Write every accident, even a small one, into the accident book at reception on the same day."),
        prose("Observation", "Heading1"),
        prose(
            "Helen Straker, the programme manager, visits each tutor once a year, and new tutors twice in their first "
            "year. She announces her visit at least a week ahead. You talk about it within ten days; the notes go "
            "into no file unless you wish it."
        ),
    ]
    SimpleDocTemplate(str(path), pagesize=A4, title="Handbook for tutors").build(story)


def write_exam_slides(path: Path) -> None:
    presentation = Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[0])
    slide.shapes.title.text = "Language examinations in winter 2026/27"
    slide.placeholders[1].text = "Evening for candidates, 9 September 2026 · Aline Bouchard, examinations"

    slide = presentation.slides.add_slide(presentation.slide_layouts[5])
    slide.shapes.title.text = "Dates and fees"
    rows = [
        ["Examination", "Written part", "Oral part", "Register by", "Fee", "Pass mark"],
        ["English B1", "28 November 2026", "29 November 2026", "16 October 2026", "£145", "60 %"],
        ["English B2", "5 December 2026", "6 December 2026", "23 October 2026", "£168", "60 %"],
        ["Spanish A2", "16 January 2027", "16 January 2027", "27 November 2026", "£98", "55 %"],
        ["French B1", "23 January 2027", "24 January 2027", "4 December 2026", "£132", "60 %"],
        ["Life in the UK", "every second Friday", "none", "7 days before", "£50", "75 %"],
    ]
    table = slide.shapes.add_table(len(rows), len(rows[0]), Inches(0.3), Inches(1.8), Inches(9.4), Inches(3)).table
    for row, texts in enumerate(rows):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    slide.notes_slide.notes_text_frame.text = (
        "Reductions do not count for examinations. Learners of our own pay the same as others. "
        "Whoever misses the closing date can still register for a week, with a late fee of £25."
    )

    slides = [
        (
            "On the day",
            [
                "Be there 30 minutes before it starts",
                "Bring with you:",
                "a passport or identity card, not a copy",
                "the letter of invitation",
                "two black pens",
                "No pencils, no dictionaries; phones go into a sealed bag",
            ],
            "Whoever is more than ten minutes late is not let in and has to pay again. There are no exceptions.",
        ),
        (
            "Afterwards",
            [
                "Results arrive by post after six weeks",
                "You failed one part? Repeat that part alone within a year, at half the fee",
                "Having the paper marked again: £40, back if the result changes",
                "Your papers can be seen by appointment for 30 days",
            ],
            "We never give results by phone, as we have to know who is calling.",
        ),
        (
            "If you need more time",
            [
                "Dyslexia, sight, hearing, a broken arm: tell us when you register",
                "Attach a report not older than two years",
                "Usual help: 25 per cent more time, large print, a room of your own",
            ],
            "Decisions come from the examination board in Leeds, which takes three weeks.",
        ),
    ]
    for title, lines, notes in slides:
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        slide.shapes.title.text = title
        frame = slide.placeholders[1].text_frame
        below = False
        for number, text in enumerate(lines):
            paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
            paragraph.text = text
            paragraph.level = int(below and text[0].islower())
            below = below or text.endswith(":")
        slide.notes_slide.notes_text_frame.text = notes
    presentation.save(str(path))


if __name__ == "__main__":
    folder = Path(__file__).parent / "documents"
    write_programme(folder / "autumn-programme-2026.xlsx")
    write_terms_2024(folder / "terms-2024.docx")
    write_terms_2026(folder / "terms-2026.docx")
    write_handbook(folder / "tutor-handbook.pdf")
    write_exam_slides(folder / "language-exams.pptx")

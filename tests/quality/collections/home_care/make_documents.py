"""Write the office files of the home care service: client booklet, medication policy, fleet workbook, hygiene slides.

Run by hand with python-docx, openpyxl, python-pptx and reportlab; the other documents of the folder are plain files.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import docx
from openpyxl import Workbook
from openpyxl.styles import Border, Font, Side
from openpyxl.utils import get_column_letter
from pptx import Presentation
from pptx.util import Inches
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.lib.units import cm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import ListFlowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

CARS = (
    ("Car", "Registration", "Model", "Drive", "Base", "Next inspection", "Winter tyres", "Regular driver"),
    (1, "SM21 KDO", "Opel Corsa", "petrol", "Harbour Road", date(2026, 11, 12), "yes", "Joanne Birch"),
    (2, "SM23 PLA", "Opel Corsa", "electric", "Harbour Road", date(2027, 2, 3), "yes", "Kofi Mensah"),
    (3, "SM23 PLB", "Opel Corsa", "electric", "Northfield", date(2027, 2, 10), "yes", "Agnieszka Wrona"),
    (4, "SM19 HHT", "Dacia Sandero", "petrol", "Northfield", date(2026, 7, 21), "no", "pool car"),
    (5, "SM24 RTE", "Renault Zoe", "electric", "Harbour Road", date(2026, 9, 30), "yes", "nurse on call"),
    (6, "SM20 BWF", "Dacia Sandero", "petrol", "Harbour Road", date(2026, 12, 4), "yes", "pool car"),
    (7, "SM22 VXC", "Ford Transit", "diesel", "Northfield", date(2026, 8, 17), "no", "Des Holloway"),
)
SHIFTS = (
    ("Shift", "From", "To", "Break", "Area", "Remarks"),
    ("E1", "06:30", "14:00", "30 min", "Harbour Road, town", "keys from the safe, not from the office"),
    ("E2", "07:15", "13:15", "20 min", "Northfield and villages", "car 3 or 4"),
    ("E3", "07:15", "15:15", "30 min", "Harbour Road, town", "shopping round after 13:00"),
    ("L1", "14:30", "21:30", "30 min", "Harbour Road, town", None),
    ("L2", "16:00", "22:30", "20 min", "Northfield and villages", "always by car, never by bicycle"),
    ("N", "21:45", "06:45", "45 min", "night sitting", "stays with one client"),
    ("B", "16:00", "08:00", "none", "nurse on call, from home", "paid as on-call time"),
)


def write_fleet(path: Path) -> None:
    """Cars on one sheet and shifts on another; the table of shifts begins in column B, below a note."""
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "Cars"
    for row in CARS:
        sheet.append(row)
    shifts = workbook.create_sheet("Shifts")
    shifts["B2"] = "Shifts from 1 May 2026. Questions: Tamsin Reeve, coordination"
    for number, row in enumerate(SHIFTS, start=4):
        for column, value in enumerate(row, start=2):
            shifts.cell(number, column, value).border = Border(bottom=Side("thin"))
    for cell in (*sheet[1], *shifts[4]):
        cell.font = Font(bold=True)
    for row in sheet.iter_rows(min_row=2, min_col=6, max_col=6):
        row[0].number_format = "dd/mm/yyyy"
    for column in range(1, 9):
        sheet.column_dimensions[get_column_letter(column)].width = 17
    workbook.save(path)


def write_client_booklet(path: Path) -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Saltmarsh Home Care – a booklet for our clients"
    document.add_heading("Welcome to Saltmarsh Home Care", 0)
    document.add_paragraph("Printed in January 2026. Please keep it beside the telephone.")

    document.add_heading("How to reach us", 1)
    rows = [
        ["Who", "When", "Telephone"],
        ["Office", "Monday to Friday, 8:00 to 17:00", "0555 640 100"],
        ["Office", "Saturday, 9:00 to 12:00", "0555 640 100"],
        ["Nurse on call", "every night from 16:00 to 8:00, and all weekend", "0555 640 911"],
        ["Accounts, Mr Vickers", "Tuesday and Thursday, 9:00 to 12:00", "0555 640 130"],
        ["In danger of life", "at any time", "999"],
    ]
    table = document.add_table(len(rows), 3, style="Table Grid")
    for cells, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(cells.cells, texts, strict=True):
            cell.text = text
    table.cell(2, 0).text = ""
    table.cell(1, 0).merge(table.cell(2, 0))

    document.add_heading("Your visits", 1)
    for text in (
        "We visit between 6:45 and 22:00. You agree on a time with the coordinator; we keep to it within a quarter of an hour either way.",
        "You see no more than five different faces in a month. The name of your main carer is on the first page of the blue folder.",
        "The blue folder belongs to you. Carers write into it what they did; it stays in your home.",
    ):
        document.add_paragraph(text)

    document.add_heading("Calling off a visit", 2)
    document.add_paragraph("Please phone the office, not the carer.")
    for text in (
        "24 hours ahead or earlier: you pay nothing",
        "later than that: we charge half of the visit",
        "nobody told us: the whole visit is charged",
        "night sitting: free of charge up to 72 hours ahead, after that the whole night is charged",
    ):
        document.add_paragraph(text, style="List Bullet")

    document.add_heading("What our carers do not do", 2)
    for text in (
        "lend or borrow money, or draw it from your account",
        "walk dogs",
        "climb ladders or wash windows",
        "lift anybody without the aids that the plan names",
        "take presents worth more than ten pounds",
        "witness a will",
    ):
        document.add_paragraph(text, style="List Bullet")

    document.add_heading("Your key", 1)
    document.add_paragraph(
        "We recommend a key safe by the door. We do not keep keys on a ring with your address; each has a number, and "
        "the list is locked away in the office. If we lose a key, we pay for the new lock."
    )

    document.add_heading("If you are not happy", 1)
    for text in (
        "Tell your main carer or the coordinator. Most things are put right on the same day.",
        "If that does not help, write to our manager, Philippa Nairn. You hear from her within three working days, and you get an answer in writing within 20.",
        "Are you still not content? The Care Ombudsman looks into it free of charge. The address is on the last page of the blue folder.",
    ):
        document.add_paragraph(text, style="List Number")
    document.add_paragraph("Nobody gets fewer visits or other carers because of a complaint.")

    document.add_heading("Paying", 1)
    document.add_paragraph(
        "You get a bill on the third working day of the month for the month before. It is due within 14 days. If you "
        "pay by direct debit we take 1.5 per cent off. If the council pays a part, we settle that with the council."
    )
    document.save(str(path))


def write_medication_policy(path: Path) -> None:
    """Numbered chapters, steps within them, a table that says who may do what, a running foot."""
    styles = getSampleStyleSheet()

    def prose(text: str, style: str = "BodyText") -> Paragraph:
        return Paragraph(text, styles[style])

    def items(kind: str, *texts: str) -> ListFlowable:
        return ListFlowable([prose(text) for text in texts], bulletType=kind)

    def write_foot(canvas: Canvas, template: SimpleDocTemplate) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.drawString(
            2 * cm, 1.2 * cm, f"Medication policy, version 3 · Saltmarsh Home Care · page {template.page}"
        )

    story = [
        prose("Medication policy", "Title"),
        prose("Version 3, valid from 1 March 2026. It replaces version 2 of June 2023. Approved by Philippa Nairn."),
        prose("1 Who may do what", "Heading1"),
        Table(
            [
                ["Task", "Care assistant", "Senior carer", "Nurse"],
                ["Reminding", "yes", "yes", "yes"],
                ["Tablets from a sealed tray", "after training", "yes", "yes"],
                ["Eye and ear drops", "no", "yes", "yes"],
                ["Patches", "no", "after training", "yes"],
                ["Insulin", "no", "no", "yes"],
                ["Controlled drugs", "no", "no", "yes, two persons"],
            ],
            style=TableStyle(
                [("GRID", (0, 0), (-1, -1), 0.4, colors.black), ("FONT", (0, 0), (-1, 0), "Helvetica-Bold")]
            ),
        ),
        Spacer(1, 8),
        prose("The training takes four hours, ends with a test and is repeated every two years."),
        prose("2 Trays", "Heading1"),
        prose(
            "Only a pharmacy fills the weekly trays, and seals them. Relatives, neighbours and our own staff don't. In "
            "2025 we had eleven errors; nine of them came from trays filled at home, where nobody can see afterwards "
            "which tablet is which."
        ),
        prose("3 Giving medication", "Heading1"),
        items(
            "1",
            "Wash your hands.",
            "Compare name and date of birth on the tray with those on the chart.",
            "Ask whether something has been taken already.",
            "Give the tablets with a full glass of water, the client sitting upright.",
            "Stay until they are swallowed.",
            "Sign the chart at once, never in advance.",
        ),
        prose("4 When a client refuses", "Heading1"),
        prose(
            "Do not persuade, and never hide a tablet in food. Ask for the reason. Offer it once more after half an "
            "hour if your round allows. Then write R on the chart and phone the nurse on call, who decides whether the "
            "doctor has to know. Leave the tablet in the tray."
        ),
        prose("5 Errors", "Heading1"),
        items(
            "bullet",
            "Wrong tablet, wrong person, wrong time, twice or not at all: phone the nurse on call at once, before you "
            "phone anybody else.",
            "Do what she says. Stay with the client until she lets you go.",
            "Send the error form within 12 hours.",
            "Nobody is punished for an error that he or she reports.",
        ),
        prose("6 Storing and throwing away", "Heading1"),
        items(
            "bullet",
            "Medicines that need cold are kept at 2 to 8 °C, in a closed box in the client's fridge, not in its door.",
            "Opened eye drops are good for 28 days. Write the day of opening on the bottle.",
            "Take what is left over to the pharmacy against a receipt, nothing into the bin or the toilet.",
            "Charts are collected at the end of the month and kept for eight years.",
        ),
        prose("7 As-needed medication", "Heading1"),
        prose(
            "Painkillers and the like are given only if the chart says for what, how much, how often at most and with "
            "what distance. If one of the four is missing, phone the nurse on call first. After an hour, write down "
            "whether it helped."
        ),
    ]
    document = SimpleDocTemplate(str(path), pagesize=A4, title="Medication policy, version 3")
    document.build(story, onFirstPage=write_foot, onLaterPages=write_foot)


def write_hygiene_slides(path: Path) -> None:
    presentation = Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[0])
    slide.shapes.title.text = "Clean hands, safe visits"
    slide.placeholders[1].text = "Infection control, yearly training 2026\nMeera Joshi, infection control nurse"

    slide = presentation.slides.add_slide(presentation.slide_layouts[5])
    slide.shapes.title.text = "What to wear for what"
    rows = [
        ["Task", "Gloves", "Apron", "Mask"],
        ["Making a bed with clean linen", "no", "no", "no"],
        ["Taking off soiled linen", "yes", "yes", "no"],
        ["Washing a client", "no, except intimate care", "yes", "no"],
        ["Dressing a wound", "yes, sterile", "yes", "only if infected"],
        ["Cooking", "no", "yes, the green one", "no"],
        ["Client with cough or fever", "yes", "yes", "yes"],
    ]
    table = slide.shapes.add_table(len(rows), 4, Inches(0.5), Inches(1.7), Inches(9), Inches(3.5)).table
    for row, texts in enumerate(rows):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    slide.notes_slide.notes_text_frame.text = (
        "Gloves do not replace washing. One pair, one task: change them between the bathroom and the kitchen."
    )

    texts = [
        (
            "Hands",
            "Rub for 30 seconds, let it dry\nBefore and after touching a client\nAfter taking off gloves\n"
            "Soap and water, not gel, when it is norovirus or C. difficile\nNo rings, no watch, no nail varnish",
            "Alcohol does not kill spores, that is why gel is no use there.",
        ),
        (
            "When you are unwell",
            "Vomiting or diarrhoea: off work until 48 hours after it has stopped\n"
            "Cold sore: mask, no visits to people having chemotherapy\nCold without fever: work with a mask\n"
            "Fever of 38 or more: stay at home",
            "Phone before six in the morning for an early shift. You are paid from the first day.",
        ),
        (
            "A needle has pricked you",
            "Let it bleed, do not squeeze\nWash with soap for several minutes\nCover it\n"
            "Phone the nurse on call\nGo to the hospital within two hours, with the client's name",
            "Accident report on the same day, also if it seems to be nothing.",
        ),
    ]
    for title, body, notes in texts:
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = body
        slide.notes_slide.notes_text_frame.text = notes
    presentation.save(str(path))


if __name__ == "__main__":
    folder = Path(__file__).parent / "documents"
    write_fleet(folder / "cars-and-shifts.xlsx")
    write_client_booklet(folder / "client-booklet.docx")
    write_medication_policy(folder / "medication-policy-v3.pdf")
    write_hygiene_slides(folder / "infection-control.pptx")

"""Write the schedule of fees (pdf) and the guide to forms (docx) of the town.

Run by hand with python-docx and reportlab; the other documents of the folder are plain files.
"""

from __future__ import annotations

from pathlib import Path

import docx
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.lib.units import cm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle


def draw_page_furniture(canvas: Canvas, template: SimpleDocTemplate) -> None:
    """Draw the running head and the foot of a page."""
    canvas.setFont("Helvetica", 8)
    canvas.drawString(2 * cm, A4[1] - 1.3 * cm, "Town of Wendlebrook · Schedule of fees 2026")
    canvas.drawString(2 * cm, 1.2 * cm, "Decided by the town council on 11 November 2025")
    canvas.drawRightString(A4[0] - 2 * cm, 1.2 * cm, f"Page {template.page} of 2")


def write_fee_schedule(path: Path) -> None:
    styles = getSampleStyleSheet()
    title, heading, body = styles["Title"], styles["Heading2"], styles["BodyText"]
    lines = [
        ("GRID", (0, 0), (-1, -1), 0.5, colors.grey),
        ("FONT", (0, 0), (-1, 0), "Helvetica-Bold", 9),
        ("FONT", (0, 1), (-1, -1), "Helvetica", 9),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]

    # A row with one text is a group: its cell is as wide as the table.
    office = [
        ["No.", "Service", "Fee", "Valid for"],
        ["Identity cards"],
        ["A1.1", "Identity card, from the age of 24", "EUR 37.00", "10 years"],
        ["A1.2", "Identity card, under 24", "EUR 22.80", "6 years"],
        ["A1.3", "Temporary identity card", "EUR 10.00", "three months"],
        ["A1.4", "Unblocking the online function", "free", "–"],
        ["Passports"],
        ["A2.1", "Passport, from the age of 24", "EUR 70.00", "10 years"],
        ["A2.2", "Passport, under 24", "EUR 37.50", "6 years"],
        ["A2.3", "Passport with 48 pages, in addition", "EUR 22.00", "–"],
        ["A2.4", "Express passport, in addition", "EUR 32.00", "–"],
        ["A2.5", "Temporary passport", "EUR 26.00", "one year"],
        ["Certificates and copies"],
        ["A3.1", "Certificate of registration, simple", "EUR 8.00", "–"],
        ["A3.2", "Certificate of registration, extended", "EUR 12.00", "–"],
        ["A3.3", "Life certificate for a pension", "free", "–"],
        ["A3.4", "Certificate of conduct", "EUR 13.00", "3 months"],
        ["A3.5", "Certified copy, first page", "EUR 5.00", "–"],
        ["A3.6", "Certified copy, every further page", "EUR 2.00", "–"],
        ["A3.7", "Certified signature", "EUR 7.50", "–"],
        ["A3.8", "Address search for a third person", "EUR 11.00", "–"],
    ]
    groups = [row for row, texts in enumerate(office) if len(texts) == 1]
    group_style = [
        *[("SPAN", (0, row), (-1, row)) for row in groups],
        *[("BACKGROUND", (0, row), (-1, row), colors.whitesmoke) for row in groups],
    ]
    office_rows = [texts + [""] * (4 - len(texts)) for texts in office]

    signs = [
        ["No.", "Service", "Fee"],
        ["B1", "Replacement of a resident permit", "EUR 15.00"],
        ["B2", "No-parking signs, up to three days", "EUR 45.00"],
        ["B3", "No-parking signs, every further day", "EUR 8.00"],
        ["B4", "Hire of two signs with stands", "EUR 20.00 and a deposit of EUR 60.00"],
    ]
    # Two header rows, one of them over two columns.
    cards = [
        ["No.", "Library card", "Fee", ""],
        ["", "", "Twelve months", "Three months"],
        ["C1.1", "Adults", "EUR 24.00", "EUR 8.00"],
        ["C1.2", "Reduced (students, trainees, unemployed)", "EUR 12.00", "EUR 4.00"],
        ["C1.3", "Family (two adults and their children)", "EUR 36.00", "not offered"],
        ["C1.4", "Children and young people under 18", "free", "free"],
        ["C1.5", "Day card for guests", "EUR 3.00 a day", ""],
        ["C1.6", "Replacement of a lost card, adults", "EUR 5.00", ""],
        ["C1.7", "Replacement of a lost card, under 18", "EUR 2.50", ""],
    ]
    card_style = [
        ("SPAN", (0, 0), (0, 1)),
        ("SPAN", (1, 0), (1, 1)),
        ("SPAN", (2, 0), (3, 0)),
        ("FONT", (0, 1), (-1, 1), "Helvetica-Bold", 9),
        *[("SPAN", (2, row), (3, row)) for row in (6, 7, 8)],
    ]
    late = [
        ["No.", "Late return", "Adults", "Under 18", "At most"],
        ["C2.1", "Book, audiobook, CD, magazine, each week", "EUR 0.50", "EUR 0.20", "EUR 10.00 an item"],
        ["C2.2", "Film, board game, each week", "EUR 1.00", "EUR 0.50", "EUR 10.00 an item"],
        ["C2.3", "Library of things, each day", "EUR 3.00", "–", "EUR 30.00 an item"],
        ["C2.4", "E-reader, each week", "EUR 4.00", "EUR 4.00", "EUR 40.00 an item"],
    ]
    other = [
        ["No.", "Other library services", "Fee"],
        ["C3.1", "Reservation", "EUR 1.00; children's books free"],
        ["C3.2", "Interlibrary loan, each book", "EUR 2.50"],
        ["C3.3", "Print or copy, black and white", "EUR 0.10 a page"],
        ["C3.4", "Print or copy, colour", "EUR 0.50 a page"],
        ["C3.5", "Music room, each hour", "EUR 6.00"],
        ["C3.6", "Study room", "free with a card"],
        ["C3.7", "Reminder: first, by e-mail", "free"],
        ["C3.8", "Reminder: second, by letter", "EUR 1.50"],
        ["C3.9", "Reminder: third, by letter", "EUR 4.00"],
    ]

    template = SimpleDocTemplate(
        str(path), pagesize=A4, topMargin=2 * cm, bottomMargin=2 * cm, title="Schedule of fees 2026", invariant=1
    )
    template.build(
        [
            Paragraph("Schedule of fees", title),
            Paragraph(
                "In force from 1 January 2026. It replaces the schedule of 2023. All fees are in euros and contain no "
                "value added tax, since the town does not charge any.",
                body,
            ),
            Paragraph("Part A: Citizens' Office", heading),
            Table(office_rows, colWidths=[1.6 * cm, 9 * cm, 3 * cm, 3 * cm], style=TableStyle(lines + group_style)),
            Paragraph("Part B: Parking office", heading),
            Table(signs, colWidths=[1.6 * cm, 9 * cm, 6 * cm], style=TableStyle(lines)),
            Paragraph("The prices of permits for residents are decided each year and stand on the town's pages.", body),
            Spacer(1, 4),
            Paragraph("Part C: Libraries", heading),
            Table(
                cards,
                colWidths=[1.6 * cm, 8.2 * cm, 3.4 * cm, 3.4 * cm],
                style=TableStyle(lines + card_style),
                repeatRows=2,
            ),
            Spacer(1, 8),
            Table(
                late,
                colWidths=[1.6 * cm, 6.8 * cm, 2.4 * cm, 2.4 * cm, 3.4 * cm],
                style=TableStyle(lines),
                repeatRows=1,
            ),
            Spacer(1, 8),
            Table(other, colWidths=[1.6 * cm, 9 * cm, 6 * cm], style=TableStyle(lines)),
            Paragraph("Reductions", heading),
            Paragraph(
                "Holders of the social card pay half of the fees in A1 and A3 and nothing for the library card. The "
                "fees of A2 are set by the state and cannot be reduced. Fees for late return are never reduced.",
                body,
            ),
            Paragraph("Ways to pay", heading),
            Paragraph(
                "Offices take cards, and cash up to one hundred euros. The Northgate Library and the book bus take "
                "cards only. A fee is due when the application is handed in, for permits of the parking office when "
                "the permit is issued. Fees are not paid back if an application is withdrawn after it was decided.",
                body,
            ),
        ],
        onFirstPage=draw_page_furniture,
        onLaterPages=draw_page_furniture,
    )


def write_forms_guide(path: Path) -> None:
    document = docx.Document()
    section = document.sections[0]
    section.header.paragraphs[0].text = "Town of Wendlebrook · Guide to forms"
    section.footer.paragraphs[0].text = "Edition of 2 March 2026 · Found a mistake? Tell Brigid Salter, 0555 700 15"
    document.add_heading("Guide to forms", 0)
    document.add_paragraph(
        "This guide tells you which form you need, what to add to it and where to hand it in. All forms lie in the "
        "Town Hall at the information desk on the ground floor and can be filled in on the town's portal, except F-112 "
        "and F-301, which need a signature by hand."
    )

    document.add_heading("Before you fill in a form", 1)
    for text, style in [
        ("Write in block letters, with a black or blue pen.", "List Bullet"),
        ("Names", "List Bullet"),
        ("as in your passport or identity card, all first names", "List Bullet 2"),
        ("a stage name only in the field for it", "List Bullet 2"),
        ("Dates: day, month, year.", "List Bullet"),
        ("Corrections", "List Bullet"),
        ("strike the word out and put your initials beside it", "List Bullet 2"),
        ("no correction fluid: such a form is sent back", "List Bullet 2"),
        ("Copies are enough, except for F-110 and F-112, where we need the original.", "List Bullet"),
    ]:
        document.add_paragraph(text, style=style)

    document.add_heading("List of forms", 1)
    forms = [
        ["No.", "Form", "Add to it", "Hand in at", "Takes", "Office"],
        ["F-101", "Loss of an identity card or passport", "photo, police report if stolen", "any citizens' office",
         "at once", "Citizens' Office"],
        ["F-110", "Landlord's confirmation", "nothing", "any citizens' office", "at once", "Citizens' Office"],
        ["F-112", "Power of attorney", "identity cards of both", "any citizens' office", "at once", "Citizens' Office"],
        ["F-118", "Second home", "rental contract", "Town Hall only", "2 weeks", "Citizens' Office"],
        ["F-120", "Block on information", "letter with the reason", "Town Hall only", "three weeks",
         "Citizens' Office"],
        ["F-201", "Resident permit", "vehicle papers", "parking office or portal", "8 working days by post",
         "Parking office"],
        ["F-203", "Visitor cards", "nothing", "parking office", "at once", "Parking office"],
        ["F-205", "Permit for tradespeople", "trade licence, vehicle papers", "parking office", "five working days",
         "Parking office"],
        ["F-206", "Permit for care services", "licence of the care service", "parking office", "5 working days",
         "Parking office"],
        ["F-207", "No-parking signs", "sketch of the place", "parking office or portal", "10 working days",
         "Parking office"],
        ["F-301", "Library card for a child", "identity card of a parent", "any library", "at once", "Libraries"],
        ["F-305", "Study room", "nothing", "Central Library", "one day", "Libraries"],
        ["F-309", "Suggestion for a purchase", "nothing", "any library or portal", "up to six weeks", "Libraries"],
    ]  # fmt: skip
    table = document.add_table(len(forms), len(forms[0]), style="Table Grid")
    for row, texts in zip(table.rows, forms, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    for cell in table.rows[0].cells:
        cell.paragraphs[0].runs[0].bold = True
    repeat = OxmlElement("w:tblHeader")
    repeat.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(repeat)

    # The office stands once for all of its forms.
    for first, last in ((1, 5), (6, 10), (11, 13)):
        office = table.cell(first, 5).text
        table.cell(first, 5).merge(table.cell(last, 5)).text = office

    document.add_heading("Sending a form through the portal", 1)
    for step in (
        "Open the portal and choose the form by its number.",
        "Log in with your citizen account. Without an account you can fill in F-207 and F-309 only.",
        "Fill in all fields with a star.",
        "Add papers as PDF or JPG, each of at most 10 MB.",
        "Check the summary, then press Send.",
        "Write down the receipt number; it begins with WB.",
    ):
        document.add_paragraph(step, style="List Number")
    document.add_paragraph(
        "A form that is not sent is kept for 30 days and then deleted. You can take back a form that you have sent "
        "until an officer has opened it."
    )

    document.add_heading("Who may sign?", 1)
    document.add_paragraph(
        "Everybody from the age of sixteen signs for themselves in matters of identity cards and registration. For "
        "children under sixteen one parent signs; for a passport of a child both parents sign, unless one has sole "
        "custody. F-110 is signed by the owner of the home or by the manager whom the owner has named, never by the "
        "tenant. Somebody who cannot write makes a mark in front of an officer, who notes it."
    )

    document.add_heading("If a paper is missing", 1)
    document.add_paragraph(
        "We write to you once and tell you what is missing. You then have three weeks to send it. If nothing comes, "
        "the application counts as withdrawn; a fee that you have paid is returned, less five euros for our work. You "
        "can apply again at any time."
    )

    document.add_heading("Help with forms", 1)
    for text, style in [
        ("In the Town Hall: Brigid Salter, information desk, Tuesday and Thursday from 14:00 to 16:00", "List Bullet"),
        ("In other languages", "List Bullet"),
        ("Arabic and French: first Monday of the month, Northgate branch", "List Bullet 2"),
        ("Ukrainian and Russian: third Monday of the month, Northgate branch", "List Bullet 2"),
        ("For blind people: forms in large print or read aloud, by appointment on 0555 700 17", "List Bullet"),
    ]:
        document.add_paragraph(text, style=style)
    document.save(str(path))


if __name__ == "__main__":
    folder = Path(__file__).parent / "documents"
    write_fee_schedule(folder / "fee-schedule-2026.pdf")
    write_forms_guide(folder / "forms-guide.docx")

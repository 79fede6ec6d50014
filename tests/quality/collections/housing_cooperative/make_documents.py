"""Write the documents of the housing cooperative that are not plain text: docx, pdf and xlsx (needs reportlab)."""

from __future__ import annotations

from pathlib import Path

from docx import Document
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    ListFlowable,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)


def write_house_rules_2023(path: Path) -> None:
    """Write the older edition, with a header, a footer and a table whose heading and last row are merged."""
    document = Document()
    document.sections[0].header.paragraphs[0].text = "Tannery Yard Housing Co-operative Ltd"
    document.sections[0].footer.paragraphs[
        0
    ].text = "House rules, edition 2023, adopted by the general meeting on 14 March 2023"
    document.core_properties.title = "House rules, edition 2023"
    document.core_properties.author = "House office"

    document.add_heading("House Rules", 0)
    document.add_paragraph("Edition 2023, in force from 1 May 2023")

    document.add_heading("1 About these rules", 1)
    document.add_paragraph(
        "These rules are part of every occupancy agreement. They apply to members, to the people who live with them "
        "and to their guests in all three buildings: Weaver House (18 flats), Dyer House (14 flats) and Cooper House "
        "(ten flats). Questions go to the house office on the ground floor of Weaver House, open on Tuesdays from "
        "16:00 to 18:00."
    )

    document.add_heading("2 Noise", 1)
    document.add_heading("2.1 Quiet hours", 2)
    document.add_paragraph(
        "Quiet hours are from 22:00 to 07:00 every day. On Sundays and public holidays there is also a midday rest "
        "from 13:00 to 15:00."
    )
    document.add_heading("2.2 Music", 2)
    document.add_paragraph(
        "Instruments may be played for two hours a day at most, outside the quiet hours. Drums are not allowed in "
        "the flats. The practice room in the basement of Dyer House is free of charge for members."
    )

    document.add_heading("3 Laundry rooms", 1)
    document.add_paragraph("Table 1: Laundry rooms", style="Caption")
    table = document.add_table(rows=5, cols=6, style="Table Grid")
    rows = [
        ("Building", "Room", "Machines", "", "Opening hours", ""),
        ("", "", "Washers", "Dryers", "Monday to Saturday", "Sunday"),
        ("Weaver House", "W-01, basement", "3", "2", "07:00 to 21:00", "10:00 to 18:00"),
        ("Dyer House", "D-03, ground floor", "2", "1", "08:00 to 21:00", "closed"),
        ("Cooper House", "no laundry room; members use the one in Weaver House", "", "", "", ""),
    ]
    for row_number, row in enumerate(rows):
        for column_number, text in enumerate(row):
            if text:
                table.cell(row_number, column_number).text = text
    for first, last in [((0, 0), (1, 0)), ((0, 1), (1, 1)), ((0, 2), (0, 3)), ((0, 4), (0, 5)), ((4, 1), (4, 5))]:
        text = table.cell(*first).text
        table.cell(*first).merge(table.cell(*last)).text = text
    document.add_paragraph(
        "A wash costs £1.80 and a dryer cycle £1.20. Both are paid with the laundry card, for which the house office "
        "takes a deposit of £10. Times are booked on the paper list at the door: two slots of two hours each per "
        "flat and week."
    )

    document.add_heading("4 Pets", 1)
    for text in (
        "Small animals in cages and aquariums need no permission.",
        "Dogs and cats need the written permission of the board. A flat may keep one dog or two cats.",
        "Dogs are not allowed in Cooper House. Assistance dogs are excepted.",
        "Dogs are kept on a lead in the stairwells and in the courtyard.",
    ):
        document.add_paragraph(text, style="List Bullet")

    document.add_heading("5 Bicycles and cellars", 1)
    document.add_paragraph(
        "Every flat has one cellar compartment, which bears its number. Bicycles stand in the bicycle cellars of "
        "Weaver House and Dyer House and carry a sticker with the number of the flat. The sticker is free of charge. "
        "A bicycle without a sticker is removed thirty days after a notice was tied to it. Batteries of e-bikes must "
        "not be charged in the cellars."
    )

    document.add_heading("6 Guests and subletting", 1)
    document.add_paragraph(
        "Guests may stay for up to six weeks a year without notice to the house office. Subletting the whole flat "
        "needs the consent of the board and is limited to twelve months in all. Letting to tourists is not allowed."
    )

    document.add_heading("7 Courtyard and balconies", 1)
    document.add_paragraph(
        "The fixed charcoal barbecue in the courtyard may be used until 21:00. On balconies only electric grills are "
        "allowed. Balls are allowed in the courtyard from 09:00 to 20:00."
    )

    document.add_heading("8 Payments", 1)
    document.add_paragraph("The monthly charge is due on the first day of the month.")
    for text in (
        "Share of a new member: £1,200",
        "Late payment, after the tenth of the month: £15",
        "Lost key: £25 each",
        "Notice period: three months to the end of a month",
    ):
        document.add_paragraph(text, style="List Bullet")

    document.add_heading("9 Breaches of the rules", 1)
    document.add_paragraph(
        "The house office first speaks with the people concerned. If that does not help, it sends a written warning. "
        "After a second written warning within twelve months the board may end the occupancy agreement."
    )
    document.save(str(path))


def write_house_rules_2026(path: Path) -> None:
    """Write the edition in force: two or three pages with a running head, tables, bullets and numbered steps."""
    styles = getSampleStyleSheet()
    for name in ("BodyText", "Normal"):
        styles[name].fontSize, styles[name].leading = 10, 13.5
    styles["BodyText"].spaceBefore = 3
    styles["Heading2"].spaceBefore, styles["Heading2"].keepWithNext = 10, 1

    def draw_margins(canvas: Canvas, document: BaseDocTemplate) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.drawString(60, A4[1] - 36, "Tannery Yard Housing Co-operative Ltd")
        canvas.drawRightString(A4[0] - 60, A4[1] - 36, "House rules, edition 2026")
        canvas.drawCentredString(A4[0] / 2, 30, f"Adopted on 18 November 2025   |   page {document.page}")

    def heading(text: str) -> Paragraph:
        return Paragraph(text, styles["Heading2"])

    def body(text: str) -> Paragraph:
        return Paragraph(text, styles["BodyText"])

    def items(texts: list[str], bullet: str = "bullet") -> ListFlowable:
        return ListFlowable([body(text) for text in texts], bulletType=bullet, leftIndent=16, bulletFontSize=9)

    laundry = Table(
        [
            ["Building", "Room", "Machines", "", "Opening hours", ""],
            ["", "", "Washers", "Dryers", "Monday to Saturday", "Sunday"],
            ["Weaver House", "W-01, basement", "3", "2", "07:00 to 21:00", "10:00 to 18:00"],
            ["Dyer House", "D-03, ground floor", "2", "1", "08:00 to 21:00", "closed"],
            ["Cooper House", "C-02, basement", "1", "1", "08:00 to 20:00", "10:00 to 16:00"],
        ],
        repeatRows=2,
    )
    waste = Table(
        [
            ["Kind of waste", "Bin", "Emptied"],
            ["Paper and cardboard", "blue", "every second Monday"],
            ["Food waste", "brown", "Tuesday"],
            ["Everything else", "grey", "Wednesday"],
            ["Glass", "no bin", "take it to the bottle bank in Mill Lane"],
        ]
    )
    grid = [("GRID", (0, 0), (-1, -1), 0.5, colors.grey), ("FONTSIZE", (0, 0), (-1, -1), 9)]
    spans = [("SPAN", (0, 0), (0, 1)), ("SPAN", (1, 0), (1, 1)), ("SPAN", (2, 0), (3, 0)), ("SPAN", (4, 0), (5, 0))]
    bold = ("FONTNAME", (0, 0), (-1, 0), "Helvetica-Bold")
    laundry.setStyle(TableStyle([*grid, *spans, bold, ("FONTNAME", (0, 1), (-1, 1), "Helvetica-Bold")]))
    waste.setStyle(TableStyle([*grid, bold]))

    story: list[Flowable] = [
        Paragraph("House Rules", styles["Title"]),
        body(
            "Edition 2026, in force from 1 January 2026. This edition replaces the edition of 2023. It was adopted by "
            "the extraordinary general meeting of 18 November 2025."
        ),
        heading("1 Whom the rules bind"),
        body(
            "The rules are part of every occupancy agreement in Weaver House, Dyer House and Cooper House. They bind "
            "members, the people who live with them and their guests. The house office on the ground floor of Weaver "
            "House answers questions on Tuesdays from 16:00 to 18:00."
        ),
        heading("2 Noise"),
        body(
            "Quiet hours are from 22:00 to 06:30 on Monday to Friday and from 23:00 to 08:00 on Saturdays, Sundays "
            "and public holidays. The midday rest on Sundays has been dropped."
        ),
        body(
            "Instruments may be played in the flats for ninety minutes a day outside the quiet hours. Drums are "
            "allowed in the practice room only. The practice room in the basement of Dyer House is free for members; "
            "people from outside pay £4 an hour."
        ),
        heading("3 Laundry rooms"),
        body("Table 1: Laundry rooms"),
        Spacer(1, 4),
        laundry,
        Spacer(1, 4),
        body(
            "A wash costs £2.20 and a dryer cycle £1.50. The deposit for the laundry card stays at £10. Times are "
            "booked online on the house board: three slots of ninety minutes each per flat and week. A booking lapses "
            "if the machine is not started within fifteen minutes."
        ),
        heading("4 Pets"),
        items(
            [
                "Small animals in cages and aquariums need no permission.",
                "Dogs and cats need the permission of the house committee of the building, no longer of the board.",
                "A flat may keep one dog or two cats. This applies in all three buildings; the ban on dogs in Cooper "
                "House is lifted.",
                "Dogs are kept on a lead in the stairwells, in the lifts and in the courtyard. They may not enter the "
                "fenced lawn.",
            ]
        ),
        heading("5 Bicycles and cellars"),
        body(
            "Bicycles stand in the bicycle cellars of Weaver House and Dyer House and carry a sticker with the number "
            "of the flat. The sticker costs £5 for each bicycle. A bicycle without a sticker is removed fourteen days "
            "after a notice was tied to it and kept for three months; whoever fetches it in that time pays £12."
        ),
        body(
            "Batteries of e-bikes may be charged only in the charging cabinet in the bicycle cellar of Weaver House. "
            "Charging them in cellar compartments, stairwells or anywhere else in the basement remains forbidden "
            "because of the danger of fire."
        ),
        heading("6 Guests and subletting"),
        body(
            "Guests may stay for up to eight weeks a year without notice. A longer stay is reported to the house "
            "office. Letting to tourists, even for a single night, is not allowed."
        ),
        body("The whole flat may be sublet for eighteen months in all. To sublet a flat:"),
        items(
            [
                "Send the form “Subletting” to the house office at least six weeks before the first day.",
                "Enclose the name of the subtenant and a copy of the draft contract.",
                "Wait for the decision of the board, which comes within three weeks.",
                "Hand in the signed contract.",
                "Label the door bell and the letter box with the name of the subtenant.",
            ],
            "1",
        ),
        body("The rent asked from the subtenant may exceed the monthly charge by ten per cent at most."),
        heading("7 Courtyard and balconies"),
        body(
            "Charcoal is no longer allowed anywhere on the premises. Gas and electric grills may be used in the "
            "courtyard until 22:00. On balconies only electric grills are allowed. Balls are allowed in the courtyard "
            "from 09:00 to 20:00. Flower boxes hang on the inner side of the railing."
        ),
        heading("8 Waste"),
        waste,
        body(
            "Bulky waste is collected twice a year, on the first Saturday of April and of October. Put it out in "
            "front of Dyer House not earlier than the evening before."
        ),
        heading("9 Community work"),
        body(
            "A flat owes six hours of community work a year, for example in the garden or at the repair evening. The "
            "speaker of the building keeps the list. A missing hour is charged at £18 in January of the next year. "
            "Members over seventy, and flats with a child under two years, are exempt."
        ),
        heading("10 Payments and notice"),
        items(
            [
                "Share of a new member: £1,500, payable in up to five instalments",
                "Late payment, after the fifth working day of the month: £20",
                "Lost key: £40 each",
                "Notice period: three months to the end of a month for flats, one month for parking spaces and "
                "storage rooms",
            ]
        ),
        heading("11 Moving out"),
        body("When you leave a flat:"),
        items(
            [
                "Give notice in writing.",
                "Arrange a first inspection with the caretaker, four weeks before you leave.",
                "Fill drill holes and paint coloured walls white.",
                "Clear the cellar compartment and take the bicycles with you.",
                "Return all keys and the laundry card at the final inspection.",
            ],
            "1",
        ),
        body("The share is paid back within six months after the end of the agreement."),
        heading("12 Breaches of the rules"),
        body(
            "The speaker of the building first talks with the people concerned. If that does not help, the house "
            "office sends a written warning. After a second written warning within eighteen months the board may end "
            "the occupancy agreement. Whoever is warned may object to the board within fourteen days."
        ),
    ]
    document = BaseDocTemplate(
        str(path), pagesize=A4, leftMargin=60, rightMargin=60, title="House rules, edition 2026", invariant=1
    )
    frame = Frame(60, 50, A4[0] - 120, A4[1] - 105)
    document.addPageTemplates(PageTemplate(frames=[frame], onPage=draw_margins))
    document.build(story)


def write_fee_table(path: Path) -> None:
    """Write the fees of two years under merged headings, and the monthly charges with merged buildings."""
    workbook = Workbook()
    fees = workbook.active
    fees.title = "Fees"
    fees.append(["Tannery Yard Housing Co-operative Ltd: fees in pounds, as of 1 January 2026"])
    fees.append(["Code", "Item", "Unit", "2025", None, "2026", None])
    fees.append([None, None, None, "Members", "Non-members", "Members", "Non-members"])
    groups: dict[str, list[tuple[str | int, ...]]] = {
        "Parking and storage": [
            ("P1", "Parking space in the courtyard", "month", 38, "n/a", 42, "n/a"),
            ("P2", "Parking space in the garage", "month", 65, 80, 70, 90),
            ("P3", "Space for a motorcycle", "month", 18, 25, 20, 28),
            ("S1", "Storage room up to 5 m²", "month", 12, "n/a", 14, "n/a"),
            ("S2", "Storage room over 5 m²", "month", 19, "n/a", 22, "n/a"),
        ],
        "Rooms": [
            ("R1", "Guest room in Weaver House", "night", 28, 45, 30, 48),
            ("R2", "Guest room in Cooper House", "night", 24, 40, 26, 42),
            ("R3", "Common room, half a day", "booking", 20, 60, 25, 70),
            ("R4", "Common room, whole day", "booking", 33, 100, 44, 115),
            ("R5", "Cleaning after use of a room", "booking", 29, 31, 34, 36),
        ],
        "Administration": [
            ("A1", "Replacement of a lost key", "piece", 25, "n/a", 40, "n/a"),
            ("A2", "Late payment", "month", 15, "n/a", 20, "n/a"),
            ("A3", "Letter of reference for a landlord", "letter", 8, "n/a", 11, "n/a"),
        ],
    }
    for group, rows in groups.items():
        fees.append([group])
        fees.merge_cells(start_row=fees.max_row, start_column=1, end_row=fees.max_row, end_column=7)
        for row in rows:
            fees.append(list(row))
    fees.append(["n/a: not offered to non-members. Breakfast is not part of the price of a guest room."])
    for merged in ("A1:G1", "A2:A3", "B2:B3", "C2:C3", "D2:E2", "F2:G2", f"A{fees.max_row}:G{fees.max_row}"):
        fees.merge_cells(merged)

    charges = workbook.create_sheet("Monthly charges 2026")
    charges.append(["Monthly charges in pounds, from 1 January 2026"])
    charges.append(["Building", "Rooms", "Size in m²", "Flats", "Basic charge", "Heating advance"])
    for charge in [
        ("Weaver House", 1, 34, 6, 310, 45),
        (None, 2, 52, 8, 455, 62),
        (None, 3, 71, 4, 598, 84),
        ("Dyer House", 2, 50, 8, 448, 60),
        (None, 3, 68, 6, 580, 79),
        ("Cooper House", 2, 55, 6, 490, 58),
        (None, 4, 92, 4, 765, 97),
    ]:
        charges.append(list(charge))
    for merged in ("A1:F1", "A3:A5", "A6:A7", "A8:A9"):
        charges.merge_cells(merged)

    for sheet in (fees, charges):
        sheet["A1"].font = Font(bold=True, size=13)
        for cell in [*sheet[2], *sheet[3]] if sheet is fees else sheet[2]:
            cell.font = Font(bold=True)
            cell.alignment = Alignment(horizontal="center")
        sheet.column_dimensions["A"].width = 16
    fees.column_dimensions["B"].width = 36
    workbook.save(path)


if __name__ == "__main__":
    documents = Path(__file__).parent / "documents"
    write_house_rules_2023(documents / "house_rules_2023.docx")
    write_house_rules_2026(documents / "house_rules_2026.pdf")
    write_fee_table(documents / "fee_table.xlsx")

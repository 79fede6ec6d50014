"""Write visitor-guide.pdf. Needs reportlab; the other documents are plain files.

python tests/quality/collections/museum/make_documents.py
"""

from pathlib import Path

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.lib.units import cm
from reportlab.platypus import (
    BaseDocTemplate,
    Frame,
    ListFlowable,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

STYLES = getSampleStyleSheet()
GRID = [
    ("GRID", (0, 0), (-1, -1), 0.5, colors.grey),
    ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
]

GALLERIES = [
    ["Floor", "Gallery", "What you see", "Time"],
    ["Basement", "Ship's Hold", "a merchant ship's cargo deck of 1790, with barrels and bales", "20 min"],
    ["Ground floor", "The Customs Hall", "scales, seals and the counting desk of the customs officers", "25 min"],
    ["First floor", "Salt and Trade", "the salt route, account books, a model of the harbour in 1650", "40 min"],
    ["", "Textile Room", "sailors' clothes and the dyer's workshop", "15 min"],
    ["Second floor", "Ellmouth at Work", "shipyard, cannery and the strike of 1911", "35 min"],
    ["", "Portrait Corridor", "twenty-two paintings of merchants and their families", "15 min"],
]

EXHIBITIONS = [
    ["Special exhibition", "From", "Until", "Where", "Curator"],
    ["Salt and Tar: Smells of a Harbour", "13 March 2026", "30 August 2026", "Second floor, east wing", "Sofia Renn"],
    ["Letters from the Ice", "26 September 2026", "17 January 2027", "Lecture Hall", "Jonas Attwood"],
    ["Locks and Levels", "1 May 2026", "11 October 2026", "Lock Keeper's Cottage, attic", "Nora Hale"],
]

OBJECTS = [
    ["No.", "Object", "Made", "Where"],
    ["7", "Silver customs seal with a lion", "1742", "The Customs Hall"],
    ["19", "Salt sledge from the frozen river", "about 1700", "Salt and Trade"],
    ["31", "Coat of the pilot Aart Visser", "1838", "Textile Room"],
    ["44", "Tin of the first Ellmouth herring", "1889", "Ellmouth at Work"],
    ["58", "Portrait of Clara Hollis by Edwin Marr", "1861", "Portrait Corridor"],
    ["59", "Portrait of Henry Hollis by an unknown painter", "1858", "Portrait Corridor"],
]


def heading(text):
    return Paragraph(text, STYLES["Heading2"])


def body(text):
    return Paragraph(text, STYLES["BodyText"])


def items(texts, bullet):
    return ListFlowable([body(text) for text in texts], bulletType=bullet)


def table(rows, widths, spans=()):
    cells = [[body(cell) for cell in row] for row in rows]
    return Table(cells, colWidths=[width * cm for width in widths], style=TableStyle([*GRID, *spans]))


def draw_furniture(canvas, document):
    canvas.setFont("Helvetica", 8)
    canvas.drawString(2 * cm, A4[1] - 1.2 * cm, "Ellmouth City Museum · Visitor guide 2026")
    canvas.drawString(2 * cm, 1.2 * cm, "Edition of 2 February 2026 · info@ellmouth-museum.example · 0455 7120-0")
    canvas.drawRightString(A4[0] - 2 * cm, 1.2 * cm, f"Page {document.page} of 3")


FLOOR_SPANS = [("SPAN", (0, 3), (0, 4)), ("SPAN", (0, 5), (0, 6))]

STORY = [
    Paragraph("Visitor guide", STYLES["Title"]),
    heading("Welcome"),
    body(
        "The Old Customs House was built in 1742. For almost two hundred years every ship that came up the Ell had to "
        "pay here. The city bought the empty house in 1927, and the museum opened in it on 9 May 1931 with three rooms. "
        "Today there are six galleries with about 1,400 objects on show; some thirty thousand more are in the store."
    ),
    body(
        "The Lock Keeper's Cottage of 1811 was given to the museum by the Hale family and has belonged to us since 1988. "
        "It shows how a family of nine lived and worked on the canal."
    ),
    body(
        "Dr Miriam Falk has been director of the museum since 2021. Her predecessor Anton Reuss, who led the house for "
        "twelve years, now chairs the Friends of the Museum."
    ),
    heading("The galleries of the Old Customs House"),
    table(GALLERIES, [3, 3.5, 8, 2.2], FLOOR_SPANS),
    Spacer(1, 0.4 * cm),
    heading("If you have only one hour"),
    items(
        [
            "Begin in the Customs Hall and look for the silver seal with the lion (no. 7).",
            "Take the lift to the second floor and see the cannery in Ellmouth at Work.",
            "Walk down to Salt and Trade and find your street on the model of the harbour.",
            "End in the courtyard, where the crane of 1823 stands.",
        ],
        "1",
    ),
    PageBreak(),
    heading("Objects that you should not miss"),
    table(OBJECTS, [1.5, 7.5, 3, 4.7]),
    body(
        "Object no. 19, the sledge, was found in 1954 when the river bed was dredged. Salt was so dear in the winter of "
        "1709 that merchants did not wait for the ice to melt: they let the sacks be drawn up the frozen river by horses."
    ),
    heading("Why there is a tower"),
    body(
        "The tower was put up in 1768, twenty-six years after the house. From its top the officers could see a ship two "
        "hours before it came in. A bell told the weighers how many ships to expect: one stroke for each ship. When the "
        "telegraph reached Ellmouth in 1856, the bell was no longer needed, and it has been rung only at New Year since."
    ),
    heading("Tower tour"),
    body(
        "Tours start on Saturdays and Sundays at 11 am, 1 pm and 3 pm and take 40 minutes. Please follow these steps:"
    ),
    items(
        [
            "Book at the desk or by telephone, at the latest one day ahead.",
            "Be at the meeting point by the shop ten minutes before the start.",
            "Leave bags and umbrellas in a locker.",
            "Put on the helmet that the guide gives you.",
        ],
        "1",
    ),
    body("In wind above 60 kilometres an hour the tour is called off and the tower ticket is paid back."),
    heading("Audio guide"),
    body(
        "The audio guide speaks English, German, Dutch and Polish and lasts an hour and a half. There is a version for "
        "children in English and German. Hand in the device at the desk; if it is lost, we charge 80 euros."
    ),
    PageBreak(),
    heading("Special exhibitions"),
    table(EXHIBITIONS, [4.6, 3, 3, 3.6, 2.5]),
    body("Curator's tours: on the last Thursday of the month at 6.30 pm, included in the price of the exhibition."),
    heading("Café and shop"),
    body(
        "The Anchor Café in the courtyard opens with the museum and closes half an hour before it. Soup is served from "
        "noon to 2.30 pm. Holders of a year card get ten per cent off in the shop, but not in the café."
    ),
    heading("House rules"),
    items(
        [
            "Please do not touch the objects, except those with a hand on the label.",
            "Bags larger than 35 by 40 centimetres, umbrellas and rucksacks go into a locker.",
            "Do not run, and do not use scooters or skates.",
            "Please telephone only in the hall and in the courtyard.",
            "Drawing with pencil is welcome; ink and paint are not allowed.",
        ],
        "bullet",
    ),
    heading("Become a Friend of the Museum"),
    body(
        "The Friends have 612 members. Membership costs 55 euros a year, 30 euros for people under thirty. Friends have "
        "free admission to both houses, get the magazine Quayside twice a year and are invited to openings. They have paid "
        "for the new lift and for the repair of the bell frame. To join, fill in the form at the desk or write to the "
        "secretary, Paula Steen."
    ),
]

path = Path(__file__).parent / "documents" / "visitor-guide.pdf"
document = BaseDocTemplate(
    str(path), pagesize=A4, title="Visitor guide 2026", author="Ellmouth City Museum", invariant=1
)
frame = Frame(2 * cm, 2 * cm, A4[0] - 4 * cm, A4[1] - 4 * cm)
document.addPageTemplates([PageTemplate(frames=[frame], onPage=draw_furniture)])
document.build(STORY)

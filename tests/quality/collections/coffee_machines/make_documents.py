"""Write the binary files of the coffee machine maker: a manual (pdf), an error list (xlsx), training slides (pptx).

The manual needs reportlab, which is no dependency of this project: `pip install reportlab`.
"""

from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from pptx import Presentation
from pptx.presentation import Presentation as Slides
from pptx.util import Cm, Pt
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet
from reportlab.lib.units import cm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    Flowable,
    ListFlowable,
    ListItem,
    Paragraph,
    SimpleDocTemplate,
    Table,
    TableStyle,
)

SHEET = getSampleStyleSheet()
BODY = ParagraphStyle("Body", SHEET["BodyText"], fontSize=9.5, leading=12.5)
CHAPTER = ParagraphStyle("Chapter", SHEET["Heading1"], fontSize=14, spaceBefore=10, spaceAfter=4)
SECTION = ParagraphStyle("Section", SHEET["Heading2"], fontSize=11, spaceBefore=6, spaceAfter=2)

SAFETY_NOTES = [
    "Connect the machine to an earthed socket with 230 V only. Do not use an extension lead.",
    "Never put the machine, its cable or its plug into water.",
    "Children from eight years may use the machine if an adult watches them. They must not clean it.",
    "The steam pipe and the milk outlet are hot. Do not touch them within five minutes after use.",
    "Pull the plug before you clean the inside.",
    "Do not use the machine outdoors or above 2,000 m.",
    "Do not fill in distilled water: the level sensor does not see it, and the pump runs dry.",
]
FIRST_USE = [
    "Take the foam out of the bean hopper and pull the blue film off the drip tray.",
    "Rinse the water tank and fill it to the mark MAX with fresh cold water.",
    "Dip the test strip into the water for one second. Wait one minute and count the red fields.",
    "Plug in the machine and switch it on at the back.",
    "Set the hardness: hold the cup button for five seconds, then press it once for every red field.",
    "Put the water filter into the tank and let half a litre of hot water run.",
    "Fill in beans. Make five cups and pour them away.",
]
DESCALING = [
    "Empty the drip tray and take the water filter out of the tank.",
    "Pour 100 ml of Torvane descaler and 900 ml of water into the tank.",
    "Put a bowl of at least 1.5 litres under both outlets.",
    "Hold the descaling button for three seconds until it blinks.",
    "Wait until the button shines without blinking. Rinse the tank and fill it with fresh water to MAX.",
    "Press the button again. The machine rinses itself.",
    "Put the filter back.",
]
CLEANING = [
    ["Part", "D40", "D40 Plus", "Manner"],
    ["Drip tray, grounds container", "every day", "", "by hand or in the dishwasher"],
    ["Milk hose", "every day", "", "programme MILK RINSE, two minutes"],
    ["Brew group", "every week", "every two weeks", "under lukewarm water, without detergent"],
    ["Brew group, with tablet", "every 250 cups", "every 300 cups", "programme CLEAN, ten minutes"],
    ["Bean hopper", "every month", "", "with a dry cloth"],
    ["Water filter", "every 2 months", "every 3 months", "replace; the old one is household waste"],
    ["Grease on the brew group", "once a year", "", "food-safe silicone grease, 1 g"],
]
TECHNICAL_DATA = [
    ["Property", "D40", "D40 Plus"],
    ["Power", "1,450 W", "1,500 W"],
    ["Voltage", "230 V, 50 Hz", ""],
    ["Power in standby", "0.5 W", "0.8 W"],
    ["Pump pressure", "15 bar", ""],
    ["Water tank", "1.8 litres", "2.4 litres"],
    ["Bean hopper", "250 g", "400 g"],
    ["Grounds container", "12 portions", "16 portions"],
    ["Height of cups", "75 to 140 mm", ""],
    ["Weight (empty)", "9.6 kg", "10.9 kg"],
    ["Width × depth × height", "240 × 430 × 360 mm", "260 × 445 × 370 mm"],
    ["Noise while grinding", "68 dB", "61 dB"],
    ["Length of cable", "1.1 m", ""],
    ["Radio", "none", "Bluetooth 5.0, 2.4 GHz"],
]
SHARED_CLEANING_ROWS = (1, 2, 5, 7)
SHARED_DATA_ROWS = (2, 4, 8, 12)

ErrorRow = tuple[str, str, str, str, str, str]
ERROR_ROWS: dict[str, list[ErrorRow]] = {
    "Water": [
        ("E01", "all", "Fill tank", "Tank empty or not seated", "Fill it and press it down until it clicks", "user"),
        ("E02", "D40, D40 Plus", "No flow", "Air in the pump", "Draw hot water for 20 seconds", "user"),
        ("E03", "O90", "Mains low", "Pressure below 1 bar", "Open the stop valve; switch to the tank", "user"),
        ("E04", "all", "Leak", "Water in the base", "Pull the plug, do not move the machine", "service"),
    ],
    "Brewing": [
        ("E11", "D40, D40 Plus", "Brew group", "Brew group missing or not locked", "Turn it to the padlock", "user"),
        ("E12", "D40, D40 Plus, O90", "Empty grounds", "Container full", "Empty it with the machine on", "user"),
        ("E14", "D40, D40 Plus, O90", "Group stuck", "Motor or gear worn", "Switch off and on once", "service"),
    ],
    "Grinder": [
        ("E21", "D40, D40 Plus, O90", "Grinder blocked", "Stone in the beans", "Empty the hopper, vacuum", "user"),
        ("E22", "D40, D40 Plus", "Grinder hot", "More than ten cups in a row", "Let it cool for 20 minutes", "user"),
        ("E23", "O90", "Grinder hot", "More than 30 cups in a row", "Let it cool for 15 minutes", "user"),
    ],
    "Heating": [
        ("E31", "all", "Sensor", "Temperature sensor broken", "Do not use the machine", "service"),
        ("E32", "all", "Too hot", "Thermostat has switched off", "Pull the plug for 30 minutes", "user"),
        ("E33", "P10", "Steam", "Steam tap open while heating up", "Close the tap", "user"),
    ],
    "Milk": [
        ("E41", "D40, D40 Plus", "Milk hose", "Hose blocked by dried milk", "Soak 1 hour, then MILK RINSE", "user"),
        ("E42", "O90", "Milk warm", "Milk above 8 °C for two hours", "Throw the milk away, clean the cooler", "user"),
    ],
    "Electronics": [
        ("E51", "D40 Plus", "Update failed", "Telephone lost the connection", "Repeat at less than 2 m", "user"),
        ("E52", "D40, D40 Plus, O90", "Set clock", "Battery of the clock empty", "Replace battery CR2032", "service"),
    ],
}
SPARE_PARTS: list[tuple[str, str, str, float, str]] = [
    ("40-118", "Brew group", "D40, D40 Plus", 59.00, "2 days"),
    ("90-118", "Brew group", "O90", 84.00, "2 days"),
    ("40-205", "Water tank 1.8 litres", "D40", 29.50, "2 days"),
    ("41-205", "Water tank 2.4 litres", "D40 Plus", 34.50, "2 weeks"),
    ("40-330", "Milk hose with two nozzles", "D40, D40 Plus", 12.90, "2 days"),
    ("10-410", "Seal of the portafilter", "P10", 6.20, "2 days"),
    ("10-415", "Pod basket 44 mm", "P10", 11.50, "5 days"),
    ("00-900", "Descaler, 500 ml", "all", 14.90, "2 days"),
    ("00-905", "Cleaning tablets, 10 pieces", "D40, D40 Plus, O90", 9.80, "2 days"),
    ("00-910", "Water filter", "D40, D40 Plus", 16.40, "2 days"),
    ("90-520", "Seal of the milk cooler", "O90", 18.70, "3 weeks"),
]


def write_duo_manual(path: Path) -> None:
    story: list[Flowable] = [
        Paragraph("Duo D40 and D40 Plus: operating manual", SHEET["Title"]),
        Paragraph(
            "Edition 4, February 2026. It replaces edition 3 of June 2024. Keep it for as long as you have the "
            "machine, and pass it on with it.",
            BODY,
        ),
    ]
    story += [Paragraph("1 Safety", CHAPTER), list_paragraphs(SAFETY_NOTES, "bullet")]
    story += [
        Paragraph(
            "<b>Warning:</b> If the cable is damaged, do not use the machine. Only our service may replace it.", BODY
        ),
    ]
    story += [Paragraph("2 First use", CHAPTER), list_paragraphs(FIRST_USE, "1")]

    story += [
        Paragraph("3 Coffee and milk", CHAPTER),
        Paragraph("3.1 Setting the grinder", SECTION),
        Paragraph(
            "Turn the ring in the hopper by one notch at a time, and only while the grinder is running. Turned at "
            "rest, the ring crushes the beans between the discs and can block the grinder. You taste the "
            "difference from the second cup on.",
            BODY,
        ),
        Paragraph("3.2 Amount and strength", SECTION),
        Paragraph(
            "Amounts from 25 to 220 ml can be stored: hold the drink's button until the cup is full enough. The "
            "strength has five steps; the machine grinds seven grams in step one and eleven in step five.",
            BODY,
        ),
        Paragraph("3.3 Milk", SECTION),
        Paragraph(
            "Use cold milk of 4 to 8 °C. Hang the hose into the milk and press the drink. When the drink is ready, "
            "the display asks for a rinse. Do it within ten minutes, or the milk dries in the nozzle and the next "
            "foam becomes thin.",
            BODY,
        ),
    ]

    # Cells that hold for both machines span the two columns.
    story += [
        Paragraph("4 Cleaning", CHAPTER),
        Paragraph("Table 1: what to clean, and when", BODY),
        draw_table(CLEANING, (4.6, 2.8, 3.0, 6.2), SHARED_CLEANING_ROWS),
    ]
    story += [
        Paragraph("5 Descaling", CHAPTER),
        Paragraph(
            "Descale when the lamp DESCALE comes on: with hard water after about 60 litres, with soft water after "
            "about 200. It takes 25 minutes with the D40 and 35 minutes with the D40 Plus.",
            BODY,
        ),
        list_paragraphs(DESCALING, "1"),
        Paragraph(
            "Do not interrupt the programme. If the power fails, the machine stays locked; begin again with step 4. "
            "Do not use vinegar or citric acid: vinegar attacks the seals, and citric acid forms crystals in the "
            "heater. Damage from them is not covered by the warranty.",
            BODY,
        ),
    ]
    story += [
        Paragraph("6 Technical data", CHAPTER),
        Paragraph("Table 2: technical data", BODY),
        draw_table(TECHNICAL_DATA, (5.0, 5.0, 5.0), SHARED_DATA_ROWS),
    ]
    story += [
        Paragraph("7 Warranty and service", CHAPTER),
        Paragraph(
            "The warranty is 24 months from purchase. If you register the machine within sixty days of purchase, it "
            "is 36 months. It does not cover seals, filters and glass, and it ends after 8,000 cups.",
            BODY,
        ),
        Paragraph(
            "Service for home machines: telephone +44 1632 960310, Monday to Friday from 8 to 19 o'clock, Saturday "
            "from 9 to 13 o'clock. Spare parts are kept for ten years after the last machine of a kind was built.",
            BODY,
        ),
        Paragraph("8 Disposal", CHAPTER),
        Paragraph(
            "The machine is not household waste. Your dealer takes it back free of charge. Take the clock battery "
            "out first if you can; it is under the left cover.",
            BODY,
        ),
    ]
    manual = SimpleDocTemplate(
        str(path),
        pagesize=A4,
        title="Duo D40 and D40 Plus: operating manual",
        author="Torvane Coffee Machines",
        topMargin=2.2 * cm,
        bottomMargin=2 * cm,
        leftMargin=2 * cm,
        rightMargin=2 * cm,
        invariant=1,
    )
    manual.build(story, onFirstPage=print_margins, onLaterPages=print_margins)


def list_paragraphs(texts: list[str], bullet: str) -> ListFlowable:
    """Return a list of paragraphs, numbered if `bullet` is "1"."""
    items = [ListItem(Paragraph(text, BODY), leftIndent=16) for text in texts]
    form = "%s." if bullet == "1" else None
    return ListFlowable(items, bulletType=bullet, bulletFormat=form, bulletFontSize=9.5, leftIndent=16)


def draw_table(rows: list[list[str]], widths: tuple[float, ...], shared: tuple[int, ...]) -> Table:
    """Return a ruled table; in the rows `shared` the second cell spans the third."""
    cells = [[Paragraph(text, BODY) for text in row] for row in rows]
    style = TableStyle(
        [
            ("GRID", (0, 0), (-1, -1), 0.5, colors.grey),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("BACKGROUND", (0, 0), (-1, 0), colors.lightgrey),
            *[("SPAN", (1, row), (2, row)) for row in shared],
        ]
    )
    return Table(cells, colWidths=[width * cm for width in widths], repeatRows=1, style=style, hAlign="LEFT")


def print_margins(canvas: Canvas, template: SimpleDocTemplate) -> None:
    canvas.saveState()
    canvas.setFont("Helvetica", 8)
    canvas.drawString(2 * cm, A4[1] - 1.4 * cm, "Torvane Duo D40 / D40 Plus")
    canvas.drawRightString(A4[0] - 2 * cm, A4[1] - 1.4 * cm, "Edition 4 · 02/2026")
    canvas.drawCentredString(A4[0] / 2, 1.2 * cm, f"Page {template.page}")
    canvas.restoreState()


def write_error_codes(path: Path) -> None:
    book = Workbook()

    # One sheet with the codes, the area of the machine in merged cells.
    codes = book.active
    assert codes is not None
    codes.title = "Error codes"
    codes.append(["Torvane error codes, version 3.2 of 15 January 2026"])
    codes.merge_cells("A1:G1")
    codes["A1"].font = Font(bold=True, size=14)
    codes.append([])
    codes.append(["Area", "Code", "Machines", "Display", "Cause", "What to do", "Done by"])
    for area, rows in ERROR_ROWS.items():
        first = codes.max_row + 1
        for number, row in enumerate(rows):
            codes.append([area if number == 0 else None, *row])
        codes.merge_cells(start_row=first, end_row=codes.max_row, start_column=1, end_column=1)
        codes.cell(first, 1).alignment = Alignment(vertical="top")
    codes.append([])
    codes.append(["E13 was withdrawn with version 3.0; old machines that show it have error E14."])

    # Spare parts, with prices as numbers in a currency format.
    parts = book.create_sheet("Spare parts")
    parts.append(["Part", "Name", "Fits", "Price", "Delivery"])
    for part in SPARE_PARTS:
        parts.append(list(part))
        parts.cell(parts.max_row, 4).number_format = '"€"#,##0.00'
    parts.append([])
    parts.append(["Prices include VAT. Postage is €4.90, from €50 on free."])

    for sheet in book.worksheets:
        for column, width in zip("ABCDEFG", (13, 26, 20, 18, 34, 40, 10), strict=True):
            sheet.column_dimensions[column].width = width
    book.save(path)


def write_training_slides(path: Path) -> None:
    slides = Presentation()
    add_slide(
        slides,
        "Training for service partners",
        ["Autumn 2024", "Lugo, 8 October 2024", "Trainer: Katja Lindner"],
        "Welcome everybody. The coffee break is at half past ten.",
    )
    add_slide(
        slides,
        "Our range in autumn 2024",
        ["Piccola P10: €329", "Duo D40: €849", "Office O90: €3,290", "The D40 Plus follows in spring 2025"],
        "These are the list prices of September 2024. Prices change every February; always look at the web page.",
    )
    add_slide(
        slides,
        "Five faults that customers cause",
        [
            "Distilled water: the sensor sees no level and the pump runs dry",
            "Vinegar for descaling: the seals swell",
            "Flavoured beans: sugar sticks to the grinding discs",
            "Brew group in the dishwasher: the grease is gone and the group jams",
            "Milk hose rinsed once a week: thin foam, then E41",
        ],
        "About two thirds of all repairs in 2023 came from these five. Show the swollen seal.",
    )
    add_slide(
        slides,
        "Changing the brew group of a D40",
        [
            "Switch off and wait until the group stands at rest",
            "Open the door on the right and press the two orange buttons",
            "Pull the group out straight",
            "Grease the new group with 1 g of silicone grease",
            "Push it in until it clicks and turn it to the padlock",
            "Run two rinses without coffee",
        ],
        "Takes eight minutes with practice. The O90 is different: its group has a screw at the back, Torx 20.",
    )

    # A table of regions, as a real table on a slide with nothing else.
    regions = slides.slides.add_slide(slides.slide_layouts[5])
    regions.shapes.title.text = "Who is responsible for your region"
    rows = [
        ["Region", "Contact", "Workshop", "Training in 2025"],
        ["North", "Sven Aalto", "Lingen", "18 March"],
        ["South", "Chiara Conti", "Lugo", "25 March"],
        ["West", "Marion Petit", "Arlon", "1 April"],
    ]
    grid = regions.shapes.add_table(len(rows), 4, Cm(1.5), Cm(4.5), Cm(22), Cm(5)).table
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            grid.cell(number, column).text = text
    regions.notes_slide.notes_text_frame.text = "The region East is looked after by Lugo until we have hired somebody."

    add_slide(
        slides,
        "After the repair",
        [
            "Make three espressos; each must take 22 to 28 seconds",
            "Check the temperature in the cup: 82 to 86 °C",
            "Wipe the machine and empty the tank",
            "Write the counter of cups into the report",
            "Warranty on the repair: six months",
        ],
        "A report without the counter is not paid. We pay €52 an hour for warranty work.",
    )
    slides.save(path)


def add_slide(slides: Slides, title: str, bullets: list[str], notes: str) -> None:
    slide = slides.slides.add_slide(slides.slide_layouts[1])
    slide.shapes.title.text = title
    frame = slide.placeholders[1].text_frame
    for number, bullet in enumerate(bullets):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        paragraph.text = bullet
        paragraph.font.size = Pt(20)
    slide.notes_slide.notes_text_frame.text = notes


if __name__ == "__main__":
    write_duo_manual(Path(__file__).parent / "documents" / "manual-duo-d40.pdf")
    write_error_codes(Path(__file__).parent / "documents" / "error-codes.xlsx")
    write_training_slides(Path(__file__).parent / "documents" / "partner-training-2024.pptx")

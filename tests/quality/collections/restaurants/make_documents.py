"""Write the office files of the restaurant chain: two guides in docx, the allergen matrix, the opening slides.

Run by hand with python-docx, openpyxl and python-pptx; the other documents of the folder are plain files.
"""

from __future__ import annotations

from pathlib import Path

import docx
from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet
from pptx import Presentation
from pptx.util import Inches

ALLERGENS = (
    "Gluten", "Crustaceans", "Egg", "Fish", "Peanut", "Soya", "Milk", "Nuts",
    "Celery", "Mustard", "Sesame", "Sulphites", "Lupin", "Molluscs",
)  # fmt: skip

Bullet = str | tuple[str, list["Bullet"]]
"""A line, or a line with the lines below it."""


def add_bullets(document: Document, bullets: list[Bullet], level: int = 1) -> None:
    """Add a bullet list, nested lists one level deeper."""
    style = "List Bullet" if level == 1 else f"List Bullet {level}"
    for bullet in bullets:
        text, below = (bullet, []) if isinstance(bullet, str) else bullet
        document.add_paragraph(text, style=style)
        add_bullets(document, below, level + 1)


def add_steps(document: Document, steps: list[str]) -> None:
    """Add a numbered list that starts at 1, as Word's "restart numbering" does."""
    numbering = document.part.numbering_part.element
    style_number = document.styles["List Number"].element.pPr.numPr.numId.val
    abstract = next(num.abstractNumId.val for num in numbering.num_lst if num.numId == style_number)
    number = numbering.add_num(abstract)
    number.add_lvlOverride(ilvl=0).add_startOverride(1)
    for step in steps:
        paragraph = document.add_paragraph(step, style="List Number")
        paragraph.paragraph_format.element.get_or_add_pPr().get_or_add_numPr().get_or_add_numId().val = number.numId


def add_grid(document: Document, rows: list[list[str]], merged: tuple[tuple[int, int, int, int], ...] = ()) -> None:
    """Add a table whose first row repeats on every page; `merged` holds (top, left, bottom, right) of merged cells."""
    table = document.add_table(len(rows), len(rows[0]), style="Table Grid")
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    for top, left, bottom, right in merged:
        text = table.cell(top, left).text
        table.cell(top, left).merge(table.cell(bottom, right)).text = text
    for cell in table.rows[0].cells:
        cell.paragraphs[0].runs[0].bold = True
    repeat = OxmlElement("w:tblHeader")
    repeat.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(repeat)
    document.add_paragraph()


def write_food_safety(path: Path) -> None:
    document = docx.Document()
    section = document.sections[0]
    section.header.paragraphs[0].text = "Larkmoor Kitchens · Food safety"
    section.footer.paragraphs[0].text = "Version 4 · 12 January 2026 · Questions: Dr Hanna Sjöberg, 0555 200 410"
    document.add_heading("Food safety in the kitchen", 0)
    add_bullets(
        document,
        [
            "For everybody who touches food, in all restaurants and in the central kitchen",
            "Responsible: Dr Hanna Sjöberg, food safety officer",
            ("Training", ["before the first shift: module A, 90 minutes", "every year after that: module B, one hour"]),
        ],
    )

    document.add_heading("Temperatures", 1)
    document.add_paragraph("Core temperature is measured in the thickest part, never beside a bone.")
    add_grid(
        document,
        [
            ["Food", "Cut", "Core temperature", "Held for", "Hot holding"],
            ["Poultry", "whole", "80 °C", "1 minute", "at least 65 °C"],
            ["Poultry", "breast", "74 °C", "30 seconds", "at least 65 °C"],
            ["Beef", "minced, burgers", "75 °C", "two minutes", "at least 63 °C"],
            ["Beef", "steak", "as the guest wishes", "–", "not held"],
            ["Pork", "all cuts", "70 °C", "2 minutes", "at least 63 °C"],
            ["Fish", "fillet", "63 °C", "15 seconds", "at least 63 °C"],
            ["Rice", "cooked", "–", "–", "at least 65 °C, two hours at most"],
        ],
        merged=((1, 0, 2, 0), (3, 0, 4, 0)),
    )

    document.add_heading("Cooling cooked food", 1)
    document.add_paragraph("From 65 °C to 5 °C within four hours at most:")
    add_steps(
        document,
        [
            "Divide the food into trays, no deeper than 6 cm.",
            "Put the open trays into the blast chiller; soups first go into an ice bath for 20 minutes.",
            "Measure after two hours. Above 21 °C: throw it away.",
            "At 5 °C or less, cover the trays.",
            "Label them and put them into the walk-in fridge.",
            "Write start, end and both temperatures into the cooling log.",
        ],
    )

    document.add_heading("The fridge, from top to bottom", 1)
    add_bullets(
        document,
        [
            "Top shelf: food that is ready to eat",
            "Second shelf: dairy products",
            "Third shelf: raw fish",
            "Fourth shelf: raw beef, pork and lamb",
            "Bottom shelf: raw poultry, in trays with a rim",
            ("Not in the fridge", ["bananas, tomatoes, bread", "anything still above 21 °C"]),
        ],
    )

    document.add_heading("Labels and shelf life", 1)
    add_bullets(
        document,
        [
            ("On every label", ["name of the food", "day it was made or opened", "use-by day", "initials"]),
            (
                "Colour of the label: the day the food was made",
                ["Monday and Tuesday: white", "Wednesday and Thursday: blue", "Friday to Sunday: orange"],
            ),
            "No label: it goes into the bin",
        ],
    )
    add_grid(
        document,
        [
            ["Food", "Fridge", "Freezer"],
            ["Mayonnaise, made in the house", "2 days", "not allowed"],
            ["Mayonnaise, opened jar", "14 days", "not allowed"],
            ["Stock", "three days", "3 months"],
            ["Cooked rice", "1 day", "not allowed"],
            ["Cooked lentils", "three days", "2 months"],
            ["Raw fish", "1 day", "three months"],
            ["Cream, opened", "4 days", "not allowed"],
        ],
    )

    document.add_heading("Washing hands", 1)
    add_steps(
        document,
        [
            "Take off rings and watch.",
            "Wet the hands with warm water.",
            "Soap for 20 seconds, thumbs and fingertips too.",
            "Rinse, and dry with paper.",
            "Shut the tap with the paper.",
        ],
    )

    document.add_heading("Illness and wounds", 1)
    add_bullets(
        document,
        [
            (
                "Diarrhoea or vomiting",
                [
                    "go home at once and tell the shift manager",
                    "come back 48 hours after the last symptom, no doctor's note needed",
                ],
            ),
            (
                "Cuts and burns on the hand",
                ["blue plaster, and a glove over it", "write it into the accident book"],
            ),
            ("Cold", ["work away from open food; a mask is enough for washing up and dry store"]),
            (
                "Salmonella or hepatitis A",
                ["no work until the health office agrees in writing", "the officer informs the health office, not you"],
            ),
        ],
    )

    document.add_heading("Orders with an allergy", 1)
    add_steps(
        document,
        [
            "Service writes the allergy on a purple ticket and says it aloud at the pass.",
            "The shift chef looks the dish up in the allergen matrix; nobody answers from memory.",
            "The cook washes hands and takes the purple board, knife and pan.",
            "The plate gets a purple pick and goes out alone, carried by the person who took the order.",
            "If the matrix says traces, the guest is told and decides.",
        ],
    )

    document.add_heading("Cleaning products", 1)
    add_grid(
        document,
        [
            ["Code", "Product", "For", "Amount a litre of water", "Time to act", "Rinse"],
            ["S1", "Sanitiser", "boards, worktops, handles", "20 ml", "5 minutes", "no"],
            ["S3", "Sanitiser, ice", "ice machine, once a month", "8 ml", "twenty minutes", "yes, twice"],
            ["D2", "Degreaser", "hood, fryers, tiles", "50 ml", "10 minutes", "yes"],
            ["L4", "Descaler", "kettles, dishwasher", "100 ml", "half an hour", "yes, twice"],
        ],
    )
    add_bullets(
        document,
        [
            "Never mix D2 with L4: the fumes burn the lungs",
            "Gloves for D2 and L4; goggles for L4 only",
            "Products stand below food, never above it",
        ],
    )
    document.save(str(path))


def write_staff_guide(path: Path) -> None:
    document = docx.Document()
    section = document.sections[0]
    section.header.paragraphs[0].text = "Larkmoor Kitchens · Staff guide"
    section.footer.paragraphs[0].text = "Valid from 1 January 2026 · Personnel office: Tomasz Wierzbicki, 0555 200 120"
    document.add_heading("Staff guide", 0)

    document.add_heading("Clothes", 1)
    add_bullets(
        document,
        [
            (
                "Service",
                ["black shirt and apron from us", "own dark trousers", "closed shoes with a flat sole"],
            ),
            (
                "Kitchen",
                [
                    "jacket, trousers and hat from us",
                    ("non-slip shoes", ["buy your own; we pay up to 60 euros once a year"]),
                ],
            ),
            (
                "Jewellery",
                ["kitchen: none, except a plain wedding ring", "service: small earrings are fine, no bracelets"],
            ),
            "Linen Loop washes aprons and jackets; don't take them home",
        ],
    )

    document.add_heading("Rota", 1)
    add_bullets(
        document,
        [
            "Published on the 20th of the month before",
            (
                "Swapping a shift",
                [
                    "find somebody of the same grade",
                    "both confirm in the rota app",
                    "at least 24 hours ahead; later only with the manager's word",
                ],
            ),
            ("Wishes for days off", ["until the 10th of the month before", "three wishes a month at most"]),
            "At least eleven hours between two shifts",
        ],
    )

    document.add_heading("Breaks and meals", 1)
    add_grid(
        document,
        [
            ["Shift", "Break", "Paid", "Staff meal"],
            ["up to 4 hours", "none", "–", "half price"],
            ["more than 4, up to 6 hours", "15 minutes", "yes", "free"],
            ["more than 6, up to 9 hours", "30 minutes", "no", "free"],
            ["more than 9 hours", "45 minutes", "first 15 minutes", "free"],
        ],
    )
    add_bullets(
        document,
        [
            "Off duty: 25 percent off food for you and up to three guests, not on drinks and not on Saturday evening",
            "Alcohol on duty is not allowed, not even a tasting without the wine lead",
        ],
    )

    document.add_heading("Tips", 1)
    add_bullets(
        document,
        [
            "All tips go into the pool of the restaurant, card tips included",
            ("Shares", ["service 65 percent", "kitchen 35 percent", "managers nothing"]),
            "Paid out with the wages on the last working day of the month",
            "New colleagues take part from the first shift after the trial day",
        ],
    )

    document.add_heading("Holiday", 1)
    add_bullets(
        document,
        [
            (
                "Days a year, full time",
                ["first and second year: 25", "from the third year: 27", "from the eighth year: thirty"],
            ),
            ("Ask in the rota app", ["up to three days: two weeks ahead", "longer: eight weeks ahead"]),
            ("No holiday", ["10 to 31 December", "Quayside: also the week of the harbour festival"]),
            "Left-over days are good until 31 March of the next year",
        ],
    )

    document.add_heading("Ill?", 1)
    add_steps(
        document,
        [
            "Phone the shift manager, at least three hours before your shift. A text message is not enough.",
            "Say how long you expect to be away.",
            "From the fourth day, send a doctor's note to the personnel office.",
            "Phone again on the day before you come back.",
        ],
    )

    document.add_heading("Training", 1)
    add_grid(
        document,
        [
            ["Module", "For", "Length", "When", "Trainer"],
            ["A Food safety, basic", "everybody", "90 minutes", "before the first shift", "Dr Hanna Sjöberg"],
            ["B Food safety, refresher", "everybody", "one hour", "every year", "Dr Hanna Sjöberg"],
            ["C Allergens", "everybody", "45 minutes", "within two weeks", "Leonie Achterberg"],
            ["D Wine", "service", "3 hours", "within six months", "Matteo Ruggeri"],
            ["E First aid", "leads", "one day", "every two years", "outside trainer"],
            ["F Fire", "leads", "2 hours", "every year", "outside trainer"],
        ],
    )

    document.add_heading("Leaving us", 1)
    add_bullets(
        document,
        [
            ("Notice", ["trial period (3 months): one week", "after that: four weeks", "managers: three months"]),
            ("On the last day", ["keys and name badge back", "locker empty", "aprons and jackets back"]),
            "Lost name badge: 5 euros",
        ],
    )
    document.save(str(path))


def add_matrix(sheet: Worksheet, title: str, dishes: list[tuple[str, str, str, str, str]]) -> None:
    """Write a matrix of (code, group, dish, allergens, traces), with merged cells for the title and for groups."""
    sheet.append([title])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=3 + len(ALLERGENS))
    sheet.append(["Group", "Code", "Dish", *ALLERGENS])
    for code, group, dish, holds, traces in dishes:
        sure, perhaps = holds.split(), traces.split()
        sheet.append(
            [group, code, dish, *("yes" if a in sure else "traces" if a in perhaps else "no" for a in ALLERGENS)]
        )

    # The group stands once, in a cell as high as its rows.
    first = 3
    for row in range(3, 4 + len(dishes)):
        if row == 3 + len(dishes) or dishes[row - 3][1] != dishes[first - 3][1]:
            sheet.merge_cells(start_row=first, start_column=1, end_row=row - 1, end_column=1)
            sheet.cell(first, 1).alignment = Alignment(vertical="top")
            first = row
    for cell in (sheet["A1"], *sheet[2]):
        cell.font = Font(bold=True)
    sheet.column_dimensions["A"].width = 14
    sheet.column_dimensions["C"].width = 38
    sheet.freeze_panes = "D3"


def write_allergen_matrix(path: Path) -> None:
    workbook = Workbook()
    menu = workbook.active
    menu.title = "Restaurant menu"
    add_matrix(
        menu,
        "Allergen matrix, restaurant menu, spring 2026 (yes = in the recipe, traces = cannot be ruled out)",
        [
            ("R11", "Starters", "Leek and potato soup", "Milk Celery", "Gluten"),
            ("R12", "Starters", "Beetroot hummus with flatbread", "Gluten Sesame", "Nuts"),
            ("R13", "Starters", "Smoked trout on rye", "Gluten Fish Milk Mustard", "Egg"),
            ("R14", "Starters", "Prawn cocktail", "Crustaceans Egg Mustard", "Fish Celery"),
            ("R21", "Mains", "Lentil pie", "Gluten Celery", "Milk Soya"),
            ("R22", "Mains", "Fish pie", "Gluten Fish Milk Crustaceans", "Egg Molluscs"),
            ("R23", "Mains", "Larkmoor burger", "Gluten Egg Milk Mustard Sesame", "Soya"),
            ("R24", "Mains", "Mushroom burger", "Gluten Soya Sesame", "Nuts"),
            ("R25", "Mains", "Roast chicken with thyme", "", "Celery"),
            ("R26", "Mains", "Mussels in white wine", "Molluscs Sulphites Milk", "Crustaceans Fish"),
            ("R31", "Desserts", "Almond cake with plums", "Egg Nuts Milk", "Gluten"),
            ("R32", "Desserts", "Chocolate pot", "Milk Soya", "Nuts Peanut"),
            ("R33", "Desserts", "Lemon sorbet", "", ""),
            ("R34", "Desserts", "Sticky toffee pudding", "Gluten Egg Milk Sulphites", "Nuts"),
            ("R41", "Side dishes", "Chips", "", "Gluten Fish"),
            ("R42", "Side dishes", "Coleslaw", "Egg Mustard", "Celery"),
        ],
    )
    catering = workbook.create_sheet("Catering")
    add_matrix(
        catering,
        "Allergen matrix, catering, 2026 (recipes differ from the restaurant menu!)",
        [
            ("C11", "Cold", "Beetroot hummus with crackers", "Sesame", "Gluten Soya"),
            ("C12", "Cold", "Smoked trout rolls", "Gluten Fish Egg", "Mustard"),
            ("C13", "Cold", "Potato salad", "Egg Mustard", "Celery"),
            ("C21", "Hot", "Lentil pie with nut crust", "Gluten Celery Nuts", "Milk Peanut"),
            ("C22", "Hot", "Chicken in cream", "Milk Celery", ""),
            ("C31", "Sweet", "Walnut traybake", "Gluten Egg Milk Nuts", "Peanut"),
            ("C32", "Sweet", "Fruit skewers", "", ""),
        ],
    )

    swaps = workbook.create_sheet("Without")
    for row in (
        ["Code", "Dish", "Can be made without", "How", "Extra minutes"],
        ["R12", "Beetroot hummus with flatbread", "Gluten", "rice crackers from the purple tin", 0],
        ["R13", "Smoked trout on rye", "Milk", "oil instead of the horseradish cream", 2],
        ["R23", "Larkmoor burger", "Gluten", "bun from the purple freezer box", 6],
        ["R23", "Larkmoor burger", "Milk", "leave out the cheese", 0],
        ["R26", "Mussels in white wine", "Milk", "no butter at the end", 0],
        ["R41", "Chips", "Gluten", "from the small fryer only", 4],
    ):
        swaps.append(row)
    for cell in swaps[1]:
        cell.font = Font(bold=True)
    workbook.save(path)


def write_opening_slides(path: Path) -> None:
    presentation = Presentation()

    title = presentation.slides.add_slide(presentation.slide_layouts[0])
    title.shapes.title.text = "Opening checklist, front of house"
    title.placeholders[1].text = "Larkmoor Kitchens · Leonie Achterberg, service trainer · January 2026"

    # (title, lines with their level, speaker notes)
    slides = [
        (
            "First half hour: the room",
            [
                (0, "Lights, music, heating"),
                (1, "music at level 3 until 18:00, level 5 after that"),
                (1, "21 °C; Old Mill 20 °C, because of the stove"),
                (0, "Toilets"),
                (1, "paper, soap, bin; sign the sheet on the door every two hours"),
                (0, "High chairs: wipe straps and tray"),
                (0, "Menus: throw away any with stains"),
            ],
            "Old Mill: light the stove only with the damper open. The key to the wood store hangs behind the bar.",
        ),
        (
            "Second half hour: tables",
            [
                (0, "One cloth napkin and one water glass a guest"),
                (1, "Station Row: paper napkins, no glasses"),
                (0, "Candles from October to March only"),
                (0, "Reserved signs: name and time, facing the door"),
                (0, "Terrace"),
                (1, "cushions out when it is dry and above 12 °C"),
                (1, "umbrellas closed when the wind alarm blinks"),
            ],
            "The wind alarm blinks from 40 kilometres an hour. At Quayside this happens about once a week.",
        ),
        (
            "Bar",
            [
                (0, "Coffee machine on 25 minutes before opening"),
                (1, "pour away the first two shots"),
                (0, "Ice: two buckets, scoop outside the ice"),
                (0, "Cut fruit: lemons and limes today, nothing from yesterday"),
                (0, "Beer lines: run half a litre through each"),
                (0, "Open wine: smell it; white and rosé keep 3 days, red five"),
            ],
            "If a bottle has no opening date on the neck, it goes to the kitchen for cooking.",
        ),
        (
            "Briefing, ten minutes before opening",
            [
                (0, "Who stands where"),
                (0, "What is off the menu today"),
                (0, "Soup, catch and cake of the day"),
                (0, "Bookings of eight and more, birthdays, wheelchairs"),
                (0, "Allergies that are announced"),
                (0, "One thing that went well yesterday"),
            ],
            "The shift manager speaks, not longer than five minutes. Latecomers get it before their first table.",
        ),
    ]
    for heading, lines, notes in slides:
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        slide.shapes.title.text = heading
        frame = slide.placeholders[1].text_frame
        for number, (level, text) in enumerate(lines):
            paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
            paragraph.text, paragraph.level = text, level
        slide.notes_slide.notes_text_frame.text = notes

    slide = presentation.slides.add_slide(presentation.slide_layouts[5])
    slide.shapes.title.text = "Who does what"
    rows = [
        ["Restaurant", "Room", "Bar", "Terrace", "People on a weekday", "People on Saturday"],
        ["Quayside", "service 1", "bar 1", "service 2", "6", "9"],
        ["Old Mill", "service 1", "bar 1", "service 1", "4", "7"],
        ["Station Row", "service 1", "kiosk", "–", "3", "3"],
        ["Hillcrest", "service 1 and 2", "bar 1 and 2", "service 3", "8", "eleven"],
    ]
    box = (Inches(0.5), Inches(1.8), Inches(9), Inches(3))
    table = slide.shapes.add_table(len(rows), len(rows[0]), *box).table
    for row, texts in enumerate(rows):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    slide.notes_slide.notes_text_frame.text = "Bank holidays count as Saturdays."
    presentation.save(str(path))


if __name__ == "__main__":
    folder = Path(__file__).parent / "documents"
    write_food_safety(folder / "food-safety.docx")
    write_staff_guide(folder / "staff-guide.docx")
    write_allergen_matrix(folder / "allergens.xlsx")
    write_opening_slides(folder / "front-of-house.pptx")

"""Write the office files of the veterinary practice: fees, health plan, protocols, old boarding terms, slides.

Run by hand with python-docx, openpyxl, python-pptx and reportlab; the other documents of the folder are plain files.
"""

from __future__ import annotations

from pathlib import Path

from docx import Document
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from pptx import Presentation
from pptx.util import Inches
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Flowable, ListFlowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle


def write_fees(path: Path) -> None:
    workbook = Workbook()
    consultations = workbook.active
    consultations.title = "Consultations"
    consultations.append(["Consultations, valid from 1 January 2026, in pounds, VAT included"])
    consultations.append([])
    consultations.append(["Code", "Service", "Hazel Lane", "Millpond", "Health plan members", "Remark"])
    for row in (
        ("C01", "First consultation, dog or cat", 52, 49, 26, None),
        ("C02", "Follow-up consultation, dog or cat", 34, 32, 17, "same illness, within 14 days"),
        ("C03", "First consultation, rabbit, rodent or bird", 58, 58, 29, "30 minutes"),
        ("C04", "Follow-up consultation, rabbit, rodent or bird", 38, 38, 19, "same illness, within 14 days"),
        ("C05", "Nurse appointment", 21, 19.5, 0, "nails, weight, bandages"),
        ("C06", "Second opinion", 78, None, 78, "bring all findings"),
        ("C07", "Video consultation", 30, 30, 15, "no prescriptions for new clients"),
        ("C08", "House visit", 95, None, 80, "plus treatment"),
        ("C09", "Written prescription", 16.5, 16.5, 8.25, None),
    ):
        consultations.append(row)

    operations = workbook.create_sheet("Operations")
    operations.append(["Operation", "Animal", "Weight", "Price", "Nights here", "Includes"])
    rows = (
        ("Castration (male)", "cat", "all", 89, 0, "pain relief for 3 days"),
        ("Castration (male)", "dog", "up to 15 kg", 245, 0, "pain relief for 5 days, collar"),
        ("Castration (male)", "dog", "15 to 30 kg", 290, 0, "pain relief for 5 days, collar"),
        ("Castration (male)", "dog", "over 30 kg", 345, 0, "pain relief for 5 days, collar"),
        ("Castration (male)", "rabbit", "all", 115, 0, "pain relief for 3 days"),
        ("Spay (female)", "cat", "all", 128, 0, "pain relief for 3 days"),
        ("Spay (female)", "dog", "up to 15 kg", 310, 0, "pain relief for 7 days, body suit"),
        ("Spay (female)", "dog", "15 to 30 kg", 365, 0, "pain relief for 7 days, body suit"),
        ("Spay (female)", "dog", "over 30 kg", 430, 1, "pain relief for 7 days, body suit"),
        ("Spay (female)", "rabbit", "all", 148, 1, "pain relief for 5 days"),
        ("Teeth: scale and polish", "cat", "all", 265, 0, "X-ray of the jaw"),
        ("Teeth: scale and polish", "dog", "all", 320, 0, "X-ray of the jaw"),
        ("Teeth: one extraction", "cat or dog", "simple", 28, None, "on top of scale and polish"),
        ("Teeth: one extraction", "cat or dog", "difficult", 75, None, "on top of scale and polish"),
        ("Knee ligament", "dog", "up to 20 kg", 1480, 2, "two check-ups, three X-rays"),
        ("Knee ligament", "dog", "over 20 kg", 1890, 2, "two check-ups, three X-rays"),
    )
    for row in rows:
        operations.append(row)
    first = 2
    for number in range(3, len(rows) + 3):
        if number == len(rows) + 2 or rows[number - 2][0] != rows[first - 2][0]:
            for below in range(first + 1, number):
                operations.cell(below, 1).value = None
            operations.merge_cells(start_row=first, end_row=number - 1, start_column=1, end_column=1)
            operations.cell(first, 1).alignment = Alignment(vertical="top")
            first = number

    laboratory = workbook.create_sheet("Laboratory")
    laboratory.append(["Code", "Test", "Sample", "Where", "Result after", "Price"])
    for row in (
        ("L10", "Blood count", "EDTA, 1 ml", "in the house", "20 minutes", 38),
        ("L11", "Liver and kidney profile", "serum, 1 ml", "in the house", "40 minutes", 54),
        ("L12", "Large profile with thyroid", "serum, 2 ml", "sent away", "2 working days", 97),
        ("L20", "Urine, strip and sediment", "urine, 5 ml, less than four hours old", "in the house", "30 minutes", 24),
        ("L21", "Urine culture", "urine, 3 ml, sterile", "sent away", "4 working days", 49),
        ("L30", "Dung, worms", "dung of three days", "sent away", "3 working days", 31),
        ("L31", "Dung, giardia", "fresh dung", "in the house", "15 minutes", 27),
        ("L40", "Skin scraping, mites", "taken here", "in the house", "30 minutes", 22),
        ("L41", "Skin fungus, culture", "hairs", "in the house", "14 days", 35),
        ("L50", "Biopsy", "taken here", "sent away", "6 working days", 118),
    ):
        laboratory.append(row)

    old = workbook.create_sheet("Consultations 2025 (old)")
    old.append(["Code", "Service", "Hazel Lane", "Millpond", "Health plan members"])
    for row in (
        ("C01", "First consultation, dog or cat", 48, 46, 24),
        ("C02", "Follow-up consultation, dog or cat", 31, 30, 15.5),
        ("C03", "First consultation, rabbit, rodent or bird", 52, 52, 26),
        ("C04", "Follow-up consultation, rabbit, rodent or bird", 35, 35, 17.5),
        ("C05", "Nurse appointment", 19, 18, 0),
        ("C08", "House visit", 85, 85, 72),
    ):
        old.append(row)
    for sheet in workbook:
        for cell in sheet[3 if sheet is consultations else 1]:
            cell.font = Font(bold=True)
    workbook.save(path)


def write_health_plan(path: Path) -> None:
    styles = getSampleStyleSheet()

    def text(words: str, style: str = "BodyText") -> Paragraph:
        return Paragraph(words, styles[style])

    def bullets(lines: list[str]) -> ListFlowable:
        return ListFlowable([text(line) for line in lines], bulletType="bullet", leftIndent=16, bulletFontSize=8)

    plans = Table(
        [
            ["Plan", "For", "A month", "A year,\nat once", "Nurse\nappointments", "Discount on\noperations"],
            ["Kitten", "cats up to 12 months", "£16.80", "£190", "4", "15 %"],
            ["Cat", "cats over 12 months", "£14.90", "£169", "2", "10 %"],
            ["Dog S", "dogs up to 10 kg", "£17.40", "£198", "2", "10 %"],
            ["Dog M", "dogs from 10 to 25 kg", "£20.60", "£235", "2", "10 %"],
            ["Dog L", "dogs over 25 kg", "£24.30", "£277", "2", "10 %"],
            ["Rabbit", "rabbits", "£11.20", "£128", "1", "5 %"],
        ]
    )
    plans.setStyle(
        TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.grey), ("FONTNAME", (0, 0), (-1, 0), "Helvetica-Bold")])
    )
    story: list[Flowable] = [
        text("The Hazel Lane Health Plan", "Title"),
        text("Leaflet for owners, edition of January 2026"),
        text(
            "The plan spreads the cost of keeping an animal healthy over the year. It is not an insurance: it does not "
            "pay for illness or accidents."
        ),
        text("The plans", "Heading2"),
        plans,
        Spacer(1, 8),
        text("What every plan includes", "Heading2"),
        bullets(
            [
                "the yearly vaccinations with a check from nose to tail",
                "treatment against fleas and worms for the whole year, handed out every three months",
                "a second check by a vet after six months",
                "consultations at half price",
                "15 % off food",
            ]
        ),
        text(
            "Dogs also get the kennel cough vaccination. Kittens get a microchip and Dog plans a tick collar from April to "
            "September. The rabies vaccination is not included in any plan."
        ),
        text("Joining", "Heading2"),
        text(
            "You can join at the desk or on our website on any day. The plan starts on the first of the next month. Animals "
            "of any age are welcome; those over ten years have a blood test first, which costs £30 for members."
        ),
        text(
            "For a second animal of the same household we take 10 % off the monthly price of the cheaper plan, for the third "
            "and all others 15 %."
        ),
        text("When the animal grows", "Heading2"),
        text(
            "A kitten moves to the plan Cat in the month after its first birthday. A dog that is heavier than its plan at "
            "two weighings in a row moves up; we write to you first. The difference is not charged for the past."
        ),
        text("Leaving the plan", "Heading2"),
        text(
            "The plan runs for twelve months and goes on from month to month after that. After the first year you can leave "
            "with 30 days' notice. If you leave earlier, we work out what the treatments so far would have cost without the "
            "plan, and you pay the difference; you never pay more than the rest of the year. If the animal dies or moves "
            "to a new owner, the plan ends at once and nothing more is due."
        ),
        text("If a payment fails", "Heading2"),
        text(
            "We try again after seven days. If that fails too, the plan rests: treatments are charged in full until the "
            "account is settled. After 60 days the plan ends."
        ),
    ]
    SimpleDocTemplate(str(path), pagesize=A4, title="The Hazel Lane Health Plan", invariant=1).build(story)


def write_protocols(path: Path) -> None:
    document = Document()
    document.sections[0].header.paragraphs[0].text = "Hazel Lane Veterinary Practice, nurses' protocols"
    document.sections[0].footer.paragraphs[0].text = "Version 7, 9 February 2026, Gwen Pritchard, head nurse"
    document.add_heading("Nurses' protocols", 0)
    document.add_paragraph(
        "These protocols hold in both surgeries. If a vet decides otherwise for an animal, it is written in the record."
    )

    document.add_heading("Admission for an operation", 1)
    for step in (
        "Read the microchip and compare it with the record.",
        "Ask when the animal last ate, and write it down.",
        "Weigh the animal without collar and lead.",
        "Have the consent form signed, with a phone number for the whole day.",
        "Put the paper band with name and weight around the neck.",
        "Take the animal to the ward; cats and rabbits never go to the dog ward.",
    ):
        document.add_paragraph(step, style="List Number")

    document.add_heading("Hours without food", 1)
    add_table(
        document,
        (
            ("Animal", "Age", "Food", "Water"),
            ("Dog", "over 4 months", "12 hours", "until premedication"),
            ("Dog", "under 4 months", "3 hours", "until premedication"),
            ("Cat", "over 4 months", "12 hours", "until premedication"),
            ("Cat", "under 4 months", "3 hours", "until premedication"),
            ("Rabbit, guinea pig", "any", "none", "none"),
            ("Ferret", "any", "4 hours", "1 hour"),
            ("Parrot", "any", "2 hours", "none"),
        ),
    )

    document.add_heading("Watching the anaesthetic", 1)
    document.add_paragraph(
        "One nurse does nothing but watch. Values are written down every five minutes. Outside these limits, tell the "
        "surgeon at once:"
    )
    add_table(
        document,
        (
            ("Animal", "Heart beats a minute", "Breaths a minute", "Temperature"),
            ("Dog up to 15 kg", "80 to 140", "8 to 20", "37.0 to 39.0 °C"),
            ("Dog over 15 kg", "60 to 110", "8 to 16", "37.0 to 39.0 °C"),
            ("Cat", "110 to 180", "10 to 24", "37.2 to 39.2 °C"),
            ("Rabbit", "160 to 280", "30 to 60", "37.5 to 39.5 °C"),
        ),
    )

    document.add_heading("Waking up", 1)
    for line in (
        "Stay with the animal until it lifts its head.",
        "Take the tube out when it swallows; in flat-nosed breeds wait until it holds the head up by itself.",
        "Below 36.5 °C: warm air blanket. Never use hot-water bottles: sleeping animals get burnt.",
        "Rabbits get recovery food by syringe if they have not eaten within two hours.",
        "A cat that growls is left in peace: cover the cage with a towel.",
    ):
        document.add_paragraph(line, style="List Bullet")

    document.add_heading("Going home", 1)
    document.add_paragraph(
        "No animal goes home before a vet has signed the discharge sheet. The nurse explains medicines and wound care "
        "before she fetches the animal, because nobody listens once it is there. Each owner gets the sheet, the medicines "
        "and a date for the check-up. The nurse rings the next day before noon; two attempts are enough."
    )

    document.add_heading("Isolation ward", 1)
    document.add_paragraph("Animals with parvo, cat flu or ringworm go straight through the side door.")
    for line in (
        "One nurse a shift looks after the ward and touches no other animals.",
        "Yellow gown, gloves, overshoes; they stay in the ward.",
        "Floor and cages: disinfectant V-40, one part to 50 parts of water, left for ten minutes. After parvo one part to 20.",
        "Bedding is thrown away, not washed.",
        "An empty cage stays empty for 48 hours; after ringworm for seven days.",
    ):
        document.add_paragraph(line, style="List Bullet")

    document.add_heading("Needle injuries", 1)
    for step in (
        "Let the wound bleed under running water for five minutes.",
        "Disinfect it and cover it.",
        "Tell the vet on duty what was in the syringe.",
        "Write it into the accident book on the same day.",
        "See a doctor at once if it was a drug for euthanasia, a hormone or a vaccine in oil.",
    ):
        document.add_paragraph(step, style="List Number")

    document.add_heading("Fridges", 1)
    document.add_paragraph(
        "Vaccine fridges are kept between 2 and 8 °C and read at 8:00 and 17:00. Vaccines that have stood above 8 °C for "
        "more than 30 minutes are put aside and the maker is asked. Nothing that can be eaten goes into these fridges."
    )
    document.save(str(path))


def write_old_boarding_terms(path: Path) -> None:
    document = Document()
    document.add_heading("Boarding at Hazel Lane: terms", 0)
    document.add_paragraph("Valid from 1 March 2024")
    document.add_paragraph("We board cats, small dogs up to 10 kg, rabbits and guinea pigs.")
    document.add_heading("Prices per night", 1)
    add_table(
        document,
        (
            ("Guest", "Room", "One animal", "Second animal in the same room"),
            ("Cat", "standard pen", "£14.00", "£9.50"),
            ("Cat", "garden pen", "£17.00", "£11.00"),
            ("Dog up to 10 kg", "kennel", "£21.00", "£15.00"),
            ("Rabbit", "indoor hutch", "£10.00", "£5.00"),
            ("Guinea pig", "indoor hutch", "£8.00", "£4.00"),
        ),
    )
    document.add_paragraph("Giving medicine is free of charge.")
    document.add_heading("What your animal needs", 1)
    for line in (
        "Cats: vaccinated against cat flu and enteritis, the last jab no older than fifteen months",
        "Dogs: vaccinated, with kennel cough, the last jab no older than twelve months",
        "All guests: treated against fleas in the 30 days before they come",
    ):
        document.add_paragraph(line, style="List Bullet")
    document.add_heading("Bringing and collecting", 1)
    document.add_paragraph(
        "From Monday to Saturday between 9:00 and 12:00, on Sundays between 17:00 and 18:00 by arrangement."
    )
    document.add_heading("Booking and cancelling", 1)
    document.add_paragraph(
        "The deposit is £20 for each animal. If you cancel more than 14 days before arrival, you get it back. If you cancel "
        "later, we keep it; nothing else is due."
    )
    document.save(str(path))


def add_table(document: object, rows: tuple[tuple[str, ...], ...]) -> None:
    """Add a table with a grid, whose first row is the header, and a line below."""
    table = document.add_table(len(rows), len(rows[0]), style="Table Grid")  # type: ignore[attr-defined]
    for line, texts in zip(table.rows, rows, strict=True):
        for cell, words in zip(line.cells, texts, strict=True):
            cell.text = words
    document.add_paragraph()  # type: ignore[attr-defined]


def write_puppy_slides(path: Path) -> None:
    presentation = Presentation()
    title = presentation.slides.add_slide(presentation.slide_layouts[0])
    title.shapes.title.text = "Puppy school at Hazel Lane"
    title.placeholders[1].text = "Information evening, 4 June 2026, Bronwen Lacey"
    slides = (
        (
            "Who may come",
            (
                (0, "Puppies from 9 to 16 weeks on the first evening"),
                (0, "First vaccination at least seven days ago"),
                (0, "No cough, no diarrhoea, no fleas"),
                (0, "Two people a puppy at most; children from 6 years"),
            ),
            "Puppies that are older go to the junior group of the dog club in Ottermead, we have nothing for them.",
        ),
        (
            "What to bring",
            (
                (0, "A harness and a flat lead of two metres"),
                (1, "no flexible leads, no chains"),
                (0, "Soft treats, as small as a pea"),
                (0, "A mat or blanket"),
                (0, "The vaccination card, on the first evening"),
            ),
            "Poo bags are in the box at the gate.",
        ),
        (
            "When, where, how much",
            (
                (0, "Wednesdays 18:30 to 19:30, six evenings"),
                (0, "Next courses: 17 June and 9 September"),
                (0, "Waiting room at Hazel Lane; in dry weather the lawn"),
                (0, "£72 for the course, £54 with a health plan"),
                (0, "Eight puppies at most"),
            ),
            "A missed evening can be made up in the next course. The money is not given back, but a vet's note moves the place to the next course.",
        ),
    )
    for heading, lines, notes in slides:
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        slide.shapes.title.text = heading
        frame = slide.placeholders[1].text_frame
        for number, (level, words) in enumerate(lines):
            paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
            paragraph.text, paragraph.level = words, level
        slide.notes_slide.notes_text_frame.text = notes
    slide = presentation.slides.add_slide(presentation.slide_layouts[5])
    slide.shapes.title.text = "The six evenings"
    rows = (
        ("Evening", "Topic", "Led by", "Homework"),
        ("1", "Name, eye contact, touching paws and ears", "Bronwen Lacey", "five minutes of paws a day"),
        ("2", "Sit, down, waiting at the door", "Bronwen Lacey", "wait before every meal"),
        ("3", "Walking on the lead", "Piet Janssen", "ten lamp posts without pulling"),
        ("4", "Coming when called", "Piet Janssen", "call twenty times a day, with treats"),
        ("5", "Meeting strangers, umbrellas, wheelchairs", "Bronwen Lacey", "one new place"),
        ("6", "Teeth, nails and the visit to the vet", "Owen Hartley", "brush teeth every second day"),
    )
    table = slide.shapes.add_table(len(rows), 4, Inches(0.5), Inches(1.8), Inches(9), Inches(4)).table
    for row, texts in enumerate(rows):
        for column, words in enumerate(texts):
            table.cell(row, column).text = words
    presentation.save(str(path))


if __name__ == "__main__":
    folder = Path(__file__).parent / "documents"
    write_fees(folder / "fees-2026.xlsx")
    write_health_plan(folder / "health-plan.pdf")
    write_protocols(folder / "nurses-protocols.docx")
    write_old_boarding_terms(folder / "boarding-terms-2024.docx")
    write_puppy_slides(folder / "puppy-school.pptx")

from pathlib import Path

from docx import Document
from openpyxl import Workbook
from openpyxl.styles import Font
from pptx import Presentation
from pptx.util import Inches
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

OUT = Path(__file__).parent / "documents"
OUT.mkdir(exist_ok=True)


def terms():
    d = Document()
    d.add_heading("Farm holidays at Brackendown", 0)
    d.add_paragraph("Booking terms, edition of 1 January 2025")
    d.add_paragraph(
        "Thank you for choosing our farm. We'd like you to know what you can expect from us and what we ask of you. "
        "Please note that we are a working farm: the cockerel knows no Sundays."
    )
    d.add_heading("Where you'll stay", 1)
    t = d.add_table(rows=1, cols=5)
    t.style = "Table Grid"
    for c, h in zip(
        t.rows[0].cells, ["Accommodation", "Sleeps", "Low season, per night", "High season, per night", "Minimum stay"]
    ):
        c.text = h
    for r in [
        ("Hayloft", "4", "£95", "£125", "3 nights"),
        ("Old Dairy", "6", "£140", "£185", "3 nights (high season: 7)"),
        ("Shepherd's hut", "2", "£70", "£85", "2 nights"),
        ("Camping meadow, per pitch", "5", "closed", "£24", "1 night"),
    ]:
        for c, v in zip(t.add_row().cells, r):
            c.text = v
    d.add_paragraph(
        "High season runs from 1 May to 30 September and over Easter and Christmas (20 December to 3 January). "
        "The final cleaning is included, except in the Old Dairy, where we charge £60 per stay."
    )
    d.add_heading("Booking and payment", 1)
    d.add_paragraph(
        "Your booking is firm when we have confirmed it by e-mail and have received a deposit of 25 % of the price. "
        "The balance is due six weeks before arrival. For bookings made later than that the whole sum is due at once. "
        "For the camping meadow we ask for no deposit; you pay on arrival."
    )
    d.add_heading("If you have to cancel", 1)
    t = d.add_table(rows=1, cols=2)
    t.style = "Table Grid"
    t.rows[0].cells[0].text, t.rows[0].cells[1].text = "Cancellation before arrival", "We keep"
    for a, b in [
        ("more than 56 days", "£30 handling fee"),
        ("56 to 29 days", "the deposit"),
        ("28 to 8 days", "60 % of the price"),
        ("7 days or fewer, or no arrival", "90 % of the price"),
    ]:
        r = t.add_row().cells
        r[0].text, r[1].text = a, b
    d.add_paragraph(
        "If we can let the place again, you get back everything but the handling fee. Changing the date once is free of charge "
        "up to 29 days before arrival."
    )
    d.add_heading("Arrival and departure", 1)
    d.add_paragraph(
        "You can move in between 4 pm and 7 pm. If you'll be later, ring us and we'll leave the key in the box beside the milk room. "
        "On the day of departure we ask you to leave by 10 am (camping: 11.30 am)."
    )
    d.add_heading("Animals", 1)
    d.add_paragraph(
        "One dog per party is welcome in the Old Dairy and on the camping meadow, for £5 per night. Dogs can't stay in the Hayloft "
        "or in the shepherd's hut, and must be on the lead everywhere on the farm. Assistance dogs are exempt from these rules and from the charge."
    )
    d.add_heading("What to bring", 1)
    for x in [
        "wellingtons (we lend children's sizes, not adult ones)",
        "towels",
        "a torch",
        "clothes that may get dirty",
    ]:
        d.add_paragraph(x, style="List Bullet")
    d.add_paragraph(
        "Bed linen is provided in the Hayloft and the Old Dairy. In the shepherd's hut it can be hired for £12 per person and stay."
    )
    d.add_heading("Children and the animals", 1)
    d.add_paragraph(
        "Guests may join the morning feeding at 8.15 am, every day except Sunday. Children under 12 must have an adult with them. "
        "The bull's yard, the workshop and the slurry store are out of bounds for all guests."
    )
    d.save(OUT / "holiday_booking_terms_2025.docx")


def notice():
    s = getSampleStyleSheet()
    f = []
    doc = SimpleDocTemplate(str(OUT / "holiday_terms_notice_2026.pdf"), pagesize=A4, title="Notice of changed terms")
    P = lambda x, st="BodyText": f.append(Paragraph(x, s[st]))
    P("Brackendown Organic Farm", "Heading3")
    P("Notice: changes to the booking terms for farm holidays", "Title")
    P(
        "The following points of the booking terms of 1 January 2025 change for bookings made on or after 1 March 2026. "
        "Bookings confirmed before that date are not affected, whenever the stay takes place. All other points stay as they are."
    )
    data = [
        ["Point", "Until now", "New"],
        ["Deposit", "25 %", "30 %"],
        ["Balance due", "six weeks before arrival", "eight weeks before arrival"],
        ["Hayloft, high season", "£125 per night", "£132 per night"],
        ["Old Dairy, high season", "£185 per night", "£195 per night"],
        ["Final cleaning, Old Dairy", "£60 per stay", "£75 per stay"],
        ["Charge for a dog", "£5 per night", "£7 per night"],
    ]
    t = Table(data, colWidths=[150, 150, 150])
    t.setStyle(
        TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.grey), ("BACKGROUND", (0, 0), (-1, 0), colors.lightgrey)])
    )
    f += [Spacer(1, 8), t, Spacer(1, 8)]
    P("Dogs in the shepherd's hut", "Heading2")
    P(
        "Up to now dogs could not stay in the shepherd's hut. From 1 March 2026 one small dog (up to 10 kg) may. The Hayloft remains free of dogs, "
        "because we want to offer at least one place to guests with an allergy."
    )
    P("Charging electric cars", "Heading2")
    P(
        "Two charging points have been put up beside the cart shed. Guests pay £0.38 per kWh; the meter is read on departure. Please don't charge from the sockets "
        "in the Old Dairy or from the posts on the camping meadow: the wiring there is not made for it."
    )
    P("Campfires", "Heading2")
    P(
        "Fires on the camping meadow are allowed in the six iron bowls only, until 10.30 pm, and not at all when the board at the gate shows red. "
        "Wood is on sale in the shop at £6.50 a net; please don't gather any in the copse."
    )
    P("Gwen and Tobias Harcastle, 30 January 2026")
    doc.build(f)


def areas():
    wb = Workbook()
    ws = wb.active
    ws.title = "Rounds"
    ws.append(["Delivery rounds for vegetable boxes (from 5 January 2026)"])
    ws["A1"].font = Font(bold=True)
    ws.merge_cells("A1:G1")
    ws.append(["Round", "Place", "Delivery day", "Order or change by", "Charge per delivery", "Free from", "Remark"])
    for r in [
        ("North", "Aldersley", "Tuesday", "Sunday 6 pm", 2.50, 30, ""),
        ("North", "Wickmere", "Tuesday", "Sunday 6 pm", 2.50, 30, ""),
        (
            "North",
            "Upper Thornhope",
            "Tuesday",
            "Sunday 6 pm",
            3.50,
            40,
            "track: leave at the chapel porch when there is snow",
        ),
        ("South", "Castle Marden", "Thursday", "Tuesday 12 noon", 2.50, 30, ""),
        ("South", "Marden Bridge", "Thursday", "Tuesday 12 noon", 2.50, 30, ""),
        ("South", "Netherby", "Thursday", "Tuesday 12 noon", 3.50, 40, "not the industrial estate"),
        ("Town", "Pellbury centre", "Friday", "Wednesday 12 noon", 3.00, 35, "by cargo bike, 4 pm to 8 pm"),
        ("Town", "Pellbury West", "Friday", "Wednesday 12 noon", 3.00, 35, ""),
        ("Town", "Pellbury Harbour", "Friday", "Wednesday 12 noon", 4.50, 50, "parking permit needed"),
        (
            "Collection",
            "Farm shop",
            "Tuesday to Saturday",
            "the day before, 12 noon",
            "none",
            "",
            "keep receipt; boxes held until closing time of the next day",
        ),
        ("Collection", "Wholefood store Radish & Rye, Pellbury", "Friday", "Wednesday 12 noon", 1.00, "", "after 2 pm"),
    ]:
        ws.append(list(r))
    for a, b in ((3, 5), (6, 8), (9, 11), (12, 13)):
        for n in range(a + 1, b + 1):
            ws.cell(n, 1).value = None
        ws.merge_cells(start_row=a, start_column=1, end_row=b, end_column=1)
    w2 = wb.create_sheet("Bank holidays 2026")
    w2.append(["Week of", "Holiday", "North", "South", "Town"])
    for r in [
        ("6 April", "Easter Monday", "Wednesday 8 April", "unchanged", "unchanged"),
        ("4 May", "Early May bank holiday", "Wednesday 6 May", "unchanged", "unchanged"),
        ("25 May", "Spring bank holiday", "Wednesday 27 May", "unchanged", "Saturday 30 May"),
        ("31 August", "Summer bank holiday", "Wednesday 2 September", "unchanged", "unchanged"),
        ("21 December", "Christmas", "Monday 21 December", "Tuesday 22 December", "Wednesday 23 December"),
        ("28 December", "New Year", "no delivery", "no delivery", "no delivery"),
    ]:
        w2.append(list(r))
    wb.save(OUT / "delivery_rounds_2026.xlsx")


def helpers():
    p = Presentation()
    s = p.slides.add_slide(p.slide_layouts[0])
    s.shapes.title.text = "Welcome, summer helpers!"
    s.placeholders[1].text = "Brackendown Organic Farm, introduction for season 2026"

    def bullets(title, items):
        s = p.slides.add_slide(p.slide_layouts[1])
        s.shapes.title.text = title
        tf = s.placeholders[1].text_frame
        tf.text = items[0]
        for i in items[1:]:
            tf.add_paragraph().text = i

    bullets(
        "Your first day",
        [
            "Be in the yard at 7.15 am; field work starts at 7.30 am",
            "Bring your own gloves, a sun hat, a water bottle and waterproof trousers",
            "Sign the safety sheet with Radek before you touch a machine",
            "Lunch is at 12.15 pm in the barn and costs you nothing",
        ],
    )
    s = p.slides.add_slide(p.slide_layouts[5])
    s.shapes.title.text = "Who does what"
    rows = [
        ("Task", "Days", "Start", "Ask"),
        ("Picking salad and herbs", "Monday to Friday", "6.00 am", "Imogen"),
        ("Packing boxes", "Monday, Wednesday, Thursday", "1.30 pm", "Farida"),
        ("Collecting eggs", "every day", "9.00 am", "Radek"),
        ("Pick-your-own field", "Saturday and Sunday", "10.00 am", "Imogen"),
        ("Serving in the shop", "Tuesday to Saturday", "8.45 am", "Lorna"),
    ]
    t = s.shapes.add_table(len(rows), 4, Inches(0.5), Inches(1.6), Inches(9), Inches(3)).table
    for i, r in enumerate(rows):
        for j, v in enumerate(r):
            t.cell(i, j).text = v
    bullets(
        "Pay and time off",
        [
            "£12.90 an hour; £13.60 for those who drive the tractor (licence needed, minimum age 21)",
            "Paid on the last Friday of the month",
            "Two days off in seven, swaps only with Imogen's consent",
            "Room in the bothy: £38 a week, taken off your pay",
        ],
    )
    bullets(
        "Rules that keep us organic",
        [
            "Never carry in plants, seed or compost from outside",
            "Wash boots in the footbath between the tomato tunnels (blight!)",
            "Fallen fruit goes to the pigs, but no kitchen waste: it is against the law",
            "No spray of any kind, not even against wasps",
        ],
    )
    bullets(
        "If something happens",
        [
            "First aid box: packing shed, next to the scales; second one in the shop, under the till",
            "First-aiders: Farida and Radek",
            "In an emergency ring 999 and send somebody to the road gate",
            "Enter every accident in the green book the same day, small ones too",
        ],
    )
    p.save(OUT / "summer_helpers_2026.pptx")


terms()
notice()
areas()
helpers()

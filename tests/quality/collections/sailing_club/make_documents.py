from pathlib import Path

D = Path(__file__).parent / "documents"

# ---------------------------------------------------------------- pdf: harbour regulations
from reportlab.lib import colors
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

S = getSampleStyleSheet()
P = lambda x, st="BodyText": Paragraph(x, S[st])
g = TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("BACKGROUND", (0, 0), (-1, 0), colors.lightgrey)])
f = [
    P("Tarrow Sound Sailing Club", "Title"),
    P("Harbour Regulations", "Heading1"),
    P(
        "Adopted by the committee on 14 February 2023, in force from 1 April 2023. The instructions of the harbour master take precedence over these regulations."
    ),
    P("§ 1 Speed and right of way", "Heading2"),
    P(
        "Inside the breakwater the limit is 4 knots, in the fairway up to the red buoy T6 it is 6 knots. The club's safety boats are exempt while on a rescue. The Inchrae ferry always has right of way over club boats, sail or no sail."
    ),
    P("§ 2 Berths", "Heading2"),
    Table(
        [
            ["Pontoon", "Boat length up to", "Draught up to", "Water and power", "Set aside for"],
            ["A", "6.5 m", "1.1 m", "water only", "dinghies and day boats"],
            ["B", "8.5 m", "1.6 m", "both", "members"],
            ["C", "10.5 m", "1.9 m", "both", "members"],
            ["D", "14.0 m", "2.4 m", "both, 32 A", "members; D12 to D16 for visitors"],
            ["Swinging moorings", "9.0 m", "2.0 m", "none", "members, May to September only"],
        ],
        style=g,
    ),
    Spacer(1, 6),
    P(
        "A berth belongs to the member, not to the boat: it cannot be sold, lent or passed on with the boat. Whoever leaves the berth for more than three nights turns the board to green and tells the harbour master, who may let visitors use it in the meantime. The berth holder gets no share of the visitor's fee."
    ),
    P("§ 3 Mooring", "Heading2"),
    P(
        "Four lines, two of them springs, and fenders on both sides. Halyards are tied away from the mast. Between 1 November and 31 March boats that stay afloat double their bow lines and are looked after at least once a week."
    ),
    P("§ 4 Fuel, gas and fire", "Heading2"),
    P(
        "Petrol is filled only at the fuel berth, engine stopped and passengers ashore. No more than 20 litres may be stored on board in cans. Gas bottles are turned off when the crew leaves. Barbecues with charcoal are forbidden on pontoons and boats; gas barbecues are permitted on the lawn behind the hoist."
    ),
    P("§ 5 Waste and toilets", "Heading2"),
    P(
        "Sea toilets stay shut in the harbour. The pump-out station on pontoon C is free for members. Used oil, batteries and paint go to the locked cage; the key hangs in the office. Flares that are out of date are not taken: please return them to the chandler."
    ),
    P("§ 6 Living on board, dogs, quiet", "Heading2"),
    P(
        "Nobody may live on board permanently. Members sleep on board for at most 28 nights in a season, guests of the club at most 7 nights in a row. Quiet hours are from 22:30 to 07:00, on the night of the regatta ball from 01:00. Dogs are on a lead on the pontoons and do not enter the clubhouse, assistance dogs excepted."
    ),
    P("§ 7 Work on boats", "Heading2"),
    P(
        "Sanding and spraying only on the hardstanding, with a dust extractor, and never on Sundays. Antifouling that contains copper is still allowed; washing it off over the open ground is not."
    ),
    P("§ 8 Breaches", "Heading2"),
    P(
        "First a spoken warning, then a written one; at the third breach within twelve months the committee may withdraw the berth. Fees are not refunded in this case."
    ),
]
SimpleDocTemplate(str(D / "harbour_regulations_2023.pdf")).build(f)

# ---------------------------------------------------------------- xlsx: fees
from openpyxl import Workbook
from openpyxl.styles import Font

w = Workbook()
s = w.active
s.title = "Membership"
s.append(["Tarrow Sound Sailing Club – fees for the season 2025 (GBP)"])
s.merge_cells("A1:E1")
s["A1"].font = Font(bold=True)
s.append(["Category", "Yearly fee", "Joining fee (once)", "Work hours a year", "Vote at the AGM"])
for r in [
    ["Adult", 245, 120, 12, "yes"],
    ["Couple (together)", 410, 180, 20, "yes, one each"],
    ["Family, children up to 17 included", 465, 180, 20, "yes, adults only"],
    ["Student or apprentice, up to 27", 95, 0, 8, "yes"],
    ["Junior, 8 to 17", 60, 0, 0, "no"],
    ["Country member, living more than 60 miles away", 140, 120, 0, "yes"],
    ["Social member (clubhouse only)", 75, 0, 0, "no"],
]:
    s.append(r)
s.append([])
s.append(["Work hours not done are charged at £14 an hour. Members over 70 are excused."])
s.append(
    ["Fees are due on 1 March. From 1 April a surcharge of £25 is added; from 1 June the membership is suspended."]
)
b = w.create_sheet("Berths and storage")
b.append(["Group", "Item", "Members", "Non-members", "Unit"])
for r in [
    ["Afloat", "Pontoon A", 62, None, "per metre and season"],
    [None, "Pontoon B", 88, None, "per metre and season"],
    [None, "Pontoon C", 97, None, "per metre and season"],
    [None, "Pontoon D", 112, None, "per metre and season"],
    [None, "Swinging mooring", 290, None, "per boat and season"],
    [None, "Visitor berth, up to 10 m", None, 24, "per night"],
    [None, "Visitor berth, over 10 m", None, 32, "per night"],
    ["Ashore", "Dinghy park", 85, None, "per dinghy and year"],
    [None, "Canoe or board rack", 40, None, "per place and year"],
    [None, "Winter hardstanding", 31, 46, "per metre, October to April"],
    [None, "Trailer park", 55, 80, "per trailer and year"],
    ["Services", "Hoist, in or out, up to 8 m", 70, 110, "per lift"],
    [None, "Hoist, in or out, over 8 m", 95, 150, "per lift"],
    [None, "Pressure washer", 12, 18, "per half hour"],
]:
    b.append(r)
b.merge_cells("A2:A8")
b.merge_cells("A9:A12")
b.merge_cells("A13:A15")
b.append([])
b.append(["Visitors of a partner club (Kelvoe, Ardmure, Saint Bryde) pay nothing for the first two nights."])
w.save(D / "fees_2025.xlsx")

# ---------------------------------------------------------------- docx: boat hire
from docx import Document

d = Document()
d.add_heading("Borrowing and hiring the club boats", 0)
d.add_paragraph(
    "What you need to know before you take one of our boats out. Written by Fenella Roake, bosun, March 2025."
)
d.add_heading("Who may sail what", 1)
rows = [
    ["Boat", "Number", "Persons at most", "Certificate needed", "Half day", "Full day", "Deposit"],
    ["Optimist", "8", "1 (up to 55 kg)", "Stage 1, only with a trainer afloat", "£6", "£10", "none"],
    ["Laser Pico", "5", "2", "Level 2", "£14", "£22", "£40"],
    ["Wayfarer", "4", "4", "Level 2, one of the crew with Level 3", "£26", "£42", "£80"],
    ["Hawk 20 keelboat", "2", "5", "Keelboat certificate", "£48", "£78", "£150"],
    ["Sunniva, 31-foot yacht", "1", "6", "Day Skipper, plus check sail with the bosun", "not offered", "£165", "£500"],
]
t = d.add_table(rows=len(rows), cols=7)
t.style = "Table Grid"
for i, r in enumerate(rows):
    for j, c in enumerate(r):
        t.cell(i, j).text = c
d.add_paragraph(
    "Half days run from 09:00 to 13:00 or from 13:30 to 17:30. Adult and family members sail the Picos free of charge on Wednesday evenings. Non-members may hire only the Hawks, and only with a club skipper on board (£20 an hour on top)."
)
d.add_heading("How to book", 1)
for s_ in [
    "Reserve in the online diary, at the earliest four weeks before and at the latest at 18:00 the day before.",
    "Pay the hire charge by card in the office. The deposit is only blocked on the card.",
    "On the day, sign the tally book and take the red tag with the boat's number.",
    "Check the boat with the card in the cockpit: bungs, buoyancy, rudder pin, paddle. If anything is missing, do not sail; tell the bosun.",
    "Afterwards rinse the boat and the sails with fresh water, and hang the tag back. A missing tag at sunset starts a search.",
]:
    d.add_paragraph(s_, style="List Number")
d.add_heading("Wind limits", 1)
d.add_paragraph("The wind is read off the mast display at the race hut, mean of ten minutes.")
rows = [
    ["Boat", "Alone or without Level 3", "With Level 3 or a trainer"],
    ["Optimist", "not allowed", "15 knots"],
    ["Laser Pico", "14 knots", "20 knots"],
    ["Wayfarer", "16 knots, one reef from 12", "22 knots"],
    ["Hawk 20", "18 knots", "25 knots"],
    ["Sunniva", "–", "28 knots"],
]
t = d.add_table(rows=len(rows), cols=3)
t.style = "Table Grid"
for i, r in enumerate(rows):
    for j, c in enumerate(r):
        t.cell(i, j).text = c
d.add_heading("Damage, cancellation, lateness", 1)
d.add_paragraph(
    "Things break; please own up. You pay for damage up to the amount of the deposit, the rest is borne by the club's insurance, except if alcohol was involved or you sailed above the wind limit: then you pay everything. Normal wear, such as a frayed sheet, costs nothing."
)
d.add_paragraph(
    "Cancel until 48 hours before and you get your money back in full; after that, half; on the day itself nothing. If the wind limit is exceeded, you choose between a refund and a new date. Whoever brings a boat back more than 30 minutes late pays £15, unless the safety boat was called for."
)
d.add_paragraph(
    "The Hawks may leave the Sound as far as Kelvoe light; all dinghies stay inside the line between the T2 buoy and Gull Rock. Buoyancy aids are compulsory for everybody in dinghies and for under-16s in all boats."
)
d.save(D / "club_boat_hire.docx")

# ---------------------------------------------------------------- pptx: race briefing
from pptx import Presentation

p = Presentation()
s = p.slides.add_slide(p.slide_layouts[0])
s.shapes.title.text = "Racing at Tarrow Sound"
s.placeholders[1].text = "Briefing for skippers and crews, season 2025 – race officer: Magnus Strand"


def slide(title, bl):
    s = p.slides.add_slide(p.slide_layouts[1])
    s.shapes.title.text = title
    tf = s.placeholders[1].text_frame
    tf.text = bl[0]
    for b in bl[1:]:
        tf.add_paragraph().text = b


slide(
    "Series and days",
    [
        "Wednesday Series: first start 18:45, 30 April to 27 August",
        "Sunday Series: first start 11:00, two races, 4 May to 28 September",
        "Frostbite Series: first start 12:00, Saturdays in November; dinghies only",
        "Sound Cup: 5 and 6 July, keelboats and yachts, open to other clubs",
    ],
)
slide(
    "Entry fees",
    [
        "Wednesday Series: £20 per boat, or £3 a race",
        "Sunday Series: £30 per boat, or £4 a race",
        "Frostbite Series: £15 per boat, soup included",
        "Sound Cup: £65 per boat, £50 if paid by 1 June",
        "Juniors pay half in all series, but not in the Sound Cup",
    ],
)
slide(
    "Start sequence",
    [
        "5 minutes: class flag up, one sound signal",
        "4 minutes: flag P up",
        "1 minute: flag P down, one long signal",
        "Start: class flag down",
        "Flag X: single boats were over early; go back and start again",
        "First substitute: general recall, everybody starts again",
    ],
)
slide(
    "Scoring and protests",
    [
        "Low points; one discard after four races, two after eight",
        "Boats that don't start get the number of entries plus one",
        "Protest: red flag at once (boats under 6 m: a hail is enough), form at the race hut within 60 minutes of the last boat's finish",
        "Touching a mark: one turn. Fouling another boat: two turns",
    ],
)
slide(
    "When we don't race",
    [
        "Dinghies: no start above 22 knots mean wind; Optimists above 15",
        "Keelboats: no start above 28 knots",
        "Visibility under half a mile: no start for anybody",
        "Water below 8 °C: wet or dry suits are compulsory",
        "Flag AP over A: no more racing today",
    ],
)
slide(
    "Duties",
    [
        "Each boat in a series does one race duty a season, two people",
        "Swap among yourselves and tell Magnus by Thursday evening",
        "Missed without a substitute: 3 penalty points in the series",
        "Safety boat drivers need the powerboat certificate, level 2",
    ],
)
p.save(D / "race_briefing_2025.pptx")

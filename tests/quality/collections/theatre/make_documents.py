from pathlib import Path

from docx import Document
from openpyxl import Workbook
from openpyxl.styles import Font
from pptx import Presentation
from pptx.util import Inches
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import ListFlowable, ListItem, Paragraph, SimpleDocTemplate, Table, TableStyle

OUT = Path(__file__).parent / "documents"
OUT.mkdir(exist_ok=True)
ss = getSampleStyleSheet()
B = ss["BodyText"]
H2 = ss["Heading2"]


def P(t, s=B):
    return Paragraph(t, s)


def T(rows, widths):
    t = Table([[P(str(c)) for c in r] for r in rows], colWidths=widths)
    t.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.5, colors.grey),
                ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ]
        )
    )
    return t


def UL(items):
    return ListFlowable([ListItem(P(i)) for i in items], bulletType="bullet")


# -------------------------------------------------- technical sheet (pdf)
s = [
    P("The Lantern Theatre – technical sheet for visiting companies", ss["Title"]),
    P(
        "Version 7, August 2025. Technical manager: Ruben Achterberg. Please return the attached form four weeks before you arrive; without it we hang the standard rig and nothing else."
    ),
    P("Stages", H2),
    T(
        [
            ["", "Main house", "Cellar studio"],
            ["Seats", "212, of which 48 in the gallery", "60, unraked benches"],
            ["Playing area (width × depth)", "8.4 m × 7.2 m", "5.5 m × 4.8 m"],
            ["Height to the grid", "5.9 m", "2.9 m"],
            ["Floor", "black-stained pine, raked 3%", "concrete with dance vinyl, level"],
            ["Load per m²", "350 kg", "500 kg"],
            ["Flying bars", "9 hand-operated, 120 kg each", "none; fixed pipe grid, 40 kg per pipe"],
            ["Wings", "1.9 m left, 2.6 m right", "none"],
        ],
        [130, 165, 165],
    ),
    P(
        "Screws into the pine floor are allowed with pilot holes up to 6 mm; nothing may be screwed into the vinyl, and tape on it must be PVC, never gaffer."
    ),
    P("Getting in", H2),
    P(
        "The dock door is in Tanner's Yard: 2.2 m wide and 2.6 m high, with no ramp, so lorries unload by tail lift. Vehicles up to 7.5 tonnes may enter the yard; anything longer than 9 metres can't turn. Unloading is permitted from 8 am to 9 pm, on Sundays only from 10 am, because of the neighbours. The goods lift to the cellar carries 600 kg and measures 1.4 m by 2.0 m."
    ),
    P("Light", H2),
    UL(
        [
            "Desk: Corvid 40 in the main house, Corvid 12 in the cellar. Show files in any other format aren't converted.",
            "Main house: 72 dimmers of 2.3 kW, 24 profile spots, 16 fresnels, 8 moving heads. Cellar: 24 dimmers, 10 profiles, 8 fresnels, no moving heads.",
            "One follow spot in the gallery, with an operator only if ordered 10 days ahead (£95 per show).",
            "Additional supply: one 63 A and two 32 A sockets stage right.",
        ]
    ),
    P("Sound and picture", H2),
    UL(
        [
            "Mixer with 32 inputs in row L; it takes seats L9 to L12 off sale. Cellar: 16 inputs.",
            "Eight radio microphones (four hand-held, four headsets). Batteries are charged at £2 each.",
            "Projector 9,000 lumens with a fixed lens; rear projection isn't possible.",
            "The limiter in the main house cuts in at 99 dB(A), averaged over 30 minutes. It may not be bypassed.",
        ]
    ),
    P("Smoke, fire, water", H2),
    P(
        "Haze and dry ice are fine if announced on the form. Naked flames, including candles and cigarettes, need a fire watch by the brigade: apply 15 working days ahead, cost £160 per evening, paid by the company. Indoor fireworks are not permitted at all. Up to 200 litres of water may be used on stage, over a tray. Scenery must be flame-retardant class B1; bring the certificates, otherwise our duty technician will turn it away. Herbal cigarettes count as naked flames."
    ),
    P("Staff", H2),
    P(
        "The hire fee includes one technician for eight hours a day, with a break of 45 minutes after five hours at the latest. Each further technician costs £28 per hour, from midnight £42. Two people are needed whenever more than four flying bars are moved during the show. Get-outs on the night must be finished by 1 am."
    ),
    P("Backstage", H2),
    P(
        "Four dressing rooms for 2, 4, 6 and 8 people; only room 1 has its own shower and is reached without steps. Washing machine and dryer on the first floor; the iron is with the stage door keeper, who is in from 9 am until half an hour after curtain."
    ),
]
SimpleDocTemplate(str(OUT / "technical_sheet_v7.pdf"), pagesize=A4, title="Technical sheet").build(s)

# -------------------------------------------------- hire (docx)
d = Document()
d.add_heading("Hiring the Lantern", 0)
d.add_paragraph("Conditions for hirers, season 2025/26 (1 September 2025 to 31 July 2026)")
d.add_heading("What you can hire and what it costs", 1)
rows = [
    ["Room", "Monday–Thursday", "Friday–Sunday", "Rehearsal day without audience"],
    ["Main house, commercial", "£980", "£1,320", "£490"],
    ["Main house, charities and schools", "£640", "£890", "£320"],
    ["Cellar studio, commercial", "£310", "£420", "£155"],
    ["Cellar studio, charities and schools", "£210", "£290", "£105"],
    ["Foyer with bar, up to 4 hours", "£240", "£330", "–"],
]
t = d.add_table(rows=0, cols=4)
t.style = "Table Grid"
for r in rows:
    c = t.add_row().cells
    for i, v in enumerate(r):
        c[i].text = v
d.add_paragraph(
    "Prices per day, plus 20% VAT. A day is ten hours, between 9 am and midnight; each hour begun beyond that costs £85 in the main house and £40 in the cellar. In December we do not let the main house, and the foyer only on Mondays."
)
d.add_heading("Included and not included", 1)
d.add_paragraph(
    "The fee covers heating, the standard rig, one technician, one duty manager and cleaning. Ushers are charged at £17 an hour; for the main house four are compulsory, for the cellar one. If our box office sells your tickets, it keeps 6% of the takings, but at least £70. The concert grand is £110 including tuning; it may not be moved by hirers."
)
d.add_heading("Booking, deposit, cancellation", 1)
for x in [
    "You may reserve a date without obligation for 14 days. After that it's released without a reminder.",
    "The booking is firm once the signed contract and a deposit of 30% are with us. The rest is due 21 days before the event.",
    "Cancel more than 90 days ahead and you lose only the deposit. Between 90 and 30 days half of the fee is due, later than that the whole of it. If we can let the date to someone else, you pay a handling fee of £75 and nothing more.",
    "Moving the event to another date of the same season is free of charge once, provided you ask at least 60 days before.",
]:
    d.add_paragraph(x, style="List Number")
d.add_heading("Insurance and damage", 1)
d.add_paragraph(
    "Hirers must show third-party liability insurance of at least £2 million for the main house or £1 million for the cellar. The certificate must be with Imogen Vale in the hire office 14 days before the event, or the doors stay closed. For schools, the cover of the local authority is enough; they only send us a letter confirming it."
)
d.add_heading("Food and drink", 1)
d.add_paragraph(
    "The bar is run by us. Outside caterers are allowed in the foyer at a service charge of £3 per guest, and in no case in the auditorium. Wine may be brought along for a corkage of £8 a bottle; spirits may not be brought in."
)
d.add_heading("Advertising", 1)
d.add_paragraph(
    "We list your event on our website and in the monthly leaflet if text and picture arrive by the 10th of the month before last. Posters in the two glass cases are hung by us: A1, four copies. Our logo is to be used only in the version we send you."
)
d.save(OUT / "hire_conditions_2025_26.docx")

# -------------------------------------------------- ticket prices (xlsx)
wb = Workbook()
w = wb.active
w.title = "Prices 2025-26"
w["A1"] = "Ticket prices from 1 September 2025 (£)"
w["A1"].font = Font(bold=True)
w.merge_cells("A1:H1")
w.append(
    [
        "Event",
        "Category",
        "Seats",
        "Full",
        "Reduced",
        "Under 16",
        "Group (from 12), each",
        "Last-minute (from 30 min before)",
    ]
)
for c in w[2]:
    c.font = Font(bold=True)
R = [
    ("Play, main house", "A", "Stalls rows A–F", 29, 23, 14, 25, "–"),
    ("", "B", "Stalls rows G–M", 24, 19, 12, 20, 12),
    ("", "C", "Gallery front", 21, 17, 11, 18, 12),
    ("", "D", "Gallery rear, restricted view", 13, 10, 7, "–", 8),
    ("Play, main house, first night", "A", "Stalls rows A–F", 36, 30, 18, "–", "–"),
    ("", "B", "Stalls rows G–M", 31, 25, 16, "–", "–"),
    ("", "C", "Gallery front", 27, 22, 14, "–", "–"),
    ("", "D", "Gallery rear, restricted view", 16, 13, 9, "–", "–"),
    ("Christmas show", "A", "Stalls rows A–F", 26, 24, 17, 22, "–"),
    ("", "B", "Stalls rows G–M", 22, 20, 14, 18, "–"),
    ("", "C", "Gallery, all rows", 18, 16, 11, 15, "–"),
    ("Cellar studio", "–", "unnumbered", 16, 11, 8, 13, 8),
    ("Reading / talk in the foyer", "–", "unnumbered", 9, 6, 0, "–", "–"),
    ("School matinee (Tue, Wed)", "–", "main house, allotted", "–", "–", 8.5, "–", "–"),
]
for r in R:
    w.append(r)
first = [i for i, r in enumerate(R) if r[0]] + [len(R)]
for a, b in zip(first, first[1:]):
    if b - a > 1:
        w.merge_cells(start_row=3 + a, end_row=2 + b, start_column=1, end_column=1)
n = wb.create_sheet("Rules")
for r in [
    ["Topic", "Rule"],
    [
        "Reduced",
        "Students and apprentices up to 27, people out of work, holders of the city pass; proof at the door. Pensioners: Mondays to Thursdays only.",
    ],
    ["Disabled visitors", "Reduced price; a companion comes free if the card carries the letter B."],
    ["School matinee", "One teacher free for every 10 pupils, further adults £11."],
    ["Booking fee", "£1.80 per order online and by phone; none at the counter."],
    ["Season card", "£89 for five plays of your choice in category A or B, first nights excepted. Transferable."],
    ["Friends of the Lantern", "£45 a year: 15% off two tickets per production, booking opens a week earlier."],
    ["Vouchers", "Valid for three years to the end of the year. Not paid out in cash."],
]:
    n.append(r)
wb.save(OUT / "ticket_prices_2025_26.xlsx")

# -------------------------------------------------- front of house (pptx)
p = Presentation()


def slide(title, lines):
    s = p.slides.add_slide(p.slide_layouts[1])
    s.shapes.title.text = title
    tf = s.placeholders[1].text_frame
    tf.text = lines[0]
    for l in lines[1:]:
        tf.add_paragraph().text = l


s0 = p.slides.add_slide(p.slide_layouts[0])
s0.shapes.title.text = "Front of house"
s0.placeholders[1].text = "Induction for ushers and bar staff, September 2025. Tamsin Okoro, house manager"
slide(
    "Your evening",
    [
        "75 minutes before curtain: sign in at the stage door, collect radio and torch",
        "60 minutes: foyer and bar open",
        "30 minutes: house opens, but only once the duty technician has given clearance",
        "Three bells: 10, 5 and 2 minutes before",
        "Stay until the house manager releases you; usually 20 minutes after the end",
    ],
)
slide(
    "What you wear and carry",
    [
        "Black trousers or skirt, black shoes with a flat, quiet sole; we give you the green waistcoat",
        "Name badge on the left",
        "Phone switched off in your locker, not on vibrate",
        "No perfume: people sit close to you for two hours",
    ],
)
slide(
    "Latecomers",
    [
        "Main house: wait in the foyer until the interval or until the latecomers' point on the show sheet",
        "They are taken to the gallery rear, whatever their ticket says; own seats after the interval",
        "Cellar: nobody is let in once the show has begun, no exceptions. Offer an exchange for another evening, £3",
    ],
)
slide(
    "Bags, food, children",
    [
        "Bags bigger than A3 and rucksacks go to the cloakroom (£1.50; free for season card holders)",
        "Water in plastic bottles may be taken in; everything else stays in the bar. In the cellar glasses from the bar are allowed",
        "Babies under 2 only at the relaxed performances",
        "Photos: before curtain yes, during the show no. One warning, then the house manager",
    ],
)
s = p.slides.add_slide(p.slide_layouts[5])
s.shapes.title.text = "Who stands where (evacuation)"
tab = s.shapes.add_table(6, 3, Inches(0.5), Inches(1.6), Inches(9), Inches(3)).table
for i, r in enumerate(
    [
        ["Post", "Area", "Assembly point"],
        ["Usher 1", "Stalls left, exit to Lamp Street", "Chapel steps"],
        ["Usher 2", "Stalls right, exit to Tanner's Yard", "Car park, gate 2"],
        ["Usher 3", "Gallery, stairs A", "Chapel steps"],
        ["Usher 4", "Wheelchair places, refuge by the lift lobby", "stays with guests until the brigade comes"],
        ["Bar", "Foyer and toilets", "Chapel steps"],
    ]
):
    for j, v in enumerate(r):
        tab.cell(i, j).text = v
slide(
    "Evacuation: what you say and do",
    [
        'Code on the radio: "Mr Sands is in the house" means stand by, nothing said to the audience',
        '"Mr Sands has left" means false alarm',
        '"House clear" means open your doors and send people out',
        "Never use the lift; never go back for coats",
        "Report your area empty to the house manager, then go to your assembly point",
    ],
)
slide(
    "Lost, found, ill",
    [
        "Found things: book in the office, kept for eight weeks, then to the charity shop. Money and papers go to the police after three days",
        "First aid: box behind the bar and at the stage door; defibrillator by the cloakroom",
        "Every accident goes in the book the same evening, even a scratch",
    ],
)
p.save(OUT / "front_of_house_induction.pptx")

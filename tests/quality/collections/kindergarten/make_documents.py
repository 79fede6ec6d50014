from pathlib import Path

D = Path(__file__).parent / "documents"
D.mkdir(exist_ok=True)

# ---------- handbook.docx
from docx import Document

d = Document()
d.add_heading("Millpond Day Nursery – Handbook for Parents", 0)
d.add_paragraph(
    "Edition for the nursery year 2025/26. Please read it once from start to finish; after that it lives happily on the fridge door."
)
d.add_heading("1. Who we are", 1)
d.add_paragraph(
    "Millpond is a day nursery with four groups in one house and one garden. The head of the nursery is Harriet Lomax; her deputy is Tomasz Wren. The office is on the ground floor, next to the pram store."
)
t = d.add_table(rows=1, cols=5)
t.style = "Table Grid"
for c, x in zip(t.rows[0].cells, ["Group", "Age", "Places", "Group leader", "Room"]):
    c.text = x
for r in [
    ("Ducklings", "10 months to 2 years", "10", "Ines Calloway", "Ground floor, garden side"),
    ("Hedgehogs", "2 to 3 years", "14", "Petra Singh", "Ground floor, street side"),
    ("Squirrels", "3 to 5 years", "20", "Gordon Ashby", "First floor, garden side"),
    ("Kingfishers", "4 to 6 years (pre-school)", "18", "Laila Brandt", "First floor, street side"),
]:
    for c, x in zip(t.add_row().cells, r):
        c.text = x
d.add_heading("2. Bringing and collecting", 1)
d.add_paragraph("The house is open from 7.15 am to 5.30 pm, Monday to Friday. On Fridays we close at 4.30 pm.")
for x in [
    "Children should be in their group by 9.00 am at the latest, because the morning circle starts at 9.15.",
    "If your child is not coming, ring the office by 8.30 am. The kitchen counts the lunches at a quarter to nine.",
    "Half-day children are collected between 12.45 and 1.15 pm. Between 1.15 and 2.30 pm it is rest time and the door stays shut, except for medical appointments arranged beforehand.",
    "We hand children over only to people named on the collection card. Anyone we do not know must show photo ID.",
    "Brothers and sisters may collect from the age of 14, and only if both parents have signed for it.",
]:
    d.add_paragraph(x, style="List Bullet")
d.add_heading("3. Settling in", 1)
d.add_paragraph(
    "We settle every child in by the same steps. In the Ducklings this takes about four weeks, in the older groups about two."
)
for x in [
    "Days 1 to 3: a parent stays in the room for one hour, and goes home together with the child.",
    "Day 4: first short separation of no more than 30 minutes. The parent waits in the parents' corner.",
    "From day 5: the separation grows day by day, up to and including lunch.",
    "First nap: only once the child lets a member of staff comfort him or her.",
    "Closing talk with the group leader, about six weeks after the start.",
]:
    d.add_paragraph(x, style="List Number")
d.add_paragraph(
    "If the child cannot be comforted on day 4, we go back to day 1's pattern for two more days. We never attempt a first separation on a Monday."
)
d.add_heading("4. What your child needs here", 1)
d.add_paragraph("Everything must carry the child's name.")
for x in [
    "Slippers with a firm sole (no socks with rubber dots)",
    "Rain trousers and wellingtons, which stay at the nursery",
    "A full change of clothes in a cloth bag",
    "A sun hat from May to September",
    "For Ducklings and Hedgehogs also nappies; wipes are provided by us",
]:
    d.add_paragraph(x, style="List Bullet")
d.add_paragraph(
    "Toys from home stay at home, except on the first Friday of the month, which is toy day. A cuddly toy for the nap is always welcome."
)
d.add_heading("5. Birthdays and food from home", 1)
d.add_paragraph(
    "You are welcome to bring a cake on your child's birthday. It must be free of nuts and may not contain cream or raw egg. Please tell the group leader two days ahead. No sweets in party bags, please. We cannot accept home-made food for the summer party; buy it packed with a label."
)
d.add_heading("6. Photos", 1)
d.add_paragraph(
    "Staff photograph the children with the nursery's own tablets only. Pictures go into the portfolio; they are put on our website only with separate written consent, which you may withdraw at any time. Parents may take photos at parties, but not post pictures that show other people's children."
)
d.add_heading("7. Giving notice", 1)
d.add_paragraph(
    "The contract may be ended in writing with eight weeks' notice to the end of a month. During the first six weeks, two weeks are enough. No notice can be given to the end of June or July, except if the family moves away. Kingfishers leaving for school need not give notice: their contract ends by itself on 31 July."
)
d.save(D / "parents_handbook.docx")

# ---------- fees.xlsx
from openpyxl import Workbook
from openpyxl.styles import Font

wb = Workbook()
ws = wb.active
ws.title = "Monthly fees"
ws.append(["Millpond Day Nursery – fees from 1 September 2025 (monthly, in £)"])
ws.merge_cells("A1:E1")
ws["A1"].font = Font(bold=True)
ws.append([])
ws.append(["Group", "Care model", "Hours per week", "Fee per month", "Lunch flat rate per month"])
rows = [
    ("Ducklings", "Half day", 25, 712, 58),
    (None, "Long half day", 35, 914, 58),
    (None, "Full day", 48, 1176, 66),
    ("Hedgehogs", "Half day", 25, 648, 62),
    (None, "Long half day", 35, 836, 62),
    (None, "Full day", 48, 1068, 70),
    ("Squirrels", "Half day", 25, 486, 72),
    (None, "Long half day", 35, 628, 72),
    (None, "Full day", 48, 804, 72),
    ("Kingfishers", "Half day", 25, 468, 72),
    (None, "Long half day", 35, 604, 72),
    (None, "Full day", 48, 782, 72),
]
for r in rows:
    ws.append(r)
for a in (4, 7, 10, 13):
    ws.merge_cells(f"A{a}:A{a + 2}")
ws.append([])
ws.append(["Fees are due on the 5th of the month by direct debit. They are also due for months with closing days."])
ws.column_dimensions["B"].width = 18
w2 = wb.create_sheet("Reductions and extras")
w2.append(["Item", "Amount", "Remark"])
for r in [
    ("Registration fee", "£45", "once, not refunded"),
    ("Deposit for the place", "£250", "refunded with the last month's fee"),
    ("Sibling reduction, second child", "25 %", "on the lower fee; not on lunch"),
    ("Sibling reduction, third child and further", "60 %", "not on lunch"),
    ("Extra hour, booked by the day before", "£9.50", "only if the group has a free place"),
    ("Extra hour, same day", "£13.00", "as above"),
    ("Late collection, per started 15 minutes", "£12", "from 5 minutes after closing time"),
    ("Returned direct debit", "£8", None),
    ("Change of care model", "£20", "first change in a nursery year is free"),
    ("Lunch refund", "£3.10 a day", "only for absences of 5 nursery days or more in a row"),
    ("Forest day coach (Kingfishers)", "£14 per term", None),
    ("Lost collection card", "£5", None),
]:
    w2.append(r)
wb.save(D / "fees_2025_26.xlsx")

# ---------- illness_rules.pdf
from reportlab.lib import colors
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table, TableStyle

S = getSampleStyleSheet()
P = lambda x, s="BodyText": Paragraph(x, S[s])
e = [
    P("Illness and Medicines Policy", "Title"),
    P("Millpond Day Nursery, in force from 1 February 2024"),
    P("1. Purpose", "Heading2"),
    P(
        "A nursery is a place where colds are swapped like stickers. We cannot prevent that, but we can keep the heavier things out. This policy says when a child must stay at home, when it may return, and what staff may and may not give."
    ),
    P("2. When a child becomes ill during the day", "Heading2"),
    P(
        "Staff take the temperature under the arm or in the ear. From 38.5 °C we ring the parents and the child has to be collected within 60 minutes. Below that, staff decide by the child's general condition. If no parent can be reached within 20 minutes, we ring the emergency contacts in the order of the card. In case of a febrile seizure, breathing difficulty or a serious injury staff call 999 first and the parents second."
    ),
    P("3. How long a child stays at home", "Heading2"),
]
T = Table(
    [
        ["Illness", "May return", "Doctor's note"],
        ["Fever (38.5 °C or more)", "24 hours after the last fever, without medicine", "no"],
        ["Vomiting, diarrhoea", "48 hours after the last episode", "no"],
        ["Conjunctivitis", "when the eyes no longer weep", "yes"],
        ["Hand, foot and mouth disease", "when the blisters have dried", "no"],
        ["Chickenpox", "when all spots have crusted, at the earliest after 5 days", "no"],
        ["Scarlet fever", "24 hours after the first antibiotic dose", "yes"],
        ["Impetigo", "48 hours after the first antibiotic dose", "yes"],
        ["Head lice", "after the first treatment", "no (*)"],
        ["Whooping cough", "5 days after the first antibiotic dose", "yes"],
        ["Measles", "4 days after the rash appeared", "yes"],
    ]
)
T.setStyle(
    TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.grey), ("BACKGROUND", (0, 0), (-1, 0), colors.lightgrey)])
)
e += [
    T,
    P(
        "(*) A written confirmation by the parents is enough for the first case. If lice come back within four weeks, we ask for a doctor's note."
    ),
    P("A plain cold with a runny nose is no reason to stay at home."),
    P("4. Medicines", "Heading2"),
    P(
        "As a rule staff give no medicine. Exceptions are medicines for chronic conditions (for example asthma inhalers, insulin, emergency allergy pens), for which we need a medication form signed by the doctor and both parents. The form is valid for six months. Antibiotics and fever syrup are given at home, not by us. Medicines are kept in the locked cabinet in the office, except for allergy pens, which stay in the group room within reach of staff."
    ),
    P("5. Ticks and splinters", "Heading2"),
    P(
        "Staff remove ticks at once if the parents have ticked box C of the consent form; otherwise we ring you. The place is circled with a pen and noted in the accident book. Splinters are removed only if they stick out."
    ),
    P("6. Duty to report", "Heading2"),
    P(
        "Measles, whooping cough and meningitis are reported by the head of the nursery to the health authority on the same day. Please tell us honestly what your child has: the notice on the door names the illness and the group, never the child."
    ),
]
SimpleDocTemplate(str(D / "illness_policy.pdf")).build(e)

# ---------- kingfishers.pptx
from pptx import Presentation

p = Presentation()


def slide(title, bullets, sub=None):
    s = p.slides.add_slide(p.slide_layouts[1])
    s.shapes.title.text = title
    tf = s.placeholders[1].text_frame
    tf.text = bullets[0]
    for b in bullets[1:]:
        tf.add_paragraph().text = b
    return s


s = p.slides.add_slide(p.slide_layouts[0])
s.shapes.title.text = "Parents' evening Kingfishers"
s.placeholders[1].text = "Laila Brandt and Owen Fairlie · 11 September 2025"
slide(
    "Our year before school",
    [
        "18 children, 11 of them start school in September 2026",
        "Three adults: Laila, Owen and, from October, trainee Mia Dunmore",
        "Learning happens in play: counting plates, writing one's own name on pictures, listening to a story to the end",
        "No worksheets before January",
    ],
)
slide(
    "Forest days",
    [
        "Every second Wednesday, starting 24 September",
        "Coach leaves at 8.45 sharp; we are back by 1.30 pm",
        "Late? The child spends the day with the Squirrels",
        "We go in rain and snow; we stay home in storm warnings and below minus 8 °C",
        "Carry in a rucksack with chest strap: water bottle, a cold snack in a box, seat pad, spare socks",
        "No lunch is cooked for the Kingfishers on forest days; soup is waiting when they return",
    ],
)
s = p.slides.add_slide(p.slide_layouts[5])
s.shapes.title.text = "Dates for the diary"
from pptx.util import Inches

tb = s.shapes.add_table(7, 3, Inches(0.6), Inches(1.6), Inches(8.6), Inches(4)).table
for i, r in enumerate(
    [
        ("What", "When", "Who"),
        ("Traffic training with the police", "14 and 16 October", "school starters only"),
        ("Lantern walk", "11 November, 5.00 pm", "all groups"),
        ("Visit to the fire station", "22 January", "Kingfishers"),
        ("Dental check", "5 March", "Squirrels and Kingfishers"),
        ("Visit to Kestrel Lane Primary", "18 May", "school starters only"),
        ("Overnight stay at the nursery", "26 June", "school starters only"),
    ]
):
    for j, x in enumerate(r):
        tb.cell(i, j).text = x
slide(
    "Overnight stay",
    [
        "Arrive at 6.00 pm, having eaten nothing heavy: we make pizza together",
        "Collect at 9.30 am after breakfast",
        "Children who want to go home are collected by their parents, whatever the hour: keep your phone on",
        "Costs £11, paid in cash to Owen by 12 June",
    ],
)
slide(
    "Talks about your child",
    [
        "Individual talks in November and April, 30 minutes each",
        "List hangs beside the group-room door",
        "For school starters Kestrel Lane's head teacher joins the April talk only if you agree",
    ],
)
p.save(D / "kingfishers_parents_evening.pptx")

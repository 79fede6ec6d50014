from pathlib import Path

from docx import Document
from openpyxl import Workbook
from openpyxl.styles import Font
from pptx import Presentation
from pptx.util import Inches, Pt
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import ListFlowable, ListItem, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

D = Path(__file__).parent / "documents"

# tariffs.xlsx
wb = Workbook()
ws = wb.active
ws.title = "Pool"
b = Font(bold=True)
ws.append(["Lindmoor Municipal Pool – tariffs valid from 1 January 2025 (EUR, incl. VAT)"])
ws["A1"].font = b
ws.merge_cells("A1:E1")
ws.append([])
ws.append(["Ticket", "Who", "Weekday", "Weekend / holiday", "Remarks"])
rows = [
    ["Single, 2 hours", "Adult", 5.20, 6.00, "overstaying: 0.50 per 15 minutes started"],
    [None, "Reduced (1)", 3.60, 4.20, None],
    [None, "Child 4–15", 2.80, 3.20, "under 4 free"],
    ["Single, day", "Adult", 7.90, 8.90, None],
    [None, "Reduced (1)", 5.60, 6.40, None],
    [None, "Child 4–15", 4.20, 4.80, None],
    ["Early bird", "Adult", 3.90, None, "entry 06:30–08:00, leave by 09:00; not at weekends"],
    ["Evening", "Adult", 4.20, 4.20, "from 90 minutes before closing; 2 hours' limit does not apply"],
    ["Family, day", "2 adults + up to 3 children", 19.50, 21.50, "each further child 2.50"],
    [None, "1 adult + up to 3 children", 13.00, 14.50, "each further child 2.50"],
    [
        "10-visit card, 2 hours",
        "Adult",
        46.80,
        46.80,
        "valid 24 months, transferable; also at weekends without surcharge",
    ],
    [None, "Reduced (1)", 32.40, 32.40, "valid 24 months, transferable to other entitled persons"],
    ["Annual pass", "Adult", 320.00, 320.00, "personal, photo needed; pool only"],
    [None, "Reduced (1)", 225.00, 225.00, "personal, photo needed; pool only"],
    [None, "Child 4–15", 160.00, 160.00, "personal, photo needed; pool only"],
]
for r in rows:
    ws.append(r)
for a in ["A4:A6", "A7:A9", "A12:A13", "A14:A15", "A16:A18"]:
    ws.merge_cells(a)
ws.append([])
ws.append(
    [
        "(1) Reduced: pupils and students from 16, trainees, volunteers with the Lindmoor card, holders of a disability card from 50 %. Pensioners are not entitled to the reduction."
    ]
)
for c in ws[3]:
    c.font = b
s = wb.create_sheet("Sauna and extras")
s.append(["Item", "Price EUR", "Deposit EUR", "Notes"])
for r in [
    ["Sauna 3 hours", 15.50, None, "Mon–Thu; pool not included"],
    ["Sauna 3 hours, Fri–Sun and holidays", 17.50, None, "pool not included"],
    ["Sauna day ticket", 21.00, None, "Mon–Thu; pool included"],
    ["Sauna day ticket, Fri–Sun and holidays", 23.50, None, "pool included"],
    [
        "Sauna supplement on a pool ticket",
        11.00,
        None,
        "only with a day ticket for the pool, not with the 2-hour ticket",
    ],
    ["Sauna 10-visit card", 189.00, None, "day tickets, valid 36 months"],
    ["Bathrobe hire", 6.00, 20.00, "sauna counter"],
    ["Swim goggles (sale)", 9.50, None, "no exchange once opened"],
    ["Locker padlock hire", 1.00, 10.00, None],
    ["Lane hire, per lane and hour", 24.00, None, "clubs based in Lindmoor 14.00"],
    ["Children's birthday, up to 10 children", 95.00, 30.00, "2.5 hours, Sat only, book 14 days ahead"],
    ["Parking, underground level", 1.50, None, "flat rate, ticket stamped at the till"],
]:
    s.append(r)
for c in s[1]:
    c.font = b
wb.save(D / "tariffs_2025.xlsx")

# house_rules.pdf
st = getSampleStyleSheet()
B, H = st["BodyText"], st["Heading2"]


def bl(items):
    return ListFlowable([ListItem(Paragraph(i, B)) for i in items], bulletType="bullet")


f = [
    Paragraph("House Rules of Lindmoor Municipal Pool", st["Title"]),
    Paragraph("Edition of January 2024", B),
    Paragraph("§ 1 Purpose", H),
    Paragraph(
        "1.1 These rules serve the safety, order and cleanliness of the baths. By buying a ticket every guest accepts them. 1.2 During club or school sessions the person in charge of the group is answerable for keeping them.",
        B,
    ),
    Paragraph("§ 2 Opening hours", H),
]
t = Table(
    [
        ["Day", "Public swimming", "Last admission"],
        ["Monday", "14:00–21:00", "20:00"],
        ["Tuesday, Thursday", "06:30–21:30", "20:30"],
        ["Wednesday", "06:30–21:00", "20:00"],
        ["Friday", "06:30–22:00", "21:00"],
        ["Saturday", "09:00–20:00", "19:00"],
        ["Sunday, public holidays", "09:00–18:00", "17:00"],
    ]
)
t.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.grey), ("FONTNAME", (0, 0), (-1, 0), "Helvetica-Bold")]))
f += [
    t,
    Spacer(1, 6),
    Paragraph(
        "2.1 Monday mornings are reserved for schools. 2.2 The pools are to be left 30 minutes before closing. 2.3 The baths are closed on 24, 25 and 31 December and for two weeks of maintenance in July.",
        B,
    ),
    Paragraph("§ 3 Admission", H),
    Paragraph("3.1 Children under 8 years are admitted only with an adult. 3.2 Not admitted are:", B),
    bl(
        [
            "persons under the influence of alcohol or drugs",
            "persons with open wounds or notifiable diseases",
            "animals, except assistance dogs, and these only as far as the foyer and the café",
        ]
    ),
    Paragraph(
        "3.3 Epileptics and persons with a tendency to faint may swim only with a companion and should tell the lifeguard on duty.",
        B,
    ),
    Paragraph("§ 4 In the pools", H),
    Paragraph(
        "4.1 Everybody showers with soap, without swimwear, before entering the water. 4.2 Usual swimwear is worn; underwear beneath swim shorts is not allowed. Burkinis and full-length UV suits of swimwear fabric are permitted. 4.3 Jumping is allowed only from the starting blocks at the deep end and from the boards while the bay is released by the lifeguard. Jumping from the long sides is forbidden. 4.4 Fins, snorkels and diving masks are forbidden in all pools. 4.5 Ball games are permitted only in the leisure pool, with soft balls, and not at weekends.",
        B,
    ),
    Paragraph("§ 5 Photographs and telephones", H),
    Paragraph(
        "5.1 Photographs and films of any kind require the written consent of the management; this applies to parents at badge tests as well. 5.2 Telephones may be used in the foyer and in the café. In changing rooms, showers and the sauna they must stay switched off in the bag.",
        B,
    ),
    Paragraph("§ 6 Lockers and lost property", H),
    Paragraph(
        "6.1 Lockers are for the duration of the visit. Lockers still locked after closing are opened by the staff and cleared. 6.2 For a lost key or wristband 15 euros are charged. 6.3 Lost property is kept at the till for 4 weeks and then passed to the municipal lost property office, which keeps it for 6 months. Wet textiles and opened toiletries are thrown away after 3 days. 6.4 Valuables: the baths are liable only up to 150 euros, and only for items in the valuables boxes in the foyer, not for those in lockers.",
        B,
    ),
    Paragraph("§ 7 Breaches", H),
    Paragraph(
        "7.1 The lifeguard's instructions are to be followed. 7.2 Anyone who disobeys may be sent out by the lifeguard for the day; the ticket is not refunded. 7.3 A ban of up to 12 months can be pronounced only by the Head of Baths, in writing. An objection may be lodged with the town within one month.",
        B,
    ),
    Paragraph("§ 8 Complaints and thunderstorms", H),
    Paragraph(
        "8.1 Complaints may be put into the box in the foyer; those with an address get an answer within 10 working days. 8.2 The hall is not cleared in a thunderstorm; only the outdoor sauna garden is closed.",
        B,
    ),
]
SimpleDocTemplate(str(D / "house_rules_2024.pdf"), pagesize=A4).build(f)

# rota.docx
d = Document()
d.add_heading("Staff rota, week 42 (13–19 October 2025)", 1)
d.add_paragraph(
    "Drawn up by Nadine Foerster, 6 October. Early = 06:00–14:00, late = 13:45–22:15, mid = 10:00–18:30. SL in brackets marks the shift lead. Week two of the autumn holidays begins on the 20th; rota to follow."
)
hdr = ["Shift", "Mon 13", "Tue 14", "Wed 15", "Thu 16", "Fri 17", "Sat 18", "Sun 19"]
rows = [
    [
        "Pool early",
        "Krull (SL), Amadi",
        "Amadi (SL), Lenz",
        "Foerster (SL), Lenz",
        "Krull (SL), Amadi",
        "Foerster (SL), Yildiz",
        "Lenz (SL), Yildiz",
        "Amadi (SL), Lenz",
    ],
    [
        "Pool late",
        "Foerster (SL), Yildiz, Beck",
        "Krull (SL), Beck",
        "Yildiz (SL), Krull",
        "Lenz (SL), Beck",
        "Amadi (SL), Beck, Petersen",
        "Krull (SL), Beck",
        "Yildiz (SL), Krull",
    ],
    ["Sauna mid", "Oldehus", "Reimers", "Reimers", "Oldehus", "Reimers", "Sand", "Sand"],
    ["Sauna late", "Sand", "Sand", "Oldehus", "Reimers", "Sand", "Oldehus", "Reimers"],
    ["Till early", "Bosse", "Bosse", "Mertz", "Mertz", "Bosse", "Mertz", "Bosse"],
    ["Till late", "Mertz", "Ito", "Ito", "Bosse", "Ito", "Ito", "Mertz"],
    ["Plant on call", "Brandis", "Brandis", "Brandis", "Brandis", "Wieck", "Wieck", "Wieck"],
]
t = d.add_table(rows=1, cols=8)
t.style = "Table Grid"
for c, x in zip(t.rows[0].cells, hdr):
    c.text = x
for r in rows:
    for c, x in zip(t.add_row().cells, r):
        c.text = x
d.add_heading("Swaps and sickness", 2)
for x in [
    "Swaps are agreed between the two of you and sent to me by 18:00 on the day before. I confirm by text message; without my confirmation the rota stands.",
    "Only people with the shift lead certificate can take over a shift marked SL: Foerster, Krull, Amadi, Lenz and Yildiz. Beck sits the exam in November.",
    "Ring in sick on 0491 / 555 120 at least 60 minutes before the shift starts, 90 minutes for the early shift. No e-mail, no messenger. A doctor's certificate is needed from the third day, for till temps from the first.",
]:
    d.add_paragraph(x, style="List Bullet")
d.add_heading("Minimum strength", 2)
d.add_paragraph(
    "Two lifeguards for public swimming. Three when the diving bay is open, that is Monday and Friday from 17:00. If we fall below the minimum, the diving bay is closed first, then the leisure pool; the sports pool stays open as long as there are two of us."
)
d.add_heading("Overtime", 2)
d.add_paragraph(
    "Overtime up to 30 minutes goes into the time account automatically. Anything beyond that needs Rieke's signature within 7 days. Sundays are paid with a supplement of 25 %, public holidays 35 % (not both)."
)
d.save(D / "staff_rota_week42.docx")

# pptx
p = Presentation()


def slide(title, items):
    s = p.slides.add_slide(p.slide_layouts[1])
    s.shapes.title.text = title
    tf = s.placeholders[1].text_frame
    for i, x in enumerate(items):
        q = tf.paragraphs[0] if i == 0 else tf.add_paragraph()
        q.text = x
        q.font.size = Pt(18)


s = p.slides.add_slide(p.slide_layouts[0])
s.shapes.title.text = "Lifeguard induction"
s.placeholders[1].text = "Lindmoor Municipal Pool – for new colleagues and seasonal staff, August 2025"
slide(
    "What we ask of you",
    [
        "Lifesaving badge Silver, not older than 2 years",
        "First-aid course of 9 hours, refreshed every 2 years; CPR practice with us every quarter",
        "Extended criminal record certificate, not older than 3 months on your first day",
        "You must be at least 18 to stand alone at a pool; trainees of 16 and 17 only next to a qualified colleague",
    ],
)
slide(
    "At the poolside",
    [
        "Red shirt, whistle, pocket mask and radio on channel 4 (channel 2 is the till, channel 7 the plant room)",
        "You change position every 30 minutes and have your eyes on the water: no phone, no book, no long chats",
        "One whistle: attention of a guest. Two: attention of colleagues. Three long: clear the pool",
    ],
)
slide(
    "If somebody is in trouble in the water",
    [
        "1. Three long whistles and press the nearest alarm button",
        "2. Get the person out with the rescue tube; the spine board is on the wall by lane 1",
        "3. Check breathing; if there is none, five rescue breaths first, then 30 compressions to 2 breaths",
        "4. Your colleague rings 112 and fetches the defibrillator (AED) from the lifeguard room",
        "5. The till sends one person to the main gate to guide the ambulance",
        "6. Afterwards fill in form V7 the same day; form V4 is only for small injuries",
    ],
)
s = p.slides.add_slide(p.slide_layouts[5])
s.shapes.title.text = "Water values you measure"
data = [
    ["Pool", "Water temp.", "Free chlorine mg/l", "pH", "By hand every"],
    ["Sports pool (25 m)", "27 °C", "0.3–0.6", "6.8–7.4", "4 hours"],
    ["Teaching pool", "30 °C", "0.3–0.6", "6.8–7.4", "4 hours"],
    ["Leisure pool", "31 °C", "0.3–0.6", "6.8–7.4", "4 hours"],
    ["Whirlpool", "35 °C", "0.7–1.0", "6.8–7.4", "2 hours"],
]
tb = s.shapes.add_table(5, 5, Inches(0.5), Inches(1.6), Inches(9), Inches(2.5)).table
for i, r in enumerate(data):
    for j, x in enumerate(r):
        tb.cell(i, j).text = x
x = s.shapes.add_textbox(Inches(0.5), Inches(4.6), Inches(9), Inches(1.2)).text_frame
x.word_wrap = True
x.text = "A value outside the range: measure again after 10 minutes with a fresh sample. Still outside: call the plant room, and below 0.2 or above 1.2 mg/l clear that pool."
slide(
    "Vomit or faeces in the water",
    [
        "Solid: clear the pool, net it out, at least 30 minutes' pause, chlorine raised to the upper limit",
        "Liquid: clear the pool, ring the plant room, closed for one full filter turnover (6 hours; teaching pool 4 hours)",
        "Vomit: like solid, except in the teaching pool, where it counts as liquid",
    ],
)
slide(
    "Your first weeks",
    [
        "Week 1: shadow shifts, not counted towards the minimum strength",
        "Week 2: test swim – 400 m in 15 minutes, dive for the dummy at 3.80 m",
        "After the test: own key, locker and entry in the rota",
        "Probation lasts 6 months, for seasonal staff 4 weeks; your contact is Nadine Foerster",
    ],
)
p.save(D / "lifeguard_induction.pptx")

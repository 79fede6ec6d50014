from pathlib import Path

D = Path(__file__).parent / "documents"
D.mkdir(exist_ok=True)

# ---------- price_list.xlsx
from openpyxl import Workbook
from openpyxl.styles import Font

wb = Workbook()
ws = wb.active
ws.title = "Hire rates"
ws["A1"] = "Garrick Plant & Tool Hire – rates 2026, net of VAT, in £"
ws.merge_cells("A1:G1")
ws["A1"].font = Font(bold=True, size=13)
ws.append(["Code", "Machine", "Half day (4 h)", "Day", "Weekend (Fri 3 pm – Mon 8 am)", "Week", "Depots"])


def sec(x):
    ws.append([x])
    ws.merge_cells(start_row=ws.max_row, start_column=1, end_row=ws.max_row, end_column=7)
    ws.cell(ws.max_row, 1).font = Font(bold=True)


sec("Excavators and loaders")
for r in [
    ("EX-08", "Micro excavator 0.8 t", 62, 88, 132, 290, "all"),
    ("EX-15", "Mini excavator 1.5 t", 78, 110, 165, 365, "all"),
    ("EX-27", "Mini excavator 2.7 t", None, 148, 222, 495, "Wexley, Port Harrow"),
    ("EX-50", "Midi excavator 5.0 t", None, 215, 320, 720, "Wexley"),
    ("SL-40", "Skid-steer loader", None, 162, 245, 540, "Wexley"),
    ("DP-05", "Tracked dumper 500 kg", 46, 68, 102, 225, "all"),
]:
    ws.append(r)
sec("Compaction and breaking")
for r in [
    ("WP-60", "Plate compactor 60 kg", 19, 28, 42, 92, "all"),
    ("WP-90", "Plate compactor 90 kg", 22, 33, 50, 108, "all"),
    ("WP-160", "Reversible plate 160 kg", 31, 46, 69, 152, "all"),
    ("TR-65", "Trench rammer 65 kg", 27, 40, 60, 134, "all"),
    ("BR-10", "Electric breaker 10 kg", 18, 26, 39, 84, "all"),
    ("BR-16", "Electric breaker 16 kg", 23, 34, 51, 112, "all"),
    ("BR-27", "Petrol breaker 27 kg", 29, 44, 66, 148, "Wexley, Port Harrow"),
]:
    ws.append(r)
sec("Cutting, drilling, access")
for r in [
    ("DC-300", "Disc cutter 300 mm", 17, 25, 38, 80, "all"),
    ("DC-350", "Disc cutter 350 mm", 20, 29, 44, 95, "all"),
    ("CD-160", "Core drill 160 mm", 26, 38, 57, 125, "all"),
    ("AT-52", "Aluminium tower 5.2 m", None, 42, 63, 98, "all"),
    ("AT-82", "Aluminium tower 8.2 m", None, 58, 87, 136, "Wexley"),
    ("SC-06", "Scissor lift 6 m", None, 95, 142, 260, "Wexley, Port Harrow"),
]:
    ws.append(r)
ws.append([])
ws.append(
    [
        "Weeks: seven calendar days. From the fourth week on 15 % off the weekly rate. Excavator rates include one bucket."
    ]
)
w2 = wb.create_sheet("Delivery and wear")
w2.append(["Item", "Price £ net", "Unit", "Remark"])
for r in [
    ("Delivery or collection, zone 1 (up to 10 miles)", 38, "per trip", None),
    ("Delivery or collection, zone 2 (up to 25 miles)", 64, "per trip", None),
    ("Delivery or collection, zone 3 (over 25 miles)", 2.4, "per mile", "from the depot gate"),
    ("Failed delivery (nobody on site)", 45, "per attempt", "in addition to the trip"),
    ("Diamond blade 300 mm", 6.5, "per 0.1 mm of wear", "measured at return"),
    ("Diamond blade 350 mm", 8, "per 0.1 mm of wear", "measured at return"),
    ("Chisel, sharpening", 7.5, "each", None),
    ("Extra bucket", 12, "per day", "300, 450 or 900 mm"),
    ("Refuelling, diesel", 2.15, "per litre", None),
    ("Refuelling, petrol mix", 4.6, "per litre", None),
    ("Cleaning, small tool", 15, "each", None),
    ("Cleaning, machine over 500 kg", 60, "each", "clay, concrete, tar: by expense"),
]:
    w2.append(r)
wb.save(D / "hire_rates_2026.xlsx")

# ---------- terms.docx
from docx import Document

d = Document()
d.add_heading("Terms and Conditions of Hire", 0)
d.add_paragraph("Garrick Plant & Tool Hire Ltd · edition 7 · January 2026")


def h(x):
    d.add_heading(x, 1)


h("1. The hire period")
d.add_paragraph(
    "1.1 Hire begins when the equipment leaves our depot, or, if we deliver, when it is unloaded at the site. It ends when the equipment is back on our yard with all accessories."
)
d.add_paragraph(
    "1.2 Off-hire by phone: if we are to collect, the Hirer reports the end of hire before noon and receives an off-hire number. Hire stops on that day at 5 pm. Without such a number the hire goes on. The Hirer remains responsible for the equipment until we have collected it, at most for three working days after off-hire."
)
d.add_paragraph(
    "1.3 The daily rate covers up to eight running hours as shown by the hour meter. Each further hour costs one eighth of the daily rate. Weekend hire covers twelve running hours."
)
d.add_paragraph(
    "1.4 Late return: up to one hour is free. After that half a daily rate is charged, after four hours a whole one."
)
h("2. Booking and cancelling")
d.add_paragraph(
    "Bookings may be cancelled free of charge up to 48 hours before the start. Later cancellations cost 40 % of the first day; if the machine is not collected at all, the whole first day is due. For scissor lifts and the EX-50 the free period ends five working days before the start."
)
h("3. Who may hire and operate")
for x in [
    "Hirers must be at least 18 years old; for excavators, loaders and lifts at least 21.",
    "Private customers show a passport or photocard driving licence and a proof of address not older than three months.",
    "Trade customers with an account need an order number. A director's signature is not required.",
    "The equipment may not be sublet or lent, nor taken out of England and Wales, except with our written consent.",
    "Scissor lifts are hired only to operators with a valid IPAF card. Excavators need no card on private land, but everybody who operates one must have had our briefing.",
]:
    d.add_paragraph(x, style="List Bullet")
h("4. Care of the equipment")
d.add_paragraph(
    "The Hirer checks oil, coolant and tyre or track condition every day before starting, and greases excavators after every ten running hours. Repairs are made by us only. Punctures are at the Hirer's cost, tracks only in case of misuse."
)
h("5. Breakdown")
d.add_paragraph(
    "A breakdown is to be reported straight away, by the same working day at the latest. We repair or replace within one working day of the report. If we fail, no hire is charged from the time of the report until the machine runs again. There is no further compensation for idle crews or lost contracts. If the breakdown results from wrong fuel, overload or lack of greasing, the Hirer pays the repair and the hire goes on."
)
h("6. Loss, theft and damage")
d.add_paragraph(
    "Theft is to be reported to the police and to us within 24 hours; we need the crime number. Unless the Damage Waiver has been agreed, the Hirer owes the cost of repair or, in case of loss, the replacement value new for old in the first two years of the machine's life and the current value after that. Excavators and loaders left unattended overnight must be immobilised and the key removed; otherwise the waiver does not apply."
)
t = d.add_table(rows=1, cols=4)
t.style = "Table Grid"
for c, x in zip(t.rows[0].cells, ["Damage Waiver (edition 7)", "Charge", "Excess for damage", "Excess for theft"]):
    c.text = x
for r in [
    ("Small tools (list price below £1,500)", "8 % of hire", "£75", "£150"),
    ("Machines up to 3 t", "10 % of hire", "£400", "£900"),
    ("Machines over 3 t and lifts", "12 % of hire", "£750", "£1,800"),
]:
    for c, x in zip(t.add_row().cells, r):
        c.text = x
d.add_paragraph(
    "Not covered in any case: tyres, blades, chisels, glass, lost accessories, damage under water and damage by wilful act."
)
h("7. Payment")
d.add_paragraph(
    "Private customers pay the expected hire and the deposit in advance, by card. Trade accounts pay within 30 days of invoice; first orders of new accounts are prepaid. We charge 1.5 % a month on overdue amounts. Complaints about an invoice are to be made within 14 days."
)
d.save(D / "terms_of_hire_ed7.docx")

# ---------- safety_sheet.pdf
from reportlab.lib import colors
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table, TableStyle

S = getSampleStyleSheet()
P = lambda x, s="BodyText": Paragraph(x, S[s])
T = Table(
    [
        ["Machine", "Vibration m/s²", "Trigger time to EAV", "Time to ELV", "Sound power dB(A)"],
        ["BR-10 electric breaker 10 kg", "7.6", "52 min", "3 h 28 min", "102"],
        ["BR-16 electric breaker 16 kg", "9.1", "36 min", "2 h 25 min", "105"],
        ["BR-27 petrol breaker 27 kg", "5.2", "1 h 51 min", "7 h 24 min", "111"],
        ["DC-300 disc cutter", "4.4", "2 h 35 min", "over 8 h", "113"],
        ["DC-350 disc cutter", "4.9", "2 h 5 min", "over 8 h", "115"],
        ["WP-90 plate compactor", "3.1", "5 h 12 min", "over 8 h", "106"],
        ["TR-65 trench rammer", "8.3", "44 min", "2 h 54 min", "108"],
    ]
)
T.setStyle(
    TableStyle(
        [
            ("GRID", (0, 0), (-1, -1), 0.5, colors.grey),
            ("BACKGROUND", (0, 0), (-1, 0), colors.lightgrey),
            ("FONTSIZE", (0, 0), (-1, -1), 8),
        ]
    )
)
e = [
    P("Safety Sheet S-04: Breakers, disc cutters and compaction", "Title"),
    P("Goes out with every hire of the machines below. Sign for it at the counter. Issue 3, November 2025."),
    P("Vibration and noise", "Heading2"),
    P(
        "EAV = exposure action value, ELV = exposure limit value, both for one person and one day. Stop at the ELV. Times add up when you use several machines."
    ),
    T,
    P("Wear", "Heading2"),
    P(
        "Hearing protection SNR 30 or better, safety goggles, safety boots, gloves. When cutting stone or concrete, an FFP3 mask in addition, even with water suppression. Long hair tied up; no scarves."
    ),
    P("Before you start a disc cutter", "Heading2"),
    P("1. Look at the blade: cracks, missing segments, right way round."),
    P("2. Check that the guard is set so that sparks fly away from you."),
    P("3. Connect the water and open it to at least 0.5 litres a minute."),
    P("4. Run the saw for 30 seconds without load."),
    P("5. Mark cables and pipes on the surface and cut no closer than 500 mm to them."),
    P("Kickback", "Heading2"),
    P(
        "Never cut with the upper quarter of the disc. If the blade binds in the cut, stop the engine, wait until the disc stands still and only then pull it out."
    ),
    P("Petrol engines", "Heading2"),
    P(
        "Never run petrol machines indoors or in trenches deeper than 1.2 m, where the exhaust collects. Let the engine cool for ten minutes before filling up. Disc cutters and the trench rammer TR-65 run on petrol mix 1:50, the BR-27 on mix 1:50 as well; plate compactors take plain unleaded."
    ),
    P("Electric breakers", "Heading2"),
    P(
        "110 V breakers only on the yellow transformer, 230 V ones only behind an RCD of 30 mA. Unroll the cable drum fully. Do not use in rain."
    ),
    P("After an accident", "Heading2"),
    P(
        "Leave the machine as it is, ring 999 if someone is hurt, and then the depot. Do not return or clean the machine until our safety adviser has released it."
    ),
]
SimpleDocTemplate(str(D / "safety_sheet_S04.pdf")).build(e)

# ---------- briefing.pptx
from pptx import Presentation
from pptx.util import Inches

p = Presentation()
s = p.slides.add_slide(p.slide_layouts[0])
s.shapes.title.text = "Mini excavator briefing"
s.placeholders[1].text = "For everyone who takes out an EX-08, EX-15 or EX-27 · takes 20 minutes · Garrick yard team"


def slide(title, bullets):
    s = p.slides.add_slide(p.slide_layouts[1])
    s.shapes.title.text = title
    tf = s.placeholders[1].text_frame
    tf.text = bullets[0]
    for b in bullets[1:]:
        tf.add_paragraph().text = b


slide(
    "On the trailer",
    [
        "Loading only on level, firm ground, wheels chocked",
        "Drive up in the slow gear with the boom to the front",
        "Five straps: one at each corner, plus one over the bucket arm",
        "EX-27 with trailer weighs 3.4 t: needs a towing vehicle rated 3.5 t; the EX-15 comes to 2.1 t",
    ],
)
slide(
    "Starting",
    [
        "Seat belt first, then raise the safety lever",
        "Preheat 10 seconds, below freezing 20 seconds",
        "Let it idle for five minutes before you dig",
        "Red lamp stays on? Switch off and ring us",
    ],
)
slide(
    "Digging",
    [
        "Ask for service plans before you dig; we do not hold them",
        "Hand-dig within 500 mm of a known cable or pipe",
        "Stay 1 m away from the edge of a trench; 2 m if the soil is sandy",
        "Slopes: up to 15 degrees across, up to 25 degrees straight up or down",
        "Nobody within the swing radius plus 2 m",
    ],
)
s = p.slides.add_slide(p.slide_layouts[5])
s.shapes.title.text = "Which machine for which job"
r = [
    ("", "EX-08", "EX-15", "EX-27"),
    ("Width", "0.72 m (tracks in)", "0.99 m", "1.55 m"),
    ("Digging depth", "1.6 m", "2.3 m", "2.8 m"),
    ("Tank", "11 l", "19 l", "38 l"),
    ("Fits through a garden door", "yes", "yes, from 1 m", "no"),
    ("Breaker attachment", "no", "yes", "yes"),
]
tb = s.shapes.add_table(6, 4, Inches(0.5), Inches(1.6), Inches(9), Inches(3.6)).table
for i, x in enumerate(r):
    for j, c in enumerate(x):
        tb.cell(i, j).text = c
slide(
    "Bringing it back",
    [
        "Full tank, otherwise we fill up at our rate",
        "Scrape clay from tracks and bucket; pressure washer stands at bay 4, free for 20 minutes",
        "Tell us about every knock: we find it anyway",
        "Key, manual and grease gun go back to the counter",
    ],
)
p.save(D / "mini_excavator_briefing.pptx")

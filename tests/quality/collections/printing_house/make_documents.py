from pathlib import Path

from docx import Document
from openpyxl import Workbook
from openpyxl.styles import Font
from pptx import Presentation
from pptx.util import Inches, Pt
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

D = Path(__file__).parent / "documents"
b = Font(bold=True)

# xlsx
wb = Workbook()
ws = wb.active
ws.title = "Stock"
ws.append(["Paper stock, counted 13 June 2025 (sheets unless stated; price per 1,000 sheets, EUR net)"])
ws.merge_cells("A1:J1")
ws["A1"].font = b
ws.append(["Article", "Grade", "Surface", "g/m²", "Sheet (cm)", "In stock", "Reorder at", "Price", "Supplier", "Bay"])
for c in ws[2]:
    c.font = b
for r in [
    ["P-1090", "Silvaprint", "gloss coated", 90, "70 x 100", 42000, 20000, 58.40, "Nordpapier", "A1"],
    ["P-1135", "Silvaprint", "gloss coated", 135, "70 x 100", 31500, 25000, 86.20, "Nordpapier", "A2"],
    ["P-1170", "Silvaprint", "gloss coated", 170, "70 x 100", 8800, 12000, 109.50, "Nordpapier", "A3"],
    ["P-1250", "Silvaprint", "gloss coated", 250, "70 x 100", 9400, 8000, 162.00, "Nordpapier", "A4"],
    ["P-2115", "Silvaprint", "matt coated", 115, "70 x 100", 27000, 15000, 75.10, "Nordpapier", "B1"],
    ["P-2135", "Silvaprint", "matt coated", 135, "70 x 100", 18200, 20000, 88.90, "Nordpapier", "B2"],
    ["P-2150", "Silvaprint", "matt coated", 150, "70 x 100", 22600, 15000, 98.30, "Nordpapier", "B3"],
    ["P-2300", "Silvaprint", "matt coated", 300, "70 x 100", 7100, 6000, 201.00, "Nordpapier", "B4"],
    ["P-3080", "Ekona Recycled", "uncoated", 80, "63 x 88", 55000, 30000, 39.80, "Papierkontor West", "C1"],
    ["P-3090", "Ekona Recycled", "uncoated", 90, "63 x 88", 16000, 16000, 44.60, "Papierkontor West", "C1"],
    ["P-3120", "Ekona Recycled", "uncoated", 120, "63 x 88", 12300, 10000, 60.70, "Papierkontor West", "C2"],
    ["P-3250", "Ekona Recycled", "uncoated", 250, "63 x 88", 2900, 4000, 133.00, "Papierkontor West", "C3"],
    ["P-4090", "Linea Bookwove", "uncoated, cream", 90, "70 x 100", 19800, 10000, 71.30, "Ahlgren", "D1"],
    ["P-4120", "Linea Bookwove", "uncoated, cream", 120, "70 x 100", 6500, 6000, 95.00, "Ahlgren", "D1"],
    ["P-5240", "Chromo board GC1", "one side coated", 240, "72 x 102", 11200, 10000, 148.00, "Ahlgren", "E1"],
    ["P-5300", "Chromo board GC1", "one side coated", 300, "72 x 102", 4800, 5000, 186.50, "Ahlgren", "E2"],
    ["P-6080", "Adhesive paper, permanent", "matt", 80, "45 x 64", 5200, 3000, 214.00, "Klebeform", "F1"],
    ["P-6081", "Adhesive paper, removable", "matt", 80, "45 x 64", 1400, 1500, 246.00, "Klebeform", "F1"],
]:
    ws.append(r)
s = wb.create_sheet("Ordering")
s.append(["Supplier", "Order by", "Delivery", "Minimum order", "Contact", "Remarks"])
for c in s[1]:
    c.font = b
for r in [
    [
        "Nordpapier",
        "14:00",
        "next working day",
        "1 pallet (all grades together)",
        "Frau Lessing",
        "EUR 35 surcharge below 2 pallets",
    ],
    [
        "Papierkontor West",
        "12:00",
        "2 working days",
        "4,000 sheets per grade",
        "Mr Duarte",
        "FSC certificate with each invoice; no delivery on Mondays",
    ],
    [
        "Ahlgren",
        "Thursday 10:00",
        "following Tuesday",
        "2 pallets",
        "order desk",
        "board 300 g: 3 weeks since April (mill stoppage)",
    ],
    [
        "Klebeform",
        "any time",
        "5 to 7 working days",
        "500 sheets",
        "web shop",
        "shelf life 12 months, note the date of receipt",
    ],
]:
    s.append(r)
s.append([])
s.append(
    [
        "Climate: paper must stand in hall 1 for at least 24 hours before printing, board 48 hours. Target 20–23 °C, 50–55 % relative humidity."
    ]
)
s.append(["Opened reams are sealed again and marked with the date. Whoever takes the last full pallet tells Gregor."])
wb.save(D / "paper_stock.xlsx")

# old pdf
st = getSampleStyleSheet()
B, H = st["BodyText"], st["Heading2"]
f = [
    Paragraph("Terms of Delivery and Payment", st["Title"]),
    Paragraph("Brackwede & Sons, Printers – edition of 1 July 2022".replace("&", "&amp;"), B),
    Paragraph("1 Offers and orders", H),
    Paragraph(
        "Our offers are binding for 30 days. An order comes about by our written confirmation. Changes requested after approval of the proof are charged by time, at 68 euros an hour.",
        B,
    ),
    Paragraph("2 Delivery", H),
    Paragraph(
        "Delivery is free to the kerb from a net order value of 500 euros; below this we charge a flat rate of 14.90 euros. Express orders carry a surcharge of 25 %. The periods of delivery begin on the day after approval of the print data.",
        B,
    ),
]
t = Table(
    [
        ["Product", "Standard", "Express"],
        ["Flyers, cards", "5 working days", "2 working days"],
        ["Saddle-stitched brochures", "8 working days", "4 working days"],
        ["Perfect-bound books", "12 working days", "not offered"],
        ["Large format", "4 working days", "1 working day"],
    ]
)
t.setStyle(
    TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("BACKGROUND", (0, 0), (-1, 0), colors.lightgrey)])
)
f += [
    t,
    Spacer(1, 6),
    Paragraph("3 Over- and underdelivery", H),
    Paragraph(
        "Deviations of up to 10 % from the quantity ordered are customary in the trade and cannot be objected to. The quantity delivered is charged.",
        B,
    ),
    Paragraph("4 Payment", H),
    Paragraph(
        "Invoices are due within 30 days without deduction; 2 % discount is granted for payment within 10 days. New customers pay the first order in advance. Default interest is 9 percentage points above the base rate.",
        B,
    ),
    Paragraph("5 Notice of defects", H),
    Paragraph(
        "Obvious defects must be notified within 14 days of receipt, hidden ones within 12 months. Notice by telephone is sufficient if it is confirmed by letter.",
        B,
    ),
    Paragraph("6 Retention of title", H),
    Paragraph(
        "The goods remain our property until paid for in full. Type, plates and dies remain our property even if they are charged for pro rata.",
        B,
    ),
    Paragraph("7 Storage", H),
    Paragraph(
        "Finished goods not called off are stored free of charge for 4 weeks; thereafter we charge 6 euros per pallet and week.",
        B,
    ),
]
SimpleDocTemplate(str(D / "terms_of_delivery_2022.pdf"), pagesize=A4).build(f)

# new docx
d = Document()
d.add_heading("Delivery and payment – our terms in plain words", 0)
d.add_paragraph(
    "Valid for all orders confirmed from 1 April 2025. This edition takes the place of the one of 1 July 2022. Orders confirmed before 1 April are completed under the old edition."
)
d.add_heading("How long does it take?", 1)
d.add_paragraph(
    "The clock starts on the working day after you approve the proof. If you approve after 15:00, add one day."
)


def tab(rows):
    t = d.add_table(rows=0, cols=len(rows[0]))
    t.style = "Light Grid Accent 1"
    for r in rows:
        for c, x in zip(t.add_row().cells, r):
            c.text = x
    return t


tab(
    [
        ["Product", "Standard", "Express", "Express surcharge"],
        ["Flyers, cards, letterheads", "4 working days", "1 working day", "30 %"],
        ["Brochures, saddle-stitched", "7 working days", "3 working days", "30 %"],
        ["Books, perfect-bound", "10 working days", "6 working days", "40 %"],
        ["Posters, large format", "4 working days", "1 working day", "25 %"],
        ["Anything with hot foil or die-cut", "2 working days on top", "not offered", "–"],
    ]
)
d.add_paragraph("Saturdays, Sundays and the works holiday (28 July to 8 August 2025) are not working days.")
d.add_heading("What does delivery cost?", 1)
d.add_paragraph(
    "Orders from €750 net are delivered free within the country, to the kerb. Below that you pay €16.50. Islands are excepted: there we pass on the ferry charge. If you would like the pallets behind your first lockable door, that is €38 per delivery. Collection from ramp 3 is free, Monday to Thursday 7:00 to 16:00, Friday till 13:00."
)
d.add_heading("More or fewer copies than ordered", 1)
d.add_paragraph(
    "We may deliver up to 5 % more or less and you pay for what you get. For orders under 1,000 copies the limit is 10 %. There is one exception: numbered items such as tickets and vouchers are delivered exactly."
)
d.add_heading("Paying", 1)
for x in [
    "14 days net; no discount for early payment any longer.",
    "First-time customers pay half in advance, the rest on delivery.",
    "Schools and public bodies have 30 days.",
    "Reminders: the first is free, the second costs €5, the third goes to our solicitor.",
]:
    d.add_paragraph(x, style="List Bullet")
d.add_heading("If something's wrong", 1)
d.add_paragraph(
    "Check the goods when they arrive. Defects that can be seen have to be reported within 10 working days, with photos, to service@brackwede-print.example. Damage in transit goes on the driver's delivery note at once, otherwise the carrier's insurance won't pay. Hidden defects: 12 months, as before."
)
d.add_heading("Cancelling", 1)
tab(
    [
        ["When you cancel", "You pay"],
        ["before the proof is made", "nothing"],
        ["after the proof, before plates", "15 % of the price, at least €40"],
        ["after plates are made", "50 % of the price plus paper bought for the job"],
        ["once printing has begun", "the full price"],
    ]
)
d.add_heading("Storage", 1)
d.add_paragraph(
    "We store your finished goods free for 2 weeks. From the third week it's €8 per pallet and week. After 6 months we ask you in writing and, if we hear nothing for 30 days, recycle them."
)
d.save(D / "terms_of_delivery_2025.docx")

# pptx
p = Presentation()
s = p.slides.add_slide(p.slide_layouts[0])
s.shapes.title.text = "Proofs and safety in the press hall"
s.placeholders[1].text = "Induction for apprentices and sales staff – Gregor Matthiesen, press foreman, spring 2025"


def slide(title, items):
    s = p.slides.add_slide(p.slide_layouts[1])
    s.shapes.title.text = title
    tf = s.placeholders[1].text_frame
    for i, x in enumerate(items):
        q = tf.paragraphs[0] if i == 0 else tf.add_paragraph()
        q.text = x
        q.font.size = Pt(18)


s = p.slides.add_slide(p.slide_layouts[5])
s.shapes.title.text = "Three kinds of proof"
data = [
    ["", "PDF proof", "Contract proof", "Press proof"],
    ["Shows", "text, pages, position", "binding colours", "the real thing on the real paper"],
    ["Price", "free", "€35 for the first A3 sheet, €18 each further", "from €280"],
    ["Ready in", "4 hours", "2 working days", "by appointment"],
    ["Signature needed", "click in the portal", "yes, on the sheet", "yes, customer present at the press"],
]
tb = s.shapes.add_table(5, 4, Inches(0.4), Inches(1.6), Inches(9.2), Inches(3)).table
for i, r in enumerate(data):
    for j, x in enumerate(r):
        tb.cell(i, j).text = x
slide(
    "Things sales should know",
    [
        "A contract proof is valid for 3 months; paper and ink age, so make a new one for later reprints",
        "A press proof takes a press for 90 minutes: never promise one for Fridays or for the C9500",
        "Customers at the press wear safety shoes; we have loan pairs in sizes 37 to 46",
        "No customer in the hall without one of us, and nobody under 15",
    ],
)
slide(
    "Which press for which job?",
    [
        "C9500 digital: up to 500 sheets, 80–350 g, personalised items",
        "SM 74-4: 500 to 5,000 sheets, no coating inline",
        "SX 102-5: above 5,000 sheets, anything with dispersion varnish, board up to 0.8 mm",
        "Recycled paper below 90 g does not go on the C9500: it jams in the duplexer",
    ],
)
slide(
    "Safety: your five",
    [
        "No rings, chains, ties or loose sleeves; long hair under a cap",
        "Hearing protection inside the yellow line (hall 1 measures 86 dB)",
        "Never reach through a guard; use the inching button with the machine in safe mode",
        "Solvent rags go into the red self-closing bin, which is emptied every evening",
        "Know your nearest eye-wash: pillar 4 in hall 1, next to the sink in hall 2",
    ],
)
slide(
    "If there's an accident",
    [
        "1. Emergency stop – the red mushroom buttons, one at each unit",
        "2. First aiders: Gregor (ext. 212), Ayse (ext. 227), Lorenz at night (ext. 231)",
        "3. Call 112 if in doubt; gate keeper opens gate 2",
        "4. Don't restart the machine until I have released it",
        "5. Entry in the accident book the same shift, even for a scratch",
    ],
)
slide(
    "Apprentices",
    [
        "Under 18: no night shift, no knife change, no work with PUR glue",
        "Record book every Friday to Ayse",
        "The first four months are probation",
        "School days: Tuesday and every second Thursday",
    ],
)
p.save(D / "press_hall_induction.pptx")

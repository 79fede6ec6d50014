from pathlib import Path

D = Path(__file__).parent / "documents"
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import ListFlowable, ListItem, Paragraph, SimpleDocTemplate

S = getSampleStyleSheet()
P = lambda x, s="BodyText": Paragraph(x, S[s])
L = lambda xs, t="bullet": ListFlowable([ListItem(P(x)) for x in xs], bulletType=t)

# ---------- pdf: older returns policy
f = [
    P("Returns policy", "Title"),
    P("Ladle &amp; Loaf, kitchen goods by mail. Edition 2023, for all orders from 1 February 2023."),
    P("1. Your right to send goods back", "Heading2"),
    P(
        "You may return any article within 60 days of delivery, without giving a reason. It should be unused and in its original packaging. You may open the box and look at the article as you would in a shop; you may not cook with it."
    ),
    P("2. What cannot be returned", "Heading2"),
    L(["personalised and engraved articles", "foodstuffs and spices", "opened water filters", "gift cards"]),
    P("3. Costs", "Heading2"),
    P("Returns within Austria and Germany are free of charge. From all other countries you pay the postage yourself."),
    P("4. How to return", "Heading2"),
    L(
        [
            "Ask for a label by e-mail. Give the order number.",
            "Pack the goods so that nothing can shift.",
            "Put the delivery note into the parcel.",
            "Hand in the parcel at any post office and keep the receipt.",
        ],
        "1",
    ),
    P("5. Refund", "Heading2"),
    P(
        "We refund the purchase price and the standard delivery charge within 14 days of the arrival of the parcel, by the method with which you paid. Express surcharges are not refunded. If an article shows traces of use we deduct up to 30 % of its price."
    ),
    P("6. Exchange", "Heading2"),
    P(
        "We exchange articles for another size or colour free of charge, once per order. Please write the desired article on the delivery note."
    ),
    P("7. Questions", "Heading2"),
    P("Write to returns@ladleandloaf.example or ring 0555 0190, Monday to Friday from 9 to 16 hours."),
]
SimpleDocTemplate(str(D / "returns_policy_2023.pdf"), pagesize=A4).build(f)

# ---------- docx: newer returns policy
from docx import Document

d = Document()
d.add_heading("Sending things back", 0)
d.add_paragraph(
    "Returns policy of Ladle & Loaf. This edition applies to orders placed on or after 1 July 2025. Orders placed earlier are still handled under the edition of 2023."
)
d.add_heading("In short", 1)
t = d.add_table(rows=1, cols=3)
t.style = "Table Grid"
for c, x in zip(t.rows[0].cells, ["Group of goods", "Return period", "Condition"]):
    c.text = x
R = [
    ("Cookware, bakeware, tableware", "30 days", "unused, box may be opened"),
    ("Electrical appliances", "30 days", "unused, all accessories present"),
    ("Electrical appliances", "14 days", "tried out at home, cleaned"),
    ("Knives and graters", "14 days", "blade guard unopened"),
    ("Sale articles", "14 days", "unused"),
    ("Christmas orders (15 November to 24 December)", "until 31 January", "as for the group"),
]
for r in R:
    for c, x in zip(t.add_row().cells, r):
        c.text = x
a = t.cell(2, 0)
a.merge(t.cell(3, 0))
a.text = "Electrical appliances"
d.add_paragraph("Periods are counted from the day on which you receive the last parcel of the order.")
d.add_heading("Please don't send back", 1)
for s in [
    "articles engraved or made for you",
    "foodstuffs, spices and yeast",
    "opened water or lime filters",
    "seals and sealing rings once unwrapped",
    "gift cards",
]:
    d.add_paragraph(s, style="List Bullet")
d.add_paragraph("If such an article arrives faulty, this list doesn't apply, and you have all your rights.")
d.add_heading("What it costs you", 1)
d.add_paragraph(
    "A return from Austria or Germany costs €4.90, which we take off the refund. It is free if you choose a gift card instead of money, and of course if the mistake was ours. From the other countries you organise and pay the return yourself. Articles over 20 kg are fetched by the haulier for €29, wherever you live."
)
d.add_heading("How to go about it", 1)
for s in [
    'Log in, open "My orders" and tick the articles. If you ordered as a guest, use the link in your confirmation.',
    "Choose the reason and how you want the money.",
    "Show the QR code at the parcel shop. You don't need a printer.",
    "Keep the slip until the refund has arrived.",
]:
    d.add_paragraph(s, style="List Number")
d.add_heading("When the money comes", 1)
d.add_paragraph(
    "We check returns within five working days of arrival and pay back within 14 days, by the way you paid. If you paid by invoice, we need your bank details. Delivery charges are refunded if the whole order comes back, but never the surcharge for express. For traces of use that go beyond trying out we keep back up to 50 % of the price; we send you photos first and you can then have the article back instead, at our expense."
)
d.add_heading("Exchange", 1)
d.add_paragraph(
    "There are no exchanges any more. Return the article and order the other one anew. Should its price have gone up in between, write to us within seven days and you pay the old price."
)
d.add_paragraph("Help: returns@ladleandloaf.example, or 0555 0190 from Monday to Saturday, 8 to 18 hours.")
d.save(D / "returns_policy_2025.docx")

# ---------- xlsx: shipping table
from openpyxl import Workbook
from openpyxl.styles import Font

wb = Workbook()
ws = wb.active
ws.title = "Shipping 2025"
ws["A1"] = "Delivery charges in EUR incl. VAT, from 1 May 2025"
ws["A1"].font = Font(bold=True)
ws.merge_cells("A1:G1")
ws.append([])
ws.append(
    [
        "Zone",
        "Country",
        "up to 2 kg",
        "up to 10 kg",
        "up to 20 kg",
        "Delivery time (working days)",
        "Free from order value",
    ]
)
Z = [
    ("1", "Austria", 4.5, 5.9, 9.9, "1 to 2", 59),
    ("", "Germany", 4.9, 6.9, 11.9, "2 to 3", 69),
    ("2", "Italy", 8.9, 12.9, 18.9, "3 to 5", 120),
    ("", "Slovenia", 7.9, 10.9, 16.9, "2 to 4", 120),
    ("", "Czechia", 7.9, 10.9, 16.9, "2 to 4", 120),
    ("", "Hungary", 7.9, 11.9, 17.9, "3 to 4", 120),
    ("3", "France", 9.9, 14.9, 22.9, "3 to 6", 150),
    ("", "Netherlands", 9.9, 13.9, 21.9, "3 to 5", 150),
    ("", "Belgium", 9.9, 13.9, 21.9, "3 to 5", 150),
    ("", "Denmark", 10.9, 15.9, 24.9, "4 to 6", 150),
    ("", "Sweden", 12.9, 18.9, 28.9, "5 to 7", "never"),
    ("4", "Switzerland", 14.9, 21.9, 34.9, "4 to 8", "never"),
    ("", "Liechtenstein", 14.9, 21.9, 34.9, "4 to 8", "never"),
]
for r in Z:
    ws.append(list(r))
for a, b in ((4, 5), (6, 9), (10, 14), (15, 16)):
    ws.merge_cells(start_row=a, end_row=b, start_column=1, end_column=1)
ws.append([])
ws.append(
    [
        "Zone 4: customs duties and import VAT are paid by the recipient on delivery; the carrier adds a handling fee of its own."
    ]
)
ws.append(["Glass and stoneware over 10 kg are sent in two parcels but charged as one."])
w = wb.create_sheet("Extras")
w.append(["Service", "Price EUR", "Available in", "Remarks"])
for r in [
    ("Express by 12:00 next working day", 9.9, "Austria", "order by 11:00"),
    ("Express, 1 to 2 days", 14.9, "Germany", "order by 11:00"),
    ("Saturday delivery", 6.5, "Austria", "Vienna, Graz and Linz only"),
    ("Parcel locker", 0, "Austria, Germany", "up to 10 kg, no knives"),
    ("Gift wrapping, per article", 3.9, "everywhere", "not for articles over 8 kg"),
    ("Haulier to the kerb, over 20 kg", 39, "Austria, Germany, Italy", "by appointment"),
    ("Haulier into the flat, over 20 kg", 59, "Austria", "by appointment, lift or ground floor"),
]:
    w.append(list(r))
wb.save(D / "shipping_2025.xlsx")

# ---------- pptx: warranty training
from pptx import Presentation
from pptx.util import Inches

p = Presentation()


def slide(t, lines):
    s = p.slides.add_slide(p.slide_layouts[1])
    s.shapes.title.text = t
    tf = s.placeholders[1].text_frame
    tf.text = lines[0]
    for x in lines[1:]:
        tf.add_paragraph().text = x


s = p.slides.add_slide(p.slide_layouts[0])
s.shapes.title.text = "Warranty at Ladle & Loaf"
s.placeholders[1].text = "Training for the helpdesk, August 2025"
slide(
    "Two different things",
    [
        "Legal guarantee: two years, against us as the seller, for faults that were there at delivery",
        "Warranty: a voluntary promise by the maker, on top, with the maker's own conditions",
        "Never tell customers that the one replaces the other",
    ],
)
s = p.slides.add_slide(p.slide_layouts[5])
s.shapes.title.text = "Warranty periods by series"
T = [
    ["Series", "Period", "Proof needed", "Not covered"],
    ["Tindra pressure cookers", "10 years on the pot, 2 years on lid and valve", "invoice", "sealing rings"],
    ["Molina 500", "3 years", "invoice", "commercial use"],
    ["Molina 700", "5 years, motor 7 years", "invoice and registration within 60 days", "commercial use"],
    ["Brisa kettles", "2 years", "invoice", "lime damage"],
    ["Pim coffee grinder", "3 years", "invoice", "burrs"],
    ["Hedda cast iron", "25 years", "none", "rust, chipped enamel from falls"],
    ["Orla non-stick pans", "1 year", "invoice", "scratches, overheating"],
]
tb = s.shapes.add_table(len(T), 4, Inches(0.4), Inches(1.5), Inches(9.2), Inches(5)).table
for i, r in enumerate(T):
    for j, x in enumerate(r):
        tb.cell(i, j).text = x
slide(
    "A claim in five steps",
    [
        "Find the invoice and work out the age of the article",
        "Ask for a photo or a short video of the fault",
        "Check the table: period, proof, exclusions",
        "Open a claim in the tool with reason code W1 (maker) or W2 (seller)",
        "Send the customer the label; they must not post anything before they have it",
    ],
)
slide(
    "Repair, replace or refund?",
    [
        "First fault: repair, or replacement if the repair costs more than 60 % of the price",
        "Same fault a second time: the customer chooses between replacement and refund",
        "A repair takes three weeks at most. If it takes longer, lend a device (Molina only)",
        "A replaced article does not start a new warranty; the old period runs on",
        "Exception: for Hedda the 25 years begin again",
    ],
)
slide(
    "Tricky cases",
    [
        "Bought second-hand: the warranty goes with the article if the invoice does too. Not for Molina 700, which is tied to the registered person",
        "Gift without invoice: search by the giver's name, with the giver's consent",
        "Used in a café: Molina warranty is void, the legal guarantee is checked by Ines",
        "Moved abroad: we send parts within zones 1 to 3, not to zone 4",
    ],
)
p.save(D / "warranty_training.pptx")

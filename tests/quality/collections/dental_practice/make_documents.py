from pathlib import Path

D = Path(__file__).parent / "documents"

# ---------- docx: hygiene plan
from docx import Document

d = Document()
d.add_heading("Hygiene plan for surgeries and decontamination room", 0)
d.add_paragraph(
    "Larkfield Dental Practice. Valid from 3 February 2025. Responsible: Kirsty Vaughan (decontamination lead), deputy Samir Bhatt. Everyone who works with patients signs this plan once a year and after every change."
)
d.add_heading("1. Hands", 1)
d.add_paragraph(
    "Hands are disinfected before and after every patient, after gloves come off and before clean stock is touched. Rub for 30 seconds with 3 ml of Sanival; the skin must stay wet for the whole time. Wash with soap at the start of the shift, after the toilet and whenever there is visible dirt, not in between: constant washing dries the skin out."
)
d.add_paragraph("No rings, watches, bracelets or nail varnish in the surgeries. A plain ear stud is tolerated.")
d.add_paragraph(
    "Gloves are changed after each patient and, in long treatments, after 45 minutes at the latest.",
    style="List Bullet",
)
d.add_paragraph("Nitrile is the standard. Latex is not kept in the practice at all.", style="List Bullet")
d.add_paragraph(
    "Heavy-duty gloves for washing instruments are rinsed and hung up, and are thrown away every Friday.",
    style="List Bullet",
)
d.add_heading("2. Protective clothing", 1)
d.add_paragraph(
    "Masks of type IIR are worn for all treatments and replaced for each patient. For aerosol work on a patient with a known respiratory infection an FFP2 mask is required, together with a visor; glasses alone do not suffice there. Tunics are changed daily and washed here at 60 °C. Nobody takes tunics home."
)
d.add_heading("3. Surfaces and disinfectants", 1)
t = d.add_table(rows=1, cols=5)
t.style = "Table Grid"
for c, x in zip(t.rows[0].cells, ["What", "Product", "Strength", "Contact time", "When"]):
    c.text = x
for r in [
    ("Chair, lamp handles, tray", "Claroquat wipes", "ready to use", "1 minute", "after each patient"),
    ("Worktops", "Claroquat spray", "ready to use", "5 minutes", "midday and evening"),
    ("Suction hoses and spittoon", "Aspirol", "2 %", "60 minutes (or overnight)", "evening"),
    ("Impressions and prostheses", "Impresept", "5 %", "10 minutes", "before they go to the lab"),
    ("Floors", "Florasan", "0.5 %", "let dry", "evening"),
    ("Blood splashes", "Claroquat spray, then wipe", "ready to use", "15 minutes", "at once"),
]:
    for c, x in zip(t.add_row().cells, r):
        c.text = x
d.add_paragraph(
    "Aspirol and Impresept solutions are made up fresh each morning. Claroquat wipes are used up within 28 days of opening; write the date on the lid."
)
d.add_heading("4. Instruments, step by step", 1)
for s in [
    "Remove coarse dirt with a paper towel straight after treatment, at the chair.",
    "Carry the instruments in the closed red box to the unclean side of the decontamination room.",
    "Load the washer-disinfector; hinged instruments are opened.",
    "Inspect under the magnifying lamp and put rusty pieces in the blue tray for Kirsty.",
    "Oil handpieces (only with the practice's own spray, one second per nozzle).",
    "Pack, seal and label with date, batch and initials.",
    "Sterilise; release the batch in the log book and sign.",
]:
    d.add_paragraph(s, style="List Number")
d.add_paragraph(
    "Packed instruments may be stored for six months in a closed drawer, but only 48 hours if they lie open on a tray under a cover. Instruments for implant surgery are double-wrapped and may likewise be kept for six months; once the outer wrap is opened they are used the same day or processed again."
)
d.add_heading("5. Water in the chairs", 1)
d.add_paragraph(
    "Flush every water outlet for two minutes at the start of the day and for 20 seconds between patients. After closures of more than three days the flush takes five minutes. Samples go to the laboratory in March and September. Up to 100 colonies per ml is accepted; above that the chair is blocked, treated and tested again.¹"
)
d.add_heading("6. Sharps injuries", 1)
d.add_paragraph(
    "Let the wound bleed for at least one minute, rinse, then disinfect for two minutes. Tell the dentist on duty immediately, keep the patient in the building if possible, and write the entry in the accident book before the end of the shift. Within two hours the injured person goes to the occupational physician at Sandgate Clinic; at weekends, to the A&E department there. Needles are never recapped with two hands. Sharps boxes are closed when three quarters full."
)
d.add_paragraph(
    "¹ Except in surgery 2, which has the older chair: there the limit agreed with the laboratory is 50 colonies per ml because it has no built-in disinfection."
)
d.save(D / "hygiene_plan.docx")

# ---------- xlsx: prices
from openpyxl import Workbook
from openpyxl.styles import Font

wb = Workbook()
ws = wb.active
ws.title = "Treatments 2025"
ws["A1"] = "Larkfield Dental Practice: private fees from 1 April 2025 (GBP)"
ws["A1"].font = Font(bold=True)
ws.merge_cells("A1:F1")
ws.append([])
ws.append(["Group", "Code", "Treatment", "Price", "Plan members", "Minutes"])
rows = [
    ("Check-ups", "C01", "New patient examination incl. two small X-rays", 85, 70, 40),
    ("", "C02", "Routine check-up, adult", 52, 0, 20),
    ("", "C03", "Routine check-up, under 18", 26, 0, 20),
    ("", "C04", "Emergency appointment, weekday (plus treatment)", 78, 55, 20),
    ("", "C05", "Emergency appointment, Saturday (plus treatment)", 110, 85, 20),
    ("X-rays", "X01", "Small X-ray, each", 14, 10, 5),
    ("", "X02", "Panoramic X-ray", 58, 45, 10),
    ("", "X03", "3D scan, one jaw", 145, 130, 20),
    ("Hygiene", "H01", "Scale and polish", 64, 48, 30),
    ("", "H02", "Deep cleaning, per quadrant", 95, 80, 45),
    ("", "H03", "Airflow stain removal, added to H01", 28, 22, 15),
    ("Fillings", "F01", "White filling, one surface", 125, 110, 30),
    ("", "F02", "White filling, two surfaces", 165, 145, 45),
    ("", "F03", "White filling, three or more surfaces", 210, 185, 60),
    ("Root canal", "R01", "Front tooth", 340, 305, 60),
    ("", "R02", "Premolar", 430, 385, 75),
    ("", "R03", "Molar", 560, 505, 120),
    ("Crowns", "K01", "Crown, metal-ceramic", 620, 560, 90),
    ("", "K02", "Crown, zirconia", 710, 640, 90),
    ("", "K03", "Re-cementing a crown", 70, 60, 20),
    ("Extractions", "E01", "Simple extraction", 135, 120, 30),
    ("", "E02", "Surgical extraction", 260, 235, 60),
    ("", "E03", "Wisdom tooth, lower", 310, 280, 60),
    ("Implants", "I01", "Implant, surgery only", 1450, 1350, 90),
    ("", "I02", "Abutment and crown on implant", 1080, 995, 60),
    ("Whitening", "W01", "Home kit with trays, both jaws", 290, 260, 30),
    ("", "W02", "In-chair whitening", 420, 380, 90),
    ("Appliances", "A01", "Night guard, soft", 155, 140, 20),
    ("", "A02", "Night guard, hard", 240, 215, 30),
    ("", "A03", "Sports mouthguard", 95, 85, 20),
]
start = 4
for r in rows:
    ws.append(list(r))
n = 4
i = 0
while i < len(rows):
    j = i + 1
    while j < len(rows) and rows[j][0] == "":
        j += 1
    if j - i > 1:
        ws.merge_cells(start_row=n + i, end_row=n + j - 1, start_column=1, end_column=1)
    i = j
ws.append(
    [
        "Plan members: the Larkfield Plan includes two check-ups a year; a third is charged at the normal price. C04 and C05 are waived if the emergency follows our own treatment within 14 days."
    ]
)
w2 = wb.create_sheet("Larkfield Plan")
w2.append(
    [
        "Level",
        "Monthly fee",
        "Check-ups a year",
        "Hygiene visits a year included",
        "Joining age",
        "Worldwide accident cover up to",
    ]
)
for r in [
    ("Junior", 7.5, 2, 0, "under 18", 0),
    ("Standard", 14.5, 2, 1, "18 and over", 2500),
    ("Plus", 22.5, 2, 3, "18 and over", 5000),
]:
    w2.append(list(r))
w2.append(
    [
        "Minimum term 12 months, then cancel with one month's notice. Accident cover starts after the third monthly payment."
    ]
)
wb.save(D / "fees_2025.xlsx")

# ---------- pdf: appointments policy
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import ListFlowable, ListItem, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

S = getSampleStyleSheet()
P = lambda x, s="BodyText": Paragraph(x, S[s])
B = lambda xs: ListFlowable([ListItem(P(x)) for x in xs], bulletType="bullet")
f = [
    P("Your appointment with us", "Title"),
    P("Information for patients, edition of January 2025"),
    P("Booking", "Heading2"),
    P(
        "You can book by telephone, at the desk or online. Online booking is for check-ups and hygiene visits only; fillings, crowns and everything larger must be arranged by phone or in person, because we need to reserve the right room. First visits can be booked up to eight weeks ahead, follow-ups up to six months ahead."
    ),
    P(
        "Please arrive ten minutes early for a first visit so that you can fill in the medical questionnaire. For all other visits five minutes are plenty. The questionnaire is renewed every two years, or sooner if your medication changes."
    ),
    P("Please bring to your first visit", "Heading2"),
    B(
        [
            "photo ID",
            "a list of the medicines you take",
            "X-rays from your previous dentist, if they are less than two years old",
            "your allergy card or pacemaker card, if you have one",
        ]
    ),
    P("If you are running late", "Heading2"),
    P(
        "Ring us. Up to 10 minutes late we see you as planned. From 11 to 20 minutes late we do what fits into the time that is left. After more than 20 minutes we treat the appointment as missed, except for children under 12, whom we always see on the same day, though you may have to wait."
    ),
    P("Cancelling and missed appointments", "Heading2"),
    P(
        "Let us know at least 24 hours before the appointment if you cannot come. If you cancel later, or do not come, we charge £25. The first time within two years we only send you a letter. There is no charge if you were ill and bring a doctor's note within seven days, or if we could fill the gap with another patient. After three missed appointments within two years we no longer book ahead for you; you can then only come in for same-day slots."
    ),
    P("Reminders", "Heading2"),
    P(
        "We send a text message two days before the appointment and, if you have given us your address, an e-mail one week before. Reminders are a courtesy. A reminder that did not arrive is not an excuse for missing the appointment."
    ),
    P("Pain and emergencies", "Heading2"),
    P(
        "Every weekday we keep two slots free, at 11:40 and at 15:20. They are given out from 08:30 on the same day, by telephone only. On Friday afternoons the practice is open for emergencies only. When we are closed, ring the regional dental line on 0555 0142; for swelling that makes breathing or swallowing difficult, call an ambulance."
    ),
    P("Who can come along", "Heading2"),
    Table(
        [
            ["Age of patient", "Consent signed by", "Accompanying adult"],
            ["under 12", "parent or guardian", "in the surgery"],
            ["12 to 15", "parent or guardian", "in the building"],
            ["16 and 17", "patient", "not needed, except for sedation"],
            ["18 and over", "patient", "only after sedation, to take you home"],
        ],
        style=TableStyle(
            [("GRID", (0, 0), (-1, -1), 0.5, colors.grey), ("BACKGROUND", (0, 0), (-1, 0), colors.lightgrey)]
        ),
    ),
    Spacer(1, 8),
    P(
        "Assistance dogs are welcome in the waiting room and in the surgeries. Other pets must stay at home. After sedation you must not drive or sign contracts until the following day."
    ),
]
SimpleDocTemplate(str(D / "appointments_policy.pdf"), pagesize=A4).build(f)

# ---------- pptx: induction
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
    return s


s = p.slides.add_slide(p.slide_layouts[0])
s.shapes.title.text = "Welcome to Larkfield"
s.placeholders[1].text = "Induction for new colleagues, spring 2025 (Helen Marchetti)"
slide(
    "Your first four weeks",
    [
        "Week 1: shadow a colleague, no patient contact alone",
        "Week 2: hygiene plan, signed off by Kirsty",
        "Week 3: phone and diary training with Joanne",
        "Week 4: review talk with Helen, 30 minutes",
        "Probation lasts three months; notice in that time is two weeks, afterwards six weeks",
    ],
)
slide(
    "Sick or late?",
    [
        "Ring the duty phone 0555 0147 before 07:30. No text messages, please",
        "A doctor's note is needed from the fourth day of illness",
        "Trainees need the note from the first day, because the college asks for it",
        "Swap shifts only if both colleagues have told Helen by Wednesday of the week before",
    ],
)
slide(
    "Holiday",
    [
        "26 days a year plus bank holidays",
        "At most two dental nurses off at the same time",
        "Requests for the summer (July and August) by 31 March",
        "Up to five days can be carried over, to be taken by 30 April",
    ],
)
slide(
    "Emergency equipment",
    [
        "Oxygen: corridor cupboard between surgeries 1 and 2",
        "Defibrillator: behind the reception desk",
        "Emergency drugs box: decontamination room, top shelf, seal number in the log",
        "Kirsty checks the box on the first Monday of the month, the oxygen weekly",
        "Collapse in the chair: one stays, one calls 999, one fetches the oxygen",
    ],
)
s = p.slides.add_slide(p.slide_layouts[5])
s.shapes.title.text = "Who to ask"
T = [
    ["Topic", "Person", "Extension"],
    ["Pay and contracts", "Helen Marchetti", "11"],
    ["Diary and phone", "Joanne Pike", "12"],
    ["Insurance forms", "Mina Sorensen", "13"],
    ["Hygiene, sterilizer", "Kirsty Vaughan", "21"],
    ["Orders and stock", "Samir Bhatt", "22"],
    ["Radiation protection", "Dr Okafor", "31"],
    ["Data protection", "Dr Lindqvist", "32"],
]
tb = s.shapes.add_table(len(T), 3, Inches(1), Inches(1.6), Inches(8), Inches(4)).table
for i, r in enumerate(T):
    for j, x in enumerate(r):
        tb.cell(i, j).text = x
slide(
    "House rules",
    [
        "Mobile phones stay in the locker; in the staff room they are fine",
        "Nothing about patients on social media, not even without a name",
        "Staff and their partners get 30 % off our fees, lab costs excluded",
        "The alarm is set by the last one out; code from Helen in person only",
    ],
)
p.save(D / "induction_slides.pptx")

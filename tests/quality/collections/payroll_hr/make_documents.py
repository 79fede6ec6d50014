from pathlib import Path

D = Path(__file__).parent / "documents"

# ---------------------------------------------------------------- docx
from docx import Document

d = Document()
d.add_heading("Hollin Marsh Pressings Ltd – Employee Handbook", 0)
d.add_heading("Part 2: Working time and leave", 1)
d.add_paragraph(
    "Edition January 2025. Owner: Human Resources, Building C, extension 4410. This part applies to everyone with a permanent or fixed-term contract. Agency workers follow the rules of their agency, except section 2.1, which applies to all people on site."
)
d.add_heading("2.1 Shift patterns and weekly hours", 2)


def table(rows, merges=()):
    t = d.add_table(rows=len(rows), cols=len(rows[0]))
    t.style = "Table Grid"
    for i, r in enumerate(rows):
        for j, c in enumerate(r):
            t.cell(i, j).text = c
    return t


table(
    [
        ["Pattern", "Start", "End", "Paid break", "Unpaid break", "Weekly hours"],
        ["Office and engineering", "08:30", "16:30", "none", "30 minutes", "37.5"],
        ["Early shift (Mon–Fri)", "06:00", "14:00", "20 minutes", "15 minutes", "38.75"],
        ["Late shift (Mon–Fri)", "14:00", "22:00", "20 minutes", "15 minutes", "38.75"],
        ["Night shift (Mon–Thu)", "21:00", "06:15", "30 minutes", "15 minutes", "36"],
    ]
)
d.add_paragraph(
    "Clock in at the terminal nearest your workplace, in working clothes. A forgotten booking is corrected by the shift leader on form T3, not by the payroll office. Between the end of one shift and the start of the next there must be a rest of at least 11 hours; a swap of shifts that would shorten this rest is refused."
)
d.add_heading("2.2 Flexitime", 2)
d.add_paragraph(
    "Flexitime is open to office and engineering staff only. You may work at any time between 07:00 and 19:00, provided that you are present during core time, 09:30 to 15:00 (Fridays until 13:00)."
)
for s in [
    "The balance may run between plus 20 hours and minus 10 hours.",
    "At the end of each month, anything above 20 hours lapses, unless the line manager has agreed in writing to a project peak.",
    "Up to two flexi days off may be taken in a calendar month. They are booked like leave.",
    "On leaving the company, a negative balance is deducted from the last salary.",
]:
    d.add_paragraph(s, style="List Bullet")
d.add_heading("2.3 Overtime", 2)
d.add_paragraph(
    "Overtime counts only if the shift leader or line manager approved it beforehand. It is recorded in blocks of 15 minutes. Premiums on the basic hourly rate are:"
)
table(
    [
        ["When", "Premium"],
        ["Monday to Friday, first two hours of the day", "25 %"],
        ["Monday to Friday, from the third hour", "40 %"],
        ["Saturday", "50 %"],
        ["Sunday and public holidays", "100 %"],
    ]
)
d.add_paragraph(
    "Employees in grade 7 and above receive no overtime pay. They take time off in lieu, hour for hour, within three months of the month in which the hours were worked."
)
d.add_heading("2.4 Annual leave", 2)
d.add_paragraph(
    "The leave year runs from 1 April to 31 March. Full-time employees have 25 days in addition to public holidays, 27 days once they have completed five years of service and 30 days once they have completed ten. Part-timers have the share that corresponds to their working days. Apply in the self-service portal and wait for the confirmation before you book a trip: the company does not refund cancelled holidays that were never approved."
)
table(
    [
        ["Length of leave", "Notice to be given"],
        ["up to 2 working days", "1 week"],
        ["3 to 10 working days", "4 weeks"],
        ["more than 10 working days", "8 weeks"],
    ]
)
d.add_paragraph(
    "Up to five unused days can be carried over; they must be taken by 30 June, after which they expire. Those who could not take leave because of maternity leave or a sickness of more than three months may carry over up to 20 days, without that date. Leave is never paid out in money, except when the employment ends."
)
d.add_paragraph(
    "Production staff reserve three days for the Christmas shutdown. The tool shop and the maintenance crew are exempt, since they use the shutdown for repairs."
)
d.add_heading("2.5 Special paid leave", 2)
table(
    [
        ["Occasion", "Paid days"],
        ["Own wedding or civil partnership", "2"],
        ["Death of spouse, partner or child", "5"],
        ["Death of parent or sibling", "3"],
        ["Death of grandparent or parent-in-law", "1"],
        ["Moving house *", "1"],
        ["Jury service", "as long as the court requires"],
    ]
)
d.add_paragraph("* Only once within 24 months and not during probation.")
d.add_paragraph(
    "Special leave is to be taken within four weeks of the occasion. Bring the certificate or invitation to HR afterwards."
)
d.save(D / "handbook_part2_time_and_leave.docx")

# ---------------------------------------------------------------- xlsx
from openpyxl import Workbook
from openpyxl.styles import Font

w = Workbook()
s = w.active
s.title = "Daily allowances"
s.append(["Travel expenses – rates from 1 January 2025 (all amounts in GBP)"])
s.merge_cells("A1:F1")
s["A1"].font = Font(bold=True)
s.append(
    [
        "Region",
        "Country or city",
        "Full day",
        "Day of arrival or departure",
        "Hotel per night, at most",
        "Breakfast deduction",
    ]
)
rows = [
    ["Home", "United Kingdom, outside London", 26, 14, 105, 7],
    ["", "London", 34, 18, 165, 9],
    ["Europe", "Germany", 38, 24, 125, 8],
    ["", "Germany – Munich", 42, 27, 160, 9],
    ["", "France", 40, 26, 130, 9],
    ["", "France – Paris", 46, 30, 185, 10],
    ["", "Czech Republic", 30, 19, 95, 6],
    ["", "Poland", 28, 18, 90, 6],
    ["", "Sweden", 48, 32, 150, 11],
    ["Overseas", "USA", 52, 35, 190, 12],
    ["", "Mexico", 36, 23, 120, 8],
    ["", "China", 41, 27, 135, 8],
]
for r in rows:
    s.append(r)
s.merge_cells("A3:A4")
s.merge_cells("A5:A11")
s.merge_cells("A12:A14")
s.append([])
s.append(["Any country not listed: use the rate for Germany, outside Munich."])
s2 = w.create_sheet("Mileage and vehicles")
s2.append(["Vehicle", "Up to 8,000 miles a year (pence per mile)", "Above 8,000 miles (pence per mile)", "Remark"])
for r in [
    ["Own car, petrol or diesel", 45, 25, "Business insurance needed; show the policy once a year"],
    ["Own car, electric", 48, 28, "Business insurance needed; show the policy once a year"],
    ["Motorcycle", 24, 24, ""],
    ["Bicycle", 20, 20, "Between sites only"],
    ["Passenger, each colleague", 5, 5, "Paid to the driver"],
    ["Pool car", 0, 0, "Fuel with the card in the glove box"],
]:
    s2.append(r)
s3 = w.create_sheet("Rules")
s3.append(["No.", "Rule", "Exception"])
for r in [
    [1, "Hand in the claim within 60 days of the last day of the trip. Later claims are not paid.", "None"],
    [2, "Receipts are required for every item above £5.", "Daily allowances need no receipts"],
    [
        3,
        "Rail travel in standard class.",
        "First class if the advance ticket is cheaper than the standard fare on the day",
    ],
    [
        4,
        "Flights in economy.",
        "Premium economy for flights of more than 7 hours; business class only with the signature of the managing director",
    ],
    [5, "Taxis are not refunded.", "Between 22:00 and 06:00, or with tools or samples heavier than 15 kg"],
    [6, "Alcohol is not refunded.", "Customer dinners, up to £20 a head"],
    [
        7,
        "An advance can be requested for trips of more than 5 days: form R2, at least 10 working days before departure.",
        "None",
    ],
    [8, "No daily allowance for trips of less than 8 hours.", "None"],
]:
    s3.append(r)
w.save(D / "travel_expense_rates_2025.xlsx")

# ---------------------------------------------------------------- pdf (older policy)
from reportlab.lib import colors
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

S = getSampleStyleSheet()
P = lambda x, st="BodyText": Paragraph(x, S[st])
f = [
    P("Sickness Absence Policy", "Title"),
    P("Edition 2, in force from 1 March 2021"),
    Spacer(1, 8),
    P("1. Reporting sick", "Heading2"),
    P(
        "Any employee who cannot come to work because of illness telephones the shift leader or line manager by 09:00 on the first day. Text messages are not sufficient. The call states the likely duration and any urgent work that someone else must take over."
    ),
    P("2. Certificates", "Heading2"),
    P(
        "For the first three calendar days the employee signs form S1 (self-certification). From the fourth calendar day a doctor's note is required. It must reach the payroll office within five days of being issued, on paper. Copies and photographs are not accepted."
    ),
    P("3. Company sick pay", "Heading2"),
    Table(
        [
            ["Length of service", "Full pay", "Half pay"],
            ["during probation", "none", "none"],
            ["up to 2 years", "4 weeks", "4 weeks"],
            ["2 to 5 years", "6 weeks", "6 weeks"],
            ["more than 5 years", "10 weeks", "10 weeks"],
        ],
        style=TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black)]),
    ),
    Spacer(1, 8),
    P(
        "Statutory sick pay is paid where the law provides for it and is counted towards the sums above. The entitlement is worked out over a rolling period of twelve months."
    ),
    P("4. Return to work", "Heading2"),
    P(
        "After an absence of more than ten working days, the line manager holds a return-to-work conversation. A phased return is possible for up to four weeks on the advice of the occupational health adviser."
    ),
    P("5. Illness during holiday", "Heading2"),
    P("Days of leave on which an employee was ill are credited back only if a doctor's note covers them."),
    P("Questions: payroll office, Building C, room 12."),
]
SimpleDocTemplate(str(D / "sickness_policy_edition2_2021.pdf")).build(f)

# ---------------------------------------------------------------- pptx
from pptx import Presentation
from pptx.util import Inches

p = Presentation()


def slide(title, bullets):
    s = p.slides.add_slide(p.slide_layouts[1])
    s.shapes.title.text = title
    tf = s.placeholders[1].text_frame
    tf.text = bullets[0]
    for b in bullets[1:]:
        tf.add_paragraph().text = b
    return s


s = p.slides.add_slide(p.slide_layouts[0])
s.shapes.title.text = "Welcome to Hollin Marsh"
s.placeholders[1].text = "Your first weeks with us – HR induction, 2025"
slide(
    "Please bring on your first day",
    [
        "Passport or another proof of your right to work",
        "Your P45 from the last employer (or we fill in the starter checklist together)",
        "Bank details for your wages",
        "Fork-lift or crane certificates, in the original, if your job needs them",
        "Two passport photos are no longer needed: we take the badge picture at reception",
    ],
)
slide(
    "Day one, hour by hour",
    [
        "07:45 Reception, Gate 2: badge and visitor parking token",
        "08:00 Safety induction with the fire marshal – nobody enters the press hall without it",
        "10:00 Contract, tax and pension papers with HR",
        "11:30 Issue of safety boots, glasses and ear protection from the stores",
        "13:00 You meet your buddy and your team",
    ],
)
s = p.slides.add_slide(p.slide_layouts[5])
s.shapes.title.text = "Who does what"
rows = [
    ["Topic", "Contact", "Extension"],
    ["Wages and payslips", "Orla Bennion", "4412"],
    ["Contracts and references", "Tomasz Wilk", "4415"],
    ["Time recording", "Jean Akehurst", "4421"],
    ["Travel claims", "Priya Sandhu", "4451"],
    ["Occupational health", "Nurse Dele Fagan", "4490"],
]
t = s.shapes.add_table(len(rows), 3, Inches(0.6), Inches(1.6), Inches(8.5), Inches(3.5)).table
for i, r in enumerate(rows):
    for j, c in enumerate(r):
        t.cell(i, j).text = c
slide(
    "Probation",
    [
        "Six months for office, engineering and skilled trades",
        "Three months for production operators and stores",
        "Review talks after 4 weeks and after 10 weeks; a third one after 20 weeks if probation lasts six months",
        "Notice during probation: one week on either side",
        "Probation can be extended once, by up to three months, in writing",
    ],
)
slide(
    "Training in your first month",
    [
        "Manual handling: by the end of week 1",
        "Data protection e-learning (40 minutes): by the end of week 2",
        "Quality basics: by the end of week 4",
        "Press operators only: guard and two-hand control test, before working alone",
        "Safety boots are replaced free of charge every 12 months; a lost pair costs £38",
    ],
)
p.save(D / "induction_slides.pptx")

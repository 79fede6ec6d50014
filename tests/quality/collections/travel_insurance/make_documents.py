from pathlib import Path

from docx import Document
from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

OUT = Path(__file__).parent / "documents"
OUT.mkdir(exist_ok=True)


def conditions_new():
    d = Document()
    d.add_heading("Kestrelway Travel Insurance: Policy Conditions", 0)
    d.add_paragraph("Edition PC 01/2026")
    d.add_paragraph(
        "These conditions apply to every policy taken out, or renewed, on or after 1 January 2026. "
        "A policy taken out before that date stays under edition PC 03/2023 until its next renewal."
    )
    d.add_heading("Part A – The contract", 1)
    d.add_paragraph(
        "A1 Insured persons. We insure the persons named in the schedule who have their main residence in Ireland. "
        "A family policy covers up to two adults and up to five children under 21; the children need not be related to the adults."
    )
    d.add_paragraph(
        "A2 Length of a trip. Under an annual policy each trip is covered for its first 56 days. "
        "A single-trip policy can be taken out for no more than 180 days."
    )
    d.add_paragraph(
        "A3 When to buy. Cancellation cover must be bought within 14 days of booking the trip. If you book fewer than "
        "14 days before departure, you must buy it on the day of booking or on one of the three working days that follow."
    )
    d.add_paragraph(
        "A4 Renewal and notice. A single-trip policy ends by itself when the trip ends. An annual policy renews for a further "
        "year unless you or we give notice at least one month before the end of the insurance year. An e-mail is enough."
    )
    d.add_heading("Part B – Cancellation", 1)
    d.add_paragraph("B1 We pay the contractual cancellation charges if you cannot start the trip because of:")
    for t in [
        "unexpected serious illness, a serious accident or death, affecting you or a close relative",
        "complications in pregnancy",
        "loss of your job through redundancy (not: dismissal for misconduct, end of a fixed-term contract)",
        "damage to your home by fire, burst pipe, storm or burglary of more than EUR 5,000",
        "a summons to appear in court as a witness",
    ]:
        d.add_paragraph(t, style="List Bullet")
    d.add_paragraph(
        "B2 We do not pay if the illness was already known and was treated within the six months before you bought the cover. "
        "Routine check-ups do not count as treatment. Nor do we pay because you are afraid of events at the destination or have changed your mind."
    )
    d.add_paragraph(
        "B3 Cancel with the tour operator without delay, at the latest 48 hours after the event. If you wait in the hope of getting better "
        "and the charges rise meanwhile, we pay only what would have been due on time, unless our Assistance Centre advised you to wait."
    )
    d.add_heading("Part C – Medical expenses abroad", 1)
    d.add_paragraph(
        "C1 We pay for necessary treatment by a doctor or hospital, prescribed medicines, and simple dental treatment to relieve pain, "
        "each up to the amount in the benefits table."
    )
    d.add_paragraph(
        "C2 Transport home is paid when it is medically sensible and is organised by our Assistance Centre. "
        "If you arrange it yourself we refund only what we would have spent."
    )
    d.add_paragraph("C3 Limits and exclusions")
    t = d.add_table(rows=1, cols=2)
    t.style = "Table Grid"
    t.rows[0].cells[0].text = "Subject"
    t.rows[0].cells[1].text = "Rule"
    for a, b in [
        (
            "Pregnancy and childbirth",
            "No cover from the start of the 37th week, except for acute danger to the life of mother or child",
        ),
        (
            "Scuba diving",
            "Covered to a depth of 30 metres with a valid certificate; without one, only when accompanied by an instructor",
        ),
        ("Skiing and snowboarding", "Covered on marked runs; off the runs only with a licensed guide"),
        ("Motorcycles", "No cover above 125 cc, whether as rider or passenger"),
        ("Planned treatment", "No cover if treatment was a purpose of the trip"),
        (
            "Official travel warning",
            "No cover if issued before you travel. If it is issued while you are there, cover goes on for 14 days",
        ),
    ]:
        r = t.add_row().cells
        r[0].text, r[1].text = a, b
    d.add_heading("Part D – Luggage", 1)
    d.add_paragraph(
        "D1 We insure luggage against theft, robbery, damage by fire or storm, and loss in the custody of a carrier. "
        "We pay the current value, that is the price of a replacement less wear."
    )
    d.add_paragraph(
        "D2 Not insured: cash, tickets, contact lenses, dentures, drones, and musical instruments, except those that were checked in as hold luggage."
    )
    d.add_paragraph(
        "D3 Luggage left in a locked car is insured between 6 am and 10 pm. At night it is insured only during a break in the journey of no more than two hours."
    )
    d.add_paragraph("D4 If checked luggage arrives 12 hours late or more, we pay for necessary purchases.")
    d.add_heading("Part E – Your duties", 1)
    d.add_paragraph(
        "E1 Theft must be reported to the nearest police station within 24 hours. E2 If you break a duty on purpose we are free from payment; "
        "in the case of gross negligence we may reduce the payment according to the degree of fault."
    )
    d.save(OUT / "policy_conditions_2026.docx")


def conditions_old():
    s = getSampleStyleSheet()
    doc = SimpleDocTemplate(str(OUT / "policy_conditions_2023.pdf"), pagesize=A4, title="Policy Conditions PC 03/2023")
    f = []
    P = lambda x, st="BodyText": f.append(Paragraph(x, s[st]))
    P("Kestrelway Insurance plc", "Heading2")
    P("Conditions for Travel Policies PC 03/2023", "Title")
    P("Valid for policies taken out or renewed from 1 March 2023 to 31 December 2025.")
    P("1. Persons and period", "Heading2")
    P(
        "1.1 The insured persons are listed in the schedule. A family consists of at most two adults and their own or adopted children under 18."
    )
    P(
        "1.2 With an annual policy every journey is insured for up to 42 days from departure. With a single-trip policy the limit is 120 days."
    )
    P(
        "1.3 Cover for cancellation must be taken out at least 30 days before departure or, for bookings at shorter notice, on the day of booking."
    )
    P(
        "1.4 Annual policies continue for another year if notice is not given three months before the insurance year ends. Notice must be sent by letter."
    )
    P("2. Cancellation", "Heading2")
    P(
        "2.1 Insured reasons are unexpected serious illness, serious accident, death of the insured or of a close relative, complications in pregnancy, "
        "redundancy, and damage to the home above EUR 2,500 caused by fire, storm, burst pipe or burglary."
    )
    P(
        "2.2 Illnesses treated in the twelve months before the cover was bought are excluded, with the exception of routine check-ups."
    )
    P("2.3 The trip has to be cancelled without delay, no later than 72 hours after the event.")
    P("3. Medical expenses", "Heading2")
    P("3.1 Treatment that cannot wait until the return home is paid up to the tariff limit. Restrictions:")
    data = [
        ["Subject", "Rule in this edition"],
        ["Pregnancy", "cover ends with the 32nd week"],
        ["Scuba diving", "to 18 metres, certificate required"],
        ["Skiing", "marked runs only"],
        ["Motorcycles", "not above 50 cc"],
        ["Travel warning issued during the stay", "cover continues for 7 days"],
    ]
    t = Table(data, colWidths=[200, 220])
    t.setStyle(
        TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.grey), ("BACKGROUND", (0, 0), (-1, 0), colors.lightgrey)])
    )
    f += [Spacer(1, 6), t, Spacer(1, 6)]
    P(
        "3.2 Medical transport home requires the prior consent of the Assistance Centre. Without consent nothing is paid."
    )
    P("4. Luggage", "Heading2")
    P(
        "4.1 Insured are the things taken along for personal use. Cash, tickets, contact lenses and musical instruments are not insured."
    )
    P("4.2 There is no cover for things left in a parked vehicle between 8 pm and 8 am.")
    P("4.3 For luggage that is delayed by 24 hours or more the cost of necessary purchases is refunded.")
    P("5. Duties after a loss", "Heading2")
    P(
        "5.1 Theft must be reported to the police within 48 hours. 5.2 Claims must be made in writing within 21 days of the return."
    )
    doc.build(f)


def benefits():
    wb = Workbook()
    ws = wb.active
    ws.title = "Benefits 2026"
    ws["A1"] = "Benefits by tariff – maximum amounts in EUR per person and insured event (valid from 1 January 2026)"
    ws["A1"].font = Font(bold=True)
    ws.merge_cells("A1:E1")
    ws.append(["Benefit", "Light", "Classic", "Premium", "Remark"])
    rows = [
        "A. Cancellation and interruption",
        ("Cancellation charges", 1500, 3000, 7500, ""),
        ("Interruption: services not used", "not insured", 1500, 7500, ""),
        ("Additional cost of the return journey", 300, 600, "full cost", ""),
        ("Missed departure", "not insured", 250, 500, "public transport delayed by at least 2 hours"),
        "B. Medical",
        ("Medical treatment and hospital", 250000, 1000000, "unlimited", ""),
        ("Dental treatment for pain relief", 200, 400, 800, ""),
        ("Medically sensible transport home", "full cost", "full cost", "full cost", "through the Assistance Centre"),
        ("Search and rescue", "not insured", 5000, 10000, ""),
        ("Hospital daily allowance", "not insured", 25, 50, "per night, at most 30 nights"),
        ("Relative's journey to the bedside", "not insured", 500, 1500, "stay in hospital longer than 7 nights"),
        "C. Luggage",
        ("Luggage", 1000, 2000, 3500, "note 1"),
        ("Sports equipment", "not insured", 500, 1500, ""),
        ("Purchases when luggage is delayed", 100, 200, 400, ""),
        ("New passport or identity card", 50, 100, 200, ""),
        "D. Other",
        ("Personal liability", "not insured", 500000, 2000000, ""),
        ("Rental car excess", "not insured", "not insured", 2500, "note 2"),
        ("Cash advance in an emergency", 500, 1000, 2000, "note 3"),
    ]
    for r in rows:
        if isinstance(r, str):
            ws.append([r])
            n = ws.max_row
            ws.merge_cells(start_row=n, start_column=1, end_row=n, end_column=5)
            ws.cell(n, 1).font = Font(bold=True)
            ws.cell(n, 1).fill = PatternFill("solid", fgColor="DDDDDD")
        else:
            ws.append(list(r))
    ws.append([])
    for n in [
        "Note 1: Valuables (jewellery, cameras, laptops, phones) are insured up to half of the luggage sum.",
        "Note 2: Only for drivers aged 25 or over and for rentals of up to 31 days.",
        "Note 3: The advance is a loan and must be repaid within 60 days.",
    ]:
        ws.append([n])
    ws2 = wb.create_sheet("Excess")
    ws2.append(["Your own share of each claim", "Light", "Classic", "Premium"])
    ws2.append(["Cancellation: illness treated in hospital", "none", "none", "none"])
    ws2.append(
        ["Cancellation: illness treated outside hospital", "20 %, at least EUR 25", "20 %, at least EUR 25", "none"]
    )
    ws2.append(["Medical expenses", "EUR 100", "EUR 50", "none"])
    ws2.append(["Luggage", "EUR 75", "EUR 50", "none"])
    ws2.append(["Rental car", "–", "–", "EUR 150"])
    ws.column_dimensions["A"].width = 44
    wb.save(OUT / "benefits_by_tariff.xlsx")


conditions_new()
conditions_old()
benefits()

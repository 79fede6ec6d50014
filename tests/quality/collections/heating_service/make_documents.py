from pathlib import Path

from docx import Document
from openpyxl import Workbook
from openpyxl.styles import Font
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import ListFlowable, ListItem, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

OUT = Path(__file__).parent / "documents"
OUT.mkdir(exist_ok=True)

# ---------------------------------------------------------------- manual (pdf)
ss = getSampleStyleSheet()
N, H1, H2 = ss["BodyText"], ss["Title"], ss["Heading2"]


def P(t, s=N):
    return Paragraph(t, s)


def T(rows, widths):
    t = Table([[P(str(c)) for c in r] for r in rows], colWidths=widths, repeatRows=1)
    t.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.5, colors.grey),
                ("BACKGROUND", (0, 0), (-1, 0), colors.lightgrey),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ]
        )
    )
    return t


def OL(items):
    return ListFlowable([ListItem(P(i)) for i in items], bulletType="1")


def UL(items):
    return ListFlowable([ListItem(P(i)) for i in items], bulletType="bullet")


s = [
    P("Calora Vento 18 / Vento 24", H1),
    P("Wall-hung condensing gas boiler. Operating and fault-finding manual, edition C, 03/2024"),
    P("1 Technical data", H2),
    T(
        [
            ["", "Vento 18", "Vento 24"],
            ["Heat output, heating (50/30 °C)", "3.8 – 18.2 kW", "4.9 – 24.6 kW"],
            ["Heat output, hot water", "22.0 kW", "28.5 kW"],
            ["Hot water flow rate (rise of 30 K)", "10.5 l/min", "13.6 l/min"],
            ["Permitted system pressure", "0.8 – 3.0 bar", "0.8 – 3.0 bar"],
            ["Expansion vessel", "8 litres", "10 litres"],
            ["Noise level", "45 dB(A)", "48 dB(A)"],
            ["Weight, empty", "32 kg", "36 kg"],
        ],
        [190, 120, 120],
    ),
    P("2 Daily operation", H2),
    P(
        "The left-hand dial sets the flow temperature for the radiators, the right-hand dial the hot water. For radiators we recommend 60 °C; for underfloor heating the flow must never be set above 45 °C, since the screed may crack. Hot water leaves the factory set to 55 °C. In hard-water areas (more than 14 °dH) turn it down to 50 °C to slow the build-up of limescale in the plate heat exchanger."
    ),
    P(
        "With the mode switch in the snowflake position the boiler only protects itself: the burner starts when the water inside falls below 5 °C and stops at 12 °C. Remote radiators are not protected by this function. If a house stands empty in winter, leave the room thermostat at 10 °C or above instead."
    ),
    P("3 Topping up the system", H2),
    P(
        "The display shows the pressure when the heating is idle. Cold, it should read between 1.2 and 1.5 bar. Below 0.8 bar the boiler locks out with F22. To top up:"
    ),
    OL(
        [
            "Switch the boiler off at the mains switch and let it cool for 20 minutes.",
            "Connect the filling hose, first to the cold tap; let it fill until no more air comes out, then connect it to the boiler's filling valve.",
            "Open the filling valve slowly until the gauge shows 1.5 bar.",
            "Close the valve, then the tap, and take the hose off. The hose must not stay connected.",
            "Bleed the highest radiator and check the pressure once more.",
            "Switch the boiler on. F22 clears by itself; no reset is needed.",
        ]
    ),
    P(
        "If you have to top up more than twice a year, the system is losing water. Have it examined: constant topping up brings in oxygen and corrodes the heat exchanger."
    ),
    P("4 Fault codes", H2),
    T(
        [
            ["Code", "Meaning", "What the user may do", "Installer"],
            ["F22", "Water pressure too low", "Top up, see section 3", "Look for leaks; test expansion vessel"],
            ["F24", "Flow temperature rises too fast", "Open all radiator valves", "Check pump and bypass"],
            [
                "F27",
                "Flame detected with gas valve closed",
                "Nothing. Switch off, close gas cock, call an installer",
                "Replace gas valve; never reset",
            ],
            [
                "F28",
                "No ignition on start-up",
                "Check that the gas cock is open; reset once",
                "Electrode gap 3.5 mm; gas pressure",
            ],
            ["F29", "Flame lost while running", "Reset up to three times", "Flue, gas pressure, ionisation current"],
            ["F32", "Fan speed out of range", "Nothing", "Replace fan or cable"],
            [
                "F61",
                "Condensate drain blocked",
                "In frost: thaw the outside pipe with warm (not boiling) water, then reset",
                "Clean the siphon",
            ],
            ["F62", "Gas valve shut-off delayed", "Nothing", "Replace gas valve"],
        ],
        [40, 120, 160, 130],
    ),
    Spacer(1, 6),
    P(
        "To reset, hold the flame button for 5 seconds. After five resets within 15 minutes the electronics block all further attempts for one hour."
    ),
    P("5 Upkeep", H2),
    UL(
        [
            "Every year: clean the burner and the siphon, measure the exhaust gas, test the expansion vessel (pre-charge 0.75 bar).",
            "Every two years: replace the burner gasket, whatever it looks like.",
            "Every five years: replace the ignition electrode.",
            "The housing is wiped with a damp cloth; abrasive cleaners and solvents attack the paint.",
        ]
    ),
    P("6 Guarantee", H2),
    P(
        "Calora guarantees the boiler for 2 years from commissioning and the heat exchanger for 5 years. If the boiler is registered with Calora within 60 days of commissioning, the guarantee on the boiler is extended to 3 years; the period for the heat exchanger stays the same. The guarantee lapses if the yearly upkeep isn't documented in the service booklet. Wearing parts (gaskets, electrodes) are excluded."
    ),
]
SimpleDocTemplate(str(OUT / "calora_vento_manual.pdf"), pagesize=A4, title="Calora Vento manual").build(s)

# ---------------------------------------------------------------- contracts (docx)
d = Document()
d.add_heading("Maintenance contracts", 0)
d.add_paragraph(
    "Radford & Pell Heating and Plumbing. Terms for private customers, valid from 1 January 2025. They replace the terms of 1 March 2022."
)
d.add_heading("1. The three contracts", 1)
rows = [
    ["", "Check", "Care", "Care Complete"],
    ["Price per year, gas boiler up to 35 kW", "£129", "£219", "£348"],
    ["Price per year, oil boiler up to 35 kW", "£159", "£259", "£398"],
    ["Yearly service", "included", "included", "included"],
    ["Call-outs in working hours", "charged", "2 per year free", "unlimited"],
    ["Call-outs outside working hours", "charged", "charged, 20% off", "free"],
    ["Spare parts", "charged", "charged, 10% off", "included up to £400 per year"],
    ["We are with you, heating failure", "within 3 working days", "within 24 hours", "within 8 hours"],
    ["Shortest term", "12 months", "12 months", "24 months"],
]
t = d.add_table(rows=0, cols=4)
t.style = "Table Grid"
for r in rows:
    c = t.add_row().cells
    for i, v in enumerate(r):
        c[i].text = v
d.add_paragraph("All prices include VAT. Boilers above 35 kW: price on request.")
d.add_heading("2. What the yearly service covers", 1)
for x in [
    "cleaning of burner, heat exchanger and siphon",
    "exhaust gas measurement with a printed record",
    "check of the expansion vessel and the safety valve",
    "topping up of the system water, up to 20 litres",
    "entry in the service booklet",
]:
    d.add_paragraph(x, style="List Bullet")
d.add_paragraph(
    "The burner gasket is not part of the yearly service. Where the maker prescribes a new one, we charge it as a spare part; in Care Complete it counts towards the parts allowance."
)
d.add_heading("3. What no contract covers", 1)
d.add_paragraph(
    "Damage by frost, lightning, limescale or interference by others is excluded in every contract. So are radiators, underfloor pipes and solar panels. Room thermostats are covered only in Care Complete, and only if we have supplied them."
)
d.add_heading("4. Start, waiting period and age of the boiler", 1)
d.add_paragraph(
    "We take on boilers that are up to 15 years old; for Care Complete the limit is 8 years. Before a Care Complete contract begins we inspect the boiler for a one-off fee of £65, which we waive if we installed it ourselves. Free call-outs can be used from the 31st day after signing; the yearly service can be booked at once."
)
d.add_heading("5. Payment", 1)
d.add_paragraph(
    "The yearly price is due in advance, within 14 days of the invoice. Monthly payment by direct debit is possible for Care and Care Complete at a surcharge of £1.50 a month. If an invoice is more than 30 days overdue, we suspend all free call-outs until it is paid; the yearly service that falls into this time is not made up for."
)
d.add_heading("6. Notice", 1)
d.add_paragraph(
    "After the shortest term, a contract runs on for another 12 months at a time unless one side ends it in writing, no later than six weeks before the end of the term. An e-mail is enough. Whoever moves house may end the contract at the end of the month of the move, against proof of the new address; the unused part of the yearly price is refunded, less the price of a yearly service already done."
)
d.add_heading("7. Prices in later years", 1)
d.add_paragraph(
    "We may raise prices once a year on 1 January and tell customers by 15 November. If the rise is more than 5%, the customer may end the contract on 31 December, even within the shortest term."
)
d.save(OUT / "maintenance_contracts_2025.docx")

# ---------------------------------------------------------------- parts (xlsx)
wb = Workbook()
w = wb.active
w.title = "Parts Vento"
w["A1"] = "Spare parts Calora Vento, van and depot stock, state of 8 September 2025"
w["A1"].font = Font(bold=True)
w.merge_cells("A1:H1")
w.append([])
hdr = ["Group", "Part no.", "Part", "Fits", "Price net (£)", "In depot", "On each van", "Delivery if out of stock"]
w.append(hdr)
for c in w[3]:
    c.font = Font(bold=True)
parts = [
    ("Burner", "CV-1101", "Burner gasket", "18 and 24", 14.20, 36, 3, "next day"),
    ("", "CV-1102", "Ignition electrode", "18 and 24", 27.50, 18, 2, "next day"),
    ("", "CV-1103", "Ionisation electrode", "18 and 24", 22.90, 15, 2, "next day"),
    ("", "CV-1110", "Burner plate", "18", 118.00, 2, 0, "3 working days"),
    ("", "CV-1111", "Burner plate", "24", 136.00, 1, 0, "3 working days"),
    ("Gas and air", "CV-1201", "Gas valve", "18 and 24", 164.00, 4, 1, "2 working days"),
    ("", "CV-1210", "Fan", "18", 149.00, 2, 0, "2 working days"),
    ("", "CV-1211", "Fan", "24", 172.00, 0, 0, "5 working days"),
    ("", "CV-1215", "Fan cable", "18 and 24", 19.80, 6, 1, "next day"),
    ("Water", "CV-1301", "Pump head", "18 and 24", 131.00, 3, 1, "2 working days"),
    ("", "CV-1302", "Plate heat exchanger", "18", 94.00, 2, 0, "2 working days"),
    ("", "CV-1303", "Plate heat exchanger", "24", 109.00, 3, 0, "2 working days"),
    ("", "CV-1304", "Expansion vessel 8 l", "18", 76.00, 2, 0, "3 working days"),
    ("", "CV-1305", "Expansion vessel 10 l", "24", 83.00, 1, 0, "3 working days"),
    ("", "CV-1306", "Siphon", "18 and 24", 16.40, 9, 1, "next day"),
    ("", "CV-1307", "Pressure sensor", "18 and 24", 38.60, 7, 1, "next day"),
    ("Control", "CV-1401", "Main board", "18", 241.00, 1, 0, "4 working days"),
    ("", "CV-1402", "Main board", "24", 241.00, 0, 0, "4 working days"),
    ("", "CV-1403", "Display", "18 and 24", 88.00, 2, 0, "4 working days"),
]
for p in parts:
    w.append(p)
start = 4
groups = [i for i, p in enumerate(parts) if p[0]] + [len(parts)]
for a, b in zip(groups, groups[1:]):
    w.merge_cells(start_row=start + a, end_row=start + b - 1, start_column=1, end_column=1)
n = wb.create_sheet("Notes")
for r in [
    ["No.", "Note"],
    [1, "Customers pay net price plus 20% VAT. Contract discounts come off the net price."],
    [2, "Old main boards go back to Calora: deposit of £45 per board, credited when it arrives within 21 days."],
    [
        3,
        "Gas valves: only fitters with gas certificate 2 may take one from the depot. Enter the serial number in the log.",
    ],
    [4, "Whoever takes the last piece from the depot tells Oksana the same day."],
    [5, "Order limit without approval: £250 net per job. Above that, ask Martin Pell."],
]:
    n.append(r)
wb.save(OUT / "spare_parts_vento.xlsx")

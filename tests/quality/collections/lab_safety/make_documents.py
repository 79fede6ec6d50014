from pathlib import Path

D = Path(__file__).parent / "documents"

# ---------- rules, edition 5
from docx import Document

d = Document()
d.add_heading("Laboratory rules", 0)
d.add_paragraph(
    "Wrenfield College, Department of Chemistry. Edition 5, in force from 1 September 2025. It replaces edition 4 of September 2023. Responsible: Dr Adaeze Lindqvist, safety officer, extension 4402."
)
H = lambda t: d.add_heading(t, 1)
P = d.add_paragraph
B = lambda *x: [d.add_paragraph(i, style="List Bullet") for i in x]
N = lambda *x: [d.add_paragraph(i, style="List Number") for i in x]


def T(rows):
    t = d.add_table(rows=0, cols=len(rows[0]))
    t.style = "Table Grid"
    for r in rows:
        for c, x in zip(t.add_row().cells, r):
            c.text = x


H("1. Who may work in the laboratories")
P(
    "You need a valid induction. It consists of a talk, a walk through the rooms and a quiz, in which 16 of 20 points are needed. An induction is valid for 12 months. The quiz may be repeated once on the same day."
)
P(
    "First-year students work under supervision only, with one demonstrator for every 10 students. Nobody works alone: a second person must be within call at all times. This holds for staff too."
)
P(
    "Anyone who is pregnant or breastfeeding is asked to speak to the safety officer in confidence before the next practical. Visitors are admitted with a host and don't handle chemicals."
)
H("2. Clothing and protection")
B(
    "A buttoned cotton lab coat, trousers or skirt to the ankle, closed shoes. Long hair is tied back.",
    "Safety glasses with side shields in T2.14 and T2.17; sealed goggles in T2.11. Contact lenses may be worn, but only under sealed goggles.",
    "Nitrile gloves for most work; butyl gloves for concentrated nitric acid and for bromine. Gloves come off before you touch door handles, keyboards or telephones.",
    "No headphones. Phones stay in the lockers, except for taking pictures of a result with the demonstrator's consent.",
)
H("3. Working")
P(
    "Food, drink and chewing gum stay outside. Work with volatile or toxic substances goes into a fume cupboard, with the sash no higher than 30 cm. The largest quantities that may stand out at one time are:"
)
T(
    [
        ("", "On a bench", "In a fume cupboard", "In the cabinets of one lab"),
        ("Flammable solvents", "500 mL", "2.5 L", "50 L"),
        ("Concentrated acids", "250 mL", "1 L", "20 L"),
        ("Concentrated bases", "250 mL", "1.5 L", "15 L"),
        ("Toxic substances (skull symbol)", "none", "100 mL or 100 g", "2 L or 2 kg"),
    ]
)
P("")
P(
    "Reactions may be left unattended, for 16 hours at most, if a form U with the supervisor's signature hangs on the fume cupboard and the cooling runs without tap water. Distillations of ethers may never be left unattended, with or without form U. The same goes for hydrogenations and for anything that uses an open flame."
)
H("4. Liquid nitrogen and gas cylinders")
P(
    "Liquid nitrogen is handled only by people with the cold-gas training. Face shield and loose gloves are worn. Dewars never travel in the lift together with people: one person sends it off, another receives it. If the oxygen alarm sounds (below 19.5 %), leave the room at once."
)
P("Cylinders are chained at two-thirds of their height. They are changed by technical staff only.")
H("5. In an emergency")
P("The internal emergency number is 2222, from a mobile 01632 960 222. The assembly point is the Orchard car park.")
P(
    "Splash in the eye: rinse at the eyewash for 15 minutes, lids held open, and have someone ring 2222 meanwhile. On the skin: rinse under the shower for 10 minutes, contaminated clothes off.",
    style="List Bullet",
)
P("Burns: cool with lukewarm water for 20 minutes. No ice, no ointment.", style="List Bullet")
P(
    "Spill up to 1 L: the demonstrator takes it up with the spill kit. The kits hang beside the doors of T2.11 and T2.14; T2.17 has none.",
    style="List Bullet",
)
P("Spill of more than 1 L, or of any quantity of bromine:")
N(
    "Warn the others and leave the room.",
    "Press the red ventilation button by the door.",
    "Close the door and let nobody in.",
    "Ring 2222.",
    "Go to the assembly point and wait for the safety officer.",
)
P(
    "Fire: a small one may be tackled with the extinguisher by somebody trained, with the way out behind them. Otherwise break the glass of the alarm and leave."
)
H("6. Reporting")
P(
    "Accidents with injury are reported to the safety officer within 24 hours on the form in the portal, and at once by telephone if someone goes to hospital. Near misses are reported within three working days; they may be reported without a name. Nobody is blamed for a report."
)
H("7. If the rules are broken")
P(
    "The first time, the demonstrator gives a warning and may send you out for the rest of the day. The second time in the same academic year you are suspended from practicals for two weeks. The third time the head of department decides. Missed practicals are not repeated."
)
d.save(D / "lab_rules_edition_5.docx")

# ---------- induction 2024
from pptx import Presentation
from pptx.util import Inches

p = Presentation()
s = p.slides.add_slide(p.slide_layouts[0])
s.shapes.title.text = "Lab induction 2024"
s.placeholders[1].text = "Wrenfield College, Chemistry\n23 September 2024 (follows laboratory rules, edition 4)"


def slide(t, lines):
    s = p.slides.add_slide(p.slide_layouts[1])
    s.shapes.title.text = t
    tf = s.placeholders[1].text_frame
    tf.text = lines[0]
    for l in lines[1:]:
        tf.add_paragraph().text = l


slide(
    "Before you start",
    [
        "Induction is valid for 24 months",
        "Quiz: 14 of 20 points needed",
        "One demonstrator for every 12 first-year students",
        "Locker key: deposit of £10 at the technicians' office, T2.02",
    ],
)
slide(
    "Dress",
    [
        "Cotton coat, buttoned up; bring your own or hire one at £4 a term",
        "Closed shoes, covered legs",
        "Safety glasses in all rooms",
        "No contact lenses",
    ],
)
slide(
    "If something goes wrong",
    [
        "Eyes: rinse for 10 minutes",
        "Ring 2222",
        "Out by the nearest stairs, never the lift",
        "Assembly point: Orchard car park",
    ],
)
s = p.slides.add_slide(p.slide_layouts[5])
s.shapes.title.text = "People"
rows = [
    ("Role", "Name", "Room"),
    ("Safety officer", "Dr Adaeze Lindqvist", "T2.05"),
    ("Technical manager", "Marek Dolan", "T2.02"),
    ("Store and booking", "Tilda Roscoe", "T0.06"),
    ("First aid", "Oskar Penhale", "T2.14"),
]
t = s.shapes.add_table(5, 3, Inches(1), Inches(1.8), Inches(8), Inches(3)).table
for i, r in enumerate(rows):
    for j, x in enumerate(r):
        t.cell(i, j).text = x
slide(
    "At the end of a practical",
    [
        "Waste into the right can, lid closed",
        "Water, gas and power off at your bench",
        "Wipe down the bench and the balance",
        "Hand washing: before you leave, also if you wore gloves",
        "Sign out with the demonstrator",
    ],
)
slide(
    "Signs you will meet",
    [
        "Green: escape and first aid",
        "Red: fire equipment",
        "Yellow triangle: warning",
        "Blue circle: something you must wear",
        "Diamond with red edge: hazard of a substance",
    ],
)
p.save(D / "induction_slides_2024.pptx")

# ---------- chemical list
from openpyxl import Workbook
from openpyxl.styles import Font

wb = Workbook()
ws = wb.active
ws.title = "Chemicals"
ws.append(["Chemical list, as of 30 January 2026 (store T0.06 and laboratory cabinets)"])
ws.merge_cells("A1:H1")
ws["A1"].font = Font(bold=True)
ws.append(["Code", "Substance", "Container", "In stock", "Maximum", "Keep after opening", "Issued to", "Note"])


def g(t, rows):
    ws.append([t])
    r = ws.max_row
    ws.merge_cells(start_row=r, start_column=1, end_row=r, end_column=8)
    ws.cell(r, 1).font = Font(bold=True)
    for x in rows:
        ws.append(x)


g(
    "Cabinet F1 - flammable solvents (T2.11)",
    [
        ("CH-101", "Acetone", "2.5 L glass", 9, 12, "5 years", "all", ""),
        ("CH-102", "Ethanol, denatured", "2.5 L glass", 7, 10, "5 years", "all", ""),
        ("CH-103", "Ethanol, pure", "1 L glass", 3, 4, "5 years", "staff only", "duty-free, keep the log"),
        (
            "CH-104",
            "Diethyl ether",
            "1 L can",
            2,
            3,
            "6 months",
            "third year and above",
            "forms peroxides, date on the can",
        ),
        (
            "CH-105",
            "Tetrahydrofuran",
            "1 L glass",
            2,
            3,
            "3 months",
            "third year and above",
            "forms peroxides, date on the bottle",
        ),
        ("CH-106", "Diisopropyl ether", "-", 0, 0, "-", "nobody", "not kept any more since 2023"),
        ("CH-107", "Heptane", "2.5 L glass", 4, 6, "5 years", "all", "instead of hexane"),
        ("CH-108", "Ethyl acetate", "2.5 L glass", 6, 8, "5 years", "all", ""),
    ],
)
g(
    "Cabinet H2 - halogenated solvents (T2.11)",
    [
        ("CH-201", "Dichloromethane", "2.5 L glass", 3, 4, "2 years", "second year and above", "fume cupboard only"),
        ("CH-202", "Chloroform, stabilised", "1 L glass", 1, 2, "12 months", "staff only", "amber glass"),
        ("CH-203", "Deuterated chloroform", "100 mL glass", 4, 6, "12 months", "third year and above", "for the NMR"),
    ],
)
g(
    "Cabinet A3 - acids (T2.14)",
    [
        ("CH-301", "Hydrochloric acid 37 %", "2.5 L plastic", 4, 5, "3 years", "second year and above", ""),
        ("CH-302", "Hydrochloric acid 1 mol/L", "5 L plastic", 3, 4, "2 years", "all", ""),
        ("CH-303", "Nitric acid 65 %", "1 L glass", 3, 4, "2 years", "third year and above", "away from solvents"),
        ("CH-304", "Sulfuric acid 96 %", "1 L glass", 3, 4, "3 years", "second year and above", ""),
        (
            "CH-305",
            "Acetic acid, glacial",
            "1 L glass",
            2,
            3,
            "3 years",
            "all",
            "freezes at 16 degrees, keep in the room",
        ),
    ],
)
g(
    "Cabinet B4 - bases (T2.14)",
    [
        ("CH-401", "Sodium hydroxide, pellets", "1 kg tub", 5, 6, "3 years", "all", ""),
        ("CH-402", "Ammonia 25 %", "1 L plastic", 2, 3, "12 months", "second year and above", "fume cupboard only"),
    ],
)
g(
    "Poison cupboard P5 (T0.06, locked; keys with Dr Lindqvist and Marek Dolan)",
    [
        ("CH-501", "Bromine", "50 mL ampoule", 6, 8, "use at once", "staff only", "butyl gloves; thiosulfate ready"),
        ("CH-502", "Potassium dichromate", "250 g tub", 1, 1, "5 years", "staff only", "being used up, no reorder"),
        ("CH-503", "Mercury thermometers", "piece", 4, 0, "-", "nobody", "awaiting collection"),
        ("CH-504", "Sodium azide", "25 g bottle", 1, 1, "5 years", "staff only", "no acids, no metal spatula"),
    ],
)
g(
    "Refrigerator R6 (T0.06, spark-free, 4 degrees)",
    [
        ("CH-601", "Hydrogen peroxide 30 %", "500 mL plastic", 3, 4, "6 months", "second year and above", "vented cap"),
        ("CH-602", "Acetyl chloride", "100 mL glass", 2, 2, "12 months", "third year and above", "reacts with water"),
        ("CH-603", "Benzoyl peroxide, damp", "50 g tub", 1, 1, "6 months", "staff only", ""),
    ],
)
for c, w in zip("ABCDEFGH", (9, 28, 16, 9, 10, 18, 22, 34)):
    ws.column_dimensions[c].width = w
wb.save(D / "chemical_list.xlsx")

# ---------- waste guide
from reportlab.lib import colors
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table, TableStyle

ss = getSampleStyleSheet()
Q = lambda x, s="BodyText": Paragraph(x, ss[s])


def tab(rows, w):
    t = Table([[Q(c) for c in r] for r in rows], colWidths=w)
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


f = [
    Q("Where does it go? Waste in the chemistry labs", "Title"),
    Q("Marek Dolan, technical manager. Version of 5 January 2026"),
    Q(
        "Nothing but soapy water goes down the sink. Ask before you pour if you aren't sure; asking costs a minute, a wrong can cost us an afternoon last November."
    ),
    Q("The streams", "Heading2"),
    tab(
        [
            ("Stream", "What", "Container"),
            ("A", "Halogen-free solvents: acetone, ethanol, ethyl acetate, heptane", "red can, 10 L, vented cap"),
            (
                "B",
                "Halogenated solvents: dichloromethane, chloroform, and mixtures that contain any of them",
                "yellow can, 5 L, vented cap",
            ),
            ("C", "Acids, watery, pH below 4, without organic solvents", "blue can, 5 L"),
            ("D", "Bases, watery, pH above 10", "green can, 5 L"),
            ("E", "Watery solutions with heavy metals", "grey bottle, 2 L"),
            ("F", "Solids: filter paper, silica, used gloves, broken glass with chemicals on it", "white bucket, 30 L"),
            ("G", "Broken glass, rinsed and clean", "cardboard box beside the sink"),
            ("-", "Mercury, azides, peroxides past their date", "leave in place, ring extension 4417"),
        ],
        (45, 290, 140),
    ),
    Q(
        "Neutral salt solutions without heavy metals (pH 4 to 10) are the exception to the rule about the sink: they may be poured away with plenty of water, up to 500 mL per group and practical."
    ),
    Q("Labels", "Heading2"),
    Q("A container gets its label before the first drop goes in. On it stand:"),
    *[
        Q("- " + x)
        for x in (
            "the letter of the stream",
            "the main components, in per cent",
            "the date on which the container was started",
            "the room",
            "the name of the person responsible",
        )
    ],
    Q("Lost labels are replaced at once. A can without a label is out of bounds."),
    Q("Filling and handing in", "Heading2"),
    Q(
        "Fill to 80 % and no further. A full container stays in the laboratory for seven days at most; one that isn't full is handed in 90 days after it was started (stream E: 60 days)."
    ),
    tab(
        [
            ("Day", "Hand in at T0.06", "Which streams"),
            ("Wednesday", "13:30 to 14:30", "all except F"),
            ("Friday", "10:00 to 11:00", "F and G only"),
        ],
        (110, 150, 215),
    ),
    Q(
        "You bring the container on the trolley with the tray, in pairs, and use the goods lift. Staff weigh it, and you sign the sheet. Empty containers are on the shelf to the left; take one with you."
    ),
    Q("What it costs", "Heading2"),
    Q(
        "Teaching labs pay nothing. Research groups are charged per container: stream A £9, B £16, C and D £7, E £21, F £12. Containers that are filled wrongly cost £35 on top, and that goes for teaching too."
    ),
    Q("Never together", "Heading2"),
    Q(
        "Nitric acid and anything organic. Bleach and acids. Azides and acids, or azides and heavy metals. Hydrogen peroxide and acetone."
    ),
]
SimpleDocTemplate(str(D / "waste_guide.pdf"), title="Waste in the chemistry labs").build(f)

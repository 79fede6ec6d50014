from pathlib import Path

D = Path(__file__).parent / "documents"

# ---------- statutes.docx
from docx import Document

d = Document()
d.add_heading("Statutes of the Aldermoor Concert Choir", 0)
d.add_paragraph(
    "As adopted by the general meeting of 12 November 2022. Later changes are recorded in the minutes of the meeting concerned."
)


def art(t, *ps):
    d.add_heading(t, 1)
    for p in ps:
        if isinstance(p, list):
            for b in p:
                d.add_paragraph(b, style="List Bullet")
        else:
            d.add_paragraph(p)


art(
    "Article 1  Name, seat, financial year",
    "The association is called Aldermoor Concert Choir and has its seat in Aldermoor. The financial year runs from 1 September to 31 August.",
)
art(
    "Article 2  Purpose",
    "The association cultivates choral music by rehearsing and by giving public concerts. It does not seek profit. Members receive no payments from its funds except for outlays that the committee has agreed to beforehand.",
)
art(
    "Article 3  Membership",
    "There are",
    [
        "active members, who sing;",
        "supporting members, who further the choir with a yearly contribution;",
        "honorary members, appointed by the general meeting on the committee's proposal.",
    ],
    "(2) Anyone who has reached the age of 17 may become an active member. Persons under 18 need the written consent of a parent or guardian.",
    "(3) Admission as an active member follows a trial period of three months. The committee decides after hearing the music director. It need not give reasons for a refusal.",
)
art(
    "Article 4  End of membership",
    "(1) Members may resign as of the end of the financial year. Resignation must be declared in writing to the secretary, with six weeks' notice.",
    "(2) The committee may exclude a member who is more than four months behind with the dues in spite of two reminders, or who seriously harms the choir. The member shall be heard beforehand.",
    "(3) The person excluded may appeal to the general meeting within 30 days of receiving the decision. Until the meeting has decided, the rights of membership are suspended.",
)
art("Article 5  Dues", "The general meeting fixes the dues. Honorary members are exempt. Trial singers pay no dues.")
art(
    "Article 6  General meeting",
    "(1) The ordinary general meeting takes place every November. The committee sends the invitation with the agenda at least 21 days before; motions by members must reach the chair at least 10 days before.",
    "(2) An extraordinary meeting is called if the committee so resolves or if one fifth of the active members demand it, stating the reason.",
    "(3) The meeting is quorate if one third of the active members are present. Failing that, the committee calls a second meeting within four weeks, with the same agenda. It is quorate whatever the number of members present.",
    "(4) Active and honorary members have one vote each. Supporting members may attend and speak but have no vote. A member may represent one absent member on the strength of a written proxy.",
    "(5) Majorities:",
)
t = d.add_table(rows=1, cols=3)
t.style = "Table Grid"
for c, x in zip(t.rows[0].cells, ["Matter", "Majority of the votes cast", "Further condition"]):
    c.text = x
for r in [
    ("Elections and ordinary resolutions", "simple majority", "none; a tie means rejection"),
    ("Exclusion on appeal", "simple majority", "secret ballot"),
    ("Change to the statutes", "two thirds", "wording sent with the invitation"),
    ("Dissolution of the association", "three quarters", "at least half of the active members present"),
]:
    for c, x in zip(t.add_row().cells, r):
        c.text = x
art(
    "Article 7  Committee",
    "(1) The committee consists of the chair, the vice-chair, the secretary, the treasurer, the librarian and two singers' representatives. It is elected for two years. The music director attends without a vote.",
    "(2) Spending: the treasurer alone may commit up to £250 in a single case; chair and treasurer together up to £2,500; the committee by resolution up to £6,000. Larger amounts need the consent of the general meeting, except for the hire of halls and orchestras for concerts already announced.",
    "(3) If a member of the committee leaves early, the committee may fill the place until the next general meeting.",
)
art(
    "Article 8  Music director",
    "The music director is engaged by the committee. The contract may be ended by either side with four months' notice, though not with effect within the six weeks before a concert.",
)
art(
    "Article 9  Audit",
    "Two auditors, who may not sit on the committee, examine the accounts each year before the general meeting.",
)
art(
    "Article 10  Dissolution",
    "On dissolution the assets go to the Aldermoor Music School; the sheet music goes to the county library.",
)
d.save(D / "statutes_2022.docx")

# ---------- rehearsal plan
from openpyxl import Workbook
from openpyxl.styles import Font

wb = Workbook()
ws = wb.active
ws.title = "Spring 2026"
ws.append(["Rehearsal plan spring 2026 (as of 5 January)"])
ws.merge_cells("A1:F1")
ws["A1"].font = Font(bold=True, size=14)
ws.append(["Date", "Time", "Place", "Who", "Programme", "Remarks"])


def month(m):
    ws.append([m])
    r = ws.max_row
    ws.merge_cells(start_row=r, start_column=1, end_row=r, end_column=6)
    ws.cell(r, 1).font = Font(bold=True)


T = "19:30-21:45"
S = "19:15-20:30"
H = "St Bride's Hall"
M = "Music School, room 3"
M5 = "Music School, room 5"
month("January")
for r in [
    ("Tue 13 Jan", T, H, "Tutti", "Fauré, movements 1-4", "First evening, scores handed out from 19:00"),
    ("Thu 15 Jan", S, M, "Tenors and basses", "Rheinberger, Mass", "Sectional"),
    ("Tue 20 Jan", T, H, "Tutti", "Fauré, Rheinberger Kyrie", ""),
    ("Thu 22 Jan", S, M, "Sopranos and altos", "Rheinberger, Mass", "Sectional"),
    ("Tue 27 Jan", T, H, "Tutti", "Fauré, movements 5-7", ""),
    (
        "Sat 31 Jan",
        "10:00-16:30",
        "Hollin Mill",
        "Tutti",
        "Rheinberger complete",
        "Rehearsal day; soup provided, bring cake",
    ),
]:
    ws.append(r)
month("February")
for r in [
    ("Tue 3 Feb", T, H, "Tutti", "Rheinberger Gloria, Credo", ""),
    ("Thu 5 Feb", S, M, "Tenors", "Fauré, Offertoire", "Sectional"),
    ("Tue 10 Feb", T, H, "Tutti", "Fauré complete", ""),
    ("Thu 12 Feb", S, M, "Basses", "Fauré, Offertoire", "Sectional"),
    ("Tue 17 Feb", "-", "-", "-", "-", "No rehearsal (half-term)"),
    ("Tue 24 Feb", T, H, "Tutti", "Rheinberger complete", "Polo shirt orders"),
    ("Thu 26 Feb", S, M5, "Altos", "Fauré, Rheinberger Sanctus", "Sectional; note room"),
]:
    ws.append(r)
month("March")
for r in [
    ("Tue 3 Mar", T, H, "Tutti", "Run-through, first half", ""),
    ("Thu 5 Mar", S, M5, "Sopranos", "Fauré, Rheinberger Sanctus", "Sectional; note room"),
    ("Wed 11 Mar", T, "Parish Centre", "Tutti", "Run-through, second half", "Instead of Tue 10 Mar, hall is let"),
    ("Tue 17 Mar", "19:00-22:00", H, "Tutti", "Run-through with soloists", "Starts half an hour early"),
    ("Fri 20 Mar", "18:30-21:30", "St Bride's Church", "Tutti and orchestra", "Whole programme", "Compulsory"),
    ("Sat 21 Mar", "14:00-16:30", "St Bride's Church", "Tutti and orchestra", "Dress rehearsal", "Compulsory"),
    (
        "Sat 21 Mar",
        "19:30",
        "St Bride's Church",
        "CONCERT",
        "Fauré Requiem, Rheinberger Mass",
        "Be there at 18:45, in concert dress",
    ),
    ("Tue 24 Mar", "-", "-", "-", "-", "No rehearsal; scores back by 4 April"),
    ("Tue 31 Mar", T, H, "Tutti", "Tour programme, reading", ""),
]:
    ws.append(r)
month("April and May")
for r in [
    ("Tue 7 Apr", "-", "-", "-", "-", "No rehearsal (Easter)"),
    ("Tue 14 Apr", T, H, "Tour choir", "Tour programme", ""),
    ("Tue 21 Apr", T, H, "Tour choir", "Tour programme", "Pieces from memory"),
    ("Sun 26 Apr", "11:00-15:00", "Hollin Mill", "Tour choir", "Tour programme", "Bring lunch"),
    ("Tue 12 May", T, H, "Tour choir", "Tour programme", ""),
    ("Tue 19 May", "19:30-21:00", H, "Tour choir", "Last run-through", "Luggage labels"),
]:
    ws.append(r)
for c, w in zip("ABCDEF", (13, 14, 22, 22, 34, 42)):
    ws.column_dimensions[c].width = w
v = wb.create_sheet("Places")
for r in [
    ("Place", "Address", "Parking", "Step-free"),
    ("St Bride's Hall", "4 Tanner Row", "24 spaces, free after 18:30", "yes"),
    ("Music School, rooms 3 and 5", "Court Street 19", "none, use the station", "room 3 only"),
    ("Hollin Mill", "Mill Lane, Hollinbeck", "meadow, free", "no"),
    ("Parish Centre", "2 Church Walk", "10 spaces", "yes"),
]:
    v.append(r)
wb.save(D / "rehearsal_plan_spring_2026.xlsx")

# ---------- tour pdf
from reportlab.lib import colors
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table, TableStyle

ss = getSampleStyleSheet()
P = lambda x, s="BodyText": Paragraph(x, ss[s])


def tab(rows, w, extra=()):
    t = Table([[P(str(c)) for c in r] for r in rows], colWidths=w)
    t.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.5, colors.grey),
                ("BACKGROUND", (0, 0), (-1, 0), colors.lightgrey),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                *extra,
            ]
        )
    )
    return t


f = [
    P("Tour to Slovenia, 21 to 26 May 2026", "Title"),
    P("Information sheet no. 2, 9 February 2026. Callum Osei, tour organiser"),
    P("1. Where we go and when", "Heading2"),
    tab(
        [
            ("Day", "Programme", "Evening meal"),
            (
                "Thu 21 May",
                "04:15 coach from St Bride's Hall car park; flight 08:05; guided walk in Ljubljana",
                "at the hotel",
            ),
            (
                "Fri 22 May",
                "Rehearsal at 10:30; concert in the Franciscan church, 20:00, concert dress",
                "at the hotel, 17:00",
            ),
            ("Sat 23 May", "Trip to Lake Bled (optional, £28); free afternoon", "not included"),
            ("Sun 24 May", "Sung mass at 11:00 in Kranj; lunch with the Kranj choir", "at the hotel"),
            ("Mon 25 May", "Day trip to Maribor; open-air concert, 18:30, summer dress", "picnic on the coach"),
            ("Tue 26 May", "Morning free; flight 16:40; back in Aldermoor about 22:30", "none"),
        ],
        (70, 300, 100),
    ),
    P("We stay all five nights at the Hotel Lipa Park in Ljubljana."),
    P("2. What it costs", "Heading2"),
    tab(
        [
            ("Who", "Price per person"),
            ("Singer, in a twin room", "£585"),
            ("Singer, student or apprentice under 27, in a twin or triple room", "£440"),
            ("Companion who doesn't sing, in a twin room", "£650"),
            ("Supplement for a single room (*)", "£140"),
        ],
        (330, 140),
    ),
    P(
        "(*) Only nine single rooms; they go in the order in which deposits arrive. The supplement is not charged if your room-mate drops out after 10 April."
    ),
    P("The balance, that is the price less the deposit, is due by 10 April."),
    P(
        "<b>Included:</b> flights with one suitcase, coach, five nights with breakfast, evening meals as in the plan, guided walk, the picnic in Maribor."
    ),
    P(
        "<b>Not included:</b> travel insurance, the trip to Lake Bled, the tourist tax, drinks with meals, Saturday's evening meal."
    ),
    P("3. If you have to cancel", "Heading2"),
    tab(
        [
            ("We hear from you", "You get back"),
            ("by 28 February", "everything you have paid, less £40"),
            ("1 March to 10 April", "half of what you have paid"),
            ("11 April or later", "nothing, unless someone takes your place; then everything less £60"),
        ],
        (170, 300),
    ),
    P("Cancel by e-mail to Callum; a word at rehearsal is not enough. The day the mail arrives counts."),
    P("4. Luggage", "Heading2"),
    P(
        "One suitcase up to 20 kg and one cabin bag up to 7 kg. Your music and your concert dress travel in the cabin bag: last time two suitcases arrived a day late. Folding stools for the open-air concert go with the coach firm's freight, please don't bring your own."
    ),
    P("5. What to bring", "Heading2"),
    P(
        "Passport, valid for at least three months after the return date; health insurance card (GHIC); proof of your own travel insurance; the emergency form, filled in and signed. Hand the emergency form to Callum by 28 April. Singers under 18 also need a letter of consent from both parents and travel with a named adult."
    ),
    P("6. Finding each other", "Heading2"),
    P(
        "From 21 May the tour phone is on day and night: 07700 900418. Before that, mail tour@aldermoorchoir.example. Whoever misses the coach makes their own way to the airport, check-in closes at 07:05."
    ),
]
SimpleDocTemplate(str(D / "tour_info_slovenia_2026.pdf"), title="Tour to Slovenia 2026").build(f)

# ---------- pptx
from pptx import Presentation
from pptx.util import Inches

p = Presentation()


def slide(title, lines):
    s = p.slides.add_slide(p.slide_layouts[1])
    s.shapes.title.text = title
    tf = s.placeholders[1].text_frame
    tf.text = lines[0]
    for l in lines[1:]:
        tf.add_paragraph().text = l


s = p.slides.add_slide(p.slide_layouts[0])
s.shapes.title.text = "Welcome, new voices!"
s.placeholders[
    1
].text = "Evening for new singers, Thursday 8 January 2026\nNesta Parry and Tobias Renn, singers' representatives"
slide(
    "Who we are",
    [
        "About 80 singers, founded in 1961",
        "Two big programmes a year, one tour every other year",
        "Music director since 2019: Lucinda Varga",
        "We rehearse on Tuesdays, 19:30 to 21:45, with a break of 15 minutes",
    ],
)
slide(
    "From visitor to member",
    [
        "1. Come to open rehearsals: up to three, no strings attached",
        "2. Voice hearing with Lucinda: 15 minutes, one prepared song, some sight-singing",
        "3. Trial period of three months",
        "4. The committee decides on your admission",
        "5. You pay the admission fee and set up your direct debit",
        "6. Nesta gives you scarf or tie",
    ],
)
s = p.slides.add_slide(p.slide_layouts[5])
s.shapes.title.text = "Your voice leaders"
rows = [
    ("Voice", "Leader", "Places free"),
    ("Soprano", "Maud Ellery", "waiting list"),
    ("Alto", "Sunniva Holt", "2"),
    ("Tenor", "Tobias Renn", "6"),
    ("Bass", "Aurel Dunmore", "3"),
]
t = s.shapes.add_table(5, 3, Inches(1), Inches(1.8), Inches(8), Inches(3)).table
for i, r in enumerate(rows):
    for j, x in enumerate(r):
        t.cell(i, j).text = x
slide(
    "If you can't come",
    [
        "Sign off in the ChoirDesk app by noon on the day of the rehearsal",
        "Later than that: a text message to your voice leader",
        "Longer than four weeks away: talk to Lucinda",
        "Leave of 2 to 12 months: ask the secretary, dues go down to £4 a month",
    ],
)
slide(
    "Music",
    [
        "Scores are on loan from the library; Hugh notes your number",
        "Pencil only, rub out your marks before returning",
        "Return within two weeks after the concert",
        "A lost score costs £14, a lost vocal part of the tour booklet £6",
        "No photocopies, except page turns",
    ],
)
slide(
    "Good to know",
    [
        "Bring water, no food in the hall",
        "The hall door is locked at 19:40: ring the left-hand bell",
        "Lifts to town: see the board in the foyer",
        "Hoarse or with a cold? Come and listen, sit at the side",
    ],
)
p.save(D / "welcome_new_singers.pptx")

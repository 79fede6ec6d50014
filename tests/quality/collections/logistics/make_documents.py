"""Write staff-handbook.docx, allowances.xlsx and vehicles.xlsx; the other documents are plain files.

python tests/quality/collections/logistics/make_documents.py
"""

from datetime import datetime
from pathlib import Path

from docx import Document
from docx.enum.section import WD_SECTION
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

FOLDER = Path(__file__).parent / "documents"
DAY = datetime(2026, 1, 2)


def write_handbook():
    document = Document()
    document.core_properties.title = "Staff handbook"
    document.core_properties.author = "Human Resources"
    document.core_properties.created = document.core_properties.modified = datetime(2024, 6, 24)
    document.sections[0].header.paragraphs[0].text = "Halvern Freight · Staff handbook, edition 4"
    document.sections[0].footer.paragraphs[0].text = "Valid from 1 July 2024 · For internal use only"

    def add_list(style, items):
        for item in items:
            document.add_paragraph(item, style=style)

    def add_table(rows, merges=()):
        table = document.add_table(rows=len(rows), cols=len(rows[0]), style="Table Grid")
        for row, values in zip(table.rows, rows, strict=True):
            for cell, value in zip(row.cells, values, strict=True):
                cell.text = value
        for (top, left), (bottom, right) in merges:
            text = table.cell(top, left).text
            table.cell(top, left).merge(table.cell(bottom, right)).text = text
        document.add_paragraph()

    document.add_heading("Staff handbook", 0)
    document.add_paragraph(
        "This handbook is for everyone who works at the depots of Carrow, Linfield and Port Sand. Where your contract "
        "says something else, the contract counts. Edition 4 replaces edition 3 of 2021. Human Resources sends changes "
        "by mail to all staff; a mail that is newer than this edition counts."
    )

    document.add_heading("1 Working time", 1)
    document.add_heading("1.1 Hours and breaks", 2)
    add_table(
        [
            ["Group", "Hours a week", "Earliest start", "Break", "Where to record"],
            ["Drivers, local", "40", "4:30", "45 minutes after 4.5 hours of driving", "tachograph"],
            [
                "Drivers, long distance",
                "48 on average",
                "as planned",
                "45 minutes after 4.5 hours of driving",
                "tachograph",
            ],
            ["Warehouse", "38.5", "5:30", "30 minutes", "time clock at the gatehouse"],
            ["Workshop", "38.5", "6:30", "30 minutes", "time clock at the gatehouse"],
            ["Office", "37.5", "7:00", "30 minutes", "time sheet on the intranet"],
        ],
        merges=[((1, 3), (2, 3)), ((1, 4), (2, 4))],
    )
    document.add_heading("1.2 Overtime", 2)
    document.add_paragraph(
        "Overtime has to be agreed with the shift leader before it is worked. It goes into the time account. The account "
        "may hold up to sixty hours; what is above that is paid in the following month with a supplement of 25 per cent. "
        "Office staff take overtime as free time only."
    )
    document.add_heading("1.3 Night and Sunday work", 2)
    document.add_paragraph(
        "For work between 22:00 and 5:00 we pay a supplement of 30 per cent, on Sundays of 50 per cent and on public "
        "holidays of 125 per cent. Supplements are not added together: the highest one counts."
    )
    document.add_paragraph(
        "Pregnant women and colleagues under eighteen do not work at night. A medical examination is offered to all "
        "others every two years; the company pays for it."
    )

    document.add_heading("2 Starting and leaving", 1)
    document.add_heading("2.1 Probation", 2)
    document.add_paragraph(
        "The first six months are the probation period. For apprentices it is four months. During probation either side "
        "can end the contract with two weeks' notice."
    )
    document.add_heading("2.2 Notice periods after probation", 2)
    add_table(
        [
            ["Years with the company", "Notice by you", "Notice by the company"],
            ["up to 2", "4 weeks", "4 weeks"],
            ["more than 2, up to 5", "4 weeks", "1 month"],
            ["more than 5, up to 10", "1 month", "2 months"],
            ["more than 10", "2 months", "4 months"],
        ]
    )
    document.add_heading("2.3 Your last day", 2)
    document.add_paragraph("On your last day you hand in at the gatehouse:")
    add_list(
        "List Bullet",
        ["the chip card", "keys", "the telephone and its charger", "the fuel card", "work clothes, washed"],
    )
    document.add_paragraph("Safety shoes are yours to keep. The reference letter is sent by post within three weeks.")

    document.add_heading("3 Leave", 1)
    document.add_heading("3.1 Annual leave", 2)
    document.add_paragraph("With a five-day week you have the following number of working days a year:")
    add_table(
        [
            ["Group", "Up to 3 years", "4 to 9 years", "10 years and more"],
            ["Warehouse and workshop", "26", "28", "30"],
            ["Drivers", "27", "29", "31"],
            ["Office", "26", "27", "29"],
            ["Apprentices", "25", "", ""],
        ],
        merges=[((4, 1), (4, 3))],
    )
    document.add_paragraph(
        "Days that are left over can be taken until 31 March of the following year. After that they are lost, unless you "
        "could not take them because of illness or parental leave."
    )
    document.add_heading("3.2 How to apply", 2)
    add_list(
        "List Number",
        [
            "Agree the days with your shift leader.",
            "Fill in form L-3 on the intranet, at the latest three weeks before the first day.",
            "Wait for the reply of the leave desk; it comes within five working days.",
            "Name the colleague who stands in for you.",
        ],
    )
    document.add_paragraph(
        "Between 20 November and 24 December no leave is granted in the warehouse, as parcels double."
    )
    document.add_heading("3.3 Special leave with pay", 2)
    add_table(
        [
            ["Occasion", "Days"],
            ["Your own wedding", "2"],
            ["Birth of your child", "2"],
            ["Death of a partner, parent or child", "4"],
            ["Death of a grandparent, brother or sister", "1"],
            ["Moving house, once in two years", "1"],
            ["25 years with the company", "3"],
        ]
    )
    document.add_heading("3.4 Unpaid leave", 2)
    document.add_paragraph(
        "After three years with the company you can ask for up to six months of unpaid leave. The depot manager decides. "
        "The application has to be made four months ahead."
    )

    document.add_heading("4 Illness and accidents", 1)
    document.add_heading("4.1 Reporting sick", 2)
    document.add_paragraph(
        "Telephone your shift leader before your shift begins; a text message is not enough. A doctor's certificate is "
        "needed from the third day of the illness, from apprentices from the first. Wages are paid for six weeks."
    )
    document.add_paragraph(
        "If your child is ill, each parent may stay at home for up to ten days a year and child, single parents for up to "
        "twenty. The health insurance pays for these days, not the company."
    )
    document.add_heading("4.2 Accidents at work", 2)
    document.add_paragraph(
        "Every accident is entered in the accident book, even if it looks harmless, because the insurance of the trade "
        "association pays only for what was recorded. If you cannot work for more than three days, Human Resources "
        "reports the accident to the association. First-aid boxes hang at gates 1 and 7 and in every vehicle."
    )

    document.add_section(WD_SECTION.NEW_PAGE)
    document.add_heading("5 Trips and expenses", 1)
    document.add_paragraph(
        "The current amounts are in the workbook allowances.xlsx. When this edition was printed they were 30 cents a "
        "kilometre for your own car, 24 euros for a full day in our own country and 90 euros a year for safety shoes."
    )
    add_list(
        "List Bullet",
        [
            "Hand in the form within thirty days after the trip, with the original receipts.",
            "Trains are booked by the travel desk, second class.",
            "First class needs the consent of the depot manager.",
            "A taxi is paid only between 23:00 and 5:00 or with heavy luggage.",
            "Fines for speeding or parking are never paid by the company.",
        ],
    )

    document.add_heading("6 Vehicles and driving", 1)
    document.add_heading("6.1 Licences", 2)
    document.add_paragraph(
        "We check your driving licence every six months. If you lose it, tell your shift leader at once; driving without "
        "a licence leads to dismissal. The company pays for the renewal of classes C and CE, not of class B."
    )
    document.add_heading("6.2 Rules on the road", 2)
    add_list(
        "List Bullet",
        [
            "The limit for alcohol is 0.0, for everybody who drives a company vehicle.",
            "Hand-held telephones must not be used while driving.",
            "Only colleagues ride along. Hitch-hikers are forbidden.",
            "Company vehicles are not for private use; managers' cars are the exception.",
            "Smoking is forbidden in all cabs.",
        ],
    )
    document.add_heading("6.3 After a collision", 2)
    add_list(
        "List Number",
        [
            "Stop, switch on the hazard lights and put on the high-visibility vest.",
            "Secure the place: triangle at 100 metres, on motorways at 200.",
            "Help people who are hurt and call 112.",
            "Call the police, even for small damage.",
            "Take photographs and fill in the accident report from the glove box.",
            "Call dispatch. Do not admit fault to anybody.",
        ],
    )
    document.add_heading("6.4 Fuel cards", 2)
    document.add_paragraph(
        "A fuel card belongs to a vehicle, not to a person. It is for diesel, AdBlue and washing. Before you pay, type in "
        "the mileage. If a card is lost, block it at once under 0800 555 0177, because the company has to pay for what is "
        "bought until then."
    )

    document.add_heading("7 Safety in the warehouse", 1)
    document.add_paragraph(
        "In the halls everybody wears safety shoes of class S3 and a vest; visitors get theirs at the gatehouse. Forklifts "
        "and reach trucks may be driven only by those who have the in-house permit, and at no more than 8 kilometres an "
        "hour; in the yard it is 15. The permit has to be renewed every year with a lesson of two hours."
    )
    document.add_paragraph(
        "Why pallets are not stacked more than two high in hall 1: the sprinklers there were built for goods up to 3.6 "
        "metres. A third layer would keep the water from reaching the lower one, and the insurer would not pay in a fire."
    )
    document.add_heading("7.1 Spills", 2)
    document.add_paragraph(
        "Block the area, read the label, and spread binder from the yellow bin if the goods are not dangerous. With an "
        "orange label you do nothing yourself: leave the hall and call the safety officer, extension 112 being the "
        "internal emergency number."
    )

    document.add_heading("8 Devices and data", 1)
    document.add_paragraph(
        "Passwords have at least fourteen characters and are not written down. A lost telephone or laptop has to be "
        "reported to the IT service desk within two hours, so that it can be wiped. Photographs of consignment notes or of "
        "customers' goods do not go to private telephones."
    )

    document.add_heading("9 Who does what", 1)
    add_table(
        [
            ["Function", "Name", "Depot", "Extension"],
            ["Head of Human Resources", "Petra Quist", "Carrow", "301"],
            ["Leave desk", "Karel Novak", "Carrow", "303"],
            ["Travel desk", "Agnes Thoma", "Carrow", "305"],
            ["Fleet manager", "Hugo Ott", "Linfield", "410"],
            ["Driving instructor", "Beate Unger", "Linfield", "412"],
            ["Safety officer", "Samir Haddad", "Port Sand", "520"],
            ["IT service desk", "", "Port Sand", "555, at weekends 0455 330 18"],
            ["Depot manager", "Mats Ekholm", "Carrow", "218"],
            ["Depot manager", "Lotte Brink", "Linfield", "401"],
            ["Depot manager", "Pavel Rudin", "Port Sand", "501"],
        ],
        merges=[((8, 0), (10, 0))],
    )
    document.save(FOLDER / "staff-handbook.docx")


def write_rows(sheet, rows, merges, widths):
    for row in rows:
        sheet.append(row)
    for cells in merges:
        sheet.merge_cells(cells)
        sheet[cells.split(":")[0]].alignment = Alignment(horizontal="center", vertical="center")
    for letter, width in widths.items():
        sheet.column_dimensions[letter].width = width
    sheet["A1"].font = Font(bold=True, size=13)


def set_format(sheet, cells, number_format):
    for row in sheet[cells]:
        for cell in row:
            cell.number_format = number_format


def save(workbook, name):
    workbook.properties.creator = "Human Resources"
    workbook.properties.created = workbook.properties.modified = DAY
    workbook.save(FOLDER / name)


def write_allowances():
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "Meals and nights"
    write_rows(
        sheet,
        [
            ["Meals and nights, valid from 1 January 2026"],
            ["Country", "Meal allowance", None, "Overnight", None],
            [None, "8 to 24 hours", "Full day", "Hotel, up to", "Night in the cab"],
            ["Own country", 14, 28, 95, 9],
            ["Austria", 19, 38, 110, 12],
            ["Belgium", 20, 42, 120, 12],
            ["Denmark", 25, 50, 145, 12],
            ["France", 22, 44, 125, 12],
            ["Netherlands", 21, 43, 135, 12],
            ["Poland", 15, 30, 90, 10],
            ["Switzerland", 32, 64, 180, 15],
            ["If breakfast is included in the price of the hotel, 20 per cent of the full-day amount is deducted."],
        ],
        ["A1:E1", "A2:A3", "B2:C2", "D2:E2", "A12:E12"],
        {"A": 18, "B": 15, "C": 12, "D": 14, "E": 18},
    )
    set_format(sheet, "B4:E11", '#,##0.00 "€"')
    other = workbook.create_sheet("Other")
    write_rows(
        other,
        [
            ["Other allowances, valid from 1 January 2026"],
            ["Allowance", "Amount", "Per", "For whom", "Remarks"],
            ["Own car", 0.36, "kilometre", "all staff", "2 cents more for each colleague who rides along"],
            ["Own motorcycle", 0.21, "kilometre", "all staff", None],
            ["Own bicycle", 0.10, "kilometre", "all staff", None],
            ["Safety shoes", 110, "year", "warehouse, workshop, drivers", "with receipt"],
            ["Cleaning of work clothes", 12, "month", "workshop", None],
            ["Glasses for screen work", 150, "three years", "office, dispatch", "with a note from the company doctor"],
            ["Books", 85, "year", "apprentices", None],
            ["Cold store supplement", 1.40, "hour", "warehouse", "below minus 18 degrees 2.10"],
        ],
        ["A1:E1"],
        {"A": 26, "B": 12, "C": 14, "D": 30, "E": 46},
    )
    set_format(other, "B3:B10", '#,##0.00 "€"')
    save(workbook, "allowances.xlsx")


def write_vehicles():
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "Vehicle classes"
    write_rows(
        sheet,
        [
            ["Vehicle classes, as of 2 January 2026"],
            ["Class", "Type", "Licence", "Weights in kg", None, "Height", "Pallets", "Number at", None, None],
            [None, None, None, "Gross", "Payload", "in m", None, "Carrow", "Linfield", "Port Sand"],
            ["A1", "Cargo bike", "none", 350, 180, 1.9, 0, 0, 6, 2],
            ["B1", "Van, diesel", "B", 3500, 1150, 2.7, 3, 12, 9, 7],
            ["B2", "Van, electric", "B", 4250, 980, 2.8, 3, 4, 8, 0],
            ["C1", "Box truck 7.5 t", "C1", 7490, 2600, 3.3, 15, 9, 5, 6],
            ["C2", "Box truck 12 t", "C", 11990, 5400, 3.6, 18, 7, 3, 5],
            ["C3", "Refrigerated truck 12 t", "C", 11990, 4700, 3.7, 17, 3, 0, 8],
            ["D1", "Tractor unit", "CE", 18000, None, 3.9, 0, 14, 0, 11],
            ["D2", "Curtain trailer", "CE", 36000, 27500, 4.0, 34, 18, 0, 9],
            ["D3", "Refrigerated trailer", "CE", 36000, 24800, 4.0, 33, 2, 0, 12],
        ],
        ["A1:J1", "A2:A3", "B2:B3", "C2:C3", "D2:E2", "G2:G3", "H2:J2"],
        {"B": 26, "C": 10},
    )
    set_format(sheet, "D4:E12", "#,##0")
    set_format(sheet, "F4:F12", "0.0")
    checks = workbook.create_sheet("Checks")
    write_rows(
        checks,
        [
            ["Regular checks"],
            ["Classes", "Main inspection", "Safety check", "Wash", "Responsible"],
            ["A1", "none", "every 6 months", "monthly", "Linfield workshop"],
            ["B1, B2", "every 24 months", "none", "every two weeks", "Linfield workshop"],
            ["C1 to C3", "every 12 months", "every 6 months", "weekly", "Carrow workshop"],
            ["D1", "every 12 months", "every 6 months", "weekly", "Carrow workshop"],
            ["D2, D3", "every 12 months", "every 3 months", "monthly", "Port Sand workshop"],
        ],
        ["A1:E1"],
        {"A": 12, "B": 18, "C": 18, "D": 18, "E": 22},
    )
    save(workbook, "vehicles.xlsx")


write_handbook()
write_allowances()
write_vehicles()

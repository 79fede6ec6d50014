"""Write the price list of the outdoor shop: `service-prices.xlsx`, three sheets with merged groups."""

from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

Cell = str | float | None

WORKSHOP_PRICES: dict[str, list[list[Cell]]] = {
    "Servicing": [
        ["S1", "Safety check", 22, 18, 30, "no"],
        ["S2", "Standard service", 68, 58, 90, "no"],
        ["S3", "Full service", 139, 118, 240, "cables and brake pads"],
        ["S4", "First inspection of a new bicycle", "free", "free", 45, "no"],
    ],
    "Tyres and wheels": [
        ["T1", "Repair a puncture, per wheel", 14, 12, 20, "inner tube"],
        ["T2", "Fit a tubeless tyre, per wheel", 26, 22, 40, "sealant"],
        ["T3", "True a wheel", 19, 16, 30, "no"],
        ["T4", "Replace a spoke", 17, 15, 35, "spoke"],
    ],
    "Brakes": [
        ["B1", "Adjust rim brakes", 15, 13, 20, "no"],
        ["B2", "Bleed a hydraulic brake, per brake", 32, 28, 45, "oil"],
        ["B3", "Replace brake pads, per brake", 16, 14, 20, "no"],
    ],
    "Gears": [
        ["G1", "Adjust gears", 18, 15, 25, "no"],
        ["G2", "Replace chain", 20, 17, 25, "no"],
        ["G3", "Replace chain and cassette", 36, 31, 45, "no"],
    ],
    "E-bike": [
        ["E1", "Software update", 25, "free", 20, "no"],
        ["E2", "Battery test with printed report", 29, 24, 60, "no"],
    ],
    "Clothing, tents, boots": [
        ["O1", "Replace a jacket zip", 38, 33, 60, "zip"],
        ["O2", "Wash and reproof a jacket", 24, 20, 40, "detergent, spray"],
        ["O3", "Patch a tent or tarp, per patch", 11, 9, 20, "patch"],
        ["O4", "Reproof a flysheet", 45, 39, 120, "spray"],
        ["O5", "Resole hiking boots", 85, 76, None, "soles"],
    ],
}
HIRE_PRICES: dict[str, list[list[Cell]]] = {
    "Cycling": [
        ["H1", "Trekking bicycle", 24, 45, 110, 150],
        ["H2", "E-bike", 42, 80, 195, 300],
        ["H3", "Children's bicycle", 11, 20, 48, 60],
        ["H4", "Child trailer", 15, 28, 65, 100],
    ],
    "Camping and walking": [
        ["H5", "Tent for two", 14, 26, 60, 80],
        ["H6", "Sleeping bag", 6, 11, 25, 40],
        ["H7", "Trekking poles, pair", 3, 5, 12, 20],
        ["H8", "Snowshoes, pair", 9, 16, 38, 50],
    ],
}
OLD_WORKSHOP_PRICES: list[list[Cell]] = [
    ["S1", "Safety check", 18, 15],
    ["S2", "Standard service", 59, 50],
    ["S3", "Full service", 119, 99],
    ["T1", "Repair a puncture, per wheel", 11, 9],
    ["B2", "Bleed a hydraulic brake, per brake", 28, 24],
    ["E2", "Battery test with printed report", 25, 20],
]


def write_service_prices(path: Path) -> None:
    book = Workbook()

    # The prices of today, under a header of two rows.
    workshop = book.active
    assert workshop is not None
    workshop.title = "Workshop"
    write_title(workshop, "Workshop prices 2026", "Valid from 1 March 2026, in £ including VAT", 7)
    workshop.append(["Group", "Code", "Work", "Price (£)", None, "Time (minutes)", "Parts included"])
    workshop.append([None, None, None, "Standard", "Club members", None, None])
    workshop.merge_cells("D4:E4")
    for column in "ABCFG":
        workshop.merge_cells(f"{column}4:{column}5")
    append_groups(workshop, WORKSHOP_PRICES)
    workshop.append([])
    workshop.append(["Express work, ready on the next working day: plus 30 %. Not possible for S3, O4 and O5."])
    workshop.append(["Boots for O5 are sent to the cobbler; allow four weeks."])

    # Hire has a header of one row and a deposit.
    hire = book.create_sheet("Hire")
    write_title(hire, "Hire prices 2026", "Valid from 1 March 2026, in £ including VAT", 7)
    hire.append(["Group", "Code", "Article", "Day", "Weekend (Friday to Monday)", "Week", "Deposit"])
    append_groups(hire, HIRE_PRICES)
    hire.append([])
    hire.append(["A helmet is lent free of charge with every bicycle. Club members pay the full deposit."])

    # The old list is still in the file, as such lists are.
    archive = book.create_sheet("Archive 2024")
    write_title(archive, "Workshop prices from 1 April 2024", "No longer valid since 1 March 2026", 4)
    archive.append(["Code", "Work", "Standard (£)", "Club members (£)"])
    for row in OLD_WORKSHOP_PRICES:
        archive.append(row)

    for sheet in book.worksheets:
        sheet.column_dimensions["A"].width = 22
        sheet.column_dimensions["C"].width = 34
        sheet.oddFooter.center.text = "Tarnhill Outdoor & Cycle – page &P"
    book.save(path)


def write_title(sheet: Worksheet, title: str, validity: str, width: int) -> None:
    sheet.append([title])
    sheet.append([validity])
    sheet.append([])
    for row in (1, 2):
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=width)
    sheet["A1"].font = Font(bold=True, size=14)


def append_groups(sheet: Worksheet, groups: dict[str, list[list[Cell]]]) -> None:
    """Append the rows of every group, its name in one merged cell beside them."""
    for group, rows in groups.items():
        first = sheet.max_row + 1
        for number, row in enumerate(rows):
            sheet.append([group if number == 0 else None, *row])
        sheet.merge_cells(start_row=first, end_row=sheet.max_row, start_column=1, end_column=1)
        sheet.cell(first, 1).alignment = Alignment(vertical="top")


if __name__ == "__main__":
    write_service_prices(Path(__file__).parent / "documents" / "service-prices.xlsx")

"""Tables of a PDF page, with lines drawn between their cells or without, by the places of words.

    Port     Fee   Berths        columns: the runs of x between gutters that hardly any line crosses
    Almar    12      8           rows:    lines, or what lies between two rules; a line that continues cells above it
    Brede     9     11                    joins them

Text in two columns has gutters, too: there every column has prose, and a page is parted at such a gutter first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise, takewhile
from statistics import median
from typing import Any

from ingest.parsers.pdf_words import (
    Line,
    RuledLine,
    Rules,
    Word,
    gather_lines,
    join_words,
    merge_words,
    read_page_words,
    read_rules,
)
from ingest.parsers.tables import GridCell

PROSE = 4.5
"""Words in a row of a column from which on the column reads as prose."""
MOST_NAME_LINES = 8
VALUE = re.compile(r"[^\w\s]*\d[\d.,:/%\s–-]*\W*|[-–—.]+|n/?a", re.I)
OPEN_END = re.compile(r"(?:[,/&(-]|\b(?:and|or|of|the|for|in|to|per|with|by))$", re.I)


@dataclass(frozen=True, slots=True)
class PdfTable:
    """A table on a page: its rows, the characters of its text, and the first of them."""

    rows: tuple[tuple[GridCell, ...], ...]
    characters: frozenset[int]
    first: int


def find_tables(page: Any, text: Any) -> list[PdfTable]:
    """Return the tables of a page of pypdfium2, given also its text page."""
    words = list(read_page_words(text))
    if len(words) < 4 or len(words) > 20_000:
        return []
    rules = read_rules(page)
    tables: list[PdfTable] = []
    for area in _split_columns(words):
        lines = [join_words(line, rules) for line in gather_lines(area)]
        for region in _find_regions(lines, rules):
            table = _read_region(region, rules)
            if table is not None:
                tables.append(table)
    return tables


# --- regions ----------------------------------------------------------------------------------------------------------


def _split_columns(words: Sequence[Word]) -> list[Sequence[Word]]:
    """Return the words of a page in two columns of prose column by column, else all of them."""
    lines = gather_lines(words)
    left, right = min(word.left for word in words), max(word.right for word in words)
    # Look for the emptiest place in the middle of the page, and for prose on both sides of it.
    places = [left + (right - left) * share / 100 for share in range(30, 71)]
    crossing = {place: sum(any(word.left < place < word.right for word in line) for line in lines) for place in places}
    best = min(crossing.values())
    if len(lines) < 8 or best > len(lines) * 0.2:
        return [words]
    emptiest = [place for place in places if crossing[place] == best]
    gutter = emptiest[len(emptiest) // 2]
    sides = [
        [[word for word in line if (word.right <= gutter) == is_left] for line in lines] for is_left in (True, False)
    ]
    # Prose fills its lines without wide blanks; the sides of a table have several cells, or few words.
    for side in sides:
        joined = [join_words(line, Rules((), ())) for line in side if line]
        words_per_line = [len(word.text.split()) for line in joined for word in line if len(line) == 1]
        if len(words_per_line) < max(8, len(joined) * 0.7) or sum(words_per_line) < PROSE * len(words_per_line):
            return [words]
    return [[word for line in side for word in line] for side in sides]


def _find_regions(lines: Sequence[Line], rules: Rules) -> Iterator[list[Line]]:
    """Yield runs of lines that may be tables: most have several words far from each other."""
    region: list[Line] = []
    for line in lines:
        if region:
            above = region[-1]
            height = median(word.top - word.bottom for word in above)
            step = min(word.bottom for word in above) - max(word.top for word in line)
            # Two lines without a wide blank in a row end a table, unless rules frame them.
            word = line[0]
            middle = (word.bottom + word.top) / 2
            sides = [rule.place for rule in rules.down if rule.start - 1 < middle < rule.end + 1]
            is_framed = any(place < word.left + 3 for place in sides) and any(place > word.right - 3 for place in sides)
            is_prose = len(line) == 1 and len(above) == 1 and not is_framed
            is_prose = is_prose and max(len(word.text.split()), len(above[0].text.split())) > 6
            if step > 2.2 * height or is_prose:
                yield region
                region = []
        region.append(line)
    if region:
        yield region


def _find_columns(lines: Sequence[Line]) -> list[tuple[float, float]]:
    """Return the columns of lines: runs of x between gutters that hardly any line crosses."""
    several = [line for line in lines if len(line) > 1]
    edges = sorted({edge for line in several for word in line for edge in (word.left, word.right)})
    allowed = 0 if len(several) < 4 else max(1, len(several) // 8)
    columns: list[tuple[float, float]] = []
    for left, right in pairwise(edges):
        middle = (left + right) / 2
        count = sum(any(word.left < middle < word.right for word in line) for line in several)
        if count <= allowed:
            continue
        if columns and columns[-1][1] == left:
            columns[-1] = columns[-1][0], right
        else:
            columns.append((left, right))
    return columns


# --- rows -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A line of a table: for each word the first and the last column that it lies over."""

    words: tuple[Word, ...]
    spans: tuple[tuple[int, int], ...]

    @property
    def top(self) -> float:
        return max(word.top for word in self.words)

    @property
    def bottom(self) -> float:
        return min(word.bottom for word in self.words)

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


def _read_region(region: list[Line], rules: Rules) -> PdfTable | None:
    """Return the table of a run of lines, None where they are none."""
    columns = _find_columns(region)
    if len(columns) < 2:
        return None
    placed = [_place_line(line, columns, rules) for line in region]
    # A table begins and ends with a line of several cells; above it a name may stand over several columns.
    is_row = [len({first for first, _ in line.spans}) > 1 for line in placed]
    if sum(is_row) < 2:
        return None
    first = is_row.index(True)
    while first and placed[first - 1].spans[0][0] > 0:
        first -= 1
    last = len(is_row) - 1 - is_row[::-1].index(True)
    while last + 1 < len(placed):
        # A further line may go on in a cell of the last: indented below it, close, and not in the first column.
        above, line = placed[last], placed[last + 1]
        is_close = above.bottom - line.top < 0.5 * (above.top - above.bottom)
        if line.spans[0][0] == 0 or len(line.spans) > 1 or not is_close:
            break
        last += 1
    placed = _without_title(placed[first : last + 1], rules)
    if not placed:
        return None
    ruled = _count_ruled(placed, rules)
    if not _is_table(placed, len(columns), ruled):
        return None
    merged = _merge_rows(placed, rules, len(columns))
    rows = _name_header(merged, ruled == 1 and _count_ruled(placed[:2], rules) == 1)
    characters = frozenset(
        index for line in placed for word in line.words for index in range(word.first, word.last + 1)
    )
    return PdfTable(tuple(rows), characters, min(characters))


def _without_title(lines: list[PlacedLine], rules: Rules) -> list[PlacedLine]:
    """Return the lines of a table without its title above, which is wider than any name of a column."""
    width = max(word.right for line in lines for word in line.words) - min(line.words[0].left for line in lines)
    wide = [n for n, line in enumerate(lines[:4]) if any(word.right - word.left > width / 2 for word in line.words)]
    first = wide[-1] + 1 if wide else 0
    if first >= len(lines):
        return []
    # Nor are one or two lines above its upper rule, where further rules follow.
    separated = [any(_separates(rule, *pair) for rule in rules.across) for pair in pairwise(lines[first:])]
    has_border = any(0 < rule.place - lines[first].middle < 20 for rule in rules.across)
    for count in (1, 2):
        is_apart = not has_border and sum(separated) > 1 and separated[:count] == [*[False] * (count - 1), True]
        if is_apart and all(line.spans[0][0] > 0 or len(line.spans) == 1 for line in lines[first : first + count]):
            return lines[first + count :]
    return lines[first:]


def _place_line(line: Line, columns: Sequence[tuple[float, float]], rules: Rules) -> PlacedLine:
    spans: list[tuple[int, int]] = []
    words: list[Word] = []
    for word in line:
        over = [
            number for number, (left, right) in enumerate(columns) if min(right, word.right) - max(left, word.left) > 0
        ]
        if not over:
            distances = [min(abs(word.left - right), abs(word.right - left)) for left, right in columns]
            over = [distances.index(min(distances))]
        # A name that is underlined stands over all columns that its line covers.
        for rule in rules.across:
            is_below = -1 < word.bottom - rule.place + 2 < word.top - word.bottom
            is_alone = not any(
                rule.start < other.right and other.left < rule.end for other in line if other is not word
            )
            if (
                is_below
                and is_alone
                and rule.start > columns[0][1]
                and rule.start - 3 < word.left
                and word.right < rule.end + 3
            ):
                under = [n for n, (left, right) in enumerate(columns) if rule.start < (left + right) / 2 < rule.end]
                over = list(range(min([*over, *under]), max([*over, *under]) + 1)) if len(columns) > 2 else over
        if spans and spans[-1][1] >= over[0]:  # two words over one column
            words[-1] = merge_words(words[-1], word)
            spans[-1] = spans[-1][0], max(spans[-1][1], over[-1])
        else:
            words.append(word)
            spans.append((over[0], over[-1]))
    return PlacedLine(tuple(words), tuple(spans))


def _count_ruled(lines: Sequence[PlacedLine], rules: Rules) -> int:
    """Return the number of gaps between lines that have a rule in them."""
    return sum(any(_separates(rule, above, below) for rule in rules.across) for above, below in pairwise(lines))


def _separates(rule: RuledLine, above: PlacedLine, below: PlacedLine) -> bool:
    """Tell a rule between two lines, over the first word of either."""
    if not below.middle < rule.place < above.middle:
        return False
    starts = [line.words[0] for line in (above, below)]
    return any(rule.start - 3 < word.left and rule.end > word.left + 3 for word in starts)


def _is_table(lines: Sequence[PlacedLine], width: int, ruled: int) -> bool:
    """Tell a table from prose in columns, lists and letterheads."""
    rows = [line for line in lines if len(line.spans) > 1]
    if len(rows) < (2 if ruled else 3):
        return False
    cells: list[list[str]] = [[] for _ in range(width)]
    for line in rows:
        for word, (first, last) in zip(line.words, line.spans, strict=True):
            if first == last:
                cells[first].append(word.text)
    filled = [column for column in cells if column]
    lengths = [sum(len(text.split()) for text in column) / len(column) for column in filled]
    if len(filled) < 2 or min(lengths) > PROSE:
        return False
    if not ruled and (min(lengths[1:]) > PROSE or sum(length > PROSE for length in lengths) > 1):
        return False
    # Without rules a table of two columns has to be one of values, or of short names.
    values = sum(
        bool(VALUE.fullmatch(text)) or bool(re.match(r"\W*\d", text)) for column in filled[1:] for text in column
    )
    if not ruled and width == 2:
        return values > len(rows) * 0.5 or (len(rows) > 3 and max(lengths) < PROSE)
    return sum(map(len, filled)) > len(rows) * width * 0.4


def _merge_rows(lines: Sequence[PlacedLine], rules: Rules, width: int) -> list[list[Word | None]]:
    """Return rows of one word or none for each column; a word over several columns is repeated."""
    groups: list[list[PlacedLine]] = []
    between = [any(_separates(rule, above, line) for rule in rules.across) for above, line in pairwise(lines)]
    is_framed = sum(between) > len(between) * 0.25 and sum(between) > 1
    steps = [above.bottom - line.bottom for above, line in pairwise(lines)]
    usual = median(steps) if steps else 0.0
    for number, line in enumerate(lines):
        if number == 0:
            groups.append([line])
            continue
        above = lines[number - 1]
        if between[number - 1]:
            joins = False
        elif is_framed:
            joins = True
        else:
            joins = _joins(above, line, steps[number - 1], usual)
        if joins:
            groups[-1].append(line)
        else:
            groups.append([line])
    rows = []
    for group in groups:
        row: list[Word | None] = [None] * width
        for line in group:
            for word, (first, last) in zip(line.words, line.spans, strict=True):
                if all(row[column] is row[first] for column in range(first, last + 1)):
                    held = row[first]
                    merged = word if held is None else merge_words(held, word)
                    row[first : last + 1] = [merged] * (last + 1 - first)
                else:
                    held = row[first]
                    row[first] = word if held is None else merge_words(held, word)
        rows.append(row)
    return rows


def _joins(above: PlacedLine, line: PlacedLine, step: float, usual: float) -> bool:
    """Tell a line that continues the row above it: it has few cells, under others that are full, and is close."""
    if step > usual * 1.3:
        return False
    firsts = {first for first, _ in line.spans}
    above_firsts = {first for first, _ in above.spans}
    texts = [word.text for word in line.words]
    has_values = any(VALUE.fullmatch(text) for text in texts)
    if 0 not in firsts:
        # No new name of a row, and no values of its own.
        return not has_values and firsts <= above_firsts and len(firsts) < max(2, len(above_firsts))
    if above_firsts == {0}:
        # The name of the row began on the line above, unless that is the name of a group.
        is_open = bool(OPEN_END.search(above.words[0].text))
        return is_open or (line.words[0].text[:1].islower() and step < usual * 0.95)
    return firsts == {0} and texts[0][:1].islower() and step <= usual


def _name_header(rows: list[list[Word | None]], is_underlined: bool) -> list[tuple[GridCell, ...]]:
    """Return rows of cells, in which the rows above the first one of values are one row of names.

    Without values, the names are above the only rule, in bold, or above an empty first column.
    """
    filled = [[word for word in row[1:] if word is not None] for row in rows]
    is_value = [sum(bool(VALUE.fullmatch(word.text)) for word in row) > len(row) * 0.5 for row in filled]
    count = 0
    if sum(is_value) > sum(map(bool, filled)) * 0.4:
        for number, (row, words) in enumerate(zip(rows, filled, strict=True)):
            if row[0] is None or not is_value[number]:
                continue
            # Some values may name columns: years, or numbers that count.
            numbers = [int(word.text) for word in words if word.text.isdecimal()]
            counts = len(numbers) > 2 and all(right - left == 1 for left, right in pairwise(numbers))
            if not counts and not all(re.fullmatch(r"\W*(?:19|20)\d\d\W*", word.text) for word in words):
                count = number
                break
        # A name alone in the first column, right above the values, is that of a group.
        while count > 1 and rows[count - 1][0] is not None and not filled[count - 1]:
            count -= 1
    if not 0 < count <= MOST_NAME_LINES:
        count = sum(1 for _ in takewhile(lambda row: row[0] is None, rows))
    # A row of names is in bold, and few words below it are, but for the first column.
    bold = [word.bold for row in rows[1:] for word in row[1:] if word is not None]
    is_bold = all(word.bold for word in rows[0] if word is not None) and sum(bold) < len(bold) * 0.5
    if not 0 < count <= MOST_NAME_LINES and (is_underlined or is_bold):
        count = 1
    if not 0 < count <= MOST_NAME_LINES:
        return [tuple(_to_cells(row)) for row in rows]
    # The lines of a name are one text, after ` / ` where a name over several columns stands above.
    header: list[GridCell] = []
    for column in range(len(rows[0])):
        text, joint = "", ""
        for row in rows[:count]:
            if (name := row[column]) is not None:
                text += f"{joint}{name.text}"
                joint = " / " if sum(1 for other in row if other is name) > 1 else " "
        header.append(GridCell(text, is_name=True))
    return [tuple(header), *(tuple(_to_cells(row)) for row in rows[count:])]


def _to_cells(row: Sequence[Word | None]) -> Iterator[GridCell]:
    for _, group in groupby(row, key=id):
        places = list(group)
        word = places[0]
        if word is None:
            yield from [GridCell("")] * len(places)
        else:
            yield GridCell(word.text, columns=len(places))

"""Mismatches of question and answer: another type, another measure, another attribute than is asked for."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from rag.answer.asked import wanted_type
from rag.answer.cells import RowCell, place_cells
from rag.answer.coordination import is_of_neighbour, is_of_other_label
from rag.answer.evidence import Evidence
from rag.answer.kinds import core_question
from rag.answer.quantities import Quantity
from rag.answer.synonyms import mean_same
from rag.answer.units import CURRENCIES, unit_named
from rag.answer.words import STOP_WORDS, fold, read_content, stem, tokens_of


def find_mismatches(question: str, text: str, evidence: Evidence) -> Iterator[str]:
    """Yield why a text is not of the type or measure asked for: a number, a time of the day, a person, weeks.

    Nor is it of another thing that its sentence speaks of, too.
    """
    if judge_measure(question, text, evidence) == "other":
        yield "it is another measure than the question asks for"
    if is_of_neighbour(question, text, evidence) or is_of_other_label(question, evidence.sentence.text):
        yield "it is of another thing in the same sentence"
    said, core = read_content(text), core_question(question)
    figures = (*said.quantities, *said.dates)
    if _NUMBER_WANTED.search(question) and not figures and not _NO_NUMBER.search(text):
        yield "it gives no number"
    if _TIME_WANTED.search(question) and not (figures or _TIME_WORDS.search(text)):
        yield "it gives no time"
    times = [quantity for quantity in said.quantities if quantity.kind == "clock" or quantity.unit is None]
    has_clock = bool(times) or _CLOCK_WORDS.search(text) is not None
    # "Within what time" and "how long are visiting hours kept" ask for a length.
    is_length = wanted_type(core) == "duration"
    if _CLOCK_WANTED.search(core) and not (has_clock or is_length):
        yield "it gives no time of the day"
    if _HOURS_WANTED.search(core) and not (is_length or has_clock or _WEEKDAY.search(text)):
        yield "it gives no hours"
    # "When does it open on Sundays?" is answered by no date of one year.
    if _RECURRING.search(core) and any(date.day for date in said.dates) and not said.quantities:
        yield "it is a single date"
    if _WEEKDAY_WANTED.search(question) and not _WEEKDAY.search(text):
        yield "it gives no day of the week"
    if _PERSON_WANTED.search(core) and not _names_somebody(text, evidence):
        yield "it names nobody"

    # Phone numbers and addresses of a mail have a form.
    if _PHONE_WANTED.search(question):
        digits = len(re.sub(r"\D", "", text))
        around = read_content(f"{evidence.sentence.text}\n{evidence.context}").words
        if digits < 2 or (digits < 6 and not around & _PHONE_WORDS):
            yield "it is no phone number"
    if _MAIL_WANTED.search(question) and "@" not in text:
        yield "it is no mail address"
    own = _OWN.search(question)
    if (
        own
        and not read_content(own["name"]).words <= read_content(f"{evidence.sentence.text}\n{evidence.context}").words
    ):
        yield f"it is not of {own['name']}"


# --- the type ---------------------------------------------------------------------------------------------------------

_NUMBER_WANTED = re.compile(
    r"\bhow (?:many|far|old|heavy|tall|deep|often)\b|\bhow much\b.*\b(?:costs?|pay|charged?|prices?|fees?|rent|weigh)\b"
    r"|\bhow much (?:is|are|for) an?\b|\bwhat (?:percentage|share|temperature)\b"
    r"|\bwhat (?:do|does|did|will|would|must) .*\b(?:costs?|pay(?! (?:for|with|by|in)\W*$))\b"
    r"|^\W*(?:what(?:['’]?s| is| are| was| were)? )?(?:the )?(?:[\w-]+ )?(?:prices?|costs?|fees?) (?:of|for)\b",
    re.IGNORECASE,
)
_NO_NUMBER = re.compile(
    r"\b(?:no|none|free|included|nothing|several|many|few|daily|weekly|monthly|yearly|annually|hourly|every|each|quarterly|always"
    r"|once|never|rarely|both|single|all|zero|pair|couple)\b",
    re.IGNORECASE,
)
_TIME_WANTED = re.compile(r"\b(?:what|which) (?:time(?! period| span| frame)|hour|date|year|day)\b", re.IGNORECASE)
_WEEKDAY_NAMES = "|".join([*calendar.day_name, *calendar.day_abbr])
_TIME_WORDS = re.compile(
    rf"\b(?:(?:{_WEEKDAY_NAMES})s?|noon|midday|midnight|mornings?|evenings?|daily|today|tomorrow|days?|weeks?"
    r"|weekends?|weekdays?|spring|summer|autumn|winter|century)\b",
    re.IGNORECASE,
)
_CLOCK_WANTED = re.compile(
    r"(?<!\bwithin )\b(?:what|which) (?:time|hour)\b(?! (?:of (?:the )?year|period|zone|span|frame|scale))",
    re.IGNORECASE,
)
_HOURS_WANTED = re.compile(
    r"\b(?:opening|closing|office|visiting|business|consultation) (?:hours?|times?)\b", re.IGNORECASE
)
_CLOCK_WORDS = re.compile(
    r"\b(?:noon|midday|midnight|mornings?|evenings?|afternoons?|nights?|dawn|dusk|sunrise|sunset|lunch\w*|breakfast"
    r"|closed|never|always|any ?time|all day|o['’]clock|ago|century"
    r"|(?:before|after|until|during|when|as soon as) .*)\b",
    re.IGNORECASE,
)
_WEEKDAY_WANTED = re.compile(r"\b(?:what|which) (?:weekday|day of the week)\b", re.IGNORECASE)
_WEEKDAY = re.compile(rf"\b(?:(?:{_WEEKDAY_NAMES})s?|daily|never|every day|weekends?|weekdays?)\b", re.IGNORECASE)
_RECURRING = re.compile(
    rf"^when (?:do|does|is|are|can)\b.*\b(?:(?:{'|'.join(calendar.day_name)})s|weekends|weekdays|holidays|usually|daily"
    r"|every (?:day|week|month|year))\b",
    re.IGNORECASE,
)
_PERSON_WANTED = re.compile(r"^(?:to |by |with |from |for )?(?:who|whom)\b", re.IGNORECASE)
_PERSON = re.compile(
    r"(?:\w{2,}(?:ers?|ors?|ists?|ants?|ians?|(?<!m)ents|(?<!m)ent|men|man|women|woman|ees?|eers?|esse?s?)"
    r"|people|person|everyone|everybody|anyone|anybody|someone|somebody|nobody|none|one|all|they|he|she|you|we|i"
    r"|staff|team|crew|board|committee|council|company|firm|group|office|department|family|families|child|children"
    r"|kids?|boys?|girls?|wife|husband|son|daughter|guests?|friends?|king|queen|chiefs?|heads?|nurses?|chairs?|clerks?"
    r"|agency|agencies|bank|police|army|church|club|union|government|states?|nations?|public|mothers?|fathers?|faculty|part(?:y|ies)"
    r"|troops|tribes?|rebels?|citizens?|crowds?|couples?|twins?)",
    re.IGNORECASE,
)
_MONTH_OR_DAY = re.compile("|".join([*calendar.month_name[1:], *calendar.day_name]))
_PHONE_WANTED = re.compile(
    r"\b(?:tele)?phone (?:number|no|nr)\b|\b(?:mobile|fax|hotline) (?:number|no|nr)\b"
    r"|\bnumber (?:do|can|should|must|shall|to|for)\b.*\b(?:ring|call|dial|phone|text)\b",
    re.IGNORECASE,
)
_PHONE = "phone telephone tel call ring dial mobile hotline fax extension ext"
_PHONE_WORDS = frozenset(stem(word) for word in _PHONE.split())
_MAIL_WANTED = re.compile(r"\be-?mail (?:address|adress)\b", re.IGNORECASE)
_OWN = re.compile(r"(?P<name>[A-Z][\w.-]+(?: [A-Z][\w.-]+)*)['’]s (?:own|direct|personal|private)\b")


def _names_somebody(text: str, evidence: Evidence) -> bool:
    """Tell whether a text has a name, or a word for people."""
    words = re.findall(r"[^\W\d_][\w'’-]*", text)
    # A word that the section writes small, too, is no name.
    small = set(re.findall(r"\b[a-z][\w'’-]*", evidence.chunk.text))
    if not re.search(r"[A-Z]", evidence.sentence.text):
        return True
    return any(
        (word[0].isupper() and word.lower() not in small and not _MONTH_OR_DAY.fullmatch(word))
        or _PERSON.fullmatch(word)
        for word in words
    )


# --- the measure ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Measured:
    """What is measured: the questions that ask for it, the dimensions of its units, and the words of its values.

    With `words`, a number without a unit has to stand with one of them.
    """

    questions: re.Pattern[str]
    dimensions: frozenset[str]
    words: frozenset[str] = frozenset()


def _measured(questions: str, dimensions: str, words: str = "") -> Measured:
    return Measured(
        re.compile(questions, re.IGNORECASE), frozenset(dimensions.split()), frozenset(map(stem, words.split()))
    )


_LENGTHS = "time month workday night"
_PRICES = " ".join(CURRENCIES) + " percent"
_PRICE_WORDS = (
    "price cost fee pay charge rent rate free deposit fine amount budget worth value sell buy expensive spend"
)
_MEASURED = (
    _measured(r"\bhow (?:long|old|soon|often)\b", f"{_LENGTHS} length times"),
    _measured(r"\bhow (?:far|tall|wide|deep|high|thick)\b", f"length {_LENGTHS}"),
    _measured(
        r"\bhow heavy\b|\bhow much .*\bweighs?\b|\bwhat .*\bweighs?\b"
        r"|\b(?:what|which) .*\bweight (?:of|has|does|do|is)\b",
        "mass",
        "weigh weight heavy load mass",
    ),
    _measured(
        r"\bhow much\b.*\b(?:costs?|pay|charged?|prices?|fees?|rent)\b|\bhow much (?:is|are|for) an?\b"
        r"|\bwhat .*\b(?:prices?|fees?|costs?)\b|\bwhat (?:do|does|did|will|would|must) .*\bpay\b"
        r"|^\W*(?:the )?prices? (?:of|for)\b",
        _PRICES,
        _PRICE_WORDS,
    ),
    # "How much is the kettle?" asks for a price, "how much is the notice?" may ask for a time.
    _measured(r"\bhow much (?:is|are|for) (?:the|this|these|your)\b", f"{_PRICES} {_LENGTHS}"),
    _measured(
        r"\bwhat (?:\w+ )?temp\w*tures?\b|^\W*(?:the )?(?:[\w-]+ ){0,2}temp\w*tures?\b|\bhow (?:hot|cold|warm)\b",
        "celsius fahrenheit degree",
        "temperature degree hot cold warm boil freeze",
    ),
    _measured(
        r"\b(?:what|which) percentage\b|\bhow many per ?cent\b", "percent", "percent percentage share half third"
    ),
)
_HOW_MANY = re.compile(
    r"\bhow many ((?:(?:working|business|square|cubic|percentage) )?[^\W\d_]+)(?: of (?:\w+ )*?(\w+)\b)?", re.IGNORECASE
)
_SIZES = "size area length height width depth weight distance duration period age capacity"
_COUNTED = frozenset({*CURRENCIES, "mass", "length", *_LENGTHS.split(), "area", "volume"})


def judge_measure(question: str, text: str, evidence: Evidence) -> Literal["other", "doubtful", "fitting"]:
    """Tell whether the numbers of a text are of the measure that the question asks for, and count what it asks for.

    Of numbers without a unit, and of what is counted, only the words around them tell.
    """
    quantities = read_content(text).quantities
    # A number takes its unit from the text, from the evidence, or from the name of its column.
    stated = [(other, other.unit) for other in read_content(evidence.sentence.text).quantities]
    for other_cell, _ in place_cells(evidence.line):
        parts = re.findall(r"[^\W\d_]+|[%°€$£]", other_cell.column)
        units = [unit for part in parts[1:] if (unit := unit_named(part))]
        if units:
            stated += [(other, other.unit or units[-1]) for other in read_content(other_cell.value).quantities]

    def measures_of(quantity: Quantity) -> set[str]:
        if quantity.unit:
            return {quantity.unit.dimension}
        return {unit.dimension for other, unit in stated if unit and quantity.equals(other)}

    known = [measures for quantity in quantities if (measures := measures_of(quantity))]
    wanted = [(one.dimensions, one.words) for one in _MEASURED if one.questions.search(question)]

    # Numbers of weeks where weeks are asked for; of members, no number that has a unit.
    how_many = _HOW_MANY.search(question)
    unit = read_content(f"2 {how_many[1]}").quantities[0].unit if how_many else None
    if unit and unit.dimension == "times":
        wanted.append((frozenset({"times"}), frozenset()))
    elif unit:
        sizes = f"{how_many[1] if how_many else ''} {_SIZES}".split()
        days = {"time", "workday"} if unit.dimension in ("time", "workday") else {unit.dimension}
        wanted.append((frozenset(days), frozenset(map(stem, sizes))))
    # A cell stands with its column and what the table is about, a sentence with what leads up to it.
    cell = _cell_of(evidence)
    places = [evidence.sentence.text, evidence.context, evidence.before]
    if cell is not None:
        places = [cell.column, cell.value, *evidence.titles]
    for dimensions, names in wanted:
        is_other = known and not any(measures & dimensions for measures in known)
        may_be_bare = bool(names and quantities and not known)
        is_bare = may_be_bare and not any(names & read_content(place).words for place in places)
        if is_other or is_bare:
            return "other" if is_other else "doubtful"
    if how_many is None or not quantities:
        return "fitting"
    if not unit and len(known) == len(quantities) and all(measures <= _COUNTED for measures in known):
        return "other"
    # In a row, the things counted are named, by the cell or above it.
    if cell is not None and evidence.is_row:
        named = [word for word in (how_many[1].split()[-1], how_many[2]) if word]
        if any(_PERSON.fullmatch(word) for word in named):
            named += ["people", "persons", "staff"]
        held = [*tokens_of(f"{cell.column} {cell.value}"), *tokens_of(" ".join(evidence.chunk.heading))]
        if not any(mean_same(one, other) for one in named for other in held):
            return "doubtful"
    return "fitting"


# --- the attribute ----------------------------------------------------------------------------------------------------

_OPENING = re.compile(
    r"^(?:(?:what|which)(?:['’]?s| is| are| was| were)? "
    r"(?!(?:do|does|did|would|will|can|could|should|must|may|ha[ds]|have)\b)"
    r"(?:the |my |our |your )?(?P<of>(?:[\w-]+ ){0,3}?[\w-]+)"
    r"|(?:the )?(?P<keyword>(?:[a-z][\w-]* ){0,2}?[a-z][\w-]*)) (?:of|for|in|at)\b",
    re.IGNORECASE,
)
# Words for what any column may hold.
_ANY = """
    name number code thing item article product kind type sort value answer amount title date time day year month hour
    person place way size level limit minimum maximum most least first last list information detail difference reason
    purpose meaning role
    """
_GENERAL = frozenset(stem(word) for word in _ANY.split())


def attribute_of(question: str) -> str:
    """Return the words for the attribute that a question asks for by name; empty if it names none.

    >>> attribute_of("calories in the vegetable soup?")
    'calories'
    """
    match = _OPENING.match(core_question(question))
    if match is None:
        return ""
    attribute = match["of"] or match["keyword"]
    words = [word for word in tokens_of(attribute) if word not in STOP_WORDS]
    if not words or any(fold(word) in ("how", "who", "why", "when", "where") for word in attribute.split()):
        return ""
    return " ".join(words)


def _cell_of(evidence: Evidence) -> RowCell | None:
    """Return the cell of a row or record that the evidence is in, None in prose or for several cells."""
    if not (evidence.is_row or evidence.record):
        return None
    line_start = evidence.chunk.text.rfind("\n", 0, evidence.start) + 1
    places = [(cell, line_start + place) for cell, place in place_cells(evidence.line)]
    before = [cell for cell, place in places if place <= evidence.start]
    is_several = any(evidence.start < place < evidence.end for _, place in places)
    return before[-1] if before and not is_several else None


def is_other_attribute(question: str, evidence: Evidence) -> bool:
    """Tell whether a question names an attribute that the evidence's cell is not of.

    It is by the cell's column, its value, its unit, or what the table is about.
    """
    cell, attribute = _cell_of(evidence), attribute_of(question)
    asked = attribute.split()
    if cell is None or not asked or any(stem(word) in _GENERAL for word in asked):
        return False
    held = [*tokens_of(f"{cell.column} {cell.value}"), *tokens_of("\n".join(evidence.chunk.heading))]
    return not any(mean_same(one, other) for one in asked for other in held)

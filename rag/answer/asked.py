"""The type of answer that a question asks for, and whether a span is of that type: a person, a price, a time.

>>> fits_wanted("Who leads the workshop?", Evidence(chunk, 0, 9))     # of "Priya Nair, Thursdays"
1.0
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from rag.answer.cells import cells_of
from rag.answer.evidence import Evidence
from rag.answer.units import CURRENCIES
from rag.answer.words import read_content

Wanted = Literal[
    "price", "time", "day", "person", "phone", "mail", "duration", "mass", "count", "share", "number", "place"
]

_PRICE = r"(?:costs?|pay|paid|charge[sd]?|prices?|priced|fees?|fare|rent|deposit|fine|salary|wages?)"
# The first pattern that a question has decides.
_PATTERNS: tuple[tuple[Wanted, str], ...] = (
    ("count", r"\bhow many (?!(?:minutes|hours|days|weeks|months|years|kilos?|grams?|kg|per ?cent)\b)"),
    ("mass", r"\bhow heavy\b|\bweigh\b|\bhow much .*\bweigh"),
    (
        "phone",
        r"\b(?:tele)?phone\b.*\bnumbers?\b|^\W*(?:tele)?phone\b|\bwhat(?:['’]?s| is) .*\b(?:tele)?phone\b"
        r"|\bwh\w+ number\b.*\b(?:call|ring|dial|reach|phone)\b|\bcall\b.*\bnumber\b",
    ),
    ("mail", r"\be-?mail(?: address)?\b"),
    ("share", r"\b(?:percentage|per ?cent|what share|what proportion)\b"),
    (
        "price",
        r"\bhow much(?:['’]?s| is| are| was| were| do| does| did| will| would| for| to| an?| per|\?|$)(?!.*\bweigh)"
        rf"|\bhow much\b.*\b{_PRICE}\b|\b(?:what|which)\b.*\b{_PRICE}\b|^\W*(?:the )?{_PRICE}\b(?! list)"
        rf"|\b{_PRICE} (?:of|for)\b|\b(?:price|cost|fee)\W*$|\bcosts?\b.*\?$",
    ),
    (
        "duration",
        r"\bhow (?:long|old|soon|quickly)\b|\b(?:with)?in (?:what|which) (?:time|period)\b"
        r"|\bhow many (?:minutes|hours|days|weeks|months|years)\b",
    ),
    ("day", r"\b(?:which|what) (?:week)?days?\b"),
    (
        "time",
        # Not a crossing time or a delivery time, which may be a length.
        r"\bwhen\b|\b(?:what|which|latest|earliest) (?:time|hours?|date|year|month)\b|\b(?:last day|deadline)\b"
        r"|\b(?:opening|closing|visiting|office|business|start(?:ing)?|arrival|departure|check-?(?:in|out)|meeting) "
        r"(?:times?|hours?)\b",
    ),
    ("number", r"\bhow (?:far|heavy|tall|deep|high|wide|big|large|fast|often|much|many)\b|\bwhat temperature\b"),
    # No "who" of a relative clause, as in "somebody who is no member".
    (
        "person",
        r"(?:^|[,.:;!?] |\b(?:know|me|ask|and|so|say|by|to|for|with|from|of) )\W*who(?:m|se|['’]?s)?\b",
    ),
    ("place", r"\bwhere\b"),
)
_WANTED = tuple((wanted, re.compile(pattern, re.IGNORECASE)) for wanted, pattern in _PATTERNS)
_CLOCK_OR_DAY = re.compile(
    r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|noon|midday|midnight|morning|evening|afternoon|night|daily|weekly"
    r"|weekdays?|weekends?|spring|summer|autumn|winter|today|tomorrow|mon|tue|wed|thu|fri|sat|sun|o'clock|[ap]\.?m"
    r"|century|easter|christmas|always|never|hourly)\b|\d:\d\d\b",
    re.IGNORECASE,
)
_NOTHING = re.compile(r"\b(?:free|nothing|no (?:charge|fee|cost)|none|included|gratis|complimentary)\b", re.IGNORECASE)
_NAME = re.compile(r"(?:^|(?<=[\s(\"'“‘-]))[^\W\d_a-z]\w+|\b[A-Z]{2,}\b")
_ARTICLE = re.compile(r"^\W*(?:the|an?|our|your|its|their|in|at|on|to|by|from)\b", re.IGNORECASE)
_ROLE = re.compile(r"\b(?:the|an?|our|your|its|their)\s+\w+", re.IGNORECASE)
_COUNT_WORD = re.compile(
    r"\b(?:no|none|several|both|all|every|unlimited|once|twice|daily|weekly|a couple|a dozen)\b", re.I
)


@lru_cache(maxsize=256)
def wanted_type(question: str) -> Wanted | None:
    """Return the type of answer that a question asks for; None where any will do."""
    return next((wanted for wanted, pattern in _WANTED if pattern.search(question)), None)


def fits_wanted(question: str, evidence: Evidence) -> float:
    """Return 1 for a span of the type that a question asks for, -1 for one of another type, 0 for one in doubt."""
    wanted, text = wanted_type(question), evidence.text
    if wanted is None:
        return 0.0
    content = read_content(text)
    units = {quantity.unit.dimension for quantity in content.quantities if quantity.unit}
    has_clock = any(quantity.kind == "clock" for quantity in content.quantities)
    has_time = bool(content.dates or has_clock or _CLOCK_OR_DAY.search(text))
    has_number = bool(content.quantities)
    match wanted:
        case "phone":
            return 1.0 if len(re.sub(r"\D", "", text)) >= 6 and not content.dates else -1.0
        case "mail":
            return 1.0 if "@" in text else -1.0
        case "share":
            return 1.0 if "percent" in units else 0.0 if has_number and not units else -1.0
        case "price":
            if units & set(CURRENCIES) or "percent" in units or _NOTHING.search(text):
                return 1.0
            # A bare number is a price in a column of prices, or where the currency stands beside it.
            beside = {
                quantity.unit.dimension for quantity in read_content(evidence.sentence.text).quantities if quantity.unit
            }
            is_amount = has_number and not units and not has_time
            named = any(text in cell.value and re.search(_PRICE, cell.column, re.I) for cell in cells_of(evidence.line))
            return 1.0 if is_amount and (named or beside & set(CURRENCIES)) else 0.0 if is_amount else -1.0
        case "time" | "day":
            in_doubt = units & {"time", "month", "workday", "night"} or re.search(r"\b\d{1,2}\.\d\d\b", text)
            return 1.0 if has_time else 0.0 if in_doubt else -1.0
        case "duration":
            is_long = units & {"time", "month", "workday", "night", "length"} or has_time
            return 1.0 if is_long else 0.0 if has_number and not units else -1.0
        case "mass":
            return 1.0 if "mass" in units else 0.0 if has_number and not units else -1.0
        case "number" | "count":
            return 1.0 if has_number and not has_time else 0.0 if _COUNT_WORD.search(text) or has_number else -1.0
        case "person":
            is_name = _NAME.search(_ARTICLE.sub("", text)) is not None
            return 1.0 if is_name and not has_time else 0.0 if _ROLE.search(text) and not has_number else -1.0
        case "place":
            is_figure = (has_number or has_time) and not _NAME.search(_CLOCK_OR_DAY.sub("", text))
            return -1.0 if is_figure else 1.0 if _NAME.search(text) else 0.0

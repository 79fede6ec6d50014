"""The unit in a label: "weight_kg" is a weight in kg, "screen size in" may be one in inches."""

from __future__ import annotations

import re

from rag.describe.fields.unit_names import CURRENCY_CODES, CURRENCY_SIGNS, CURRENCY_WORDS, written_unit
from rag.describe.fields.word_lists import listed_words

_BRACKETED = re.compile(r"^(?P<label>.*\S)\s*[(\[](?:in )?(?P<unit>[^()\[\]]{1,14})[)\]]$")
_TRAILING = re.compile(r"^(?P<label>.*?\S)(?:,| /)?(?: (?P<in>in))? (?P<unit>\S{1,12}|sq (?:m|ft)|fl oz)$")
# "Water temperature c" and "temperature range f" are in degrees.
_TEMPERATURE = re.compile(
    r"^(?P<label>.*\btemperatures?(?: (?:range|limit|rating))?)[ ,(]*"
    r"(?:(?:in )?(?:deg(?:rees?)?|°) ?)?(?P<scale>[cf])\)?$",
    re.IGNORECASE,
)
# "Spacing cm (row x plant)", "weight g (net)".
_MIDDLE = re.compile(r"^(?P<label>.*\S) (?P<unit>\S{1,5}) (?P<note>\([^()]+\))$")
# A unit with brackets of its own, within others or not: "noise dB(A)", "noise level [dB (A)]".
_WEIGHTED = re.compile(r"^(?P<label>.*\S) [(\[]?(?P<unit>dB) ?\((?P<scale>[AC])\)[)\]]?$", re.IGNORECASE)
# "Noise dB(A) max" is the maximum noise.
_BOUNDED = re.compile(r"^(?P<label>.*\S (?P<unit>\S{1,6})) (?P<bound>max(?:imum)?|min(?:imum)?)\.?$")
_TWO_UNITS = re.compile(r"^(\S+) ?/ ?(\S+)$")
_BEHIND_TWO = re.compile(r"^(?P<label>.*\w) [(\[]?(?P<first>[^\s/()]+) ?/ ?(?P<second>[^\s/()]+)[)\]]?$")
_PRICE = re.compile(r"\b(?:price|prices|cost|rrp|srp|msrp|uvp)\b", re.IGNORECASE)
# "Warranty M" is in months, whatever else an M may be.
_TERM = re.compile(
    r"^(?P<label>.*\b(?:warranty|guarantee|shelf life))[ (]+(?P<unit>m|mo|mon|y|yr|yrs|j|d)\)?$", re.IGNORECASE
)
_TERM_UNITS = (
    {"d": "days"} | dict.fromkeys(("m", "mo", "mon"), "months") | dict.fromkeys(("y", "yr", "yrs", "j"), "years")
)
# "Players (min)" and "age min" are the fewest and the youngest, no minutes.
_LEAST = re.compile(
    r"^.*\b(?:players?|persons?|people|users?|guests?|riders?|ages?|order|quantity|qty|height|width|length|depth|weight"
    r"|load|temperature)[ ,(\[]+min\.?[)\]]?$",
    re.IGNORECASE,
)
# Measures that the last words of a label are of, for units of one or two letters, which are other words too.
_MEASURED = {
    measure: listed_words(f"of_{measure}")
    for measure in ("length", "mass", "volume", "time", "power", "voltage", "current")
}
_WORD_TIMES = listed_words("word_times")


def split_unit(text: str) -> tuple[str, str]:
    """Return a label without its unit, and the unit as it is shown after several, "" without one."""
    if temperature := _TEMPERATURE.match(text):
        return temperature["label"], f"°{temperature['scale'].upper()}"
    if term := _TERM.match(text):
        return term["label"], _TERM_UNITS[term["unit"].casefold()]
    text = re.sub(r"(?<=[ (\[])(\w{1,5}) / (h|min|s)(?=[)\]]?$)", r"\1/\2", text)  # "speed km / h"
    if (bounded := _BOUNDED.match(text)) and _unit_of(bounded["unit"]):
        bare, unit = split_unit(bounded["label"])
        return (f"{bounded['bound'][:3]}imum {bare}", unit) if unit else (text, "")
    if weighted := _WEIGHTED.match(text):
        return weighted["label"], f"dB({weighted['scale'].upper()})"
    middle = _MIDDLE.match(text)
    if middle and not _unit_of(middle["note"].strip("()")):
        bare, unit = split_unit(f"{middle['label']} {middle['unit']}")
        return (f"{bare} {middle['note']}", unit) if unit else (text, "")
    if names_two_units(text) or split_two_units(text) or _LEAST.match(text):
        return text, ""
    bare, unit = _split_one(text)
    is_amount = unit in CURRENCY_SIGNS or unit in CURRENCY_CODES
    # "Price / kg" is one of a kg: its value is money.
    return (text, "") if unit and not is_amount and _PRICE.search(bare) else (bare, unit)


def _split_one(text: str) -> tuple[str, str]:
    bracketed = _BRACKETED.match(text)
    if bracketed and (unit := _unit_of(bracketed["unit"])):
        return bracketed["label"], unit
    trailing = _TRAILING.match(text)
    if trailing and re.search(r" per(?: \d+)?$", trailing["label"], re.IGNORECASE):  # a price per kg
        return text, ""
    if not trailing or not (unit := _unit_of(trailing["unit"])):
        return text, ""
    name, bare = trailing["unit"], trailing["label"]
    if name.casefold() in listed_words("no_trailing_units"):
        return text, ""
    if trailing["in"]:
        return bare, unit
    last = bare.casefold().split()
    written = written_unit(name)
    if (
        written
        and (len(name) < 3 or name.casefold() in _WORD_TIMES)
        and name.casefold() not in ("kg", "cm", "mm", "ml")
    ):
        if name.casefold() in _WORD_TIMES and "of" in last:
            return text, ""
        if not set(last) & set(_MEASURED.get(written.measures, frozenset(last))):
            return text, ""
    return bare, unit


def names_two_units(label: str) -> bool:
    """Return whether a label is one unit or another, so that nobody knows which a number has: "gsm / micron"."""
    two = _TWO_UNITS.match(label)
    return bool(two) and all(map(_unit_of, two.groups() if two else ()))


def split_two_units(label: str) -> tuple[str, str, str] | None:
    """Return a label and the two units that it ends in, "power", "kW" and "PS" of "power kW / PS", None for another.

    A unit of two parts is one: "speed (km / h)".
    """
    match = _BEHIND_TWO.match(label)
    if match is None or _PRICE.search(match["label"]) or _unit_of(f"{match['first']}/{match['second']}"):
        return None
    first, second = ("PS" if name.upper() == "PS" else _unit_of(name) for name in (match["first"], match["second"]))
    return (match["label"], first, second) if first and second else None


def _unit_of(name: str) -> str:
    name = name.strip()
    if name.upper() in CURRENCY_CODES and (name.isupper() or name.islower()) and name.casefold() not in ("all", "try"):
        return name.upper()
    if name in CURRENCY_SIGNS:
        return name
    if name.casefold() in CURRENCY_WORDS and name.casefold() not in ("pound", "pounds"):
        return CURRENCY_WORDS[name.casefold()]
    written = written_unit(name)
    return written.many if written else ""

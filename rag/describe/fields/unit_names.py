"""Units as catalogues write them, for telling a measure from other text; nothing here is converted."""

from __future__ import annotations

import re
from typing import NamedTuple

from rag.answer.units import MeasureUnit, unit_named
from rag.describe.fields.word_lists import listed_words


class WrittenUnit(NamedTuple):
    """A unit of a label: the words to show after one and after several, and what it measures."""

    one: str
    many: str
    measures: str


# What it measures: the form to show (or one~many), then other spellings.
_LINES = """
length: mm, cm, m, km, dm, µm|um|micron|microns, nm, in, ft, yd, mi, inch~inches, foot~feet, yard~yards, mile~miles
length: millimetre~millimetres|millimeter|millimeters, centimetre~centimetres|centimeter|centimeters
length: metre~metres|meter|meters, kilometre~kilometres|kilometer|kilometers
area: m²|m2|sqm|sq m, cm²|cm2, mm²|mm2, ft²|ft2|sq ft|sqft, ha, acre~acres, hectare~hectares
mass: mg, g|gr, kg, t, lb|lbs, oz, µg|mcg|ug, carat~carats, ct, milligram~milligrams, gram~grams|gramme|grammes
mass: kilogram~kilograms|kilo|kilos, tonne~tonnes, pound~pounds, ounce~ounces
volume: ml|mL, cl|cL, dl, l|L, hl, fl oz|floz|fl. oz, gal, pt, qt, cc, cm³|cm3, m³|m3, ft³|cu ft|ft3
volume: millilitre~millilitres|milliliter|milliliters, litre~litres|liter|liters, gallon~gallons, pint~pints
volume: cup~cups, tbsp, tsp
time: s, sec, min|mins, h, hr|hrs, ms, ns, µs, second~seconds, minute~minutes, hour~hours, day~days, week~weeks
time: month~months, year~years|yr|yrs, night~nights
data: KB|kB, MB, GB, TB, KiB, MiB, GiB, TiB, byte~bytes, kilobyte~kilobytes, megabyte~megabytes, gigabyte~gigabytes
data: terabyte~terabytes
rate: kbit/s|kbps, Mbit/s|Mbps, Gbit/s|Gbps, MB/s, GB/s, GT/s, MT/s
power: W, kW, MW, VA, kVA, hp, BTU|BTUs, BTU/h, watt~watts, kilowatt~kilowatts
energy: Wh, kWh, kWh/year|kWh/a, kWh/1000h, J, kJ, kcal, cal, joule~joules, calorie~calories
voltage: V, mV, kV, V AC|VAC, V DC|VDC, volt~volts
current: A, kA, mA, µA, amp~amps, ampere~amperes
charge: mAh, Ah
frequency: Hz, kHz, MHz, GHz, THz, rpm|r/min|min-1, bpm, spm, fps, ppm, cpm
pressure: bar, mbar, psi, Pa, kPa, MPa, hPa, mmHg
sound: dB, dB(A)|dBA, dBi, dBm, decibel~decibels
speed: km/h|kph|kmh, mph, m/s, kn, mm/s, cm/s, ips, knot~knots
temperature: °C|℃|° C|degC, °F|℉|° F|degF, K, degrees Celsius, degrees Fahrenheit
angle: °, degree~degrees|deg
light: lm, lux, cd, cd/m²|cd/m2, nit~nits, lumen~lumens, candela~candelas, lm/W
resistance: ohm~ohms, Ω, kΩ, MΩ
force: N, kN, Nm|N·m|N m, kgf, ft-lb, newton~newtons
density: gsm, g/m²|g/m2, g/l, kg/m³|kg/m3, g/cm³|g/cm3, den, denier, dtex, mg/l, mg/kg
flow: g/m²/24h|g/m2/24h, l/min|lpm, l/h|lph, m³/h|m3/h, cfm, ml/h, gpm
image: MP|Mpx, px, pixel~pixels, megapixel~megapixels, dpi, ppi, dot~dots
share: %|pct, percent|per cent, ‰, vol%, % vol|% vol., % ABV|ABV
count: piece~pieces|pcs|pc|pc(s), pack~packs, pair~pairs, page~pages, sheet~sheets, serving~servings, person~people
count: IU, CFU, ply, gauge, TOG
""".strip().splitlines()


_BY_NAME: dict[str, WrittenUnit] = {}
for _line in _LINES:
    _measures, _, _units = _line.partition(": ")
    for _unit in _units.split(", "):
        _shown, *_others = _unit.split("|")
        _one, _, _many = _shown.partition("~")
        for _name in filter(None, (_one, _many, *_others)):
            _BY_NAME.setdefault(_name, WrittenUnit(_one, _many or _one, _measures))
_BY_FOLDED = {name.casefold(): unit for name, unit in reversed(_BY_NAME.items())}

CURRENCY_SIGNS = "€$£¥₹₽₩₺₪฿₫₴"
CURRENCY_CODES = listed_words("currency_codes")
CURRENCY_WORDS = {
    "euro": "EUR", "euros": "EUR", "dollar": "USD", "dollars": "USD", "pound": "GBP", "pounds": "GBP",
    "sterling": "GBP", "yen": "JPY", "franc": "CHF", "francs": "CHF", "rupees": "INR", "rupee": "INR", "kr": "kr",
    "zł": "PLN", "kč": "CZK",
}  # fmt: skip


def written_unit(name: str) -> WrittenUnit | None:
    """Return the unit of a name as it is written, else in any case: "KG" is kg, "mw" is none of MW and mW for sure."""
    name = re.sub(r"\s+", " ", name.strip().strip(".")) if len(name) > 1 else name
    return _BY_NAME.get(name) or _BY_FOLDED.get(name.casefold())


_CODES = {
    "degree": "°", "celsius": "°C", "fahrenheit": "°F", "kelvin": "K", "watt": "W", "kilowatt": "kW", "volt": "V",
    "millivolt": "mV", "ampere": "A", "milliampere": "mA", "ampere hour": "Ah", "milliampere hour": "mAh",
    "lumen": "lm", "candela": "cd", "lux": "lux", "hertz": "Hz", "kilohertz": "kHz", "megahertz": "MHz",
    "gigahertz": "GHz", "kilogram": "kg", "gram": "g", "milligram": "mg", "ton": "t", "millimeter": "mm",
    "centimeter": "cm",
    "decimeter": "dm", "meter": "m", "kilometer": "km", "inch": "in", "foot": "ft", "square millimeter": "mm²",
    "square centimeter": "cm²", "square meter": "m²", "cubic meter": "m³", "cubic centimeter": "cm³", "liter": "l",
    "milliliter": "ml", "centiliter": "cl", "bar": "bar", "pascal": "Pa", "kilopascal": "kPa", "decibel": "dB",
    "newton": "N", "newton meter": "Nm", "joule": "J", "kilowatt hour": "kWh", "watt hour": "Wh", "percentage": "%",
    "percent": "%", "cubic meter per hour": "m³/h", "liter per minute": "l/min", "meter per second": "m/s",
    "kilometer per hour": "km/h", "revolutions per minute": "rpm", "grams per square meter": "g/m²", "ounce": "oz",
    "kgm": "kg", "grm": "g", "mgm": "mg", "mmt": "mm", "cmt": "cm", "mtr": "m", "ltr": "l", "mlt": "ml", "clt": "cl",
    "onz": "oz", "lbr": "lb", "wtt": "W", "kwt": "kW", "vlt": "V", "amp": "A", "htz": "Hz",
    "pound": "lb", "microgram": "µg", "piece": "pieces", "minute": "min", "hour": "h", "second": "s",
}  # fmt: skip


def unit_of_code(code: str) -> str:
    """Return the unit that a system names in full: "SQUARE_MILLIMETER" is mm², "kilograms" is kg; others as written."""
    name = re.sub(r"[_\s]+", " ", code.strip().casefold()).replace("metre", "meter").replace("litre", "liter")
    known = _CODES.get(name) or _CODES.get(name.removesuffix("s"))
    if known or (written := written_unit(code)) is None:
        return known or code.strip()
    return written.many


def size_of(name: str) -> MeasureUnit | None:
    """Return the unit that quantities are compared by, None for one without a size there."""
    return unit_named(re.sub(r"^dB\([AC]\)$", "dB", re.sub(r"^in$", "inch", name)))


def _spelling(name: str) -> str:
    escaped = re.escape(name).replace(r"\ ", r"\s?")
    return escaped + (r"(?![^\W_])" if name[-1].isalnum() else "")


UNIT_PATTERN = "(?:" + "|".join(map(_spelling, sorted(_BY_NAME, key=len, reverse=True))) + r"""|"|''|″|'|′)"""
"""A regular expression of any unit, for matching without regard to case."""

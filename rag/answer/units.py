"""Units: the names of measures, times and currencies, and their size, so that 3 years are 36 months."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MeasureUnit:
    """A unit of some dimension, `factor` times as large as the dimension's smallest."""

    dimension: str
    factor: float = 1.0


# One line a unit: dimension, size, and the names that texts give it, in lower case; a plural "s" is understood.
_NAMES = """
time 1 second sec s
time 60 minute min
time 3600 hour hr h
time 86400 day
time 604800 week wk
time 1209600 fortnight
workday 1 working-day workday business-day weekday
night 1 night
month 1 month mth
month 3 quarter-year
month 12 year yr annum
month 120 decade
month 1200 century centuries
length 1 millimetre millimeter mm
length 10 centimetre centimeter cm
length 1000 metre meter m
length 1000000 kilometre kilometer km
length 25.4 inch inches "
length 304.8 foot feet ft
length 914.4 yard yd
length 1609344 mile mi
area 1 square-metre square-meter m² m2 sqm
area 10000 hectare ha
area 0.09290304 square-foot square-feet sqft
mass 1 milligram mg
mass 1000 gram gramme g
mass 1000000 kilogram kilogramme kilo kg
mass 1000000000 tonne
mass 453592.37 pound-weight lb
mass 28349.523125 ounce oz
volume 1 millilitre milliliter ml
volume 10 centilitre centiliter cl
volume 1000 litre liter l
volume 1000000 m³ m3 cubic-metre cubic-meter
data 1 byte
data 1000 kilobyte kb
data 1000000 megabyte mb
data 1000000000 gigabyte gb
data 1000000000000 terabyte tb
data 1024 kib
data 1048576 mib
data 1073741824 gib
rate 1 kbit/s kbps
rate 1000 mbit/s mbps
rate 1000000 gbit/s gbps
power 1 watt w
power 1000 kilowatt kw
power 1000000 megawatt mw
energy 1 watt-hour wh
energy 1000 kilowatt-hour kwh
energy 1000000 megawatt-hour mwh
voltage 1 volt v
voltage 1000 kilovolt kv
current 1 milliampere milliamp ma
current 1000 ampere amp a
charge 1 mah
frequency 1 hertz hz
frequency 1000 kilohertz khz
frequency 1000000 megahertz mhz
frequency 1000000000 gigahertz ghz
pressure 1 bar
pressure 0.0689476 psi
sound 1 decibel db
speed 1 km/h kph kmh
speed 1.609344 mph
celsius 1 °c celsius ℃
fahrenheit 1 °f fahrenheit ℉
degree 1 degree °
percent 1 percent per-cent pct %
percent 0.1 permille ‰
points 1 percentage-point
times 1 time times
EUR 1 euro eur €
USD 1 dollar usd $ us$
GBP 1 pound gbp £ sterling
JPY 1 yen jpy ¥
CHF 1 franc chf fr
INR 1 rupee inr ₹
SEK 1 sek
NOK 1 nok
DKK 1 dkk
crown 1 crown krone kroner krona kronor kr
CAD 1 cad c$
AUD 1 aud a$
CNY 1 yuan cny renminbi
PLN 1 zloty zł pln
CZK 1 czk kč
cent 1 cent ct
pence 1 penny pence
"""

_CURRENCIES = "EUR USD GBP JPY CHF INR SEK NOK DKK crown CAD AUD CNY PLN CZK cent pence"
CURRENCIES = frozenset(_CURRENCIES.split())


def unit_named(name: str) -> MeasureUnit | None:
    """Return the unit of a name, in the singular or plural, or None."""
    name = name.casefold().rstrip(".")
    if name == "has":  # a verb, no hectares: "the Vesta 3 has"
        return None
    return UNITS.get(name) or (UNITS.get(name[:-1]) if len(name) > 2 and name.endswith("s") else None)


UNITS = {
    name.replace("-", " "): MeasureUnit(dimension, float(factor))
    for dimension, factor, *names in map(str.split, _NAMES.strip().splitlines())
    for name in names
}

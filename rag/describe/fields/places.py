"""A region and its country as one origin: "Rioja Alavesa, Spain"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.describe.product import ProductField

_COUNTRY = re.compile(r"(?:(?:origin )?country(?: of (?:origin|manufacture|production))?|origin)")
_REGION = re.compile(r"(?:(?:wine |growing |production )?region|region of origin|origin region|appellation|province)")


def join_places(fields: Sequence[ProductField]) -> list[ProductField]:
    """Return the fields, a region and the country it is in as one field in the place of the country.

    Only names of places are joined, and not those of which one holds the other.
    """
    stated = [one for one in fields if not one.hidden and not one.is_quoted and one.kind == "text"]
    countries = [one for one in stated if _COUNTRY.fullmatch(one.label.casefold()) and _is_name(one.value)]
    regions = [one for one in stated if _REGION.fullmatch(one.label.casefold()) and _is_name(one.value)]
    if len(countries) != 1 or len(regions) != 1 or countries[0].priority != regions[0].priority:
        return list(fields)
    (country,), (region,) = countries, regions
    said = region.value if country.value.casefold() in region.value.casefold() else f"{region.value}, {country.value}"
    joined = replace(
        country, label="origin", value=said, items=(said,), merged=(*country.merged, region.key, *region.merged)
    )
    return [joined if one is country else one for one in fields if one is not region]


def _is_name(value: str) -> bool:
    return value[:1].isupper() and not re.search(r"[\d:;()/|]", value)

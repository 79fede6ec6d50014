"""Names of fields that decide alone: identifiers, names, brands, types, prices."""

from __future__ import annotations

import re

from rag.describe.fields.word_lists import listed_words

_IDENTIFIERS = re.compile(
    r"(?:^|.* )(?:sku|skus|ean|ean ?8|ean ?13|gtin|gtin ?\d\d?|upc|isbn|isbn ?1[03]|issn|asin|mpn|jan|id|ids"
    r"|uuid|guid|url"
    r"|urls|uri|link|links|href|slug|barcode|serial|token|hash|checksum|permalink|sitemap|datasheet|pdf"
    r"|filename|filepath"
    r"|thumbnail|thumbnails|image|images|img|imgs|photo|photos|picture|pictures|e-?mail|webpage|website"
    r"|homepage|codename"
    r"|(?:art|part|article|item|product|model|order|catalogue|catalog|stock|serial|material|reference|manufacturer|supplier"
    r"|vendor|registration|batch|lot|drawing|tariff|commodity|style) (?:number|no|nr|num|code|ref|reference|#)"
    r"|(?:oem|hs|sap|erp|pim|tax|promo|taric|cas|ndc|unspsc|eclass|etim) (?:code|number)|manufacturer part"
    r"|artikel ?(?:nummer|nr)|bestell ?(?:nummer|nr))$"
)
_IDENTIFIERS_ALONE = listed_words("identifiers_alone")
_ADDRESSES_OR_THINGS = listed_words("addresses_or_things")
_ANSWER = re.compile(r"yes|no|true|false|y|n", re.IGNORECASE)
_CODE = re.compile(r"[-_/.:]|\d{4}")
_ENUM = re.compile(r"\d{1,4}[A-Z][A-Z\d]*(?:_\d+[A-Z]*)+")  # "4K_60P" of a video
_VALUES_OF_IDENTIFIERS = re.compile(
    r"(?:https?://|www\.|mailto:|data:)\S+|[\w./-]+\.(?:jpe?g|png|gif|webp|svg|pdf|html?|php|mp4)|\S+@\S+\.\w+"
    r"|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{24,64}",
    re.IGNORECASE,
)
_REMARK = re.compile(r"(?:notes?|comments?|remarks?)(?: \d)?")
_OF_HOUSE = re.compile(
    r"\b(?:re-?order\w*|re-?stock\w*|in stock|out of stock|stock level|backorder\w*|suppliers?|wholesaler?s?|margins?|"
    r"mark-?up|cost price|purchase price|discontinue\w*|phase out|price list|invoice\w*|internal|confidential|"
    r"do not publish|to ?do|tbd|fixme|staff|our team|warehouse|shelf [A-Z]?\d+"
    r"|bin [A-Z]?\d+|photo(?:s|graphed)? missing|returns?|returnable|refunds?|carriage|surcharges?|delisted|end of line"
    r"|sold out|clearance|clear by|sell through|on request|wk \d+|week \d+|eta|tbc|lot|batch|last season|new season"
    r"|this (?:row|sheet|column))\b",
    re.IGNORECASE,
)
_LOGISTIC = re.compile(
    r"\b(?:package|packaging|packed|pallet|carton|master|outer case|shipping|shipment|gross|container|layer|parcel)\b"
)

_NAMES = ("name", "product name", "title", "product title", "item name", "display name", "article name", "book title",
          "model name", "short title", "title short", "designation", "description 1", "item description 1",
          "article description", "material description", "product", "item", "bezeichnung", "produktname",
          "artikelname", "nom", "nombre", "nome", "model")  # fmt: skip
_BRANDS = ("brand", "brands", "brand name", "product brand", "manufacturer", "manufacturer name", "maker", "make",
           "producer", "vendor", "hersteller", "marke", "marque", "marca", "brewery", "winery",
           "label name")  # fmt: skip
_TYPES = ("product type", "item type", "type of product", "type", "kind", "product kind", "item type keyword",
          "subcategory", "sub category", "sub-category", "sub section", "subsection", "product category", "category",
          "category name", "category path", "cat path", "cat. path", "categories", "google product category",
          "google category", "product class", "product group", "sub group", "subgroup", "article group",
          "commodity group", "wg", "warengruppe", "breadcrumb", "breadcrumbs", "section", "class", "department",
          "style", "eat type", "eattype")  # fmt: skip
_PRICES = re.compile(
    r"(?:.* )?(?:price|prices|rrp|srp|msrp|uvp|fee|deposit)(?: (?:incl|excl|including|excluding|inc|ex)\.?(?: .*)?"
    r"| per .*| from)?"
)
_DATES = listed_words("dates")
_YEARS = listed_words("years")


def why_identifier(words: tuple[str, ...], value: str) -> str:
    """Return why a field is an identifier, "" where it is none: by its name, or a value such as an address."""
    name = " ".join(words)
    is_thing = " " in value or not _CODE.search(value) or _ENUM.fullmatch(value) is not None
    if words[-1:] and words[-1] in _ADDRESSES_OR_THINGS and is_thing:
        return ""  # "video: 720p", "handle: chromed steel"
    if len(words) > 1 and words[-1] in ("photo", "photos", "pictures", "images") and _ANSWER.fullmatch(value):
        return ""  # "scans photos: no"
    if name in _IDENTIFIERS_ALONE or name in _ADDRESSES_OR_THINGS or _IDENTIFIERS.fullmatch(name):
        return "an identifier"
    if _VALUES_OF_IDENTIFIERS.fullmatch(value):
        return "an address or a code"
    # The digits of a GTIN, with a check digit that is right.
    if value.isdigit() and len(value) in (12, 13, 14) and _has_check_digit(value):
        return "an article number"
    return ""


def _has_check_digit(digits: str) -> bool:
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return total % 10 == 0


def is_remark(words: tuple[str, ...]) -> bool:
    """Return whether a label is that of a note, which may be for customers or for the house: "note", "remark 2"."""
    return bool(_REMARK.fullmatch(" ".join(words)))


def is_for_house(remark: str) -> bool:
    """Return whether a note tells customers nothing: one word or a code, or what the house has to do or to keep."""
    return len(re.findall(r"[^\W\d_]{2,}", remark)) < 2 or speaks_of_house(remark)


def speaks_of_house(text: str) -> bool:
    """Return whether a text speaks of the shop's work and its trade."""
    return _OF_HOUSE.search(text) is not None


def is_logistic(words: tuple[str, ...]) -> bool:
    """Return whether a field is about the package, which few readers ask for."""
    return bool(_LOGISTIC.search(" ".join(words)))


def rank_name(words: tuple[str, ...]) -> int | None:
    """Return the place of a label among those of names, the best first, None for another."""
    return _rank(words, _NAMES)


def rank_brand(words: tuple[str, ...]) -> int | None:
    """Return the place of a label among those of brands, the best first, None for another."""
    return _rank(words, _BRANDS)


def rank_type(words: tuple[str, ...]) -> int | None:
    """Return the place of a label among those of product types, the best first, None for another."""
    return _rank(words, _TYPES)


def _rank(words: tuple[str, ...], names: tuple[str, ...]) -> int | None:
    name = " ".join(words)
    return names.index(name) if name in names else None


def is_price(words: tuple[str, ...]) -> bool:
    """Return whether a label asks for an amount of money."""
    return bool(_PRICES.fullmatch(" ".join(words)))


def asks_for_date(words: tuple[str, ...]) -> bool:
    """Return whether a label asks for a date."""
    return bool(set(words) & _DATES)


def asks_for_year(words: tuple[str, ...]) -> bool:
    """Return whether a label asks for a year."""
    return bool(set(words) & _YEARS)

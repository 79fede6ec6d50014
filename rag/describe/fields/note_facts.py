"""What customers must know of a note that the shop wrote for itself: "base game required", "sold without frame".

>>> facts_of_note("Sold without lamp. Box dented at supplier.")
('Sold without lamp',)
"""

from __future__ import annotations

import re
from collections.abc import Callable

from rag.describe.fields.field_names import speaks_of_house

_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\s*[;|\n]\s*|\s+[-–—]\s+")
_FACT = re.compile(
    # What is needed: "base game required", "requires a 12 V charger".
    r"(?!.*\bnot? )[\w'’ /-]+ (?:is |are )?required(?: to (?:play|use|run|install|work|assemble)\b.*|,? not included)?"
    r"|requires (?:an? |the |\d)?[\w '’./-]+(?:,? not included)?"
    r"|(?:self|home|adult) assembly(?: required)?"
    # What is not there.
    r"|(?:[\w '’/-]+ )?(?:sold|supplied|delivered|comes|shipped) without [\w '’/,-]+"
    r"|[\w '’/,-]+ (?:is |are )?(?:not included|not supplied|sold separately)"
    r"|without (?:added )?[\w'’-]+(?: [\w'’-]+)?"
    r"|(?:plastic|paper|cardboard)[- ]free packaging"
    # What it is not for, and what is in it.
    r"|(?:[\w '’/-]+ )?not (?:suitable|recommended|intended|compatible|safe|approved) (?:for|with|in) [\w '’/,.-]+"
    r"|(?:[\w '’/-]+ )?not for [\w '’/,-]+"
    r"|(?:for )?[\w'’-]+ use only|(?:suitable|compatible|works|fits|for use) only (?:for|with|in|on) [\w '’/,.-]+"
    r"|only (?:suitable|compatible|for use|fits|works) (?:for |with |in |on )?[\w '’/,.-]+"
    r"|(?:[\w'’-]+ ){0,3}(?:toxic|poisonous|flammable|harmful|choking hazard)(?: [\w '’/,-]+)?"
    r"|(?:may contain|contains) [\w '’/,-]+|keep (?:away|out) (?:from|of) [\w '’/,-]+",
    re.IGNORECASE,
)
# Words of the work in a shop: what is required there is no requirement of the product.
_OF_WORK = re.compile(
    r"\b(?:we|us|our|i|my|photos?|pictures?|images?|texts?|descriptions?|translations?|approval|approve\w*|labels?|price\w*"
    r"|pricing|check\w*|update\w*|upload\w*|samples?|stock\w*|suppliers?|suppl(?:y|ies)|orders?|re-?order\w*|sku|ean"
    r"|listing\w*|website|web|online|export|catalogue|catalog|data|signature|paperwork|licen[cs]es?|invoice\w*|customers?"
    r"|returns?|complaints?|margin\w*|discount\w*|staff|team|warehouse|shelf|shelves|pallets?|cartons?|courier|dispatch"
    r"|deposit|payment|quotes?|sale|resale|display|publish\w*|clearance|promo\w*|season|contract|minimum|review\w*"
    r"|amazon|ebay|marketplaces?|export|forklift|confirm\w*|tbc|tbd|todo|asap|urgent|batch|lots?|old|new|until|since)\b",
    re.IGNORECASE,
)
_LONGEST = 100


_STATEMENT = re.compile(
    r"(?:no|without|contains?|free|suitable|not|do not|wash|hand[- ]?wash|machine[- ]?wash|keep|store|fill"
    r"|turn|serve|soak|rinse|wipe|clean|dust|vacuum|dry|hang|feed|give|use|apply|mix|shake"
    r"|refill|replace|remove|place|put|push|press|add|always)\b"
    r"|[\w -]+(?:[- ]free|extracted)\b(?! ?:)",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"(?:(?:short|product|customer|shop|web|sales|general|additional|extra|further|other|important"
    r"|item|article|variant|book|game|toy|film|album) )?"
    r"(?:notes?|remarks?|comments?|info(?:rmation)?|hints?|details?)",
    re.IGNORECASE,
)


def is_note(label: str) -> bool:
    """Return whether a label is that of a note or other free information: "remark", "product info"."""
    return _NOTE.fullmatch(label) is not None


def is_own_note(label: str, value: str) -> bool:
    """Return whether a label says nothing of its value, which stands for itself: "remark: seat height 44 cm".

    That takes two words, one of them at least no code. So does a label of two things, where the value is a statement:
    "additives & free from: no dyes", "feeding / care: turn over when worn".
    """
    words = value.split()
    is_telling = len(words) > 1 and any(len(re.findall(r"[^\W\d_]", word)) > 2 for word in words)
    if not is_telling:
        return False
    is_of_two = re.fullmatch(r".*[^\W\d_]{2}(?: ?/ ?| & )[^\W\d_]{2}.*", label) is not None
    if is_of_two and re.match(r"[a-z]+(?: [a-z]+)? \d", value):  # "length / heel: heel 6.5 cm"
        return True
    parts = re.split(r"\s*[;,]\s+", value)
    return is_note(label) or (is_of_two and all(map(_STATEMENT.match, parts[:1])))


_STATE = re.compile(r":(?= (?:(?:not |is |are )?(?:included|supplied|provided)|sold separately|optional|required)\b)")


def said_inclusion(value: str) -> str:
    """Return a value with "cushions not included" for "cushions: not included"."""
    return _STATE.sub("", value)


_CODE = re.compile(r"\b[A-Z]{2,}\d*-[A-Z\d][\w-]*\d[\w-]*")  # "goes with LV-CHE-102"


def without_shop_talk(note: str, keeps: Callable[[str], bool]) -> str:
    """Return a note without its sentences about the work of the shop and its item numbers, "" if nothing is left.

    Those that `keeps` is true of stay: a warning.
    """
    sentences = sentences_of_note(note)
    kept = [one for one in sentences if keeps(one) or not (speaks_of_house(one) or _CODE.search(one))]
    return note if len(kept) == len(sentences) else "; ".join(one.strip(" .;") for one in kept)


def without_bars(value: str) -> str:
    """Return a value with "20 W; 5 V" for "20 W | 5 V |"."""
    return re.sub(r"\s*[|¦]+\s*", "; ", value.strip(" |¦")) if "|" in value or "¦" in value else value


def sentences_of_note(note: str) -> list[str]:
    """Return the sentences of a note, which end at semicolons, bars and dashes as well."""
    return [sentence for sentence in _SENTENCE.split(note) if sentence]


def facts_of_note(note: str) -> tuple[str, ...]:
    """Return the sentences of a note that name a requirement, an exclusion or a limit of use, in the note's words."""
    sentences = (sentence.strip(" .!;,") for sentence in sentences_of_note(note))
    return tuple(
        sentence
        for sentence in sentences
        if len(sentence) <= _LONGEST and _FACT.fullmatch(sentence) and not _OF_WORK.search(sentence)
    )

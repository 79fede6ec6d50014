"""Phrasal verbs: a question says "pick up" and "call off" where a document says "collect" and "cancel"."""

from __future__ import annotations

import re

# As WordNet has them, with the plain verb that means the same.
_VERBS = """
    ask for|request; back out|withdraw; break down|fail; bring back|return; call off|cancel; carry out|perform
    come back|return; cut off|disconnect; do away with|abolish; drop off|deliver; fill in|complete; fill out|complete
    find out|discover; get back|return; get in touch with|contact; get out of|leave; get rid of|remove; give back|return
    give in|submit; give up|quit; go up|rise; hand back|return; hand in|submit; hand out|distribute; hand over|transfer
    keep on|continue; leave out|omit; let in|admit; look after|care; look up|find; make up for|compensate
    move out|leave; pass on|transfer; pay back|refund; pick up|collect; put off|postpone; put out|extinguish
    put up|raise; ring up|call; run out|expire; send back|return; set up|install; shut down|close; sign up|enrol
    switch off|disable; take apart|dismantle
    take back|return; take down|remove; take off|remove; take over|assume; throw away|discard
    throw out|discard; try out|test; turn down|reject; turn up|arrive; use up|consume; work out|calculate
    """
_FORMS = {
    "break": "broke broken", "bring": "brought", "come": "came", "do": "did done", "find": "found", "get": "got gotten",
    "give": "gave given", "go": "went gone goes", "keep": "kept", "leave": "left", "make": "made", "pay": "paid",
    "ring": "rang rung", "run": "ran", "send": "sent", "take": "took taken", "throw": "threw thrown",
}  # fmt: skip
_PLAIN: dict[str, str] = {}
for _entry in filter(str.strip, _VERBS.replace("\n", ";").split(";")):
    _phrasal, _plain = _entry.strip().split("|")
    _PLAIN[_phrasal] = _plain


def _pattern_of(phrasal: str) -> re.Pattern[str]:
    """Return a pattern of a phrasal verb in its forms, with up to three words before its last particle."""
    verb, *particles = phrasal.split()
    forms = "|".join([verb, f"{verb}s", f"{verb}ed", f"{verb}{verb[-1]}?ing", f"{verb}{verb[-1]}ed"])
    forms += f"|{verb.removesuffix('e')}ing|{verb.removesuffix('y')}ies|{verb.removesuffix('y')}ied"
    forms += "".join(f"|{form}" for form in _FORMS.get(verb, "").split())
    return re.compile(rf"\b(?:{forms})\b(?P<between>(?: [\w'’-]+){{0,3}}?) {' '.join(particles)}\b", re.IGNORECASE)


_PATTERNS = [(_pattern_of(phrasal), plain) for phrasal, plain in _PLAIN.items()]


def replace_phrasal(text: str) -> str:
    """Return a text with plain verbs for phrasal ones.

    >>> replace_phrasal("What if I don't pick my bike up in time?")
    "What if I don't collect my bike in time?"
    """
    for pattern, plain in _PATTERNS:
        text = pattern.sub(rf"{plain}\g<between>", text)
    return text


def phrasal_places(text: str) -> list[tuple[int, int]]:
    """Return the (start, end) of the phrasal verbs of a text, each with its last particle."""
    return [match.span() for pattern, _ in _PATTERNS for match in pattern.finditer(text)]

"""What an unanswered question asked for, in its own words: nothing is named that the question does not name.

>>> name_wanted("Can you tell me what the price of the kettle is?")
'what the price of the kettle is'
>>> name_wanted("Where can I park my bike?")
'where you can park your bike'
"""

from __future__ import annotations

import re

from rag.answer.kinds import core_question


def name_wanted(question: str) -> str:
    """Return what a question asks for, as the object of "I can't find"; the question in quotes if no rule fits."""
    core = " ".join(core_question(question).rstrip(" ?!.").split())
    core = core[:1].lower() + core[1:] if core[1:2].islower() or " " in core[:2] else core

    # "Tell me when the library closes": the words are in the order of a statement.
    if _INDIRECT.match(core) and not question.strip().lower().startswith(core.lower()):
        return _to_reader(re.sub(r"^if\b", "whether", core, flags=re.IGNORECASE))

    # "What is the price of the kettle", "How much is the rent": a noun phrase follows.
    if match := _NOUN.match(core):
        return _to_reader(match["noun"])
    if match := _COST.match(core):
        return _to_reader(f"the price of {match['noun']}" + (match["rest"] or ""))
    if match := _MEANING.match(core):
        return _to_reader(f"what {match['noun']} means")
    if match := _TOLD.match(core):
        return _to_reader(match["noun"])

    # "Where can I park": subject and verb change places. "Who approves travel": they need not.
    if match := _PRONOUN.match(core):
        wh = match["wh"] or "whether"
        verb = "" if match["verb"].lower() == "do" else f" {match['verb'].lower()}"
        return _to_reader(f"{wh} {match['subject']}{verb} {match['rest']}")
    if _SUBJECT.match(core):
        return _to_reader(core)
    return f'an answer to "{question.strip()}"'


_AUXILIARY = r"is|are|was|were|do|does|did|can|could|may|might|must|shall|should|will|would|has|have|had|am"
_ARTICLE = r"the|an?|my|our|your|his|her|its|their|this|that|these|those"
_NOUN = re.compile(
    rf"(?:(?:what|who|which)(?:['’]s| is| are| was| were) (?P<noun>(?:{_ARTICLE})\b(?! there\b).+))", re.IGNORECASE
)
_COST = re.compile(r"(?:how much|what) (?:do|does|did|will|would) (?P<noun>.+?) cost(?P<rest> .+)?$", re.IGNORECASE)
_MEANING = re.compile(r"what (?:do|does|did) (?P<noun>.+?) mean$", re.IGNORECASE)
_TOLD = re.compile(
    rf"(?:list|explain|describe|summari[sz]e|name|show|give)(?: (?:me|us))? (?P<noun>(?:all |(?:{_ARTICLE})\b).+)",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    rf"(?:(?P<wh>(?:to |by |for |from |at |in |on )?(?:what|which|who|whom|when|where|why|how)\b.*?) )?"
    rf"(?P<verb>(?!does\b|did\b){_AUXILIARY}) (?P<subject>i|we|you|they|he|she|it|one) (?P<rest>.+)",
    re.IGNORECASE,
)
_INDIRECT = re.compile(
    rf"(?:wh\w+|how|if)\b(?!(?: [\w-]+){{0,3}}? (?:{_AUXILIARY}) (?:{_ARTICLE}|i|we|you|they|he|she|it|there)\b)",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    rf"(?:who|which|what)\b(?! (?:{_AUXILIARY})\b)"
    rf"(?!.* (?:do|does|did)\b)(?!.* (?:{_AUXILIARY}) (?:{_ARTICLE}|i|we|you|they|he|she|it|one|there)\b).+ .+",
    re.IGNORECASE,
)


def _to_reader(text: str) -> str:
    """Return the text with its first person turned to the second, as an answer speaks to who asked."""
    return _FIRST.sub(lambda match: _SECOND[match[0].lower()], text)


_SECOND = {
    "i am": "you are", "am": "are", "i'm": "you're", "i’m": "you’re", "i": "you", "me": "you", "my": "your",
    "mine": "yours", "myself": "yourself",
}  # fmt: skip
_FIRST = re.compile(r"\b(?:i am|i['’]m|am|i|me|my|mine|myself)\b", re.IGNORECASE)

"""The nouns that a text gives as the kind of thing that a product is: "is a light laptop with", "This kettle has"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.describe.licence.denials import ScopedWord
from rag.describe.licence.vocabulary import is_content

_VERBS_BEHIND = frozenset(
    {"is", "are", "was", "has", "have", "comes", "features", "offers", "includes", "boasts", "provides", "measures"}
    | {"weighs", "costs", "runs", "combines", "delivers", "can", "will", "makes", "lets", "keeps", "gives", "contains"}
    | {"brings", "adds", "ensures", "promises", "holds", "supports"}
)


def find_type_nouns(words: Sequence[ScopedWord]) -> Iterator[int]:
    """Yield the places of nouns that say what kind of thing the product is.

    They end a phrase behind "is a", or one that begins a sentence with "this" or "the" and is followed by a verb.
    """
    for place, word in enumerate(words):
        before = words[place - 1].text if place else ""
        is_predicate = word.text in ("a", "an") and before in ("is", "are", "was", "as") and not word.gap.strip()
        is_subject = word.text in ("this", "these", "our", "the") and (
            not place or word.sentence != words[place - 1].sentence
        )
        if not is_predicate and not is_subject:
            continue
        last = place
        for at in range(place + 1, min(place + 8, len(words))):
            if words[at].gap.strip(" -'’\"") or not is_content(words[at]) or words[at].text in _VERBS_BEHIND:
                break
            last = at
        ends_at_verb = last + 1 < len(words) and words[last + 1].text in _VERBS_BEHIND
        if last > place and (is_predicate or ends_at_verb):
            yield last

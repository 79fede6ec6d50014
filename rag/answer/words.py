"""The content words of a text, clause by clause, with their stems, and whether a clause denies what it says."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from snowballstemmer import stemmer

from rag.answer.quantities import Date, Quantity, find_figures


@dataclass(frozen=True)
class Clause:
    """The words of a clause, and whether it denies. `signs` are the words that themselves affirm or deny.

    "Smoking is prohibited on balconies" has the words smoke, permit, balcony, and the sign permit: False.
    """

    words: frozenset[str]
    denies: bool
    signs: tuple[tuple[str, bool], ...]

    def has_sign_of(self, other: Clause) -> bool:
        """Tell whether both have a word that affirms or denies the same, as "permitted" and "banned" do."""
        return bool({word for word, _ in self.signs} & {word for word, _ in other.signs})

    def contradicts(self, other: Clause) -> bool:
        """Tell whether one says what the other denies. Both have to be about the same thing: see `Content`."""
        shared = {word for word, _ in self.signs} & {word for word, _ in other.signs}
        if not shared:
            return self.denies != other.denies
        mine = {(word, sign != self.denies) for word, sign in self.signs if word in shared}
        theirs = {(word, sign != other.denies) for word, sign in other.signs if word in shared}
        return not mine & theirs


@dataclass(frozen=True)
class Content:
    """The content of a text: its stems, its figures, its clauses, and the `parts` of these between commas.

    `names` are the stems of words that are written as names are.
    """

    words: frozenset[str]
    names: frozenset[str]
    quantities: tuple[Quantity, ...]
    dates: tuple[Date, ...]
    clauses: tuple[Clause, ...]
    parts: tuple[Clause, ...]

    @property
    def size(self) -> int:
        """The number of words and figures."""
        return len(self.words | self.opposites) + len(self.quantities) + len(self.dates)

    @cached_property
    def opposites(self) -> frozenset[str]:
        """The words of the text whose opposite says something else: before, minimum, excluding."""
        return frozenset(word for clause in self.clauses for word in clause.words if word in OPPOSITES)


@lru_cache(maxsize=8192)
def read_content(text: str) -> Content:
    """Return the content of a text."""
    figures = find_figures(_NUMERO.sub(lambda match: f"nr{match[1]}", text))
    clauses: list[Clause] = []
    parts: list[Clause] = []
    # Exceptions are split with what they are excepted from.
    split = (part for sentence in _SENTENCE.split(figures.rest) for part in _CLAUSE.split(sentence))
    for clause in filter(str.strip, split):
        main, *exceptions = _EXCEPTION.split(clause)
        clauses.append(_read_clause(main))
        parts += map(_read_clause, main.split(", "))
        # An exception says the opposite, in the words of the whole: "Dogs are not allowed, except guide dogs."
        for exception in map(_read_clause, exceptions):
            words = clauses[-1].words | exception.words
            clauses.append(Clause(words, not clauses[-1].denies, (*clauses[-1].signs, *exception.signs)))
            parts.append(clauses[-1])
    words = frozenset(word for clause in clauses for word in clause.words if word not in OPPOSITES)
    names = frozenset(
        stem(match[0]) for match in _TOKEN.finditer(figures.rest) if match[0][0].isupper() and match.start() > 0
    )
    return Content(words, names & words, figures.quantities, figures.dates, tuple(clauses), tuple(parts))


def _read_clause(text: str) -> Clause:
    text = _BOUND.sub(" ", text)
    tokens = list(tokens_of(text))
    # A double denial affirms.
    said = [token for token in tokens if token not in NEGATIONS and not token.endswith(("n't", "n’t"))]
    denials = len(tokens) - len(said)
    words, signs = set(), []
    for token in said:
        if token in STOP_WORDS:
            continue
        word = stem(token)
        if (sign := _SIGNS.get(word)) is not None:
            word, affirms = sign
            signs.append((word, affirms))
        words.add(word)
    return Clause(frozenset(words), denials % 2 == 1, tuple(signs))


def tokens_of(text: str) -> Iterator[str]:
    """Yield the words and codes of a text in lower case; words with a hyphen one by one, codes whole."""
    for match in _TOKEN.finditer(text):
        yield fold(match[0])


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Return the stem of an English word by Porter's second algorithm, without accents; codes stay as they are."""
    word = fold(word)
    word = word.removesuffix("'s").removesuffix("’s")
    if not word.isalpha():
        return word
    # British and American spelling meet.
    word = _SPELLING.sub(lambda match: "iz" + match[1], word)
    word = word.replace("our", "or") if len(word) > 5 else word
    return str(_STEMMER.stemWord(_IRREGULAR.get(word, word)))


def fold(text: str) -> str:
    """Return a text in lower case without accents."""
    text = text.casefold()
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


# --- the words --------------------------------------------------------------------------------------------------------

_STEMMER = stemmer("english")
_SPELLING = re.compile(r"is(e[ds]?|ing|ations?)$")
# A code keeps its marks: ERR-1004, max_upload_mb, /v2/export, 4.2.2, C++.
_TOKEN = re.compile(
    r"/?(?=[\w./:@-]*[\d_])\w+(?:[-_./:@]\w+)*|[^\W\d_]+(?:\.[^\W\d_]+)+|[^\W\d_]+(?:['’][^\W\d_]+)*[+#]{0,2}"
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|;|\n")
_CLAUSE = re.compile(
    r",?\s+\b(?:but|while|whereas|although|though|however|yet)\b|\s+[–—-]\s+|[()]|,\s+(?=which|who|whose)",
    re.IGNORECASE,
)
# A denied comparison is a bound, and denies nothing.
_BOUND = re.compile(
    r"\b(?:no|not)\s+(?:only|just|later|earlier|sooner|less|more|fewer|longer\s+than|shorter|larger|smaller|higher|"
    r"lower|older|younger|to\s+exceed|exceeding|necessarily)\b",
    re.IGNORECASE,
)
_NUMERO = re.compile(r"\b[Nn]o(s?\.\s?)(?=\d)")

_EXCEPTION = re.compile(r",?\s+\b(?:except(?:\s+for)?|unless|apart\s+from|other\s+than)\b", re.IGNORECASE)

NEGATIONS = frozenset({"not", "no", "never", "neither", "nor", "none", "cannot", "nobody", "nothing"})

# Words that affirm or deny something: each with the word for it.
_SIGN_WORDS = {
    "permit": ("allow permit authorise authorize", "prohibit forbid forbidden ban banned disallow bar"),
    "includ": ("include", "exclude separately"),
    "possibl": ("possible", "impossible"),
    "avail": ("available", "unavailable"),
    "valid": ("valid", "invalid"),
    "requir": ("require mandatory compulsory obligatory necessary", "optional voluntary unnecessary"),
    "accept": ("accept approve", "reject refuse decline deny"),
    "open": ("open", "closed"),
    "enabl": ("enable", "disable"),
}
_IRREGULAR_FORMS = """
    bought buy|paid pay|sold sell|sent send|held hold|kept keep|left leave|built build|began begin|begun begin
    wrote write|written write|took take|taken take|gave give|given give|made make|went go|gone go|came come
    became become|chose choose|chosen choose|drove drive|driven drive|fell fall|fallen fall|found find|grew grow
    grown grow|knew know|known know|led lead|lost lose|met meet|ran run|rose rise|risen rise|saw see|seen see
    shown show|spent spend|spoke speak|spoken speak|taught teach|thought think|told tell|won win|worn wear
    children child|men man|women woman|people person|feet foot|teeth tooth|mice mouse|analyses analysis
    criteria criterion
    """
_IRREGULAR = {
    pair.split()[0]: pair.split()[1]
    for line in _IRREGULAR_FORMS.splitlines()
    for pair in line.split("|")
    if pair.split()
}
_PAIRS = """
    before after|minimum maximum|least most|more less|more fewer|above below|over under|first last|increase decrease
    inside outside|earlier later|with without|higher lower|upper lower|inclusive exclusive|largest smallest
    highest lowest|longer shorter|online offline|internal external|import export|weekday weekend|adult child
    """
_COMMON = """
    a about all also an and any are as at be because been being both by can could did do does doing during each few for
    from further had has have having he her here hers him his how i if in into is it its itself just me my nor not no of
    off on once or other our out own same she should so some such than that the their them then there these they this
    those through to too until up very was we were what when where which while who whom whose why will with would you
    your may might must shall cannot answer based passage passages context according us get gets got nr nrs
    """
STOP_WORDS = frozenset(_COMMON.split())
OPPOSITES: dict[str, frozenset[str]] = {}
for _pair in _PAIRS.replace("\n", "|").split("|"):
    if _pair.split():
        _one, _other = map(stem, _pair.split())
        OPPOSITES[_one] = OPPOSITES.get(_one, frozenset()) | {_other}
        OPPOSITES[_other] = OPPOSITES.get(_other, frozenset()) | {_one}
_SIGNS = {
    stem(word): (canonical, affirms)
    for canonical, sides in _SIGN_WORDS.items()
    for affirms, listed in zip((True, False), sides, strict=True)
    for word in listed.split()
}

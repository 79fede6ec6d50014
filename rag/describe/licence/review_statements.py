"""Say what reviews say: their average, how many mention a word, and quotations with their source.

>>> [one for one in state_reviews(product)]
['4.3 of 5 from 40 reviews.', '12 of 40 reviews mention “comfort”.', '“Soft sole, a bit loud.” (Anna K., 4 of 5)']
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from rag.describe.licence.denials import read_words
from rag.describe.licence.vocabulary import is_content
from rag.describe.product import Product
from rag.describe.review import Review

LONGEST_QUOTATION = 300
"""Characters of a review that is quoted; a longer one is not, as half a review may say the reverse."""
FEWEST_COUNTED = 3
"""Reviews from which words are counted, and reviews in which a word has to stand, at least."""


def state_reviews(product: Product, quotations: int | None = None, words: int | None = None) -> tuple[str, ...]:
    """Return all statements about a product's reviews, or at most so many quotations and counted words, in order."""
    texts = [review for review in product.reviews if _is_quotable(review)]
    named = " ".join(field.value for field in (product.name, product.brand, product.type) if field)
    counts = list(count_words(product.reviews, frozenset(word.text for word in read_words(named))))
    return (*_state_average(product.reviews), *counts[:words], *map(quote, texts[:quotations]))


def quote(review: Review) -> str:
    """Return a review word for word, with its source behind it."""
    return f"“{review.text}” ({review.attribution})"


def count_words(reviews: Sequence[Review], without: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield in how many reviews each word stands, the most frequent first; where they deny it, that is said.

    A word counts as it is written, its case aside. Words that claim nothing ("very"), those that say only that
    something is good or bad, and the words of `without` are left out.
    """
    texts = [review.text for review in reviews if review.text]
    if len(texts) < FEWEST_COUNTED:
        return
    mentions, denials = Counter[str](), Counter[str]()
    for text in texts:
        words = [word for word in read_words(text) if is_content(word) and len(word.text) > 2 and word.text.isalpha()]
        mentions.update({word.text for word in words} - _JUDGING - without)
        denials.update({word.text for word in words if word.denied})
    ranked = sorted(mentions.items(), key=lambda pair: (-pair[1], pair[0]))
    for word, count in ranked:
        if count >= FEWEST_COUNTED:
            denied = f", {denials[word]} of them to deny it" if denials[word] else ""
            yield f"{count} of {len(texts)} reviews mention “{word}”{denied}."


def _state_average(reviews: Sequence[Review]) -> Iterator[str]:
    """Yield the average of the ratings, of which all have to be on one known scale."""
    ratings = [review.rating for review in reviews if review.rating is not None]
    scales = {review.best for review in reviews if review.rating is not None}
    [best, *others] = scales or {None}
    if not ratings or best is None or others:
        return
    mean = sum(ratings, Decimal(0)) / len(ratings)
    rounded = mean.quantize(Decimal("0.1"), ROUND_HALF_UP)
    if rounded == best != mean:  # one rating short of the best is not the best
        rounded = mean.quantize(Decimal("0.1"), ROUND_DOWN)
    shown = f"{rounded:f}".removesuffix(".0")
    number = len(ratings)
    noun = "review" if number == len(reviews) else "rating"
    yield f"{shown} of {best:f} from {number} {noun}{'s' * (number != 1)}."


def _is_quotable(review: Review) -> bool:
    return 0 < len(review.text) <= LONGEST_QUOTATION and not re.search(r"[“”]|https?://|\bwww\.", review.text)


def find_statements(text: str, product: Product) -> tuple[tuple[int, int], ...]:
    """Return the (start, end) of what a text states about reviews, word for word as `state_reviews` says it.

    Quotation marks of any shape do. A quotation without its source, or in other words, is none.
    """
    if not product.reviews:
        return ()
    plain = _with_plain_marks(text)
    spans = []
    for statement in state_reviews(product):
        said = re.escape(_with_plain_marks(statement))
        spans += [match.span() for match in re.finditer(rf"(?<!\w){said}", plain)]
    return tuple(sorted(spans))


# Words that say of no property that it is there.
_PRAISE = """
good great bad best better worse worst nice love loved loves like likes liked perfect awful terrible amazing excellent
fantastic wonderful superb poor happy unhappy recommend recommended bought buy purchase purchased product item thing
really definitely absolutely would could
"""
_JUDGING = frozenset(_PRAISE.split())


def _with_plain_marks(text: str) -> str:
    return re.sub(r"[“”„«»]", '"', text)

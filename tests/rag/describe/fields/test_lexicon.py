from __future__ import annotations

import pytest

from rag.describe.fields.labels import is_predicate
from rag.describe.fields.lexicon import infinitive, is_adjective, is_only_counted, is_participle, plural, singular


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("battery", "batteries"), ("shelf", "shelves"), ("tooth", "teeth"), ("cookie", "cookies"), ("curry", "curries"),
        ("axe", "axes"), ("lens", "lenses"), ("box", "boxes"), ("person", "people"), ("Knife", "Knives"),
        ("blorpscreen", "blorpscreens"), ("hoodie", "hoodies"), ("photo", "photos"), ("tomato", "tomatoes"),
    ],
)  # fmt: skip
def test_plurals_and_back(one, many):
    assert (plural(one), singular(many)) == (many, one)


@pytest.mark.parametrize("word", ["scissors", "series", "glass", "chassis", "data", "fish", "jeans"])
def test_words_of_one_form(word):
    assert singular(word) == word


def test_parts_of_speech():
    assert [is_participle(word) for word in ("studded", "woven", "felt", "seed")] == [True, True, False, False]
    assert [infinitive(word) for word in ("folds", "catches", "kettle")] == ["fold", "catch", ""]
    assert [is_only_counted(word) for word in ("kettle", "furniture", "paint")] == [True, False, False]
    words = ("explicit", "gold-plated", "library", "plastic")
    assert [is_adjective(word) for word in words] == [True, True, False, False]


@pytest.mark.parametrize("label", ["waterproof", "dishwasher safe", "fully automatic", "live"])
def test_what_a_product_is(label):
    assert is_predicate(label)


@pytest.mark.parametrize("label", ["rear light", "user manual", "front camera", "library", "seed", "made to measure"])
def test_what_a_product_has(label):
    assert not is_predicate(label)

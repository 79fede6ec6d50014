from __future__ import annotations

import random

import pytest

from rag.describe.channels.near_duplicates import DuplicateGroup, find_near_duplicates, report_duplicates

SENTENCE = "the kettle k1 is made of copper and holds one point seven litres of water for tea"
WORDS = SENTENCE.split()


def test_texts_that_share_most_of_their_shingles_are_one_group() -> None:
    # Of 15 shingles each, the first and the last word are in one each: 14 of 16 and 13 of 17 are common.
    first = " ".join(WORDS)
    one_word = " ".join([*WORDS[:-1], "coffee"])
    two_words = " ".join(["A", *WORDS[1:-1], "coffee"])
    other = "an orange trail lamp with a battery for twelve hours"
    groups = find_near_duplicates([first, other, one_word, "", two_words, first.upper() + "!"])
    assert groups == (DuplicateGroup((0, 2, 4, 5), pytest.approx(13 / 17)),)
    assert find_near_duplicates([first, one_word], share=0.9) == ()
    assert find_near_duplicates([]) == ()


def test_ten_thousand_equal_texts_take_linear_time() -> None:
    (group,) = find_near_duplicates(["The same text for every product."] * 10_000)
    assert (len(group.places), group.similarity) == (10_000, 1)


def test_near_duplicates_are_found_among_many_texts() -> None:
    chooser = random.Random(17)
    texts = [" ".join(chooser.choices(WORDS + [f"w{number}" for number in range(500)], k=60)) for _ in range(300)]
    changed = [text.replace(text.split()[30], "changed", 1) for text in texts[:100]]
    groups = find_near_duplicates([*texts, *changed])
    assert sorted(group.places for group in groups) == [(place, 300 + place) for place in range(100)]


def test_groups_are_reported_with_the_keys_of_their_products() -> None:
    groups = [DuplicateGroup((0, 2), 0.75), DuplicateGroup((1, 3, 4), 1.0)]
    assert list(report_duplicates(groups, ["a", "b", "c", "d", "e"], shown=2)) == [
        "3 texts are the same to 100%: b, d and 1 more",
        "2 texts are the same to 75%: a, c",
    ]

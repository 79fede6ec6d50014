"""Works: books and games, whose titles say nothing of what they are."""

from __future__ import annotations

import pytest

from rag.describe.describer import Describer
from rag.describe.fields.dates import written_date
from rag.describe.fields.understand import understand_fields


def text_of(**fields: str) -> str:
    return Describer().describe(fields).texts[0].text


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("Games/Family", "game"),
        ("Games > Two player", "game"),
        ("Games/Card games", "card game"),
        ("Books/Fiction/8-12", "book"),
        ("Books/Picture books", "picture book"),
        ("Wines | Red | France", "wine"),
    ],
)
def test_a_section_of_works_tells_their_kind(path: str, kind: str) -> None:
    product = understand_fields({"title": "Harbour of Salt", "category_path": path})
    assert product.type is not None
    assert product.type.value == kind


@pytest.mark.parametrize("path", ["Games/Accessories", "Books/Bookends", "Toys/Batteries", "Wines/Corkscrews"])
def test_what_belongs_to_a_work_is_none(path: str) -> None:
    product = understand_fields({"title": "Harbour of Salt", "category_path": path})
    assert product.type is None or product.type.value not in ("game", "book", "toy", "wine")


def test_a_title_takes_no_article_and_is_one() -> None:
    text = text_of(title="Harbour Lanterns", category_path="Games/Family", brand="Owlhouse", players="2-4")
    assert text == "Harbour Lanterns is a game from Owlhouse for 2-4 players."


@pytest.mark.parametrize("title", ["Wren Will Not Sleep", "No Time for Tea", "Never Without Salt"])
def test_a_title_denies_nothing(title: str) -> None:
    text = text_of(title=title, category_path="Books/Picture books", publisher="Larkspur Press")
    assert text == f"{title} is a picture book published by Larkspur Press."


def test_the_name_of_anything_else_may_deny() -> None:
    assert (
        "contains sugar" not in text_of(title="No Sugar Mints", category_path="Sweets/Mints", brand="Lund").casefold()
    )


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("2023-08-31", "31 August 2023"),
        ("2023-02-30", "2023-02-30"),
        ("1.2.2024", "1 February 2024"),
        ("31/08/2023", "31 August 2023"),
        ("02/03/2023", "02/03/2023"),
        ("2019", "2019"),
    ],
)
def test_dates_are_written_with_the_name_of_their_month(given: str, written: str) -> None:
    assert written_date(given) == written

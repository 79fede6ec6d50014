"""The first sentence of a description: what the product is, by value."""

from __future__ import annotations

import pytest

from rag.describe.fields.understand import understand_fields
from rag.describe.realise.realiser import realise


@pytest.mark.parametrize(
    ("fields", "opening"),
    [
        # A kind that the name does not say, and one that it does.
        ({"name": "Apple 'Roter Bertram'", "product group": "3510 Fruit trees"},
         "Apple 'Roter Bertram' is a fruit tree."),
        ({"name": "Lund Kettle K1", "brand": "Lund", "category": "Kettles", "material": "copper"},
         "The Lund Kettle K1 is made of copper."),
        ({"name": "XLR cable M-F 5 m black", "brand": "Linkwell", "cat. path": "Audio > Cables > Microphone"},
         "The XLR cable M-F 5 m black is from Linkwell."),
        # What is many is spoken of as many.
        ({"name": "Gaiters Light Low", "product group": "Accessories/Gaiters", "windproof": "yes"},
         "The Gaiters Light Low are windproof."),
        ({"name": "Muslin Squares 70x70 5-pack Foxes", "item_type_keyword": "baby-burp-cloths"},
         "The Muslin Squares 70x70 5-pack Foxes are baby burp cloths."),
        ({"name": "Rhein Duffle 90 Wheels", "windproof": "yes"}, "The Rhein Duffle 90 Wheels is windproof."),
        # A mass has no article, a comma ends with another, the line of a price list keeps its letters.
        ({"name": "Everyday Copier Paper A4 80gsm White", "acid-free": "yes"},
         "Everyday Copier Paper A4 80gsm White is acid-free."),
        ({"name": "City 2 Pushchair, Forest Green", "foldable": "yes"},
         "The City 2 Pushchair, Forest Green, is foldable."),
        ({"name": "CASSEROLE RND C/IRON 26CM", "brand": "TORVALD"}, "The CASSEROLE RND C/IRON 26CM is from TORVALD."),
        # No description begins with its price, nor with what it takes back.
        ({"name": "Grow Highchair", "price": "119 GBP", "compatible with": "cushion (sold separately)",
          "washable": "yes"}, "The Grow Highchair is washable."),
        # What it is like and for comes first; what says little is said in one sentence.
        ({"name": "Candle Evening", "brand": "Lumo", "type": "candle", "burn time": "40 hours", "scent": "fig"},
         "Candle Evening from Lumo is scented with fig."),
        ({"name": "Fidelio", "brand": "Alpa", "weight": "285 g", "country of origin": "Italy"},
         "Alpa Fidelio weighs 285 g and comes from Italy."),
        ({"name": "Sand Shorts", "brand": "Wave", "type": "shorts", "warranty": "2 years"},
         "The Wave Sand Shorts come with a 2-year warranty."),
        # A name that is no plural, or only seems one, does not decide the verb.
        ({"name": "The Fog", "brand": "Dryer", "type": "headphones", "weight": "200 g"},
         "The Fog headphones from Dryer weigh 200 g."),
        ({"name": "Roller skates Dash", "brand": "Skato", "type": "roller skates", "age": "from 5 years"},
         "Skato Roller skates Dash are suitable from 5 years."),
        ({"name": "Chewy Bites", "flavour": "salmon"}, "This product, Chewy Bites, has a salmon flavour."),
        ({"name": "Chewy Bites", "type": "dog treat", "flavour": "salmon"},
         "Chewy Bites is a dog treat with a salmon flavour."),
    ],
)  # fmt: skip
def test_the_first_sentence_says_what_the_product_is(fields, opening):
    text = realise(understand_fields(fields)).text
    assert text.partition("\n")[0].startswith(opening)

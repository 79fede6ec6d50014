"""Thirty kinds of products, as shops' files have them: true texts in every channel, whoever writes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from prompts.types import RenderedPrompt
from rag.describe import Describer
from rag.describe.channels.write_channels import CHANNELS
from rag.describe.drafts.draft_writer import DraftWriter
from rag.describe.fields.understand import understand_fields
from rag.describe.licence.check import check_licence
from rag.describe.product import MUST, Product
from rag.generate.base import Decoding, Generation

PRODUCTS: dict[str, dict[str, object]] = {
    "almonds": {"productName": "Roasted Almonds", "Net_Weight": "200 g", "palm oil": "no", "allergens": "almonds",
                "may contain": "peanuts, sesame", "organic": "TRUE", "shelf life (months)": "9"},
    "jacket": {"title": "Fjell Jacket", "brand": "Norrland", "color": "olive",
               "material_outer": "100% recycled polyamide",
               "waterproof": "y", "hood": "1", "machine washable": "no", "sizes": "S/M/L/XL", "gender": "women"},
    "drill": {"Name": "SDS 800", "manufacturer": "Brannt", "category": "Tools > Drills > Hammer drills",
              "power_w": "800", "cordless": "false", "Case included": "yes",
              "Battery included": "No", "rpm": "0-1.200"},
    "sofa": {"name": "Aalto 3-Seater", "type": "sofa", "width_cm": "212,5", "height_cm": "81", "depth_cm": "94",
             "frame": "solid beech", "removable covers": "ja", "assembly required": "no", "cushions": "not included"},
    "serum": {"name": "Calm Serum", "brand": "Ilse", "size": "30 ml", "fragrance-free": "yes", "alcohol": "none",
              "skin type": "dry; sensitive", "vegan": "✓", "cruelty free": "yes", "SPF": "0"},
    "book": {"title": "The Salt Road", "author": "M. Okafor", "publisher": "Tern Press", "pages": "312",
             "isbn": "9780306406157", "format": "paperback", "language": "English", "published": "2019-03-04"},
    "bicycle": {"name": "Gravel 2", "brand": "Hjul", "frame material": "aluminium", "gears": "12", "weight": "9,8 kg",
                "brakes": "hydraulic disc", "lights included": "no", "mudguards": "no", "frame sizes": ["S", "M", "L"]},
    "dog bed": {"name": "Snooze", "product_type": "Dog bed", "colour": "grey", "size": "L (90 x 70 cm)",
                "washable cover": "yes", "non-slip": "no", "filling": "memory foam", "cushion": "not included"},
    "thermometer": {"name": "TempCheck", "type": "thermometer", "measurement range": "32–42.9 °C", "waterproof": "No",
                    "mercury": "free from", "batteries required": "1 x LR41", "accuracy": "±0.1 °C"},
    "puzzle": {"name": "Harbour Puzzle", "pieces": "1000", "recommended age": "8+", "material": "cardboard",
               "warning": "Not suitable for children under 3 years", "dimensions": "68 x 48 cm"},
    "licence": {"name": "PhotoDesk Pro", "vendor": "Lumio", "licence type": "subscription", "users": "5",
                "term": "1 year", "operating system": "Windows 11, macOS 14", "download": "yes", "linux": "no"},
    "fern": {"name": "Boston Fern", "latin name": "Nephrolepis exaltata", "pot size": "17 cm", "height": "40-50 cm",
             "pet safe": "yes", "direct sunlight": "no", "pot included": "yes"},
    "brake pad": {"name": "Brake pads BP-210", "brand": "Stopp", "part_no": "BP210", "axle": "front", "quantity": "4",
                  "thickness": "17.5 mm", "asbestos": "no", "wear sensor": "without"},
    "kettle": {"name": "K1", "type": "kettle", "capacity": "1.7 l", "power": "2200 W", "cordless": "no",
               "bpa-free": "yes", "auto shut-off": "true", "price": "39,90 €"},
    "perfume": {"name": "Nuit d'Été", "brand": "Maison Lière", "concentration": "eau de parfum", "volume_ml": "50",
                "top notes": "bergamot, pear", "alcohol-free": "no", "refillable": "no"},
    "cheese": {"name": "Alpkäse", "type": "cheese", "milk": "raw cow's milk", "fat": "45 %", "lactose": "no",
               "maturity": "12 months", "origin": "Switzerland", "contains": "milk"},
    "tablet": {"name": "Tab 11", "brand": "Orin", "display": "11 inch", "storage": "64GB", "ram": "4 GB",
               "5G": "no", "stylus included": "no", "battery": "7.040 mAh", "os": "Android 14"},
    "tent": {"name": "Vik 2", "type": "tent", "persons": "2", "weight": "2.1 kg", "water column": "4000 mm",
             "footprint included": "no", "freestanding": "yes", "season": "3"},
    "shoe": {"name": "Trail Runner", "type": "running shoe", "drop": "6mm", "weight": "280 g", "waterproof": "N",
             "vegan": "Y", "upper": "mesh", "colours": "black|red|teal"},
    "chair": {"name": "Desk Chair S", "armrests": "no", "max load": "120 kg", "castors": "5", "upholstery": "wool",
              "flame retardant": "no", "delivered assembled": "false"},
    "nappies": {"name": "Soft Nappies", "size": "4", "count": "44 pcs", "weight range": "9-14 kg", "chlorine": "0%",
                "perfume free": "yes", "latex free": "yes"},
    "guitar": {"name": "OM-20", "type": "acoustic guitar", "top": "spruce", "strings": "6", "left-handed": "no",
               "pickup": "no", "case": "gig bag included"},
    "paint": {"name": "Wall Paint Matt", "colour": "off-white", "coverage": "12 m²/l", "volume": "2,5 l",
              "solvent-free": "yes", "exterior use": "no", "drying time": "4 h"},
    "lens": {"name": "35mm f/1.8", "mount": "Z", "focal length": "35 mm", "image stabiliser": "no",
             "filter thread": "62 mm", "weather sealed": "yes", "price_usd": "849"},
    "vitamin": {"name": "Vitamin D3", "dose": "1000 IU", "tablets": "90", "gluten": "no", "gelatine": "no",
                "suitable for vegetarians": "yes", "suitable for vegans": "no"},
    "pan": {"name": "Iron Pan 28", "diameter": "28 cm", "induction": "yes", "coating": "none", "PFAS": "no",
            "dishwasher safe": "NO", "oven safe": "up to 260 °C", "lid": "not included"},
    "sim card": {"name": "Data SIM", "data": "10 GB", "validity": "30 days", "contract": "no", "calls": "no",
                 "roaming": "EU"},
    "cable": {"name": "USB-C Cable", "length": "2 m", "max power": "100 W", "data rate": "480 Mbit/s", "braided": "yes",
              "thunderbolt": "no"},
    "lamp": {"name": "Desk Lamp<br>LED", "beschreibung": "&lt;b&gt;warm&lt;/b&gt;", "dimmable": "no", "lumen": "450",
             "colour temperature": "2700 K", "bulb included": "yes", "energy class": "F"},
    "wine": {"name": "Riesling 2021", "producer": "Weingut Thal", "country": "Germany", "alcohol": "11.5 % vol",
             "contains sulphites": "yes", "vegan": "no", "volume": "0,75 l", "residual sugar": "7 g/l"},
}  # fmt: skip
"""Invented; the labels, the units and the spellings of yes and no are those that catalogues have."""


class Liar:
    """Writes a draft that mixes what the fields say with their reverse, other numbers, praise and other products."""

    special_tokens: frozenset[str] = frozenset()
    name = fingerprint = "liar"
    context_window = 3000

    def __init__(self, product: Product, style: str) -> None:
        self.product, self.style = product, style

    def count_tokens(self, prompt: RenderedPrompt) -> int:
        return len(str(prompt).split())

    def prompt_window(self, max_new_tokens: int) -> int:
        return 3000 - max_new_tokens

    def generate(self, prompts: Sequence[RenderedPrompt], decoding: Decoding) -> list[Generation]:
        return [Generation(" ".join(self._lies()), 7, 3, "stop") for _ in prompts]

    def _lies(self) -> Iterator[str]:
        name = self.product.name.value if self.product.name else "it"
        yield f"{name} is a premium gift for the whole family."
        for field in self.product.stated:
            if field.is_true is not None:
                yield f"{name} is {'not ' if field.is_true else ''}{field.label}."
                yield f"It {'lacks' if field.is_true else 'has'} {field.label}."
            else:
                yield f"Its {field.label} is {field.shown}."
                yield f"Its {field.label} is 77 {field.shown}."
                yield f"It contains no {field.value}."
            for thing in field.absent:
                yield f"It contains {thing}. Enjoy the {thing}!"


def untrue(text: str, product: Product) -> list[str]:
    return [f"{claim.text}: {claim.note}" for claim in check_licence(text, product, is_fragment=True).untrue]


@pytest.mark.parametrize("kind", PRODUCTS)
@pytest.mark.parametrize("style", ["rules", "completion", "chat"])
def test_every_text_of_every_product_says_what_fields_say(kind: str, style: str) -> None:
    product = understand_fields(PRODUCTS[kind])
    drafts = None if style == "rules" else DraftWriter(Liar(product, style), attempts=1)  # type: ignore[arg-type]
    channels = tuple(channel for channel in CHANNELS if channel != "reviews")  # of which there are none
    description = Describer(channels=channels, drafts=drafts).describe(PRODUCTS[kind])
    assert [f"{text.channel}: {text.reason}" for text in description.refused] == []
    for text in description.texts:
        if text.channel != "json_ld":
            assert untrue(text.text, product) == [], text.text
    assert description.check.omitted == ()
    # No word that a field denies stands in a text without its denial.
    stated = {span.key for span in description.spans}
    musts = [field.key for field in product.stated if field.priority == MUST and field.kind not in ("name", "type")]
    assert [key for key in musts if key not in stated] == []

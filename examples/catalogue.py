"""How do I search a product catalogue, and describe a product? Rows become documents, their columns filters."""

from pathlib import Path
from tempfile import mkdtemp

from rag import Config, Describer
from stores import parse_filter

CATALOGUE = Path(__file__).parent / "knowledge_base" / "documents" / "products.csv"

config = Config().override("store", path=mkdtemp() + "/store")
config.index().sync([CATALOGUE])

retriever = config.retriever()
for hit in retriever.retrieve("something for a rainy day", k=3, where=parse_filter("price < 100")):
    print(f"{hit.chunk.metadata['name']}: {hit.chunk.metadata['price']}")

description = Describer(channels=("title", "long")).describe(
    {"name": "Trail Daypack", "colour": "green", "volume": "22 litres", "waterproof": "no"}
)
for text in description.texts:
    print(f"{text.channel}: {text.text}")

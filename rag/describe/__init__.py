"""Product descriptions: write them from fields, and check that they state the fields and nothing else.

>>> from rag.describe import DraftWriter
>>> from rag.generate import new_generator
>>> description = DraftWriter(new_generator("builtin:smollm2-describe")).write({"name": "Aurora", "memory": "16 GB"})
>>> print(description.text, description.errors)
"""

from typing import TYPE_CHECKING

from ingest.lazy import attach

if TYPE_CHECKING:
    from rag.describe.catalogue.batch import CatalogueBatch as CatalogueBatch
    from rag.describe.catalogue.edits import learn_edits as learn_edits
    from rag.describe.catalogue.product_file import ProductFile as ProductFile, read_products as read_products
    from rag.describe.catalogue.record_database import ProductTexts as ProductTexts
    from rag.describe.delexicalise import Delexicalizer as Delexicalizer
    from rag.describe.drafts import DraftText as DraftText, DraftWriter as DraftWriter
    from rag.describe.slots import SlotCheck as SlotCheck, ValueLexicon as ValueLexicon, check_slots as check_slots

__getattr__, __dir__, __all__ = attach(__name__, __file__)

"""Product descriptions: what the fields say, and nothing that no field says.

>>> from rag.describe import Describer
>>> print(Describer().describe({"name": "Kettle K1", "brand": "Lund", "weight": "0.9 kg"}).text)
The Lund Kettle K1 weighs 0.9 kg.
"""

from typing import TYPE_CHECKING

from ingest.lazy import attach

if TYPE_CHECKING:
    from rag.describe.catalogue.batch import CatalogueBatch as CatalogueBatch
    from rag.describe.catalogue.edits import learn_edits as learn_edits
    from rag.describe.catalogue.product_file import ProductFile as ProductFile, read_products as read_products
    from rag.describe.catalogue.record_database import ProductTexts as ProductTexts
    from rag.describe.channels.formats import format_texts as format_texts
    from rag.describe.channels.write_channels import CHANNELS as CHANNELS, ChannelText as ChannelText
    from rag.describe.describer import Describer as Describer
    from rag.describe.description import Description as Description, description_object as description_object
    from rag.describe.drafts.delexicalise import Delexicalizer as Delexicalizer
    from rag.describe.drafts.draft_writer import DraftText as DraftText, DraftWriter as DraftWriter
    from rag.describe.drafts.slots import SlotCheck as SlotCheck, check_slots as check_slots
    from rag.describe.drafts.value_lexicon import ValueLexicon as ValueLexicon
    from rag.describe.fields.field_rules import FieldRules as FieldRules
    from rag.describe.fields.understand import understand_fields as understand_fields
    from rag.describe.house_rules.rulebook import RuleBook as RuleBook
    from rag.describe.licence.allowed import AllowedPhrases as AllowedPhrases
    from rag.describe.licence.check import check_licence as check_licence
    from rag.describe.product import Product as Product

__getattr__, __dir__, __all__ = attach(__name__, __file__)

"""Fine-tuning: from labelled rows to a model folder that Openbook, and the library it came from, can load.

>>> from rag.finetune import finetune_generator
>>> tuned = finetune_generator("google/flan-t5-small", "train.jsonl", valid="valid.jsonl", out="my-t5")
>>> new_generator(str(tuned.folder)).generate(["describe: brand: Acme | colour: red"])
"""

from typing import TYPE_CHECKING

from ingest.lazy import attach

if TYPE_CHECKING:
    from rag.finetune.embedder.run import FinetunedEmbedder as FinetunedEmbedder, finetune_embedder as finetune_embedder
    from rag.finetune.embedder.settings import EmbedderSettings as EmbedderSettings
    from rag.finetune.generator.pretrain import pretrain_generator as pretrain_generator
    from rag.finetune.generator.run import (
        FinetunedGenerator as FinetunedGenerator,
        finetune_generator as finetune_generator,
    )
    from rag.finetune.generator.settings import GeneratorSettings as GeneratorSettings
    from rag.finetune.reader.run import FinetunedReader as FinetunedReader, finetune_reader as finetune_reader
    from rag.finetune.reader.settings import ReaderSettings as ReaderSettings
    from rag.finetune.reranker.run import FinetunedReranker as FinetunedReranker, finetune_reranker as finetune_reranker
    from rag.finetune.reranker.settings import RerankerSettings as RerankerSettings

__getattr__, __dir__, __all__ = attach(__name__, __file__)

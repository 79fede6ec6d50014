"""Convert a reader for CTranslate2, and measure the copy against the model. Run as a child process.

python -m rag.reader.convert READER FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from safetensors.numpy import save_file

from ingest.models.convert import (
    COMPARING,
    CONVERTING,
    LOADING,
    MODEL,
    look_up_measures,
    run_conversion,
    tell_step,
    write_copy,
)
from ingest.models.shift import shift_activations
from ingest.models.weights import folder_named, local_path
from ingest.types import Chunk
from rag.reader.converted import HEADS, ConvertedScorer
from rag.reader.folder import ReaderConfig, adapter_in, load_reader_network, load_windows
from rag.reader.reader import read_spans
from rag.reader.score import ReferenceScorer, WindowScorer
from rag.reader.spans import ScoredSpan

FARTHEST = 1.0  # mean difference of the margins of the copy's spans, in logits, at most
LEAST_SAME = 0.75  # share of the sample's spans, at least

SAMPLE = (
    ("How do bees tell where flowers are?", "Bees tell each other where flowers are by dancing on the comb."),
    ("When does the museum close on Mondays?", "The museum opens at ten and closes at six, on Mondays at four."),
    ("Who walked on the Moon in 1969?", "In July 1969 Neil Armstrong and Buzz Aldrin walked on the Moon."),
    ("How many days of leave do employees earn?", "Each employee earns two days of leave a month."),
    ("When does leave expire?", "Each employee earns two days of leave a month. It expires after a year."),
    ("What closed the mountain road?", "Heavy rain closed the mountain road on Tuesday; workers cleared it by noon."),
    ("Who is the chief executive?", "The museum opens at ten and closes at six, on Mondays at four."),
    ("What does the warranty cover?", "The warranty covers faults in material and workmanship for two years."),
    ("What is the capital of France?", "Bees tell each other where flowers are by dancing on the comb."),
    ("Where is the key kept?", "The key to the archive is kept at the front desk, in a drawer that is always locked."),
    ("How long is the trial period?", "You can try the product for 30 days. After that a licence costs 99 a year."),
    ("Which river flows through Vienna?", "Vienna lies on the Danube, which flows from there to Bratislava."),
)
"""Questions, each with a passage; two passages do not hold the answer."""


def convert_reader(reader: str, folder: Path) -> dict[str, Any]:
    """Fill an empty folder with a reader's copy, and return its details and measures."""
    import torch
    from transformers import AutoTokenizer

    torch.set_num_threads(1)  # another order of sums would shift otherwise, and a copy has to come out the same

    tell_step(LOADING)
    source = folder_named(reader)
    config, network = ReaderConfig.read(source), load_reader_network(source)
    windows = load_windows(source, config)
    base = local_path(adapter_in(source).base)
    pairs = [(question, Chunk(text, "sample", 0, len(text))) for question, text in SAMPLE]

    def spans(scorer: WindowScorer) -> list[ScoredSpan]:
        return [read_spans(scorer.score, windows, [pair], config.max_answer_tokens)[0][0] for pair in pairs]

    tell_step(CONVERTING)
    shift_activations(network.encoder, lambda: spans(ReferenceScorer(lambda: network, 1)))
    tokenizer = AutoTokenizer.from_pretrained(base, local_files_only=True, trust_remote_code=False)
    write_copy(network.encoder, tokenizer, base, folder / MODEL, "int8")
    heads = {
        name: value.detach().numpy() for name, value in network.named_parameters() if not name.startswith("encoder")
    }
    save_file(heads, folder / HEADS)
    segmented = getattr(network.encoder.config, "type_vocab_size", 1) > 1
    measures = look_up_measures(folder)
    if measures is None:
        tell_step(COMPARING)
        expected = spans(ReferenceScorer(lambda: load_reader_network(source), 1))  # loaded again: the first was changed
        pairs_of_spans = list(zip(expected, spans(ConvertedScorer(folder, segmented, 1)), strict=True))
        off = sum(abs(one.margin - other.margin) for one, other in pairs_of_spans) / len(pairs)
        same = sum((one.start, one.end) == (other.start, other.end) for one, other in pairs_of_spans) / len(pairs)
        measures = {"measured": {"margins_off": off, "same_spans": same}}
        if not (off <= FARTHEST and same >= LEAST_SAME):
            measures["refused"] = (
                f"its copy in int8 gives {same:.0%} of the reader's own spans, their margins {off:.2f} logits off"
            )
    return {"segmented": segmented, **measures}


if __name__ == "__main__":
    run_conversion(convert_reader, sys.argv[1:])

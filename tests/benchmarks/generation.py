"""New tokens a second of the four families, by transformers in float32 and by the copy in 8 bits, in one run.

    python tests/benchmarks/generation.py
    python tests/benchmarks/generation.py --quality build/benchmarks/multitask/describe ../shared/data

The models have the sizes of T5-small, BART-base, GPT-2 and a PEGASUS of six layers, and random weights: what they write
means nothing, how long it takes does. Prompts have 400 tokens, answers 64; one at a time and eight at once, in turns,
medians of `--repeat` repetitions with the least and the greatest. Both use as many threads as are idle. What int8 costs
in quality is told of a model that was fine-tuned (`multitask.py` makes it): BLEU over test rows that it never saw, of
both backends on the same rows.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
import transformers as tf
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from ingest.models.convert import MODEL, write_copy
from rag.data.checks import RowChecks
from rag.data.rows import read_rows
from rag.data.task_prompts import prompt_for
from rag.describe.drafts.delexicalise import Delexicalizer
from rag.evaluate.metrics import text_metrics
from rag.finetune.generator.examples import TaskData, generate_texts
from rag.generate import Decoding, Generator, new_generator
from rag.generate.ct2_model import GeneratorCopy
from rag.generate.ctranslate2 import CTranslate2Generator
from rag.generate.load import load_model, model_family
from rag.generate.tokenizer import write_tokenizer
from rag.generate.trained import Trained
from rag.generate.window import model_window

PROMPT_TOKENS, NEW_TOKENS = 400, 64
LAYERS = {f"{part}_{name}" for part in ("encoder", "decoder") for name in ("layers", "attention_heads", "ffn_dim")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--families", nargs="+", choices=FAMILIES, default=list(FAMILIES))
    parser.add_argument("--quality", nargs=2, type=Path, metavar=("MODEL", "DATA"))
    parser.add_argument("--rows", type=int, default=1400)
    options = parser.parse_args()
    if options.quality:
        _quality(*options.quality, options.rows)
        return
    for family in options.families:
        with tempfile.TemporaryDirectory() as folder:
            for line in _measured(family, Path(folder), options.repeat):
                print(json.dumps(line), flush=True)


def _measured(family: str, folder: Path, repeat: int) -> Iterator[dict[str, object]]:
    FAMILIES[family](folder / "model")
    backends: dict[str, Generator] = {
        "transformers": new_generator(str(folder / "model"), "transformers"),
        "copy": _copied(folder / "model", folder / "copy"),
    }
    words = random.Random(0)
    prompts = [" ".join(f"w{words.randrange(20_000)}" for _ in range(PROMPT_TOKENS)) for _ in range(8)]
    decoding = Decoding(max_new_tokens=NEW_TOKENS)
    for size, count in ((1, 2), (8, 8)):
        speeds: dict[str, list[float]] = {name: [] for name in backends}
        for number in range(repeat + 1):
            for name, generator in backends.items():
                made, began = 0, time.perf_counter()
                for low in range(0, count, size):
                    made += sum(g.completion_tokens for g in generator.generate(prompts[low : low + size], decoding))
                if number:  # the first warms up
                    speeds[name].append(made / (time.perf_counter() - began))
        ratios = [own / theirs for own, theirs in zip(speeds["copy"], speeds["transformers"], strict=True)]
        yield {
            "family": family,
            "at once": size,
            **{f"{name}, tokens/s": round(statistics.median(each), 1) for name, each in speeds.items()},
            "ratio": f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})",
        }


def _copied(model: Path, folder: Path) -> CTranslate2Generator:
    """Return the copy without asking whether it is true: random weights tie too closely for that."""
    folder.mkdir()
    family = model_family(model)
    loaded = load_model(model, family)
    write_tokenizer(loaded.tokenizer, folder)
    write_copy(loaded.model, loaded.tokenizer, model, folder / MODEL, "int8")
    details = {
        "family": family,
        "window": asdict(model_window(loaded.model.config, loaded.tokenizer.model_max_length)),
        "eos": sorted(loaded.eos),
        "forced_first": loaded.forced_first,
    }
    return CTranslate2Generator(str(model), copy=GeneratorCopy(folder, details))


def _quality(model: Path, data: Path, count: int) -> None:
    train, test = (read_rows(data / f"products/rnnlg_laptop/{split}.jsonl") for split in ("train", "test"))
    rows = random.Random(1).sample(list(RowChecks(repeated="drop").run(train=train, test=test).test), count)
    trained = Trained.of(model)
    assert trained is not None
    marks = Delexicalizer(trained.placeholders) if trained.placeholders is not None else None
    task = TaskData("describe", prompt_for("describe", rows[0].values), rows, placeholders=marks)
    texts = {}
    for backend in ("transformers", "ctranslate2"):
        began = time.perf_counter()
        generator: Any = new_generator(str(model), backend, batch_size=32)
        texts[backend] = generate_texts(task, rows, generator, 96)
        [bleu] = [each for each in text_metrics(texts[backend], rows) if each.name == "bleu"]
        seconds = round(time.perf_counter() - began, 1)
        print(json.dumps({"backend": backend, "rows": count, "bleu": str(bleu), "s": seconds}), flush=True)
    same = sum(one == other for one, other in zip(*texts.values(), strict=True))
    print(json.dumps({"the same text": round(same / count, 3)}))


# --- models -----------------------------------------------------------------------------------------------------------


def _t5(folder: Path) -> None:
    settings = {"d_model": 512, "d_kv": 64, "d_ff": 2048, "num_layers": 6, "num_heads": 8, "decoder_start_token_id": 0}
    _save(folder, tf.T5ForConditionalGeneration, tf.T5Config, 32_128, end=1, pad=0, **settings)


def _bart(folder: Path) -> None:
    # It starts from 0, not from its end token: with random weights it would end where it begins.
    settings = {"d_model": 768, "decoder_start_token_id": 0, "bos_token_id": 0, "max_position_embeddings": 1024}
    settings |= dict(zip(sorted(LAYERS), (12, 3072, 6) * 2, strict=True))
    _save(folder, tf.BartForConditionalGeneration, tf.BartConfig, 50_265, end=2, pad=1, **settings)


def _pegasus(folder: Path) -> None:
    settings = {"d_model": 512, "decoder_start_token_id": 0, "max_position_embeddings": 512}
    settings |= dict(zip(sorted(LAYERS), (8, 2048, 6) * 2, strict=True))
    _save(folder, tf.PegasusForConditionalGeneration, tf.PegasusConfig, 32_000, end=1, pad=0, **settings)


def _gpt2(folder: Path) -> None:
    _save(folder, tf.GPT2LMHeadModel, tf.GPT2Config, 50_257, end=0, pad=1, bos_token_id=0)


FAMILIES: dict[str, Callable[[Path], None]] = {
    "T5-small size": _t5,
    "BART-base size": _bart,
    "PEGASUS, 6 + 6 layers": _pegasus,
    "GPT-2 size": _gpt2,
}


def _save(folder: Path, kind: Any, config: Any, vocabulary: int, *, end: int, pad: int, **settings: Any) -> None:
    with _seeded():
        model = kind(config(vocab_size=vocabulary, eos_token_id=end, pad_token_id=pad, **settings))
    model.save_pretrained(folder)
    marks = ["<0>", "<1>", "<2>", "<unk>"]
    words = {word: number for number, word in enumerate([*marks, *(f"w{n}" for n in range(vocabulary - len(marks)))])}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.add_special_tokens(marks)
    if kind is not tf.GPT2LMHeadModel:
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"$A <{end}>", special_tokens=[(f"<{end}>", end)]
        )
    names = {"eos_token": f"<{end}>", "pad_token": f"<{pad}>", "unk_token": "<unk>"}
    tf.PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names).save_pretrained(folder)


@contextmanager
def _seeded() -> Iterator[None]:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        yield


if __name__ == "__main__":
    main()

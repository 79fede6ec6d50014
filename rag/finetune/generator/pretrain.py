"""Pretrain a generator on plain text: span corruption for T5, the next token for causal models."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ingest.errors import InputError, RowsError
from rag.finetune.generator.run import describe_training, run_training
from rag.finetune.generator.settings import GeneratorSettings
from rag.finetune.generator.start import FinetunedGenerator, StartModel
from rag.finetune.shared.batch_order import order_batches
from rag.finetune.shared.card import hash_texts
from rag.finetune.shared.examples import Example
from rag.finetune.shared.settings import at_least, check
from rag.finetune.shared.unfinished import Unfinished, check_output
from rag.generate.trained import Trained

DENSITY, SPAN = 0.15, 3.0
"""The share of a text's tokens that span corruption removes, and the mean length of a removed span."""
SHORTEST = 16  # tokens in a piece


def pretrain_generator(
    model: str | None,
    paths: Sequence[str | Path],
    *,
    out: str | Path,
    init: str | None = None,
    window: int = 256,
    restart: bool = False,
    progress: bool | None = None,
    **settings: Any,
) -> FinetunedGenerator:
    """Train a model on the texts of files and folders and write it to the folder `out`.

    T5 and its kin learn span corruption, causal models to predict the next token. Texts are cut into pieces of `window`
    tokens; spans are drawn anew in each pass. One in fifty pieces is held out for validation. `model`, `init`, resuming
    and `settings` are as in `finetune_generator`. Raises RowsError if the files hold too little text.
    """
    chosen = replace(GeneratorSettings(**settings), metric="loss", placeholders=False)
    start = StartModel(model, init, chosen)
    check(window >= SHORTEST, "window", window, at_least(SHORTEST).text)
    out = Path(out)
    check_output(out, "pretraining")
    texts = list(read_texts(paths))
    digest = hash_texts(texts)
    about = {"start": start.name, "settings": chosen.decisive(), "window": window, "data": digest}
    with Unfinished.begin(out, about, restart) as unfinished:
        generator = start.load(unfinished.folder, lambda: texts)
        tokenizer = generator.tokenizer

        # Join the texts, an end token after each, cut them into pieces, and hold some out.
        stream: list[int] = []
        for text in texts:
            stream += tokenizer(text, add_special_tokens=False, verbose=False).input_ids
            stream.append(tokenizer.eos_token_id)
        pieces = [stream[low : low + window] for low in range(0, len(stream), window)]
        pieces = [piece for piece in pieces if len(piece) >= SHORTEST]
        if len(pieces) < 2:
            raise RowsError(f"the texts have {len(stream)} tokens: too few to learn from")
        random.Random(f"{chosen.seed}/pieces").shuffle(pieces)
        held_out = max(1, len(pieces) // 50)
        learnt = pieces[held_out:]

        # Draw the spans of every example by its place in the run, so that a resumed run sees the same ones.
        make = make_span_corruption(tokenizer) if generator.family == "seq2seq" else predict_next_token
        valid = [
            make(piece, random.Random(f"{chosen.seed}/valid/{number}"))
            for number, piece in enumerate(pieces[:held_out])
        ]
        rows = round(chosen.epochs * len(learnt))
        if chosen.max_steps is not None:
            rows = chosen.max_steps * chosen.batch_size
        places = order_batches([[len(piece) for piece in learnt]], [1.0], rows, chosen.batch_size, chosen.seed)
        batches = [
            [make(learnt[row], random.Random(f"{chosen.seed}/{step}/{row}")) for _, row in batch]
            for step, batch in enumerate(places)
        ]

        # Train, and write the model.
        result, final = run_training(start, generator, batches, valid, dict, len(learnt), unfinished, progress)
        details = {**describe_training(start, result), "pieces": len(learnt), "window": window}
        data = {"texts": len(texts), "characters": sum(map(len, texts)), "SHA-256": digest, "window": window}
        start.write(unfinished, final, tokenizer, Trained((), details=details), result, data)
    return result


def read_texts(paths: Sequence[str | Path]) -> Iterator[str]:
    """Yield the text of every readable document in these files and folders. Raises RowsError if there is none."""
    from ingest.discover import discover
    from ingest.errors import ParseError, Unsupported
    from ingest.parsers import ParseWorker

    count = 0
    with ParseWorker() as worker:
        for file in discover([Path(path) for path in paths]):
            if file.reason is not None:
                if file.named:
                    raise RowsError(f"{file.path}: {file.reason}")
                continue
            try:
                parsed = worker.parse(file.path, str(file.path))
            except (ParseError, Unsupported):
                continue
            for document in parsed.documents:
                if document.text.strip():
                    count += 1
                    yield document.text
    if not count:
        raise RowsError(f"no text in {', '.join(map(str, paths))}")


def corrupt(
    ids: Sequence[int], sentinels: Sequence[int], chance: random.Random, density: float = DENSITY, span: float = SPAN
) -> tuple[list[int], list[int]]:
    """Return ids with spans replaced by sentinels, and the target: each sentinel followed by its span.

    [a b c d e] may give [a X d Y] and [X b c Y e]. About `density` of the tokens are removed, in spans of `span` tokens
    on average, no two of them adjacent. Source: Raffel et al. 2020, section 3.1.4 (arXiv:1910.10683).
    """
    # Choose how many tokens to remove and in how many spans, so that some text stays between two spans.
    removed = min(max(round(len(ids) * density), 1), max(len(ids) - 1, 0))
    count = min(max(round(removed / span), 1), removed, len(ids) - removed, len(sentinels))
    if count < 1:
        return list(ids), []
    source: list[int] = []
    target: list[int] = []
    start = 0
    removals = _random_sizes(removed, count, chance)
    for sentinel, keep, remove in zip(
        sentinels, _random_sizes(len(ids) - removed, count, chance), removals, strict=False
    ):
        source += [*ids[start : start + keep], sentinel]
        target += [sentinel, *ids[start + keep : start + keep + remove]]
        start += keep + remove
    return source, target


def _random_sizes(total: int, count: int, chance: random.Random) -> list[int]:
    """Return `count` random sizes of at least 1 that sum to `total`."""
    cuts = sorted(chance.sample(range(1, total), count - 1))
    return [high - low for low, high in zip([0, *cuts], [*cuts, total], strict=True)]


def make_span_corruption(tokenizer: Any) -> Callable[[Sequence[int], random.Random], Example]:
    """Return the function that turns a piece into an example of span corruption with this tokenizer's sentinels."""
    vocabulary = tokenizer.get_vocab()
    names = [f"<extra_id_{number}>" for number in range(100)]
    sentinels = [vocabulary[name] for name in names if name in vocabulary]
    if not sentinels:
        raise InputError("this tokenizer has no <extra_id_0>: span corruption is for T5 and its kin")
    end = tokenizer.eos_token_id

    def make(piece: Sequence[int], chance: random.Random) -> Example:
        source, target = corrupt(piece, sentinels, chance)
        return Example([*source, end], [*target, end])

    return make


def predict_next_token(piece: Sequence[int], chance: random.Random) -> Example:
    """Return a piece as an example of next-token prediction."""
    return Example(list(piece), list(piece))

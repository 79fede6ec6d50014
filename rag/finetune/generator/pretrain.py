"""Learning a language before a task: from texts alone, by filling gaps (T5) or by going on (GPT-2)."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.errors import RowsError
from rag.finetune.generator.examples import Example
from rag.finetune.generator.settings import GeneratorSettings
from rag.finetune.shared.batch_order import fixed_batches
from rag.finetune.shared.folder import card, save, text_hash
from rag.generate.trained import Trained

if TYPE_CHECKING:
    from rag.finetune.generator.run import FinetunedGenerator
    from rag.generate.decode import TransformersGenerator

DENSITY, SPAN = 0.15, 3.0
"""Share of a text's tokens that is taken out, and how many in a row on average."""


def pretrain_generator(
    model: str | None,
    paths: Sequence[str | Path],
    *,
    out: str | Path,
    init: str | None = None,
    window: int = 256,
    restart: bool = False,
    **settings: Any,
) -> FinetunedGenerator:
    """Train a model on the texts of files and folders and write it into the folder `out`.

    T5 and its kin learn span corruption, causal models to predict the next token. Texts are cut into pieces of `window`
    tokens; the gaps are drawn anew for each pass. One in fifty pieces is kept for validation. Checkpoints, resuming
    and settings are as for `finetune`. Raises RowsError where the files hold too little text.
    """
    from rag.finetune.generator.run import begun, generator_for, trained

    chosen = GeneratorSettings(**{"max_steps": None, "label_smoothing": 0.0, **settings})
    chosen = replace(chosen, metric="loss", placeholders=False)
    out = Path(out)
    texts = list(read_texts(paths))
    about = {"kind": "pretrain", "window": window, "data": text_hash(texts)}
    with begun(out, model, init, chosen, about, restart) as unfinished:
        generator = generator_for(model, init, lambda: texts, [], unfinished.folder, chosen)
        batches, valid, count = _learnt(texts, generator, window, chosen)
        result, final = trained(generator, batches, valid, dict, chosen, unfinished, count, init is not None)
        start = model or f"random weights ({init})"
        details = {"start": start, "pieces": count, "window": window, "settings": asdict(chosen)}
        data = {"texts": len(texts), "characters": sum(map(len, texts)), "SHA-256": text_hash(texts)}
        shown = {name: value for name, value in asdict(chosen).items() if value is not None}
        reached = dict(result.metrics)
        about_it = card(out.name, start, "other", data, {"window": window, **shown}, reached)
        trained_as = Trained((), details={**details, "metrics": reached})
        save(final, generator.tokenizer, trained_as, about_it, unfinished, model if chosen.adapter_only else None)
    return result


def _learnt(
    texts: Sequence[str], generator: TransformersGenerator, window: int, settings: GeneratorSettings
) -> tuple[list[list[Example]], list[Example], int]:
    """Return the batches of a run, the examples held out for validation, and how many pieces are learnt from."""
    pieces = _pieces(texts, generator.tokenizer, window)
    if len(pieces) < 2:
        raise RowsError(f"the texts have {sum(map(len, pieces))} tokens: too few to learn from")
    random.Random(f"{settings.seed}/pieces").shuffle(pieces)
    held = max(1, len(pieces) // 50)
    make = _gaps(generator.tokenizer) if generator.family == "seq2seq" else _following
    valid = [make(piece, random.Random(f"{settings.seed}/valid/{at}")) for at, piece in enumerate(pieces[:held])]
    rest = pieces[held:]
    rows = (
        round(settings.epochs * len(rest)) if settings.max_steps is None else settings.max_steps * settings.batch_size
    )
    placed = fixed_batches([[len(piece) for piece in rest]], [1.0], rows, settings.batch_size, settings.seed)
    batches = [
        [make(rest[row], random.Random(f"{settings.seed}/{step}/{row}")) for _, row in batch]
        for step, batch in enumerate(placed)
    ]
    return batches, valid, len(rest)


def read_texts(paths: Sequence[str | Path]) -> Iterator[str]:
    """Yield the text of every document in these files and folders that can be read. Raises RowsError for none."""
    from ingest.discover import discover
    from ingest.errors import ParseError, Unsupported
    from ingest.parsers import ParseWorker

    count = 0
    with ParseWorker() as worker:
        for found in discover([Path(path) for path in paths]):
            if found.reason is not None:
                if found.named:
                    raise RowsError(f"{found.path}: {found.reason}")
                continue
            try:
                parsed = worker.parse(found.path, str(found.path))
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
    """Return ids with gaps, and what belongs into the gaps: each gap is a sentinel that comes before its tokens there.

    [a b c d e] may give [a X d Y] and [X b c Y e]. About `density` of the tokens go, in gaps of about `span`,
    never two gaps next to each other. Source: Raffel et al. 2020, section 3.1.4 (arXiv:1910.10683).
    """
    gone = min(max(round(len(ids) * density), 1), max(len(ids) - 1, 0))
    count = min(max(round(gone / span), 1), gone, len(ids) - gone, len(sentinels))
    if count < 1:
        return list(ids), []
    taken, kept = _parts(gone, count, chance), _parts(len(ids) - gone, count, chance)
    source: list[int] = []
    target: list[int] = []
    at = 0
    for sentinel, keep, take in zip(sentinels, kept, taken, strict=False):
        source += [*ids[at : at + keep], sentinel]
        target += [sentinel, *ids[at + keep : at + keep + take]]
        at += keep + take
    return source, target


def _parts(total: int, count: int, chance: random.Random) -> list[int]:
    """Return `count` random sizes of at least 1 that sum to `total`."""
    cuts = sorted(chance.sample(range(1, total), count - 1))
    return [high - low for low, high in zip([0, *cuts], [*cuts, total], strict=True)]


def _gaps(tokenizer: Any) -> Any:
    names = [f"<extra_id_{number}>" for number in range(100)]
    known = tokenizer.get_vocab()
    sentinels = [known[name] for name in names if name in known]
    if not sentinels:
        raise ValueError("this tokenizer has no <extra_id_0>: span corruption is for T5 and its kin")
    end = tokenizer.eos_token_id

    def make(piece: Sequence[int], chance: random.Random) -> Example:
        source, target = corrupt(piece, sentinels, chance)
        return Example([*source, end], [*target, end])

    return make


def _following(piece: Sequence[int], chance: random.Random) -> Example:
    return Example(list(piece), list(piece))


def _pieces(texts: Sequence[str], tokenizer: Any, window: int) -> list[list[int]]:
    """Return the texts one after the other, an end token between them, in pieces of `window` tokens."""
    if window < 16:
        raise ValueError(f"window must be at least 16 tokens, not {window}")
    stream: list[int] = []
    for text in texts:
        stream += tokenizer(text, add_special_tokens=False, verbose=False).input_ids
        stream.append(tokenizer.eos_token_id)
    pieces = [stream[low : low + window] for low in range(0, len(stream), window)]
    return [piece for piece in pieces if len(piece) >= 16]

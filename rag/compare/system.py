"""A system: a model, what it is shown beside a row, and whether it was fine-tuned. Its kind follows from these."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from rag.data.contexts import SHOW_AS, ShowAs
from rag.finetune.generator.settings import GeneratorSettings
from rag.generate.trained import Trained

Kind = Literal["zero-shot", "few-shot", "rag", "fine-tuned", "rag on fine-tuned"]

EXAMPLES, PASSAGES = 5, 5


@dataclass(frozen=True)
class System:
    """One way of doing the task.

    `model` is a name as `new_generator` takes it: the model to use, or with `finetune` the one to start from (None with
    `finetune["init"]`); `start` in its place names another system, whose trained model this one's training goes on
    from. `examples` are so many fixed rows of train; `passages` so many of the store's passages or of
    train's rows that are like the row at hand, `shown` as worked examples or as passages. A description with errors is
    written up to `attempts` times. `finetune` are options of `rag.finetune.finetune_generator`: the system is trained
    first, with what it will be shown, and with `curve` on parts of train too where a learning curve is wanted.
    `options` are the generator's. Raises ValueError for what cannot be.
    """

    name: str
    model: str | None = None
    start: str | None = None
    examples: int = 0
    passages: int = 0
    shown: ShowAs | None = None
    attempts: int = 1
    finetune: Mapping[str, Any] | None = None
    curve: bool = True
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise ValueError("a system needs a name")
        for name, least in (("examples", 0), ("passages", 0), ("attempts", 1)):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < least:
                raise ValueError(f"system {self.name!r}: {name} is {value!r}, it has to be a number from {least} up")
        if self.examples and self.passages:
            raise ValueError(f"system {self.name!r}: give examples or passages, not both")
        from_nothing = bool(self.finetune and self.finetune.get("init"))
        begun = [self.model is not None, self.start is not None, from_nothing]
        if not any(begun):
            raise ValueError(
                f'system {self.name!r} has no model: name one, or start from nothing with finetune\'s "init"'
            )
        if sum(begun) > 1:
            raise ValueError(f"system {self.name!r}: give one of a model, a start and finetune's init, not several")
        if self.start is not None and self.finetune is None:
            raise ValueError(f"system {self.name!r}: a start is trained further: give finetune's options")

    @property
    def is_trained(self) -> bool:
        """Whether it is fine-tuned: here, or its folder says so."""
        return self.finetune is not None or (self.model is not None and Trained.of(self.model) is not None)

    @property
    def kind(self) -> Kind:
        """What the system is called in the field."""
        if self.is_trained:
            return "rag on fine-tuned" if self.passages else "fine-tuned"
        if self.passages:
            return "rag"
        return "few-shot" if self.examples else "zero-shot"

    @property
    def similar_as(self) -> ShowAs:
        """How similar rows are shown: as asked for, else as a trained folder says, else as worked examples."""
        trained = Trained.of(self.model) if self.model and not self.finetune else None
        learnt: ShowAs = (trained.context if trained else {}).get("shown", SHOW_AS)
        return self.shown or learnt


def check_systems(systems: Sequence[System], rows: int) -> None:
    """Raise ValueError for systems that cannot be compared: none, two of a name, or rows that lack to be shown."""
    if not systems:
        raise ValueError("no systems to compare: name at least one")
    names = [system.name for system in systems]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"two systems are called {twice!r}: names have to differ")
    for number, system in enumerate(systems):
        earlier = [each.name for each in systems[:number] if each.finetune]
        if system.start is not None and system.start not in earlier:
            known = ", ".join(earlier) or "none"
            raise ValueError(
                f"system {system.name!r} starts from {system.start!r}, which no system before it trains; known: {known}"
            )
        if not rows and (system.examples or system.finetune):
            what = "shows examples" if system.examples else "is fine-tuned"
            raise ValueError(f"system {system.name!r} {what}: give the train rows")
        if system.finetune:
            _check_finetune(system.name, system.finetune)


def _check_finetune(name: str, options: Mapping[str, Any]) -> None:
    known = [each.name for each in fields(GeneratorSettings)]
    unknown = next((option for option in options if option not in (*known, "init")), None)
    if unknown is not None:
        raise ValueError(f"system {name!r}: finetune has no option {unknown!r}; known: init, {', '.join(known)}")
    try:
        GeneratorSettings(**{option: value for option, value in options.items() if option != "init"})
    except (TypeError, ValueError) as error:
        raise ValueError(f"system {name!r}: finetune: {error}") from None


def system_of(table: Mapping[str, Any], place: str) -> System:
    """Return a system from a table of a file. Raises ValueError naming the keys that there are."""
    known = [each.name for each in fields(System)]
    unknown = [key for key in table if key not in known]
    if unknown:
        raise ValueError(f"{place}: no option {unknown[0]!r}; known: {', '.join(known)}")
    if not isinstance(table.get("name"), str):
        raise ValueError(f'{place}: each system needs a name, such as name = "RAG"')
    if table.get("shown") not in (None, "examples", "passages"):
        raise ValueError(f"{place}: shown is {table['shown']!r}; known: examples, passages")
    return System(**table)


COMMON = ("zero-shot", "few-shot", "rag", "fine-tuned", "rag-fine-tuned")
CHECKED = "+check"


def common_systems(
    names: Iterable[str],
    model: str,
    finetuned: str | None = None,
    rag_finetuned: str | None = None,
    finetune: Mapping[str, Any] | None = None,
    examples: int = EXAMPLES,
    passages: int = PASSAGES,
    attempts: int = 4,
) -> list[System]:
    """Return the systems that these names usually mean.

    "rag+check" is RAG whose descriptions are written again where they have errors. A fine-tuned one is that of a
    folder, or trained first with the options `finetune`. Raises ValueError for an unknown name, or a fine-tuned one
    without either.
    """
    systems = []
    for name in names:
        base = name.removesuffix(CHECKED)
        if base not in COMMON:
            raise ValueError(f"unknown system {name!r}; known: {', '.join(COMMON)}, each also with {CHECKED}")
        folder = (rag_finetuned or finetuned) if base == "rag-fine-tuned" else finetuned
        learns = "fine-tuned" in base and folder is None
        if learns and finetune is None:
            raise ValueError(f"system {name!r} needs --finetuned FOLDER of a model, or --finetune to train one")
        start = None if learns and finetune and finetune.get("init") else model
        systems.append(
            System(
                name,
                folder if "fine-tuned" in base and not learns else start,
                examples=examples if base == "few-shot" else 0,
                passages=passages if base.startswith("rag") else 0,
                attempts=attempts if name.endswith(CHECKED) else 1,
                finetune=finetune if learns else None,
            )
        )
    return systems

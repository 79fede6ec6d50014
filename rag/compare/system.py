"""`System`: a model, the rows it is shown in its prompt, and its fine-tuning. Its kind follows from these."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from ingest.errors import InputError
from rag.data.contexts import SHOW_AS, ShowAs
from rag.finetune.generator.settings import GeneratorSettings
from rag.generate.trained import Trained

Kind = Literal["zero-shot", "few-shot", "rag", "fine-tuned", "rag on fine-tuned", "rules"]

EXAMPLES, SIMILAR = 5, 5  # the defaults of the usual systems
RENAMED = {"passages": "similar", "shown": "show_as"}
COMMON = ("rules", "zero-shot", "few-shot", "rag", "fine-tuned", "rag-fine-tuned")
CHECKED = "+check"


@dataclass(frozen=True)
class System:
    """One way of doing the task.

    `model` is a name as `new_generator` takes it: the model to use, or with `finetune` the model to start from. A
    training may start from nothing instead (`finetune["init"]`), or from the trained model of another system, named by
    `start`. `examples` is a number of fixed rows of train; `similar` a number of retrieved rows: rows of train that
    resemble the row at hand, as worked examples or as passages (`show_as`), or passages of the store. Descriptions:
    with `rules` they are written by rules, without a model; a `checked` system replaces the sentences that claim what
    no field says, as `rag describe` does; of up to `attempts` texts the one with the fewest wrong values is kept.
    `finetune` holds options of `rag.finetune.finetune_generator`: the
    system is trained first, with what it will be shown, and with `curve` also on parts of train where a learning curve
    is wanted. `options` are the generator's. Raises InputError.
    """

    name: str
    model: str | None = None
    start: str | None = None
    examples: int = 0
    similar: int = 0
    show_as: ShowAs | None = None
    attempts: int = 1
    rules: bool = False
    checked: bool = False
    finetune: Mapping[str, Any] | None = None
    curve: bool = True
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise InputError("a system needs a name")
        place = f"system {self.name!r}"
        for name, minimum in (("examples", 0), ("similar", 0), ("attempts", 1)):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < minimum:
                raise InputError(f"{place}: {name} is {value!r}, it has to be a number from {minimum} up")
        if self.examples and self.similar:
            raise InputError(f"{place}: give examples or similar, not both")
        if self.show_as not in (None, "examples", "passages"):
            raise InputError(f"{place}: show_as is {self.show_as!r}; known: examples, passages")
        for name in ("rules", "checked"):
            if not isinstance(getattr(self, name), bool):
                raise InputError(f"{place}: {name} is {getattr(self, name)!r}; it is true or false")
        # A system starts from exactly one model, and rules from none.
        origins = [self.model, self.start, (self.finetune or {}).get("init")]
        if self.rules:
            others = ("model", "start", "finetune", "examples", "similar", "show_as", "checked")
            if given := [name for name in others if getattr(self, name)] + ["attempts"] * (self.attempts > 1):
                raise InputError(f"{place} is written by rules, without a model: leave out {', '.join(given)}")
            return
        if not any(origins):
            raise InputError(f'{place} has no model: name one, or start from nothing with finetune\'s "init"')
        if sum(map(bool, origins)) > 1:
            raise InputError(f"{place}: give one of a model, a start and finetune's init, not several")
        if self.start is not None and self.finetune is None:
            raise InputError(f"{place}: a start is trained further: give finetune's options")

    @property
    def is_trained(self) -> bool:
        """Tell whether the system is fine-tuned, here or earlier."""
        return self.finetune is not None or (self.model is not None and Trained.of(self.model) is not None)

    @property
    def kind(self) -> Kind:
        """The field's name for a system of this kind."""
        if self.rules:
            return "rules"
        if self.is_trained:
            return "rag on fine-tuned" if self.similar else "fine-tuned"
        if self.similar:
            return "rag"
        return "few-shot" if self.examples else "zero-shot"

    @property
    def similar_as(self) -> ShowAs:
        """The form in which similar rows are shown: `show_as`, else that of the model's training."""
        trained = Trained.of(self.model) if self.model and not self.finetune else None
        learnt: ShowAs = (trained.context if trained else {}).get("shown", SHOW_AS)
        return self.show_as or learnt

    @classmethod
    def from_table(cls, table: Mapping[str, Any], place: str) -> System:
        """Return the system of a table in a plan. Raises InputError, which names the place and the known keys."""
        names = [option.name for option in fields(cls)]
        for name in table:
            if name in RENAMED:
                raise InputError(f"{place}: the option {name} is now called {RENAMED[name]}")
            if name not in names:
                raise InputError(f"{place}: no option {name!r}; known: {', '.join(names)}")
        if not isinstance(table.get("name"), str):
            raise InputError(f'{place}: each system needs a name, such as name = "RAG"')
        return cls(**table)


def check_systems(systems: Sequence[System], rows: int, task: str) -> None:
    """Check systems for a task and a number of training rows. Raises InputError if they cannot be compared."""
    if not systems:
        raise InputError("no systems to compare: name at least one")
    names = [system.name for system in systems]
    trained: list[str] = []
    for system in systems:
        place = f"system {system.name!r}"
        if task != "describe" and (system.rules or system.checked):
            raise InputError(f"{place}: only descriptions are {'written' if system.rules else 'checked'} by rules")
        if names.count(system.name) > 1:
            raise InputError(f"two systems are called {system.name!r}: names have to differ")
        # Systems are trained in their order.
        if system.start is not None and system.start not in trained:
            earlier = ", ".join(trained) or "none"
            raise InputError(f"{place} starts from {system.start!r}, which no earlier system trains; known: {earlier}")
        if not rows and (system.examples or system.finetune):
            use = "shows examples" if system.examples else "is fine-tuned"
            raise InputError(f"{place} {use}: give the train rows")
        if system.finetune:
            trained.append(system.name)
            options = {name: value for name, value in system.finetune.items() if name != "init"}
            valid = [option.name for option in fields(GeneratorSettings)]
            for name in options:
                if name not in valid:
                    raise InputError(f"{place}: finetune has no option {name!r}; known: init, {', '.join(valid)}")
            try:
                GeneratorSettings(**options)
            except (TypeError, ValueError) as error:
                raise InputError(f"{place}: finetune: {error}") from None


def common_systems(
    names: Iterable[str],
    model: str,
    finetuned: str | None = None,
    rag_finetuned: str | None = None,
    finetune: Mapping[str, Any] | None = None,
    examples: int = EXAMPLES,
    similar: int = SIMILAR,
) -> list[System]:
    """Return the systems that these names usually stand for.

    "rag+check" is RAG whose descriptions say nothing but what a field says, "rules" needs no model. A fine-tuned system
    is that of a folder, or is trained with the options `finetune`. Raises InputError for an unknown name, or for a
    fine-tuned system with neither.
    """
    systems = []
    for name in names:
        base = name.removesuffix(CHECKED)
        if base not in COMMON or name == f"rules{CHECKED}":
            raise InputError(f"unknown system {name!r}; known: {', '.join(COMMON)}, each model also with {CHECKED}")
        if base == "rules":
            systems.append(System(name, rules=True))
            continue
        tuned = "fine-tuned" in base
        # A fine-tuned system is in a folder already, or learns here.
        folder = (rag_finetuned or finetuned) if base == "rag-fine-tuned" else finetuned
        learns = tuned and folder is None
        if learns and finetune is None:
            raise InputError(f"system {name!r} needs --finetuned FOLDER of a model, or --finetune to train one")
        start = None if learns and finetune and finetune.get("init") else model
        systems.append(
            System(
                name,
                folder if tuned and not learns else start,
                examples=examples if base == "few-shot" else 0,
                similar=similar if base.startswith("rag") else 0,
                checked=name.endswith(CHECKED),
                finetune=finetune if learns else None,
            )
        )
    return systems

"""The settings that every training has, and the one place that checks them.

A settings class declares each field with `setting(default, rule, help)`. The constructor checks the rules, and the
commands derive their flags from the same fields.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from ingest.errors import InputError


@dataclass(frozen=True)
class Rule:
    """A condition on a setting's value, in code and in words."""

    text: str
    holds: Callable[[Any], bool]


ABOVE_ZERO = Rule("above 0", lambda value: value > 0)
SHARE = Rule("a share from 0 to 1", lambda value: 0 <= value <= 1)
PART = Rule("a share from 0 to below 1", lambda value: 0 <= value < 1)


def at_least(limit: int) -> Rule:
    """Return the rule that a value is `limit` or more."""
    return Rule(f"at least {limit}", lambda value: value >= limit)


def one_of(*names: str) -> Rule:
    """Return the rule that a value is one of these names."""
    return Rule(f"one of {', '.join(names)}", lambda value: value in names)


def setting(default: Any, rule: Rule | None = None, help: str = "", metavar: str | None = None) -> Any:  # noqa: A002
    """Return a dataclass field with its rule and its help text; an optional field may also be None."""
    return field(default=default, metadata={"rule": rule, "help": help, "metavar": metavar})


@dataclass(frozen=True)
class TrainingSettings:
    """Settings of any training. The defaults suit small models on a CPU.

    The model is evaluated and a checkpoint written every `eval_every` steps (None: once an epoch) and after the last
    step. The weights of the step with the best `metric` are kept; `patience` evaluations in a row without a better one
    end the run (None: never). `warmup` is a share of the steps. `learning_rate` None chooses by model and method.
    `precision` "auto" is bfloat16 on a device that supports it, else float32. `threads` None leaves torch as it is set
    up.
    """

    epochs: float = setting(3.0, ABOVE_ZERO, "passes over the training data", "N")
    batch_size: int = setting(32, at_least(1), "examples per step", "N")
    learning_rate: float | None = setting(None, ABOVE_ZERO, "peak learning rate (default: by model and method)", "X")
    warmup: float = setting(0.1, PART)
    weight_decay: float = setting(0.01, at_least(0))
    metric: str = setting("loss", None, "validation metric that selects the checkpoint", "NAME")
    eval_every: int | None = setting(None, at_least(1), "steps between evaluations (default: an epoch)", "STEPS")
    patience: int | None = setting(None, at_least(1), "stop after N evaluations without a better one", "N")
    seed: int = setting(0, None, "random seed", "N")
    device: str = setting("cpu", None, "cpu, cuda or mps", "NAME")
    precision: str = setting("auto", one_of("auto", "float32", "bfloat16"))
    threads: int | None = setting(None, at_least(1), "number of CPU threads (default: all cores)", "N")

    def __post_init__(self) -> None:
        # Every field is checked by its type and its rule; None stands for a default that is computed later.
        for item in fields(self):
            value, rule = getattr(self, item.name), item.metadata["rule"]
            if value is None and str(item.type).endswith("| None"):
                continue
            kind = str(item.type).removesuffix(" | None")
            if kind in ("int", "float"):
                numbers: Any = int if kind == "int" else int | float
                is_number = isinstance(value, numbers) and not isinstance(value, bool)
                check(is_number, item.name, value, "a whole number" if kind == "int" else "a number")
            if rule is not None:
                check(rule.holds(value), item.name, value, rule.text)

    @property
    def rate(self) -> float:
        """The peak learning rate: as given, or a default for full fine-tuning of an encoder."""
        return self.learning_rate or 5e-5

    def decisive(self) -> dict[str, Any]:
        """Return the settings that decide the result; a run may be resumed with another number of threads."""
        return {name: value for name, value in asdict(self).items() if name != "threads"}


def check(holds: bool, name: str, value: object, rule: str) -> None:
    """Raise InputError, naming the value and what would work, unless the rule holds."""
    if not holds:
        raise InputError(f"{name} must be {rule}, not {value!r}")

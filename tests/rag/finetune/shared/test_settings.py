"""The settings of a training are checked in one place, by their types and rules."""

from __future__ import annotations

from typing import Any

import pytest

from ingest.errors import InputError
from rag.finetune import EmbedderSettings, GeneratorSettings, ReaderSettings, RerankerSettings
from rag.finetune.shared.settings import TrainingSettings


@pytest.mark.parametrize("settings", [GeneratorSettings, EmbedderSettings, ReaderSettings, RerankerSettings])
@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("seed", True, "seed must be a whole number, not True"),
        ("batch_size", 2.5, "batch_size must be a whole number, not 2.5"),
        ("epochs", "three", "epochs must be a number, not 'three'"),
        ("warmup", 1, "warmup must be a share from 0 to below 1, not 1"),
        ("patience", 0, "patience must be at least 1, not 0"),
        ("precision", "int8", "precision must be one of auto, float32, bfloat16, not 'int8'"),
        ("metric", "accuracy", "metric must be one of"),
    ],
)
def test_a_value_that_breaks_its_rule_is_refused(
    settings: type[TrainingSettings], option: str, value: Any, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        settings(**{option: value})


def test_the_number_of_threads_does_not_decide_a_run_and_the_rate_depends_on_the_method() -> None:
    assert EmbedderSettings(threads=1).decisive() == EmbedderSettings(threads=4).decisive()
    assert ReaderSettings(patience=None, eval_every=None).rate == 5e-4
    assert ReaderSettings(method="full").rate == 5e-5
    assert ReaderSettings(learning_rate=1e-3).rate == 1e-3

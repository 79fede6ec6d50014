"""Real processes, killed without warning at random moments: the same command again ends with the same weights."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file


@pytest.mark.slow
@pytest.mark.parametrize("init", ["t5-tiny", "gpt2-tiny"])
def test_kills_change_no_weight(init: str, tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    words = [f"{first}{second}" for first in ("zor", "quil", "mav", "tep") for second in ("ax", "ine", "ola", "u")]
    rows.write_text("".join(f"{json.dumps({'input': word, 'target': word[::-1]})}\n" for word in words), "utf-8")

    def python(out: str) -> list[str]:
        code = (
            "import sys; from rag.finetune import finetune_generator; from rag.data.rows import read_rows\n"
            f"rows = read_rows({str(rows)!r}, 'turn')\n"
            f"finetune_generator(None, {{'turn': rows}}, {{'turn': rows[:4]}}, out={str(tmp_path / out)!r}, "
            f"init={init!r}, max_steps=120, batch_size=4, threads=1, eval_every=7, learning_rate=3e-3)"
        )
        return [sys.executable, "-c", code]

    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    subprocess.run(python("whole"), check=True, env=environment, timeout=300)
    checkpoints = tmp_path / "killed.training" / "checkpoints"
    chance = random.Random(init)
    kills = 0
    for _ in range(30):
        target = chance.randrange(10, 40)
        before = _step(checkpoints)
        process = subprocess.Popen(python("killed"), env=environment)
        while process.poll() is None and _step(checkpoints) < before + target:
            time.sleep(0.005)
        if process.poll() is not None:
            assert process.returncode == 0
            break
        process.send_signal(signal.SIGKILL)
        process.wait()
        kills += 1
        assert not (tmp_path / "killed").exists()
    assert kills >= 2
    one, other = (load_file(tmp_path / name / "model.safetensors") for name in ("whole", "killed"))
    assert all(torch.equal(weight, other[name]) for name, weight in one.items())


def _step(checkpoints: Path) -> int:
    """Return the step of the last checkpoint that was begun; there is one every seventh step, and none at the end."""
    try:
        names = [folder.name for folder in checkpoints.iterdir()]
    except FileNotFoundError:  # not begun, or moved away with the finished training
        return 0
    return max((int(name.rpartition("-")[2]) for name in names if "-" in name), default=0)

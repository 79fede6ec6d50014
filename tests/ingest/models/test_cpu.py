"""CTranslate2 is told of AVX-512 where the processor gains from it, and only there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.models import cpu
from ingest.models.cpu import VARIABLE, has_fast_avx512, load_ctranslate2

OLD = "avx512f avx512cd avx512bw avx512dq avx512vl"


@pytest.fixture(autouse=True)
def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "")
    monkeypatch.delenv(VARIABLE)
    has_fast_avx512.cache_clear()


@pytest.mark.parametrize(
    ("flags", "is_fast"),
    [
        (f"fpu avx2 {OLD} avx512_vbmi2 avx512_vnni", True),
        (f"fpu avx2 {OLD}", False),
        ("fpu avx2", False),
    ],
)
def test_the_processor_decides(flags: str, is_fast: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "cpuinfo").write_text(f"processor\t: 0\nflags\t\t: {flags}\n\nprocessor\t: 1\nflags\t\t: {flags}\n")
    monkeypatch.setattr(cpu, "CPUINFO", tmp_path / "cpuinfo")
    load_ctranslate2()
    assert os.environ.get(VARIABLE) == ("AVX512" if is_fast else None)


def test_where_it_cannot_be_told_nothing_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(cpu, "CPUINFO", tmp_path / "none")
    load_ctranslate2()
    assert VARIABLE not in os.environ


def test_what_the_environment_says_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "AVX")
    load_ctranslate2()
    assert os.environ[VARIABLE] == "AVX"


@pytest.mark.skipif(not has_fast_avx512(), reason="this processor has no AVX-512, or is slow with it")
def test_models_run_on_it() -> None:
    script = "from ingest.embed import new_embedder; print(new_embedder().embed_query('tea').shape)"
    environment = {name: value for name, value in os.environ.items() if name != VARIABLE} | {"CT2_VERBOSE": "1"}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.strip() == "(384,)"
    assert "Selected ISA: AVX512" in done.stderr

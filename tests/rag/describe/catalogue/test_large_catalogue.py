"""A catalogue of a thousand products: memory hardly grows, and a killed run goes on where it was."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[3] / "benchmarks"))

from describe import describe_catalogue, kill_and_resume, records_size, write_catalogue

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="counts memory in Linux's units"),
]


def test_memory_hardly_grows_and_a_thousand_products_take_minutes_at_most(tmp_path: Path) -> None:
    small, large = (
        describe_catalogue(write_catalogue(tmp_path / f"{count}.jsonl", count), tmp_path / f"{count}.described.jsonl")
        for count in (200, 1000)
    )
    print(small, large)
    assert (small.written, large.written) == (200, 1000)
    assert large.seconds < 15 * 60
    # Texts are compared for near-duplicates, which takes some kilobytes of memory a product.
    assert large.peak < small.peak + 100, "MB"


def test_a_killed_run_goes_on_and_gives_the_same_output(tmp_path: Path) -> None:
    file = write_catalogue(tmp_path / "products.jsonl", 500)
    whole = tmp_path / "whole.jsonl"
    describe_catalogue(file, whole)
    killed = tmp_path / "killed.jsonl"
    resumed = kill_and_resume(file, killed, records_size(whole) // 2)
    assert 50 < resumed.written < 450
    assert killed.read_bytes() == whole.read_bytes()
    assert describe_catalogue(file, killed).written == 0

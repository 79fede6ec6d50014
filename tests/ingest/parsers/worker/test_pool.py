"""Files parsed side by side come back in their order, whatever becomes of some of them."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from ingest.errors import ParseError
from ingest.parsers import ParsePool, ParseSettings, ParseWorker


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    made = [tmp_path / f"{number}.txt" for number in range(12)]
    for number, file in enumerate(made):
        file.write_text(f"This is file {number}.")
    return made


def test_files_come_in_order_from_several_processes(files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.parsers.worker.pool.SLOW", 0)
    with ParsePool(ParseSettings(), count=3) as pool:
        reading = pool.in_order(files, lambda worker, file: worker.parse(file, file.name))
        read = [(file, future.result()) for file, future in reading]
        processes = {worker._child.pid for worker in pool._workers if worker._child}
    assert [file for file, _ in read] == files
    assert [parsed.documents[0].text for _, parsed in read] == [f"This is file {n}." for n in range(12)]
    assert 2 <= len(processes) <= 3


def test_quick_files_need_one_process_though_it_takes_time_to_start(
    files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.parsers.worker.pool.SLOW", 0.2)

    def read(worker: ParseWorker, file: Path) -> None:
        if file == files[0]:
            time.sleep(0.4)  # as a process takes that starts

    with ParsePool(ParseSettings(), count=3) as pool:
        for _, future in pool.in_order(files, read):
            future.result()
        assert len(pool._workers) == 1


def test_one_that_fails_is_its_own_affair(files: list[Path]) -> None:
    files[4].write_bytes(b"%PDF-1.7 and nothing else")
    files[4] = files[4].rename(files[4].with_suffix(".pdf"))
    with ParsePool(ParseSettings(), count=2) as pool:
        for at, (_, future) in enumerate(pool.in_order(files, lambda worker, file: worker.parse(file, file.name))):
            if at == 4:
                with pytest.raises(ParseError):
                    future.result()
            else:
                assert future.result().documents


def test_no_more_are_read_ahead_than_there_is_use_for(files: list[Path]) -> None:
    begun: list[Path] = []
    with ParsePool(ParseSettings(), count=2) as pool:
        next(iter(pool.in_order(files, lambda worker, file: begun.append(file))))
        time.sleep(0.2)
    assert len(begun) == 4


def test_leaving_early_ends_what_runs_and_starts_nothing_new(files: list[Path]) -> None:
    begun: list[int] = []

    def slow(worker: ParseWorker, file: Path) -> None:
        begun.append(1)
        worker.parse(file, file.name)
        time.sleep(0.1)

    def interrupted() -> None:
        with ParsePool(ParseSettings(), count=2) as pool:
            next(iter(pool.in_order(files, slow)))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert len(begun) <= 4
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("parse")]

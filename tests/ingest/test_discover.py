"""Every file under a path is found once or accounted for, and is called the same from wherever one looks."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ingest.discover import discover, origin_name


def found(*paths: Path, leave_out: Path | None = None) -> dict[str, str | None]:
    return {each.path.name: each.reason for each in discover(paths, leave_out)}


def test_files_are_found_in_order_and_once(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", "sub/c.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    order = [each.path.relative_to(tmp_path).as_posix() for each in discover([tmp_path, tmp_path / "a.txt"])]
    assert order == ["a.txt", "b.txt", "sub/c.txt"]


def test_named_files_are_marked(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    assert [each.named for each in discover([tmp_path])] == [False]
    assert [each.named for each in discover([tmp_path / "a.txt"])] == [True]


def test_what_is_left_out_is_told(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".env").write_text("x")
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "store.sqlite").write_text("x")
    assert found(tmp_path, leave_out=tmp_path / "store") == {
        ".env": "hidden; name it to ingest it",
        ".git": "hidden; name it to ingest it",
        "node_modules": "folder of installed packages or caches; name it to ingest it",
    }
    assert found(tmp_path / ".env") == {".env": None}


def test_another_store_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "store.sqlite").write_text("x")
    assert found(tmp_path) == {"other": "a store, not documents"}


def test_links_in_a_loop_end(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "again").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "left").symlink_to(tmp_path / "right")
    (tmp_path / "right").symlink_to(tmp_path / "left")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    assert found(tmp_path) == {
        "a.txt": None,
        "left": "a loop of symbolic links",
        "right": "a loop of symbolic links",
        "dangling": f"a link to nothing: {tmp_path / 'nowhere'}",
    }
    assert found(tmp_path / "left") == {"left": "a loop of symbolic links"}


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert found(tmp_path / "pipe", tmp_path / "missing") == {
        "pipe": "not a regular file (a device, pipe or socket)",
        "missing": "no such file or folder",
    }


def test_names_do_not_change_with_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").write_text("x")
    monkeypatch.chdir(tmp_path)
    assert origin_name(Path("docs/a.txt"), tmp_path) == "docs/a.txt"
    monkeypatch.chdir(tmp_path / "docs")
    assert origin_name(Path("a.txt"), tmp_path) == "docs/a.txt"
    assert origin_name(Path("a.txt"), tmp_path / "other") == (tmp_path / "docs" / "a.txt").as_posix()

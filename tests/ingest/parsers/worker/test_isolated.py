"""The worker outlives parsers that hang, crash, print and eat memory."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.errors import ParseError, Unsupported
from ingest.parsers import PARSERS, Parsed, ParseSettings, ParseWorker, parse, register_parser

BAD_PARSERS = """
import os, signal, sys, time
from ingest.parsers import Parsed
from ingest.types import Block, Document

def hang(path, source, settings):
    time.sleep(60)

def exit(path, source, settings):
    os._exit(3)

def crash(path, source, settings):
    os.kill(os.getpid(), signal.SIGSEGV)

def eat(path, source, settings):
    return [bytearray(8 << 30)]

def chatter(path, source, settings):
    print("to standard output"); os.write(1, b"\\\\x00" * 100); sys.stdin.read()
    return [Document("said", source, (Block(0, 4),))]

def fail(path, source, settings):
    raise KeyError("no\\\\nsuch")
""".replace("\\\\", "\\")


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ParseWorker]:
    folder = tmp_path_factory.mktemp("parsers")
    (folder / "bad_parsers.py").write_text(BAD_PARSERS)
    known = dict(PARSERS)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        for name in ("hang", "exit", "crash", "eat", "chatter", "fail"):
            register_parser(f".{name}", f"bad_parsers:{name}")
        with ParseWorker(ParseSettings(timeout=8)) as worker:
            yield worker
    PARSERS.clear()
    PARSERS.update(known)


def ask(worker: ParseWorker, folder: Path, name: str, text: str = "some text") -> Parsed:
    (folder / name).write_text(text)
    return worker.parse(folder / name, name)


def test_the_same_as_in_this_process(worker: ParseWorker, tmp_path: Path) -> None:
    found = ask(worker, tmp_path, "a.md", "---\nn: [1, x]\n---\n# T\n\nÄpfel 🍏\n")
    assert found == parse(tmp_path / "a.md", "a.md")
    assert found.documents[0].text == "T\n\nÄpfel 🍏"


def test_errors_keep_their_kind(worker: ParseWorker, tmp_path: Path) -> None:
    with pytest.raises(Unsupported, match="empty file"):
        ask(worker, tmp_path, "a.txt", "")
    with pytest.raises(ParseError, match="not readable: KeyError: "):
        ask(worker, tmp_path, "a.fail")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("a.exit", r"the parser crashed \(exit code 3"),
        ("a.crash", r"the parser crashed \(signal 11\)"),
        ("a.eat", "needs more memory than there is"),
    ],
)
def test_the_next_file_is_read_after_a_crash(worker: ParseWorker, tmp_path: Path, name: str, reason: str) -> None:
    with pytest.raises(ParseError, match=reason):
        ask(worker, tmp_path, name)
    assert ask(worker, tmp_path, "b.txt", "next").documents[0].text == "next"


def test_a_file_that_never_ends(tmp_path: Path, worker: ParseWorker) -> None:
    with ParseWorker(ParseSettings(timeout=1.5)) as impatient:
        started = time.monotonic()
        with pytest.raises(ParseError, match=r"took longer than 1\.5 s"):
            ask(impatient, tmp_path, "a.hang")
        assert time.monotonic() - started < 6


def test_what_parsers_print_does_not_disturb(worker: ParseWorker, tmp_path: Path) -> None:
    assert ask(worker, tmp_path, "a.chatter").documents[0].text == "said"


def test_a_large_text_comes_back_whole(worker: ParseWorker, tmp_path: Path) -> None:
    text = ("word " * 200 + "\n\n") * 5_000
    assert len(ask(worker, tmp_path, "a.txt", text).documents[0].text) > 4_900_000


def test_a_parser_of_the_main_script_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be imported by a worker"):
        register_parser(".x", "__main__:read")
    with pytest.raises(ValueError, match="expected an ending like"):
        register_parser("x", "module:read")

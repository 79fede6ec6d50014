"""The command line as a user meets it: every command, its JSON, and one clear line for every mistake."""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import fields
from importlib import import_module
from pathlib import Path

import pytest

from ingest.errors import ModelError
from rag.answer.pipeline import Pipeline
from rag.cli.main import COMMANDS, build_parser, main
from rag.cli.options import CommandGroup
from rag.config import Config
from rag.retrieve.retrievers import HybridRetriever
from stores import LocalStore

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path, monkeypatch, capsys, embedder, scripted) -> Run:
    """Run a command in a folder of its own, with a small embedder and a scripted generator."""
    monkeypatch.chdir(tmp_path)
    original = Config.embedder
    monkeypatch.setattr(Config, "embedder", lambda self: original(self) if self.table("embedder") else embedder)
    generator = scripted("Tea is served at four.")
    real = Config.generator
    monkeypatch.setattr(Config, "generator", lambda self, *a: real(self, *a) if self.table("generator") else generator)
    monkeypatch.setattr("rag.answer.defaults.READERS", {})

    def run(*arguments: object) -> tuple[int, str, str]:
        status = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


@pytest.fixture
def docs(tmp_path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "tea.txt").write_text("Tea is served at four in the library. Coffee is served at ten.")
    (folder / "rent.txt").write_text("The rent is due on the first of the month.")
    return folder


def test_ingest_as_json_is_one_object_of_the_agreed_keys(run, docs, tmp_path) -> None:
    (docs / "sound.mp3").write_bytes(b"ID3\x03\x00\x00\x00")
    status, out, err = run("ingest", docs, "--json")
    assert (status, err) == (0, "")
    report = json.loads(out)
    assert out.count("\n") == 1
    assert report.pop("seconds") > 0
    (skipped,) = report.pop("skipped")
    assert skipped["source"] == "docs/sound.mp3"
    assert report == {
        "store": str(tmp_path / ".rag"), "added": 2, "updated": 0, "unchanged": 0, "deleted": 0, "failed": [],
        "warnings": [], "chunks_embedded": 2, "chunks_total": 2, "truncated_chunks": 0,
    }  # fmt: skip


def test_ingest_for_a_person(run, docs) -> None:
    status, out, _ = run("ingest", docs)
    assert status == 0
    assert "2 added" in out
    assert "2 chunks embedded, 2 in the store" in out
    assert "\x1b[" not in out, "no colours in a pipe"


def test_strict_tells_of_failures_by_its_exit_status(run, docs) -> None:
    (docs / "broken.json").write_text("{")
    assert run("ingest", docs)[0] == 0
    status, out, _ = run("ingest", docs, "--strict", "--json")
    assert status == 1
    assert [failure["source"] for failure in json.loads(out)["failed"]] == ["docs/broken.json"]


def test_search(run, docs) -> None:
    run("ingest", docs)
    status, out, _ = run("search", "When is tea served?", "-k", 1, "--json")
    found = json.loads(out)
    assert status == 0
    assert set(found) == {"question", "hits", "seconds"}
    (hit,) = found["hits"]
    assert {key: hit[key] for key in hit if key != "score"} == {
        "source": "docs/tea.txt", "start": 0, "end": 62, "page": None, "heading": None,
        "text": "Tea is served at four in the library. Coffee is served at ten.",
    }  # fmt: skip
    assert "docs/tea.txt" in run("search", "When is tea served?")[1]


def test_ask(run, docs) -> None:
    run("ingest", docs)
    status, out, _ = run("ask", "When is tea served?", "--json")
    answer = json.loads(out)
    assert status == 0
    assert (answer["answer"], answer["abstained"], answer["model"]) == ("Tea is served at four.", False, "scripted")
    assert answer["citations"] == [
        {"number": 1, "source": "docs/tea.txt", "start": 0, "end": 37, "page": None, "heading": None, "support": 1.0,
         "text": "Tea is served at four in the library."}
    ]  # fmt: skip
    assert set(answer["usage"]) == {"prompt_tokens", "completion_tokens", "context_window"}
    assert {"question", "hits", "dropped", "seconds"} <= set(answer)
    text = run("ask", "When", "is", "tea", "served?")[1]
    assert text.startswith("Tea is served at four. [1]\n")
    assert "[1] docs/tea.txt, characters 0-37" in text


def test_a_trace_goes_to_stderr_and_leaves_the_answer_alone(run, docs) -> None:
    run("ingest", docs)
    plain = run("ask", "When is tea served?")
    status, out, err = run("ask", "When is tea served?", "--trace")
    assert (status, out) == plain[:2]
    assert re.search(r"^passage \d\.\d+  docs/tea\.txt, characters 0-62$", err, re.MULTILINE)
    assert re.search(
        r"^ {4}generate +\d+\.\d ms  prompts 1, prompt tokens \d+, completion tokens 5$", err, re.MULTILINE
    )
    refused = run("ask", "When is tea served?", "--trace", "--json", "--min-evidence", "1")[2]
    assert "refused: the best passage is too far" in refused


def test_a_terminal_shows_drafts_and_replaces_them(run, docs, monkeypatch) -> None:
    run("ingest", docs)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("NO_COLOR", "1")
    out = run("ask", "When is tea served?")[1]
    assert out.startswith("Tea is served at four.\r\x1b[JTea is served at four. [1]\n")
    assert "This replaces the draft" not in out


def test_an_abstention_says_what_is_missing_and_what_comes_closest(run, docs) -> None:
    run("ingest", docs)
    status, text, _ = run("ask", "When is tea served?", "--min-evidence", "1")
    assert status == 0
    assert (
        text
        == """I can't find an answer to "When is tea served?" in the documents.
These come closest:

[1] docs/tea.txt, characters 0-37
    Tea is served at four in the library.

[2] docs/tea.txt, characters 38-62
    Coffee is served at ten.
"""
    )


def test_questions_of_a_file_give_an_object_a_line_in_order(run, docs, tmp_path) -> None:
    run("ingest", docs)
    rows = [{"id": f"q{n}", "question": f"When is tea served, {n}?\u2028"} for n in range(20)]
    (tmp_path / "q.jsonl").write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n")
    for command in ("ask", "search"):
        status, out, _ = run(command, "--file", tmp_path / "q.jsonl")
        lines = [json.loads(line) for line in out.strip("\n").split("\n")]
        assert status == 0
        assert [(line["id"], line["question"]) for line in lines] == [(row["id"], row["question"]) for row in rows]


def test_a_question_that_cannot_be_answered_is_reported_and_the_others_are_answered(run, docs, tmp_path) -> None:
    run("ingest", docs)
    lines = [
        '{"id": 1, "question": "When is tea served?"}',
        '{"question": ',
        '{"id": 3}',
        '{"id": 4, "question": "Tea?"}',
    ]
    (tmp_path / "q.jsonl").write_text("\n".join(lines))
    for command in ("ask", "search"):
        status, out, err = run(command, "--file", tmp_path / "q.jsonl")
        assert status == 1
        assert [json.loads(line)["id"] for line in out.strip().split("\n")] == [1, 4]
        first, second = err.strip().split("\n")
        assert f"{tmp_path}/q.jsonl, line 2: not JSON" in first
        assert f'{tmp_path}/q.jsonl, line 3: needs a "question"' in second


def test_a_question_longer_than_the_window_is_reported_and_the_others_are_answered(run, docs, tmp_path) -> None:
    run("ingest", docs)
    questions = ["When is tea served?", "tea " * 500, "When is coffee served?"]
    (tmp_path / "q.jsonl").write_text("\n".join(json.dumps({"question": question}) for question in questions))
    status, out, err = run("ask", "--file", "q.jsonl")
    assert status == 1
    assert [json.loads(line)["question"] for line in out.strip().split("\n")] == [questions[0], questions[2]]
    # The scripted generator's window is 400 words, of which an answer may take 48.
    assert re.fullmatch(r"rag: q\.jsonl, line 2: .*\b5\d\d tokens\b.*\b352\b.*\n", err), err


@pytest.mark.parametrize(
    ("error", "answered", "line"),
    [
        (KeyError("tea"), [0, 2], "rag: q.jsonl, line 2: 'tea'"),
        (
            RuntimeError("out of\npaper"),
            [0, 2],
            "rag: q.jsonl, line 2: unexpected RuntimeError (RAG_DEBUG=1 shows where)",
        ),
        (ModelError("the weights are gone"), [], "rag: the weights are gone"),
        (OSError("the disk is full"), [], "rag: the disk is full"),
    ],
)
def test_an_error_of_one_question_is_reported_and_one_of_all_ends_the_command(
    run, docs, tmp_path, monkeypatch, error, answered, line
) -> None:
    run("ingest", docs)
    ask_many, retrieve = Pipeline.ask_many, HybridRetriever.retrieve

    def refuse(question: str) -> None:
        if "ten" in question:
            raise error

    def answer(pipeline, questions, where=None):
        refuse(" ".join(questions))
        return ask_many(pipeline, questions, where)

    def search(retriever, question, k=5, where=None):
        refuse(question)
        return retrieve(retriever, question, k, where)

    monkeypatch.delenv("RAG_DEBUG", raising=False)
    monkeypatch.setattr(Pipeline, "ask_many", answer)
    monkeypatch.setattr(HybridRetriever, "retrieve", search)
    questions = ["When is tea served?", "What happens at ten?", "When is the rent due?"]
    (tmp_path / "q.jsonl").write_text("\n".join(json.dumps({"question": question}) for question in questions))
    for command in ("ask", "search"):
        status, out, err = run(command, "--file", "q.jsonl")
        # A search prints each question's passages at once.
        wanted = [questions[0]] if not answered and command == "search" else [questions[place] for place in answered]
        assert status == 1
        assert [json.loads(row)["question"] for row in out.splitlines()] == wanted
        assert err.startswith(line)
        assert err.count("\n") == 1


def test_filters(run, tmp_path) -> None:
    (tmp_path / "p.csv").write_text("sku,name,price\n1,red lamp,10\n2,red chair,90\n")
    run("ingest", "p.csv")
    found = json.loads(run("search", "red", "--where", "price < 50", "--json")[1])
    assert [hit["source"] for hit in found["hits"]] == ["p.csv#1"]
    (tmp_path / "rag.toml").write_text("[pipeline]\nwhere = 'price > 50'\n")
    assert [hit["source"] for hit in json.loads(run("search", "red", "--json")[1])["hits"]] == ["p.csv#2"]


@pytest.mark.parametrize("command", ["search", "ask"])
def test_a_filter_that_matches_nothing_is_reported(run, tmp_path, command) -> None:
    (tmp_path / "products.csv").write_text("id,name,price\nP1,cup,3.5\nP2,bowl,7\n")
    run("ingest", "products.csv")
    status, _, err = run(command, "What holds tea?", "--where", "cost < 5")
    assert status == 0
    assert err.startswith("rag: no passage matches the filter; ")
    assert "source, id, name, price" in err
    assert "'products.csv#P1'" in err
    assert run(command, "What holds tea?", "--where", "price < 5")[2] == ""


def test_sources_and_delete(run, docs) -> None:
    run("ingest", docs)
    listed = json.loads(run("sources", "--json")[1])
    assert [each["source"] for each in listed["sources"]] == ["docs/rent.txt", "docs/tea.txt"]
    assert run("delete", "docs/tea.txt")[0] == 0
    assert "docs/tea.txt" not in run("sources")[1]
    status, _, err = run("delete", "docs/tea.txt")
    assert (status, err) == (1, "rag: no source 'docs/tea.txt' in the store; `rag sources` lists them\n")


def test_deleting_needs_no_embedder(run, docs, monkeypatch) -> None:
    run("ingest", docs)
    monkeypatch.setattr(Config, "embedder", lambda self: 1 / 0)
    assert run("delete", "docs/tea.txt")[:2] == (0, "deleted 1 source; 1 chunks remain\n")


@pytest.mark.parametrize(
    ("terminal", "environment", "styled"),
    [
        (True, {"TERM": "xterm"}, True),
        (True, {"TERM": "dumb"}, False),
        (True, {"TERM": "xterm", "NO_COLOR": "1"}, False),
        (False, {"TERM": "xterm"}, False),
    ],
)
def test_styles_are_for_terminals_that_show_them(run, docs, monkeypatch, terminal, environment, styled) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal)
    for command in (["ingest", docs], ["sources"], ["search", "tea"]):
        assert ("\x1b[" in run(*command)[1]) == styled


def test_a_table_in_a_pipe_is_never_cut(run, tmp_path) -> None:
    name = f"{'long' * 60}.txt"
    (tmp_path / name).write_text("Tea is served at four.")
    run("ingest", name)
    assert f"     1  {name}\n" in run("sources")[1]


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["models", "--json"], ["ask", "--help"]])
def test_rich_is_imported_for_tables_only(arguments) -> None:
    code = (
        "import sys\nfrom rag.cli.main import main\ntry: main(sys.argv[1:])\nexcept SystemExit: pass\n"
        "print('rich' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"


def test_asking_imports_no_other_command() -> None:
    code = (
        "import sys\nfrom rag.cli.main import main\ntry: main(['ask', '--help'])\nexcept SystemExit: pass\n"
        "print(*(name for name in sys.modules if name.startswith('rag.cli.')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    imported = set(done.stdout.splitlines()[-1].split())
    assert imported == {f"rag.cli.{name}" for name in ("main", "messages", "options", "ask", "questions", "output")}


def test_init_writes_a_file_that_loads_and_is_not_overwritten(run, tmp_path) -> None:
    assert run("init")[0] == 0
    assert Config.load().source == "rag.toml"
    (tmp_path / "rag.toml").write_text("[chunker]\nsize = 100\n")
    status, _, err = run("init")
    assert (status, err) == (1, "rag: rag.toml exists already; --force replaces it\n")
    assert run("init", "--force")[0] == 0


def test_models_lists_the_embedded_ones(run) -> None:
    listed = json.loads(run("models", "--json")[1])["models"]
    assert {each["name"]: each["kind"] for each in listed} == {
        "builtin:minilm": "embedder", "builtin:smollm2": "generator", "builtin:minilm-reader": "reader",
        "builtin:smollm2-answers": "generator", "builtin:smollm2-describe": "generator",
        "builtin:smollm2-realiser": "generator",
    }  # fmt: skip
    assert "google/flan-t5-base" in run("models")[1]


@pytest.mark.weights
def test_doctor_finds_and_repairs(run, docs, tmp_path) -> None:
    run("ingest", docs)
    examined = json.loads(run("doctor", "--json")[1])
    assert examined["problems"] == []
    assert examined["store"]["chunks"] == 2
    assert "verified" in examined["weights"]["builtin:minilm"]
    (index,) = (tmp_path / ".rag").glob("*.faiss")
    index.write_bytes(b"torn")
    status, out, _ = run("doctor", "--json", "--repair")
    assert json.loads(out)["problems"] == []
    assert status == 0
    assert "no problems" in run("doctor")[1]


MISTAKES = {
    "empty question": (["ask", " "], "the question is empty"),
    "no question": (["ask"], "give one question, or --file FILE.jsonl"),
    "two kinds of question": (["ask", "x", "--file", "q.jsonl"], "give one question, or --file"),
    "no questions file": (["ask", "--file", "no.jsonl"], "there is no file no.jsonl"),
    "broken questions": (["ask", "--file", "broken.jsonl"], "broken.jsonl, line 2: not JSON"),
    "row without question": (["search", "--file", "bare.jsonl"], 'bare.jsonl, line 1: needs a "question"'),
    "unknown model": (["ask", "x", "--model", "no/such/model"], "model 'no/such/model' is no folder and no hub id"),
    "unknown builtin": (["ask", "x", "--model", "builtin:gpt5"], "unknown embedded model 'builtin:gpt5'"),
    "unknown embedder": (["search", "x", "--embedder", "builtin:big"], "unknown embedded model 'builtin:big'"),
    "unknown store": (["ask", "x", "--store", "nowhere"], "nowhere"),
    "store is a file": (["search", "x", "--store", "file.txt"], "file.txt"),
    "wrong embedder": (["search", "x", "--embedder", "builtin:minilm"], "this store was made with words"),
    "corrupt config": (["ask", "x", "--config", "corrupt.toml"], "corrupt.toml is not valid TOML"),
    "no config": (["ask", "x", "--config", "no.toml"], "no configuration at no.toml"),
    "k of zero": (["search", "x", "-k", "0"], "-k is 0"),
    "filter that is none": (["search", "x", "--where", "price <"], "price <"),
    "missing path": (["ingest", "no-such-folder"], "no such file or folder: no-such-folder"),
    "chunk size": (["ingest", "docs", "--chunk-size", "9999"], "chunk size 9999 does not fit"),
    "no fields": (["describe"], "give the fields as NAME=VALUE pairs"),
    "not a field": (["describe", "red"], "'red' is not NAME=VALUE"),
    "no products": (["describe", "--file", "no.csv"], "no products at no.csv"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_clear_line_and_harms_nothing(run, docs, tmp_path, mistake) -> None:
    arguments, message = MISTAKES[mistake]
    run("ingest", docs)
    (tmp_path / "file.txt").write_text("not a store")
    (tmp_path / "corrupt.toml").write_text("[store\n")
    (tmp_path / "broken.jsonl").write_text('\n{"question": \n')
    (tmp_path / "bare.jsonl").write_text('{"id": 1}\n')
    before = run("sources")[1]
    status, out, err = run(*arguments)
    assert status == 1
    assert out == ""
    assert err.startswith("rag: ")
    assert err.count("\n") == 1
    assert message in err
    assert run("sources")[1] == before
    assert not (tmp_path / "nowhere").exists()


PATHS = {
    "0 bytes": "empty",
    "1 GB": "1000",
    "a loop of links": "loop of symbolic links",
    "junk": "",
}


@pytest.mark.parametrize("path", PATHS)
def test_a_named_file_that_gives_nothing_fails(run, docs, tmp_path, path) -> None:
    run("ingest", docs)
    bad = tmp_path / "bad.txt"
    if path == "0 bytes":
        bad.touch()
    elif path == "1 GB":
        with bad.open("wb") as file:
            file.truncate(1_000_000_000)
    elif path == "a loop of links":
        bad.symlink_to(bad)
    else:
        bad = tmp_path / "bad.docx"
        bad.write_bytes(os.urandom(2000))
    status, out, _ = run("ingest", bad, docs)
    assert status == 1
    (line,) = [line for line in out.splitlines() if line.startswith(("skipped", "failed"))]
    assert bad.name in line
    assert PATHS[path] in line.replace(",", "")
    assert "2 in the store" in out


def test_a_folder_without_permission_is_told(run, docs, tmp_path) -> None:
    secret = docs / "secret"
    secret.mkdir()
    (secret / "a.txt").write_text("x")
    secret.chmod(0)
    if os.access(secret, os.R_OK):  # root may read anything: ask as somebody who may not
        command = [sys.executable, "-c", _UNPRIVILEGED, str(secret)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3])
        assert done.stdout.strip() == "no permission to read it"
    else:
        status, out, _ = run("ingest", secret)
        assert status == 1
        assert "no permission to read it" in out
    secret.chmod(stat.S_IRWXU)


_UNPRIVILEGED = """
import os, sys
from pathlib import Path
sys.path.insert(0, "")
from ingest.discover import discover
for folder in Path(sys.argv[1]).parents:
    if folder.stat().st_uid == 0 and folder != Path("/") and "pytest" in str(folder):
        folder.chmod(0o755)
os.setuid(65534)
print(*(found.reason for found in discover([Path(sys.argv[1])])))
"""


def test_what_went_wrong_inside_is_one_line_too(run, docs, monkeypatch) -> None:
    run("ingest", docs)
    monkeypatch.setattr(Config, "retriever", lambda self: 1 / 0)
    status, _, err = run("search", "x")
    assert (status, err) == (1, "rag: unexpected ZeroDivisionError (RAG_DEBUG=1 shows where): division by zero\n")


def test_an_interruption_has_its_own_status(run, docs, monkeypatch) -> None:
    def interrupt(self: Config) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Config, "index", interrupt)
    status, _, err = run("ingest", docs)
    assert status == 130
    assert "interrupted; finished work is kept" in err


BUSY = """
import sys, threading, time
import rag.cli.main, rag.cli.sources
from dataclasses import replace
def busy(options):
    threading.Thread(target=time.sleep, args=(600,)).start()
    print("shown")
    raise KeyboardInterrupt
rag.cli.sources.COMMAND = replace(rag.cli.sources.COMMAND, run=busy)
sys.argv = ["rag", "sources"]
rag.cli.main.run()
"""


def test_an_interruption_waits_for_no_thread_and_loses_no_output() -> None:
    done = subprocess.run([sys.executable, "-c", BUSY], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (-signal.SIGINT, "shown\n")
    assert done.stderr.startswith("rag: interrupted")
    in_a_shell = ["sh", "-c", '"$0" -c "$1" 2>/dev/null; echo status $?', sys.executable, BUSY]
    done = subprocess.run(in_a_shell, capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout == "shown\nstatus 130\n"


def test_a_store_that_takes_long_to_close_says_why_after_the_report(run, docs, monkeypatch) -> None:
    close = LocalStore.close

    def slowly(self: LocalStore) -> None:
        time.sleep(0.3)
        close(self)

    monkeypatch.setattr(LocalStore, "close", slowly)
    monkeypatch.setattr("rag.cli.ingest.PATIENCE", 60)
    assert run("ingest", docs)[2] == ""
    monkeypatch.setattr("rag.cli.ingest.PATIENCE", 0.01)
    status, out, err = run("ingest", docs)
    assert (status, err) == (0, "rag: building the search index; it is safe to interrupt\n")
    assert "2 unchanged" in out


def test_the_command_is_installed_and_helps() -> None:
    done = subprocess.run([sys.executable, "-m", "rag.cli.main", "--help"], capture_output=True, text=True, check=True)
    assert "rag ask" in done.stdout
    bare = subprocess.run([sys.executable, "-m", "rag.cli.main"], capture_output=True, text=True, check=False)
    assert (bare.returncode, bare.stdout) == (2, done.stdout)


MISUSES = {
    "unknown command": (["serch", "x"], "rag: unknown command 'serch'; did you mean search?\n"),
    "unknown flag": (["ask", "x", "--modle", "y"], "rag: unknown option '--modle'; did you mean --model?\n"),
    "no command": (["frobnicate"], "rag: unknown command 'frobnicate'; `rag --help` lists the commands\n"),
    "no number": (["ask", "x", "-k", "five"], "rag ask: argument -k: invalid int value: 'five'"),
    "ask --questions": (["ask", "--questions", "q.jsonl"], "rag ask: --questions is now --file"),
    "ask --style": (["ask", "x", "--style", "list"], "rag ask: --style is now --answer-format"),
    "ask --fusion": (["ask", "x", "--fusion", "fid"], "rag ask: --fusion is now --passages"),
    "evaluate --save": (["evaluate", "text", "x", "--save", "y"], "rag evaluate text: --save is now --out"),
    "evaluate --batch": (["evaluate", "text", "x", "--batch", "4"], "rag evaluate text: --batch is now --batch-size"),
    "evaluate --examples": (["evaluate", "labels", "x", "--examples", "2"], "--examples is now --similar"),
    "calibrate --withhold": (["calibrate", "x", "--withhold", "--out", "c"], "--withhold is now --unanswerable"),
    "classify --examples": (["classify", "x", "--examples", "2"], "rag classify: --examples is now --similar"),
    "compare --passages": (["compare", "--passages", "3"], "rag compare: --passages is now --similar"),
}


@pytest.mark.parametrize("misuse", MISUSES)
def test_a_misuse_is_one_line_with_the_right_word_and_status_2(misuse, capsys) -> None:
    arguments, message = MISUSES[misuse]
    try:
        status = main(arguments)
    except SystemExit as ended:
        status = ended.code
    out, err = capsys.readouterr()
    assert (status, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_file_options_and_help(name) -> None:
    command = import_module(f"rag.cli.{name.replace('-', '_')}").COMMAND
    assert "usage: rag" in build_parser([name]).format_help()
    for each in command.commands.values() if isinstance(command, CommandGroup) else [command]:
        assert each.options.__dataclass_params__.frozen
        assert all({"option", "settings"} & set(field.metadata) for field in fields(each.options))

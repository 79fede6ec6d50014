"""Uploads: kept before they are acknowledged, taken in after a restart, and never half."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from rag.index.staging import Problem as FileProblem, SyncReport
from rag.serve import app
from rag.serve.intake import INCOMING, Intake, safe_name, safe_names
from rag.serve.problems import Problem
from rag.serve.runtime import Runtime
from rag.serve.shelf import Shelf

if TYPE_CHECKING:
    from tests.rag.serve.conftest import Served


@pytest.fixture(scope="module")
def server(make_config: Any, serve_stores: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serve_stores({"default": make_config(tmp_path_factory.mktemp("uploads"))}) as served:
        yield served


def names(client: Any) -> set[str]:
    return {row["source"] for row in client.get("/documents", params={"limit": 1000}).json()["sources"]}


def test_upload_ask_show_delete(server: Served) -> None:
    text = "# Bicycles\n\nA bicycle may be leased for 36 months.\n"
    with server.client() as client:
        response = client.post("/documents", files={"files": ("bikes/lease.md", text.encode())})
        assert response.status_code == 202
        job = server.wait(client, client.get(response.headers["location"]).json())
        assert (job["state"], job["done"]) == ("done", 1)
        assert job["results"] == [{"file": "bikes/lease.md", "taken": True, "problems": [], "warnings": []}]

        answer = client.post("/ask", json={"question": "For how many months may a bicycle be leased?"}).json()
        assert "36" in answer["answer"]
        [citation] = answer["citations"]
        document = client.get(f"/documents/{citation['source']}").json()
        assert document["is_whole"]
        assert document["text"][citation["start"] : citation["end"]] == citation["text"]
        original = client.get(f"/documents/{citation['source']}/file")
        assert original.content == text.encode()
        assert original.headers["content-disposition"].startswith("attachment")

        assert client.delete(f"/documents/{citation['source']}").json() == {"deleted": 1}
        assert client.get(f"/documents/{citation['source']}").status_code == 404
        assert not (server.runtime.shelves["default"].uploads / "bikes/lease.md").exists()


def test_a_file_of_a_name_that_is_there_replaces_it(server: Served) -> None:
    with server.client() as client:
        for text in ("The gate opens at 7.", "The gate opens at 8."):
            job = client.post("/documents", files={"files": ("gate.txt", text.encode())}).json()
            server.wait(client, job)
        hits = client.post("/search", json={"query": "the gate opens"}).json()["hits"]
        assert [hit["text"] for hit in hits if "gate" in hit["source"]] == ["The gate opens at 8."]

        # One that cannot be read does not.
        job = client.post("/documents", files={"files": ("gate.txt", b"\0\1\2\3" * 100)}).json()
        [result] = server.wait(client, job)["results"]
        assert not result["taken"]
        assert result["problems"]
        hits = client.post("/search", json={"query": "the gate opens"}).json()["hits"]
        assert [hit["text"] for hit in hits if "gate" in hit["source"]] == ["The gate opens at 8."]
        assert (server.runtime.shelves["default"].uploads / "gate.txt").read_text() == "The gate opens at 8."


def test_of_a_request_all_files_are_kept_or_none(server: Served) -> None:
    with server.client() as client:
        before = names(client)
        for last in (("..", b"x"), ("one.txt", b"again"), ("one.txt/two.txt", b"x"), ("big", b"x" * 50_000_001)):
            response = client.post("/documents", files=[("files", ("one.txt", b"One.")), ("files", last)])
            assert response.status_code in (413, 422), response.text
        many = [("files", (f"{number}.txt", b"x")) for number in range(201)]
        assert client.post("/documents", files=many).status_code == 413
        assert names(client) == before
    incoming = server.runtime.shelves["default"].uploads / INCOMING
    assert not list(incoming.glob("*"))


def test_a_job_is_cancelled_before_its_next_file(server: Served) -> None:
    files = [("files", (f"many/{number}.txt", f"Number {number}.".encode())) for number in range(20)]
    with server.client() as client:
        job = client.post("/documents", files=files).json()
        client.delete(f"/jobs/{job['id']}")
        job = server.wait(client, job)
        assert job["state"] == "cancelled"
        assert len([name for name in names(client) if "many/" in name]) == job["done"] < 20


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("a.md", "a.md"),
        ("folder\\b.md", "folder/b.md"),
        ("../../etc/passwd", "etc/passwd"),
        ("/root/.ssh/id", "root/ssh/id"),
        ("C:\\x.md", "C_/x.md"),
        ("a\nb\u2028.md", "a_b_.md"),
        ("a\ud800.md", "a_.md"),
        (".incoming/x", "incoming/x"),
        ("Überblick 日本.md", "Überblick 日本.md"),
    ],
)
def test_names_stay_in_their_folder(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@pytest.mark.parametrize("name", ["", ".", "..", "/", "...", "\\", " ", "x" * 241])
def test_names_that_are_none(name: str) -> None:
    with pytest.raises(Problem, match="no name"):
        safe_name(name)


def test_a_file_and_a_folder_of_one_name(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    (tmp_path / "b").mkdir()
    for given in (["a/x"], ["b"], ["c", "c/d"], ["c/d", "c"]):
        with pytest.raises(Problem, match="at once"):
            safe_names(given, tmp_path)


def test_an_upload_goes_on_where_it_stopped(tmp_path: Path) -> None:
    synced: list[str] = []

    def sync(path: Path) -> SyncReport:
        synced.append(path.read_text())
        is_bad = "bad" in path.name
        return SyncReport(failed=[FileProblem(path.name, "unreadable")] if is_bad else [])

    intake = Intake(tmp_path / "files", sync)
    intake.receive(["a", "bad", "c"], [BytesIO(b"A"), BytesIO(b"B"), BytesIO(b"C")])
    intake.close()  # as the end of its process does
    (tmp_path / "files" / INCOMING / "x.part").mkdir()
    (tmp_path / "files" / INCOMING / "x.part" / "0").write_text("half")

    # Another server finds it, and is killed after the second file.
    second = Intake(tmp_path / "files", sync)
    [upload] = second.unfinished()
    steps = intake.take_in(upload)
    assert [next(steps)["taken"] for _ in range(2)] == [True, False]
    assert [path.name for path in (tmp_path / "files").glob("[a-z]*")] == ["a"]

    # The third begins with what came of the first two. A kill between the move and its note repeats that file.
    (upload.folder / "2").rename(tmp_path / "files" / "c")
    second.close()
    third = Intake(tmp_path / "files", sync)
    [again] = third.unfinished()
    assert [row["taken"] for row in third.take_in(again)] == [True, False, True]
    assert synced == ["A", "B", "C"]
    third.drop(again)
    assert not third.unfinished()
    assert not list((tmp_path / "files" / INCOMING).iterdir())


def test_a_server_takes_up_what_the_last_one_left(make_config: Any, serve_stores: Any, tmp_path: Path) -> None:
    config = make_config(tmp_path)
    with Runtime.of({"default": config}) as runtime:  # which starts no job
        intake = runtime.shelves["default"].intake
        upload = intake.receive(["left.txt"], [BytesIO(b"The cellar floods in May.")])
    with serve_stores({"default": config}) as server, server.client() as client:
        server.wait(client, client.get(f"/jobs/{upload.id}").json())
        assert names(client) == {"store-uploads/left.txt"}


def test_of_two_servers_one_takes_an_upload_in_and_the_other_takes_over(
    make_config: Any,
    serve_stores: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(app, "LOOK_EVERY", 0.1)
    config = make_config(tmp_path)
    began, may_end = threading.Event(), threading.Event()
    ingest = Shelf.ingest

    def ingest_slowly(self: Shelf, path: Path) -> SyncReport:
        began.set()
        may_end.wait(30)
        return ingest(self, path)

    monkeypatch.setattr(Shelf, "ingest", ingest_slowly)
    with ExitStack() as first_runs:
        first = first_runs.enter_context(serve_stores({"default": config}))
        with first.client() as client:
            files = [("files", (name, b"The cellar floods in May.")) for name in ("a.txt", "b.txt")]
            job = client.post("/documents", files=files).json()
        assert began.wait(30)
        with (
            caplog.at_level("WARNING", "openbook"),
            serve_stores({"default": config}) as second,
            second.client() as client,
        ):
            assert "another server over the same store takes in uploads, this one if that ends: 1" in caplog.text
            own = client.post("/documents", files={"files": ("c.txt", b"The attic is dry.")}).json()
            time.sleep(0.5)  # several looks
            assert client.get(f"/jobs/{job['id']}").status_code == 404
            # The first one ends after the file that it takes in.
            ending = threading.Thread(target=first_runs.close)
            ending.start()
            time.sleep(0.2)
            may_end.set()
            ending.join()
            until = time.monotonic() + 30
            while client.get(f"/jobs/{job['id']}").status_code == 404:
                assert time.monotonic() < until
                time.sleep(0.05)
            assert [one["file"] for one in second.wait(client, client.get(f"/jobs/{job['id']}").json())["results"]] == [
                "a.txt",
                "b.txt",
            ]
            assert second.wait(client, own)["state"] == "done"
            assert names(client) == {f"store-uploads/{name}.txt" for name in "abc"}
            assert list((second.runtime.shelves["default"].uploads / INCOMING).iterdir()) == []


ODD_NAMES = [
    "a", "ä.md", "日本.txt", "a" * 200 + ".md", "a/../b.txt", "con", "nul.txt", "%2e%2e", "a%00b.md", "-rf", "$(id).md",
    "'; DROP TABLE chunks; --.txt", "<script>.html", "a\tb.csv", "x.tar.gz", "node_modules/x.md", "~", "a b/c d.md",
]  # fmt: skip
ENDINGS = [
    "txt", "md", "html", "csv", "json", "jsonl", "pdf", "docx", "xlsx", "pptx", "eml", "xml", "rst", "png", "zip",
    "exe", "rtf", "msg", "odt", "toml",
]  # fmt: skip
HEADS = [
    b"%PDF-1.7\n", b"PK\x03\x04", b'{"a": ', b"<html><b>", b"\xff\xfe", b"\xef\xbb\xbf", b"a,b\n1,2\n", b"MZ",
    b"From: a\nSubject: b\n\n", b"\x89PNG\r\n\x1a\n", b"{\\rtf1", b"\xd0\xcf\x11\xe0", b"# T\n\n", b"",
]  # fmt: skip


def odd_files(seed: int, count: int) -> Iterator[tuple[str, bytes]]:
    """Yield files that are torn, mixed up, empty or large, under odd names."""
    draw = random.Random(seed)
    for number in range(count):
        kind = number % 5
        if kind == 0:
            body = draw.randbytes(draw.randrange(0, 5000))
        elif kind == 1:
            body = ("Word. " * draw.randrange(0, 3000)).encode(draw.choice(["utf-8", "utf-16", "utf-32"]))
        elif kind == 2:
            body = b"(" * draw.randrange(0, 20_000)
        elif kind == 3:
            body = b"\0" * draw.randrange(0, 3000)
        else:
            body = "\n".join(chr(draw.randrange(32, 0xD000)) * 50 for _ in range(50)).encode()
        name = draw.choice(ODD_NAMES) if number % 3 == 0 else f"file-{number}.{draw.choice(ENDINGS)}"
        yield f"{number}-{name}", draw.choice(HEADS) + body


@pytest.mark.slow
def test_200_odd_files(server: Served) -> None:
    """None is answered with 5xx, and each is whole in the store or not there."""
    shelf = server.runtime.shelves["default"]
    with server.client() as client:
        before, taken, refused = names(client), set(), 0
        files = list(odd_files(18, 200))
        for first in range(0, len(files), 20):
            jobs = []
            for name, data in files[first : first + 20]:
                response = client.post("/documents", files={"files": (name, data)})
                assert response.status_code in (202, 413, 422), (name, response.text)
                if response.status_code == 202:
                    jobs.append(response.json())
                else:
                    refused += 1
            for job in jobs:
                job = server.wait(client, job)
                assert job["state"] == "done", job
                [result] = job["results"]
                assert "Traceback" not in str(result)
                if result["taken"]:
                    taken.add(f"store-uploads/{result['file']}")
                else:
                    assert result["problems"]
        origins = set(shelf.store.origins()) - before
        assert taken <= origins | before
        kept = {
            f"store-uploads/{path.relative_to(shelf.uploads)}" for path in shelf.uploads.rglob("*") if path.is_file()
        }
        assert taken <= kept
        for source in names(client) - before:
            document = client.get(f"/documents/{quote(source)}")
            assert document.status_code == 200, source
            shown = document.json()
            spans = [(one["start"], one["end"]) for one in shown["passages"]]
            assert all(0 <= start < end <= len(shown["text"]) for start, end in spans)
        assert client.post("/search", json={"query": "word"}).status_code == 200
        assert shelf.store.verify() == []
    assert len(taken) > 20
    print(f"{len(taken)} taken, {refused} refused, of {len(files)}")

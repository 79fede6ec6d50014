"""Copies of embedders: how near they are to their models, what is refused, and that two processes make one."""

from __future__ import annotations

import json
import logging
import shutil
import subprocess
import sys
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from threading import Event, Thread
from typing import Any

import numpy as np
import pytest

from ingest.embed import new_embedder
from ingest.embed.convert import SAMPLE
from ingest.embed.ctranslate2 import CTranslate2Embedder, embedder_copy
from ingest.embed.sentence_transformers import SentenceTransformerEmbedder
from ingest.errors import NoCopyError, WeightsError
from ingest.models.cache import MANIFEST, cached_folder
from ingest.models.convert import (
    DETAILS,
    KNOWN_COPIES,
    MODEL,
    ModelCopy,
    copy_hash,
    look_up_measures,
    look_up_recipe,
    prepare_copy,
    run_conversion,
)
from ingest.models.encoder import EncoderRuntime
from ingest.models.weights import local_path

TEXTS = ["", "one", "The museum opens at ten. " * 40, *SAMPLE[:6]]


@pytest.fixture(scope="module")
def copy() -> ModelCopy:
    return embedder_copy("builtin:minilm")


@pytest.fixture(scope="module")
def reference() -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder("builtin:minilm")


def cosines(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return (one * other).sum(1) / (np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1))


def test_its_vectors_are_near_the_models_on_texts_it_was_not_measured_on(
    copy: ModelCopy, reference: SentenceTransformerEmbedder, data: Path
) -> None:
    license_text = (Path(__file__).parents[3] / "LICENSE").read_text("utf-8")
    texts = [license_text[start : start + 700] for start in range(0, 9000, 700)]
    embedder = CTranslate2Embedder(copy=copy, threads=2)
    near = cosines(embedder.embed_documents(texts), reference.embed_documents(texts))
    assert near.mean() > 0.995
    assert near.min() > 0.985
    asked = cosines(embedder.embed_query("who may copy?")[None], reference.embed_query("who may copy?")[None])
    assert asked[0] > 0.985


def test_it_cuts_chunks_and_knows_itself_as_the_model_does(
    copy: ModelCopy, reference: SentenceTransformerEmbedder
) -> None:
    embedder = CTranslate2Embedder(copy=copy)
    assert (embedder.name, embedder.dimension, embedder.fingerprint) == (
        reference.name,
        reference.dimension,
        reference.fingerprint,
    )
    assert embedder.tokens.window == reference.tokens.window
    own, theirs = embedder.tokens.offsets(list(SAMPLE)), reference.tokens.offsets(list(SAMPLE))
    assert all(np.array_equal(one, other) for one, other in zip(own, theirs, strict=True))


def test_order_batches_and_threads_change_no_vector(copy: ModelCopy) -> None:
    embedder = CTranslate2Embedder(copy=copy, threads=2)
    together = embedder.embed_documents(TEXTS)
    alone = np.stack([CTranslate2Embedder(copy=copy, threads=1).embed_query(text) for text in TEXTS])
    np.testing.assert_allclose(cosines(together, alone), 1, atol=2e-3)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    assert embedder.embed_documents([]).shape == (0, 384)


def test_an_encoder_refuses_a_row_without_tokens(copy: ModelCopy) -> None:
    with pytest.raises(ValueError, match="without tokens"):
        EncoderRuntime(copy.folder / MODEL, 1).hidden([[101, 102], []])


def test_auto_is_the_copy_on_a_cpu_and_the_model_elsewhere() -> None:
    assert isinstance(new_embedder(), CTranslate2Embedder)
    assert isinstance(new_embedder(kind="sentence-transformers"), SentenceTransformerEmbedder)
    assert isinstance(new_embedder(device="cuda"), SentenceTransformerEmbedder)
    with pytest.raises(ValueError, match="threads must be at least 1, not 0"):
        new_embedder(threads=0)
    with pytest.raises(WeightsError, match="no folder and no hub id"):
        new_embedder(model="./nowhere/at/all")


@pytest.fixture
def changed(tmp_path: Path) -> Callable[..., Path]:
    """Return a copy of the embedded model's folder with a JSON file of it changed."""

    def change(name: str, **values: object) -> Path:
        folder = tmp_path / "model"
        shutil.copytree(local_path("builtin:minilm"), folder)
        file = folder / name
        content = json.loads(file.read_text("utf-8"))
        file.write_text(json.dumps({**content, **values}), "utf-8")
        return folder

    return change


def test_a_model_that_pools_otherwise_is_refused_and_runs_as_it_is(
    changed: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OPENBOOK_CACHE", str(tmp_path / "cache"))
    modes = {"pooling_mode_mean_tokens": False, "pooling_mode_mean_sqrt_len_tokens": True}
    folder = changed("1_Pooling/config.json", **modes)
    with caplog.at_level(logging.WARNING):
        embedder = new_embedder(model=str(folder))
    assert isinstance(embedder, SentenceTransformerEmbedder)
    assert "it pools by mean_sqrt_len; a copy by mean, cls, max" in caplog.text
    [kept] = (tmp_path / "cache").rglob(DETAILS)
    made = kept.stat().st_mtime_ns
    with pytest.raises(NoCopyError, match="it pools by mean_sqrt_len"):
        CTranslate2Embedder(str(folder))
    assert kept.stat().st_mtime_ns == made, "what was refused once is not tried again"


def test_a_child_says_what_went_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def fails(model: str, folder: Path) -> dict[str, object]:
        raise RuntimeError("too\nmany legs")

    run_conversion(fails, ["spider", str(tmp_path)])
    assert json.loads((tmp_path / DETAILS).read_text("utf-8"))["refused"] == "it cannot be converted: too many legs"

    def lacks(model: str, folder: Path) -> dict[str, object]:
        raise WeightsError(f"{model} is not there")

    with pytest.raises(SystemExit, match="spider is not there"):
        run_conversion(lacks, ["spider", str(tmp_path)])


def test_a_full_disk_is_not_kept_as_a_refusal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def fails(model: str, folder: Path) -> dict[str, object]:
        raise OSError(28, "No space left on device")

    with pytest.raises(SystemExit) as ended:
        run_conversion(fails, ["spider", str(tmp_path)])
    assert ended.value.code == 2
    assert "No space left on device" in capsys.readouterr().err
    assert not (tmp_path / DETAILS).exists()


def test_a_killed_child_is_another_reason_to_run_the_model_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OPENBOOK_CACHE", str(tmp_path))

    def start_and_kill(*_: object, **pipes: Any) -> subprocess.Popen[bytes]:
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], **pipes)
        child.kill()
        return child

    monkeypatch.setattr("ingest.models.convert.start_child", start_and_kill)
    with caplog.at_level(logging.WARNING):
        assert isinstance(new_embedder(), SentenceTransformerEmbedder)
    assert "could not be converted: it was ended by signal 9; sentence-transformers runs it" in caplog.text
    assert not list(tmp_path.rglob(DETAILS))


def test_a_child_that_dies_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBOOK_CACHE", str(tmp_path))
    with pytest.raises(WeightsError, match="No module named"):
        prepare_copy("ingest.no_such_converter", "spider", "abc")
    assert not list(tmp_path.rglob(DETAILS))


def test_a_cache_that_cannot_be_written_costs_speed_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    monkeypatch.setenv("OPENBOOK_CACHE", str(tmp_path / "file"))
    with caplog.at_level(logging.WARNING):
        embedder = new_embedder()
    assert isinstance(embedder, SentenceTransformerEmbedder)
    assert "set OPENBOOK_CACHE to a folder with 1 GB of room; sentence-transformers runs it" in caplog.text


def test_what_a_killed_process_left_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBOOK_CACHE", str(tmp_path))
    left = tmp_path / "kind" / "key.abc123"
    (left / "made").mkdir(parents=True)
    (left / "made" / "half").write_text("x" * 1000)
    (tmp_path / "kind" / "other.abc").mkdir()
    cached_folder("kind", "key", lambda folder: (folder / "made").touch())
    assert sorted(path.name for path in (tmp_path / "kind").iterdir()) == ["key", "key.lock", "other.abc"]


def _count(folder: Path) -> None:
    with (folder.parents[2] / "calls").open("a") as calls:
        calls.write("x")
    (folder / "made").write_text("whole", "utf-8")


def _made(cache: str) -> str:
    import os

    os.environ["OPENBOOK_CACHE"] = cache
    return (cached_folder("kind", "key", _count) / "made").read_text("utf-8")


def test_of_two_processes_one_makes_it(tmp_path: Path) -> None:
    with get_context("fork").Pool(4) as pool:
        assert set(pool.map(_made, [str(tmp_path)] * 8)) == {"whole"}
    assert (tmp_path / "calls").read_text() == "x"


def test_searching_needs_no_torch(copy: ModelCopy, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# Leave\n\nEach employee earns two days of leave a month.\n", "utf-8")
    script = f"""
import sys
from rag import Config
config = Config().override("store", path={str(tmp_path / "store")!r})
config.index().sync([{str(tmp_path / "a.md")!r}])
hits = config.retriever().retrieve("How much leave?", 1)
print("two days" in hits[0].chunk.text)
print([name for name in ("torch", "transformers", "sentence_transformers") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["True", "[]"]


def test_a_copy_is_known_by_all_of_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "copy" / "model").mkdir(parents=True)
    (tmp_path / "copy" / "model" / "model.bin").write_bytes(b"weights")
    (tmp_path / "copy" / DETAILS).write_text("{}")
    known = {"copies": {copy_hash(tmp_path / "copy"): {"measured": {"mean": 1.0}}}, "recipes": {"abc": {"rows": [[1]]}}}
    (tmp_path / "known.json").write_text(json.dumps(known))
    monkeypatch.setattr("ingest.models.convert.KNOWN_COPIES", tmp_path / "known.json")
    assert look_up_measures(tmp_path / "copy") == {"measured": {"mean": 1.0}}
    assert (look_up_recipe("abc"), look_up_recipe("abd")) == ({"rows": [[1]]}, None)
    (tmp_path / "copy" / DETAILS).write_text('{"other": 1}')
    (tmp_path / "copy" / MANIFEST).write_text("{}")  # as the cache adds it
    assert look_up_measures(tmp_path / "copy") is not None
    (tmp_path / "copy" / "model" / "model.bin").write_bytes(b"weightz")
    assert look_up_measures(tmp_path / "copy") is None


def test_the_steps_of_a_conversion_are_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "stepping.py").write_text(
        "import sys\nfrom ingest.models.convert import run_conversion, tell_step\n"
        "def convert(model, folder):\n    tell_step('loading the model')\n    return {}\n"
        "run_conversion(convert, sys.argv[1:])\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("OPENBOOK_CACHE", str(tmp_path / "cache"))
    with caplog.at_level(logging.DEBUG, "openbook.ingest"):
        prepare_copy("stepping", "a model", "abc")
        prepare_copy("stepping", "a model", "abc")
    assert [record.getMessage() for record in caplog.records] == [
        "preparing a model for this machine, once; this takes up to a minute",
        "preparing a model: loading the model",
        "a model is ready",
    ]


def test_who_waits_for_another_process_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OPENBOOK_CACHE", str(tmp_path))
    begun, waiting = Event(), Event()

    def make(folder: Path) -> None:
        begun.set()
        assert waiting.wait(20)
        (folder / "made").touch()

    class Watch(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            waiting.set()

    first = Thread(target=cached_folder, args=("kind", "key", make))
    first.start()
    assert begun.wait(20)
    watch = Watch()
    logging.getLogger("openbook.ingest.models.cache").addHandler(watch)
    try:
        with caplog.at_level(logging.INFO, "openbook.ingest"):
            cached_folder("kind", "key", lambda folder: pytest.fail("it is there"), "a model")
    finally:
        logging.getLogger("openbook.ingest.models.cache").removeHandler(watch)
    first.join()
    assert "waiting for another process that prepares a model" in caplog.text


def test_the_copies_of_the_models_that_answer_are_known() -> None:
    known = json.loads(KNOWN_COPIES.read_text("utf-8"))
    assert {"builtin:minilm", "builtin:minilm-reader", "builtin:smollm2-answers"} <= {
        copy["model"] for copy in known["copies"].values()
    }
    assert all(len(recipe["rows"]) == 6 for recipe in known["recipes"].values())

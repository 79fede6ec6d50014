"""The settings and stores of `rag serve`."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from pytest_socket import enable_socket

from ingest.errors import ConfigError
from rag.cli.main import main
from rag.cli.serve import ServeOptions, open_listener, read_settings, read_stores
from rag.config import Config
from rag.serve.keys import KeyFile


def config_of(tmp_path: Path, text: str) -> Config:
    (tmp_path / "rag.toml").write_text(text)
    return Config.load(tmp_path / "rag.toml")


def test_the_table_and_the_flags(tmp_path: Path) -> None:
    text = '[serve]\nport = 0\nqueue = 4\nkeys = "keys.json"\norigins = ["https://a.example"]\n'
    KeyFile(tmp_path / "keys.json").make("web", ["read"])
    config = config_of(tmp_path, text).with_options(ServeOptions(queue=7, max_upload=3))
    settings, keys = read_settings(config)
    assert (settings.port, settings.queue, settings.max_upload) == (0, 7, 3_000_000)
    assert settings.origins == ("https://a.example",)
    assert keys.path == tmp_path / "keys.json"


def test_stores_by_name(tmp_path: Path) -> None:
    config = config_of(tmp_path, '[serve.stores]\nnorth = "n"\nsouth = "s"\n')
    stores = read_stores(config)
    assert {name: one.store_path for name, one in stores.items()} == {"north": tmp_path / "n", "south": tmp_path / "s"}
    assert list(read_stores(config, is_named=True)) == list(read_stores(Config())) == ["default"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[serve]\nports = 1", "has no option 'ports'"),
        ('[serve]\nport = "x"', "port is 'x'"),
        ("[serve]\nport = 70000", "port 70000"),
        ("[serve]\nqueue = 0", "must be positive"),
        ('[serve]\nkeys = "none.json"', "has no keys"),
    ],
)
def test_mistakes_in_settings(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        read_settings(config_of(tmp_path, text))


@pytest.mark.parametrize(
    "text", ["[serve]\nstores = 3", "[serve.stores]\na = 3", '[serve.stores]\na = ""', "[serve.stores]"]
)
def test_mistakes_in_stores(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match=r"\[serve.stores\]"):
        read_stores(config_of(tmp_path, text))


def test_a_public_address_without_keys_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--store", str(tmp_path / "store"), "--host", "0.0.0.0", "--port", "0"]) == 1
    assert "rag keys make" in capsys.readouterr().err


def test_responses_do_not_wait_for_acknowledgements() -> None:
    enable_socket()
    with open_listener("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)

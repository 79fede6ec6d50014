"""Keys: what they allow, in which stores, how often; and nothing of other stores is told."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ingest.errors import InputError
from rag.cli.main import main
from rag.serve.keys import KeyFile, Principal
from rag.serve.rates import Rates
from rag.serve.shelf import Shelf

if TYPE_CHECKING:
    from tests.rag.serve.conftest import Served

PUBLIC = {"/healthz", "/readyz", "/openapi.json"}
WRITING = {("post", "/documents"), ("delete", "/documents/{source}"), ("delete", "/jobs/{identifier}")}
ADMIN = {("get", "/metrics")}
SECRETS = ("xylophone", "zugspitze", "south")
"""Words that only the store `south` has, and its name."""


def test_a_token_is_shown_once_and_kept_as_a_hash(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "keys.json"
    keys = ["--keys", str(file)]
    assert main(["keys", "make", "web", *keys, "--scope", "read", "write", "--stores", "north", "--rate", "60"]) == 0
    token = capsys.readouterr().out.strip()
    assert token.split("_")[-1] not in file.read_text("utf-8")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    principal = KeyFile(file).find(token)
    assert principal is not None
    assert principal.scopes == {"read", "write"}
    assert principal.sees("north")
    assert not principal.sees("south")
    assert principal.rate == 60

    assert main(["keys", "list", *keys, "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert (listed["name"], listed["revoked"]) == ("web", None)
    assert main(["keys", "revoke", "web", *keys]) == 0
    assert KeyFile(file).find(token) is None
    capsys.readouterr()
    assert main(["keys", "revoke", "web", *keys]) == 1
    assert "no key in use is called 'web'" in capsys.readouterr().err


@pytest.mark.parametrize(("arguments", "words"), [
    (["--scope", "reed"], "unknown scope 'reed'"),
    (["--rate", "-1"], "number of requests"),
])  # fmt: skip
def test_mistakes(tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str) -> None:
    assert main(["keys", "make", "web", "--keys", str(tmp_path / "k"), *arguments]) == 1
    assert words in capsys.readouterr().err
    with pytest.raises(InputError):
        KeyFile(tmp_path / "k").make("web", ["read"], [])


def test_a_token_of_another_form_is_unknown(tmp_path: Path) -> None:
    keys = KeyFile(tmp_path / "keys")
    _, token = keys.make("web", ["read"])
    for other in ("", "_", token[:-1], f"{token}x", token.replace("ob_", "xx_"), "ob__", "ob_\ud800_"):
        assert keys.find(other) is None


def test_rates_fill_again() -> None:
    now = [0.0]
    rates = Rates(lambda: now[0])
    principal = Principal("web", frozenset(["read"]), frozenset(["*"]), rate=2, id="1")
    assert [rates.take(principal) for _ in range(3)] == [0, 0, 30]
    now[0] = 30
    assert [rates.take(principal) for _ in range(2)] == [0, 30]


def test_one_too_many(keyed: Served) -> None:
    with keyed.client("slow") as client:
        statuses = [client.get("/documents") for _ in range(3)]
    assert [response.status_code for response in statuses] == [200, 200, 429]
    assert int(statuses[-1].headers["retry-after"]) > 0


def test_a_key_that_is_revoked_ends_at_once(keyed: Served) -> None:
    assert keyed.runtime.keys
    key, token = keyed.runtime.keys.make("brief", ["read"])
    with keyed.client() as client:
        headers = {"Authorization": f"Bearer {token}"}
        assert client.get("/settings", headers=headers).status_code == 200
        keyed.runtime.keys.revoke(key.id)
        assert client.get("/settings", headers=headers).status_code == 401


@pytest.mark.usefixtures("quick_labels")
def test_every_endpoint_needs_a_key_and_its_scope(keyed: Served) -> None:
    with keyed.client() as nobody, keyed.client("reader") as reader:
        for method, path, options in requests(nobody):
            if path in PUBLIC:
                continue
            response = nobody.request(method, fill(path, "leave.md", "1"), **options)
            assert response.status_code == 401, (method, path, response.text)
            assert response.headers["www-authenticate"] == "Bearer"
            response = reader.request(method, fill(path, "leave.md", "1"), **options)
            assert (response.status_code == 403) == ((method, path) in WRITING | ADMIN), (method, path, response.text)


@pytest.mark.usefixtures("quick_labels")
def test_crossed_requests_leak_nothing(keyed: Served) -> None:
    """Every endpoint of the OpenAPI document, asked with the key of one store for what the other store holds."""
    with keyed.client("south") as owner, keyed.client("north") as stranger:
        job = owner.post("/documents", files={"files": ("second.md", b"# Zugspitze\n\nA xylophone.\n")}).json()
        keyed.wait(owner, job)
        own = owner.get("/documents").json()
        assert {row["source"] for row in own["sources"]} == {"zugspitze.md", "store-uploads/second.md"}
        count = 0
        for method, path, options in requests(owner):
            if path in PUBLIC | {"/metrics"}:
                continue
            for source in ("zugspitze.md", "store-uploads/second.md"):
                for store in (None, "south", "*", "SOUTH", "default"):
                    url = fill(path, source, str(job["id"]), "openbook:south")
                    crossed = options
                    if "json" in options:
                        crossed = json.loads(json.dumps(options).replace('"openbook"', '"openbook:south"'))
                    response = stranger.request(method, url, params={"store": store} if store else None, **crossed)
                    count += 1
                    told = response.text.casefold().replace("zugspitze.md", "").replace("openbook:south", "")
                    told = told.replace("'south'", "").replace("second.md", "")  # what the request itself named
                    assert not [word for word in SECRETS if word in told], (method, url, response.text)
                    if store not in (None, "default") and "store" in accepted(owner, method, path):
                        assert response.status_code == 404, (method, url, response.text)
        assert count > 100
        after = owner.get("/documents").json()
        assert after == own
        assert owner.get(f"/jobs/{job['id']}").json()["state"] == "done"
        assert stranger.post("/search", json={"query": "the password of the vault"}).json()["hits"]
        metrics = stranger.get("/metrics").text
        assert not [word for word in SECRETS if word in metrics.casefold()]


@pytest.fixture
def quick_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare the tests of access the model that labels texts."""

    def refuse(*_: object) -> None:
        raise InputError("no labels here")

    monkeypatch.setattr(Shelf, "classify", refuse)


def requests(client: Any) -> list[tuple[str, str, dict[str, Any]]]:
    """Return a request for each operation of the OpenAPI document, from the examples there."""
    document = client.get("/openapi.json").json()
    found = []
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            body = operation.get("requestBody", {}).get("content", {})
            options: dict[str, Any] = {}
            if "application/json" in body:
                examples = body["application/json"].get("examples") or {}
                example = next(iter(examples.values()))["value"] if examples else body["application/json"]["example"]
                options = {"json": example}
            elif "multipart/form-data" in body:
                options = {"files": {"files": ("note.md", b"# Note\n\nA note.\n")}}
            found.append((method, path, options))
    assert len(found) >= 17
    return found


def accepted(client: Any, method: str, path: str) -> set[str]:
    """Return the names of the parameters that an operation takes."""
    operation = client.get("/openapi.json").json()["paths"][path][method]
    return {parameter["name"] for parameter in operation.get("parameters", ())}


def fill(path: str, source: str, job: str, model: str = "openbook") -> str:
    return path.replace("{source}", source).replace("{identifier}", job).replace("{name}", model)

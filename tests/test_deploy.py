"""The files of `examples/deploy`: what they run exists, nobody is root, and nothing but the data can be written."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from rag.cli.main import build_parser

DEPLOY = Path(__file__).resolve().parent.parent / "examples" / "deploy"


def test_every_command_is_one_of_ours() -> None:
    parser = build_parser()
    dockerfile = (DEPLOY / "Dockerfile").read_text("utf-8")
    [command] = [line for line in dockerfile.splitlines() if line.startswith("CMD ")]
    parser.parse_args(yaml.safe_load(command.removeprefix("CMD ")))
    assert 'ENTRYPOINT ["rag"]' in dockerfile
    unit = (DEPLOY / "openbook.service").read_text("utf-8")
    for line in (*unit.splitlines(), *dockerfile.splitlines()):
        found = re.search(r"(?:ExecStart=|RUN )/opt/openbook/bin/rag (.*)", line)
        if found:
            parser.parse_args(shlex.split(found[1]))


def test_the_image_is_not_root_and_has_the_weights() -> None:
    text = (DEPLOY / "Dockerfile").read_text("utf-8")
    final = text.rpartition("\nFROM ")[2]
    user = re.search(r"^USER (\d+)", final, re.MULTILINE)
    assert user
    assert int(user[1]) > 0
    assert final.index("USER ") < final.index("ENTRYPOINT")
    assert "rag prepare" in text
    assert "HEALTHCHECK" in final
    assert final.count("HF_HUB_OFFLINE=1") == 1


def test_the_container_can_write_its_data_alone() -> None:
    service = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]["openbook"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["volumes"] == ["data:/data"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])


def test_the_unit_is_valid_and_confined(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not here")
    text = (DEPLOY / "openbook.service").read_text("utf-8")
    unit = tmp_path / "openbook.service"
    # The program and its user need not be here.
    unit.write_text(text.replace("/opt/openbook/bin/rag", "/bin/true").replace("User=openbook", "User=daemon"), "utf-8")
    verified = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)
    assert (verified.returncode, verified.stderr) == (0, "")
    judged = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=30", str(unit)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert judged.returncode == 0, judged.stdout[-200:]

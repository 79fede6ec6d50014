"""A dataclass of options becomes flags, and the parsed flags that dataclass again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

import pytest

from rag.cli.options import CommandParser, add_options, flags_of, read_options
from rag.options import find_overrides, option


@dataclass(frozen=True, kw_only=True)
class Shared:
    TITLE: ClassVar = "shared"

    where: str | None = option("a filter of 5% of all rows", "FILTER", key="pipeline.where")


@dataclass(frozen=True, kw_only=True)
class Options(Shared):
    words: tuple[str, ...] = option("words", positional=True, default=())
    k: int | None = option("number", "K", "-k", key="pipeline.k")
    out: Path = option("a file", "FILE", required=True)
    names: tuple[str, ...] = option("names", "NAME", default=(), was=("--titles",))
    kind: Literal["a", "b"] | None = option("a kind")
    strict: bool = option("a switch", default=False)
    calibrate: bool | None = option("a switch that may be left open")
    size: float | None = option("a size", "MB", key="parse.max_bytes", convert=lambda size: int(size * 1_000_000))


def parse(*arguments: str) -> Options:
    parser = CommandParser("rag test")
    add_options(parser, Options)
    return read_options(parser.parse_args(arguments), Options)


def test_types_decide_what_a_flag_takes() -> None:
    assert parse("--out", "x") == Options(out=Path("x"))
    everything = parse(
        *("a", "b", "-k", "3", "--out", "x", "--names", "n", "m", "--kind", "b", "--strict", "--no-calibrate"),
        *("--size", "0.5", "--where", "y"),
    )
    assert everything == Options(
        words=("a", "b"),
        k=3,
        out=Path("x"),
        names=("n", "m"),
        kind="b",
        strict=True,
        calibrate=False,
        size=0.5,
        where="y",
    )
    assert list(find_overrides(everything)) == [
        ("pipeline", "where", "y"), ("pipeline", "k", 3), ("parse", "max_bytes", 500_000)
    ]  # fmt: skip


def test_own_options_come_first_and_shared_ones_under_their_title() -> None:
    parser = CommandParser("rag test")
    add_options(parser, Options)
    text = parser.format_help()
    assert text.index("--size MB  ") < text.index("shared:") < text.index("--where FILTER  ")
    assert "5% of all" in text
    assert "--titles" not in text
    assert "--titles" not in flags_of(Options)
    assert {"-k", "--out", "--where", "--no-calibrate"} <= set(flags_of(Options))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "rag test: the following arguments are required: --out\n"),
        (["--out", "x", "--kind", "c"], "rag test: argument --kind: invalid choice: 'c' (choose from 'a', 'b')\n"),
        (["--out", "x", "--titles", "n"], "rag test: --titles is now --names\n"),
        (["--out", "x", "--titles"], "rag test: --titles is now --names\n"),
    ],
)
def test_a_mistake_is_one_line(arguments, message, capsys) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(*arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().err == message

"""The report and the table of a comparison: the object's own numbers, whole, escaped, and readable for any content."""

from __future__ import annotations

import copy
import itertools
import json
import random
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from rag.cli.main import main
from rag.compare import number_format as written
from rag.compare.comparison_file import read_comparison
from rag.compare.ranking import find_crossovers, pareto_front
from rag.report import terminal_table, write_report
from rag.report.axes import Box, linear, logarithmic, place_labels, spread
from rag.report.html import render_report
from rag.report.svg import shorten, text_width, wrap

SYSTEMS: list[dict[str, Any]] = [
    {"name": "SmolLM2 zero-shot", "kind": "zero-shot", "model": "builtin:smollm2", "examples": 0, "passages": 0},
    {"name": "SmolLM2 few-shot", "kind": "few-shot", "model": "builtin:smollm2", "examples": 5, "passages": 0},
    {"name": "SmolLM2 with RAG", "kind": "rag", "model": "builtin:smollm2", "examples": 0, "passages": 3},
    {"name": "T5 fine-tuned", "kind": "fine-tuned", "model": "runs/t5-mini", "examples": 0, "passages": 0},
    {"name": "RAG on fine-tuned T5", "kind": "rag on fine-tuned", "model": "runs/t5-rag", "examples": 0, "passages": 3},
]  # fmt: skip
TRAINED = {
    "T5 fine-tuned": {"rows": 7944, "epochs": 12, "seconds": 1683.0, "parameters": 10_214_400, "method": "full",
                      "init": "t5-mini, from nothing"},
    "RAG on fine-tuned T5": {"rows": 7944, "epochs": 12, "seconds": 2411.5, "parameters": 10_214_400, "method": "full",
                             "init": "t5-mini, from nothing"},
}  # fmt: skip
COSTS = [
    (1.42, 2.31, 118.2, 41.7, 612.4, 2.71), (2.87, 4.02, 402.8, 38.1, 689.0, 5.52),
    (2.44, 3.67, 331.5, 40.2, 741.9, 4.71), (0.088, 0.142, 46.3, 27.9, 301.2, 0.171),
    (0.176, 0.259, 171.0, 27.6, 331.7, 0.342),
]  # fmt: skip
METRICS: list[tuple[str, str, str, str, str, str | None, list[float], float]] = [
    ("bleu", "BLEU", "points", "higher", "Shared runs of one to four words with the reference, over all rows.",
     "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.5.1", [6.214, 14.873, 19.408, 40.946, 41.377], 1.6),
    ("unlicensed", "Unlicensed words", "percent", "lower",
     "Words and numbers that no field says, of all that claim something.",
     None, [31.25, 24.18, 21.66, 13.42, 12.87], 1.5),
    ("chrf", "chrF", "points", "higher", "Shared runs of up to six characters, as an F score; recall counts double.",
     "nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:2.5.1", [31.92, 41.26, 45.71, 64.03, 64.88], 1.1),
    ("rouge_l", "ROUGE-L", "percent", "higher", "Longest word sequence in common with the reference.",
     None, [24.8, 36.41, 40.02, 57.96, 58.31], 1.0),
    ("contradictions", "Contradictions", "percent", "lower", "Texts that contradict a field.",
     None, [18.44, 15.02, 12.9, 11.51, 10.98], 1.2),
    ("grammar", "Grammar", "percent", "lower", "Texts with a sure fault of grammar.",
     None, [12.81, 9.16, 8.76, 1.91, 1.89], 0.8),
    ("length", "Length", "words", "neither", "Words a text; the references have 19.2.",
     None, [31.74, 24.6, 25.33, 18.91, 18.77], 0.5),
    ("distinct_2", "Distinct pairs", "share", "higher", "Different word pairs as a share of all word pairs written.",
     None, [0.2137, 0.1781, 0.1902, 0.1216, 0.1249], 0.006),
    ("copied", "Copied text", "share", "neither", "Share of the words that stand in a run of eight from a passage.",
     None, [0.0, 0.041, 0.312, 0.0, 0.057], 0.012),
]  # fmt: skip

VALUES = {
    "battery": ["4 hour", "7 hour", "8.5 hour", "10 hour"],
    "memory": ["2 gb", "4 gb", "8 gb", "16 gb"],
    "price": ["449 dollars", "699 dollars", "1179 dollars", "1399 dollars"],
    "drive": ["320 gb", "500 gb", "750 gb"],
    "weight": ["1.2 kg", "1.52 kg", "2.3 kg", "2.99 kg"],
    "platform": ["windows 7", "windows 8.1"],
    "processor": ["intel core i3", "intel core i5", "intel core i7"],
    "warranty": ["1 year european", "1 year international"],
    "utility": ["everyday computing", "performance mobile", "ultra mobile"],
}
PHRASES = {
    "battery": "a {} battery", "memory": "{} of memory", "price": "a price of {}", "drive": "a {} drive",
    "weight": "a weight of {}", "platform": "{} on it", "processor": "an {} processor", "warranty": "a {} warranty",
    "utility": "{} as its purpose",
}  # fmt: skip


def laptops(samples: int = 20) -> dict[str, Any]:
    """A comparison as five systems on laptop descriptions would give it."""
    randomly = random.Random(3)
    return {
        "openbook": "0.1.0",
        "title": "Laptop descriptions: prompt, retrieve or fine-tune?",
        "task": "describe",
        "created": "2026-11-24T06:31:00+00:00",
        "command": "rag compare --task describe --train laptop/train.jsonl --valid laptop/valid.jsonl --test"
        " laptop/test.jsonl --systems zero-shot,few-shot,rag,fine-tuned,rag-fine-tuned --out build/laptops",
        "seconds": 3124.0,
        "data": {
            "train": {"path": "laptop/train.jsonl", "rows": 7944, "sha256": "3f9ad1c0" * 8},
            "valid": {"path": "laptop/valid.jsonl", "rows": 2649, "sha256": "77b0e2d4" * 8},
            "test": {"path": "laptop/test.jsonl", "rows": 500, "sha256": "c41e6a95" * 8},
            "checks": [
                {"check": "duplicates across splits", "count": 204, "action": "dropped from test",
                 "text": "204 test rows ask the same as a training row, so a model could have learnt them by heart."},
                {"check": "empty targets", "count": 0, "action": "nothing to do", "text": "Every row has a reference."},
            ],
        },
        "settings": {
            "decoding": {"max_new_tokens": 80, "temperature": 0.0, "num_beams": 1, "stop": []},
            "seed": 0,
            "hardware": {"processor": "AMD EPYC 7B13", "cores": 2, "threads": 2, "memory_mb": 15990, "python": "3.11.2",
                         "torch": "2.13.0", "transformers": "5.1.0"},
        },
        "metrics": [
            dict(zip(("name", "title", "unit", "better", "meaning", "signature"), metric, strict=False))
            for metric in METRICS
        ],
        "systems": [_system(number) for number in range(len(SYSTEMS))],
        "differences": {name: _differences(values, width) for name, *_, values, width in METRICS},
        "curve": _curve(),
        "samples": [_sample(number, randomly) for number in range(samples)],
        "advice": "Fine-tune T5 on your rows: BLEU 40.9 against 19.4 for the best prompted system (RAG), a"
        " difference of 21.5 points whose interval (19.8 to 23.3) excludes 0, at a sixteenth of the time a row."
        " Retrieval on top of the fine-tuned model adds 0.4 points, which may be chance (p = 0.21), and doubles the"
        " time. Below about 300 training rows, RAG is the better choice.",
    }  # fmt: skip


def _system(number: int) -> dict[str, Any]:
    names = ("latency_p50", "latency_p95", "prompt_tokens", "completion_tokens", "peak_memory_mb", "cpu_seconds_a_row")
    system = dict(SYSTEMS[number])
    return system | {
        "trained": TRAINED.get(system["name"]),
        "metrics": {
            name: {"value": values[number], "low": values[number] - width * 0.93, "high": values[number] + width}
            for name, *_, values, width in METRICS
        },
        "cost": dict(zip(names, COSTS[number], strict=True)),
        "prompt_example": "describe: name: satellite pan 72; memory: 4 gb; price: 449 dollars\n\nSimilar products:\n"
        "[1] the satellite hermes 69 laptop sells for 499 dollars .",
    }


def _differences(values: list[float], width: float) -> list[dict[str, Any]]:
    found = []
    for a, first in enumerate(values):
        for b, second in list(enumerate(values))[a + 1 :]:
            gap = first - second
            p = 0.0005 if abs(gap) > width else 0.012 if abs(gap) > 0.55 * width else 0.21
            found.append({"a": SYSTEMS[a]["name"], "b": SYSTEMS[b]["name"], "difference": gap, "p": p,
                          "low": gap - width, "high": gap + width})  # fmt: skip
    return found


def _curve() -> dict[str, Any]:
    rows = [100, 250, 500, 1000, 2500, 7944]
    measured = {
        "T5 fine-tuned": [5.1, 12.4, 24.9, 31.8, 37.2, 40.946],
        "RAG on fine-tuned T5": [8.7, 17.2, 27.1, 33.0, 37.9, 41.377],
    }
    bleu = METRICS[0][6]
    return {
        "metric": "bleu",
        "lines": [
            {"system": system, "points": [{"rows": n, "value": value, "low": value - 1.5, "high": value + 1.6}
                                          for n, value in zip(rows, values, strict=True)]}
            for system, values in measured.items()
        ],
        "flat": [{"system": SYSTEMS[n]["name"], "value": bleu[n], "low": bleu[n] - 1.5, "high": bleu[n] + 1.6}
                 for n in range(3)],
    }  # fmt: skip


def _sample(number: int, randomly: random.Random) -> dict[str, Any]:
    names = randomly.sample(list(VALUES), 3)
    family, god = randomly.choice(["satellite", "portege", "tecra"]), randomly.choice(["pan", "zelus", "ares"])
    fields = {"name": f"{family} {god} {randomly.randint(10, 99)}", "type": "laptop"}
    fields |= {name: randomly.choice(VALUES[name]) for name in names}
    said = " , ".join(PHRASES[name].format(fields[name]) for name in names)
    reference = f"the {fields['name']} is a nice laptop with {said}"
    given = f"recommend({';'.join(f'{name}={value}' for name, value in fields.items())})"
    first, second, third = names
    other = next(value for value in VALUES[first] if value != fields[first])
    extra = next(name for name in VALUES if name not in names)
    invented = VALUES[extra][-1]
    wrong, added = PHRASES[first].format(other), PHRASES[extra].format(invented)
    wordy = f"Introducing the {fields['name']}, a laptop for people on the move. With {wrong} and {added}, it is ready."
    few = f"the {fields['name']} is a great laptop with {said} and {added}"
    rag = f"the {fields['name']} is a laptop with {wrong} , {PHRASES[third].format(fields[third])}"
    short = f"the {fields['name']} is a nice laptop with {said.rpartition(' , ')[0]}"
    return {
        "row": f"test-{17 + 24 * number}",
        "given": given,
        "fields": fields,
        "references": [reference],
        "outputs": {
            SYSTEMS[0]["name"]: _output(wordy, [second, third], {other: first}, [invented]),
            SYSTEMS[1]["name"]: _output(few, [], {}, [invented]) if number % 2 else _output(reference),
            SYSTEMS[2]["name"]: _output(rag, [second], {other: first}, []),
            SYSTEMS[3]["name"]: _output(short, [third]) if number % 3 == 1 else _output(reference),
            SYSTEMS[4]["name"]: _output(reference, stated={fields["name"]: "name"}),
        },
    }


def _output(
    text: str,
    left_out: Sequence[str] = (),
    wrong: Mapping[str, str] | None = None,
    unlicensed: Sequence[str] = (),
    stated: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """An output with claims; `wrong` and `stated` give the field of a value that stands in the text."""
    claims = [(value, "contradiction", key) for value, key in (wrong or {}).items()]
    claims += [(value, "unlicensed", "") for value in unlicensed]
    found = [
        {"start": text.index(value), "end": text.index(value) + len(value), "text": value, "kind": kind, "key": key}
        for value, kind, key in claims
    ]
    spans = [
        {"start": text.index(value), "end": text.index(value) + len(value), "key": key}
        for value, key in (stated or {}).items()
    ]
    ordered = sorted(found, key=lambda claim: claim["start"])
    return {"text": text, "claims": ordered, "stated": spans, "left_out": list(left_out)}


def claims_at(*places: tuple[int, int], text: str) -> dict[str, Any]:
    """An output with unlicensed words at these places."""
    claims = [{"start": start, "end": end, "text": text[start:end], "kind": "unlicensed"} for start, end in places]
    return {"text": text, "claims": claims}


HOSTILE = "<script>alert('x')</script> & \"quotes\" </main>"


def hostile() -> dict[str, Any]:
    """Twelve systems with long names, missing numbers, and texts that would break a careless page."""
    content = copy.deepcopy(laptops(4))
    kinds = ["zero-shot", "few-shot", "rag", "fine-tuned", "rag on fine-tuned", "something of my own"]
    names = [system["name"] for system in content["systems"]]
    for number in range(7):
        added = copy.deepcopy(content["systems"][number % 5])
        long = "google/flan-t5-base-with-a-rather-long-name-that-somebody-gave-it" if number % 2 else HOSTILE
        added |= {"name": f"{long}, variant {number}", "kind": kinds[number % 6]}
        for estimate in added["metrics"].values():
            estimate.update({key: value * (1 + 0.03 * number) for key, value in estimate.items()})
        added["cost"]["latency_p50"] = added["cost"]["latency_p50"] * (1 + number * 0.07)
        content["systems"].append(added)
        names.append(added["name"])
    content["systems"][0]["metrics"]["bleu"] = {"value": None, "low": None, "high": None}
    content["systems"][1]["metrics"]["chrf"] = {"value": float("nan"), "low": None, "high": None}
    content["systems"][2]["cost"]["latency_p50"] = None
    content["systems"][5]["metrics"] = {}
    arabic = "هذا حاسوب محمول جيد بذاكرة 16 gb وسعر 449 dollars"
    texts = [
        HOSTILE, "w" * 400, arabic, "👩‍💻💻🔋 " * 12, "", "\x00\x1b[31mred\x1b[0m \ud83d", "a\u202e reversed",
        "the same again . " * 200, "日本語の説明文です。" * 20, "line one\r\nline two\n\nline four",
    ]  # fmt: skip
    for number, sample in enumerate(content["samples"]):
        sample["given"] = texts[number]
        sample["fields"] = None if number % 2 else {HOSTILE: HOSTILE, "w" * 90: True, "empty": None}
        for other, name in enumerate(names[5:]):
            sample["outputs"][name] = _output(texts[(number * 3 + other) % len(texts)])
    content["samples"][0]["outputs"][names[7]] = _output(arabic, [HOSTILE], {}, ["16 gb", "449 dollars"])
    content["title"] = f"A title {HOSTILE}"
    content["advice"] = f"Advice {HOSTILE} " + "x" * 120
    return content


def only(number: int) -> dict[str, Any]:
    """The same comparison of one system alone."""
    content = laptops(3)
    name = SYSTEMS[number]["name"]
    curve = content["curve"]
    for part in ("lines", "flat"):
        curve[part] = [each for each in curve[part] if each["system"] == name]
    content["systems"] = content["systems"][number : number + 1]
    content["differences"] = {}
    for sample in content["samples"]:
        sample["outputs"] = {name: sample["outputs"][name]}
    return content


def bare() -> dict[str, Any]:
    """The least that is a comparison."""
    systems = [{"name": "a", "kind": "zero-shot", "metrics": {}}, {"name": "b", "kind": "rag", "metrics": {"m": {}}}]
    metric = {"name": "m", "title": "M", "unit": "points", "better": "higher"}
    return {"title": "Bare", "task": "own", "metrics": [metric], "systems": systems}


def nothing_measured() -> dict[str, Any]:
    """Five systems, every number null."""
    return emptied(laptops(2))


def emptied(content: Any) -> Any:
    if isinstance(content, dict):
        return {key: value if key in ("rows", "count") else emptied(value) for key, value in content.items()}
    if isinstance(content, list):
        return [each if isinstance(each, list) else emptied(each) for each in content]
    return None if isinstance(content, float) else content


ALL = [laptops, hostile, bare, nothing_measured, *(lambda number=number: only(number) for number in range(5))]
every = pytest.mark.parametrize("content", ALL, ids=["laptops", "hostile", "bare", "null", *"12345"])


def parsed(content: dict[str, Any]) -> LexborHTMLParser:
    return LexborHTMLParser(render_report(read_comparison(content)))


def texts(node: LexborNode | LexborHTMLParser, selector: str) -> list[str]:
    return [" ".join(found.text().split()) for found in node.css(selector)]


# The tables


def test_every_value_and_interval_of_the_results_is_the_objects() -> None:
    content = laptops()
    shown: dict[str, dict[str, LexborNode]] = {system["name"]: {} for system in content["systems"]}
    for table in parsed(content).css("table.results"):
        titles = [re.sub(r" *[%↑↓ ]+$", "", title) for title in texts(table, "thead th")][1:]
        for row in table.css("tbody tr"):
            (name,) = texts(row, "th bdi")
            shown[name] |= dict(zip(titles, row.css("td"), strict=True))
    for system in content["systems"]:
        for name, title, unit, *_ in METRICS:
            estimate, cell = system["metrics"][name], shown[system["name"]][title]
            data = cell.css_first("data")
            decimals = 3 if unit == "share" else 1
            low, value, high = (f"{estimate[key]:.{decimals}f}".replace("-", "−") for key in ("low", "value", "high"))
            assert float(data.attributes["value"] or "") == estimate["value"]
            assert data.text() == value
            assert cell.css_first("small").text() == f"{low}–{high}" if "−" not in low else f"{low} to {high}"


def test_the_best_is_bold_and_who_is_not_shown_to_be_worse_is_marked() -> None:
    best: dict[str, str] = {}
    close: dict[str, str] = {}
    for table in parsed(laptops()).css("table.results"):
        titles = [re.sub(r" *[%↑↓ ]+$", "", title) for title in texts(table, "thead th")][1:]
        for row in table.css("tbody tr"):
            for title, cell in zip(titles, row.css("td"), strict=True):
                if "best" in (cell.attributes.get("class") or ""):
                    best[title] = texts(row, "th bdi")[0]
                if "≈" in cell.text():
                    close[title] = texts(row, "th bdi")[0]
    rag_t5, t5 = "RAG on fine-tuned T5", "T5 fine-tuned"
    assert best == {
        "BLEU": rag_t5, "Unlicensed words": rag_t5, "chrF": rag_t5, "ROUGE-L": rag_t5, "Contradictions": rag_t5,
        "Grammar": rag_t5, "Distinct pairs": "SmolLM2 zero-shot",
    }, "lower is better for errors; no direction is better for length and copied text"  # fmt: skip
    assert close == dict.fromkeys(["BLEU", "Unlicensed words", "ROUGE-L", "Contradictions", "Grammar"], t5)


def test_costs_are_the_objects_with_decimals_that_a_column_shares() -> None:
    content = laptops()
    table = next(table for table in parsed(content).css("table") if "Peak memory" in table.text())
    values = [[float(data.attributes["value"] or "") for data in row.css("data")] for row in table.css("tbody tr")]
    order = [0, 1, 5, 2, 3, 4]
    assert values == [[cost[n] for n in order] for cost in COSTS]
    assert [row.css("td")[0].text() for row in table.css("tbody tr")] == ["1.420", "2.870", "2.440", "0.088", "0.176"]


def test_training_costs() -> None:
    table = next(table for table in parsed(laptops()).css("table") if "Started from" in table.text())
    assert [texts(row, "td") for row in table.css("tbody tr")] == [
        ["28 min", "7,944", "12", "10.2 M", "full", "t5-mini, from nothing"],
        ["40 min", "7,944", "12", "10.2 M", "full", "t5-mini, from nothing"],
    ]


def test_a_significance_matrix_says_who_is_better_by_how_much() -> None:
    content = laptops()
    tree = parsed(content)
    for table, (name, better) in zip(tree.css("table.matrix"), [("bleu", 1), ("unlicensed", -1)], strict=False):
        rows = [row.css("td") for row in table.css("tbody tr")]
        values = next(values for metric, *_, values, _ in METRICS if metric == name)
        for a, b in itertools.product(range(5), repeat=2):
            cell = rows[a][b]
            if a == b:
                assert cell.text().strip() == "·"
                continue
            gap = values[a] - values[b]
            assert f"{gap:+.1f}".replace("-", "−") in cell.text()
            open_question = {a, b} == {3, 4}
            assert cell.css_first("small").text() == ("0.21" if open_question else "<0.001")
            verdict = "open" if open_question else "better" if gap * better > 0 else "worse"
            assert cell.attributes["class"] == verdict
            assert ("▲" in cell.text(), "▽" in cell.text()) == (verdict == "better", verdict == "worse")


def test_every_pair_is_listed_with_its_interval() -> None:
    content = laptops()
    table = next(table for table in parsed(content).css("table.pairs"))
    first = content["differences"]["bleu"][0]
    assert texts(table, "tbody tr")[0] == (
        f"{first['a']} − {first['b']} {written.format_difference(first['difference'], 'points')}"
        f" {written.format_interval(first['low'], first['high'], 'points')} < 0.001"
    )
    assert len(table.css("tbody tr")) == 10


# The plots


def axis(plot: LexborNode, anchor: str) -> Callable[[float], float]:
    """The values of a plot's pixels, from two ticks that are labelled."""
    x = "x" if anchor == "middle" else "y"
    ticks = [tick for tick in plot.css("text.tick") if tick.attributes["text-anchor"] == anchor]
    known = [(float(tick.attributes[x] or 0), float(tick.text().replace(",", ""))) for tick in ticks]
    (low_at, low), (high_at, high) = known[0], known[-1]
    return lambda pixel: low + (pixel - low_at) / (high_at - low_at) * (high - low)


def test_whiskers_stand_at_the_values() -> None:
    content = laptops()
    plots = parsed(content).css(".panels svg.plot")
    assert len(plots) == 6, "the metrics with a direction, the first six"
    for plot, (name, *_) in zip(plots, METRICS, strict=False):
        value_of = axis(plot, "middle")
        lines = [line.attributes for line in plot.css("line.whisker")]
        spans = [line for line in lines if line["y1"] == line["y2"]]
        for system, line in zip(content["systems"], spans, strict=True):
            found = (value_of(float(line["x1"] or 0)), value_of(float(line["x2"] or 0)))
            estimate = system["metrics"][name]
            assert found == pytest.approx((estimate["low"], estimate["high"]), abs=0.02)
        circles = plot.css("circle.mark.filled")
        assert value_of(float(circles[0].attributes["cx"] or 0)) == pytest.approx(
            content["systems"][3]["metrics"][name]["value"], abs=0.02
        )


def test_a_plot_says_in_words_what_it_shows() -> None:
    tree = parsed(laptops())
    plots = tree.css("svg.plot")
    assert len(plots) == 6 + 2 + 2
    assert all(plot.attributes["role"] == "img" for plot in plots)
    assert "T5 fine-tuned 40.9 (39.5–42.5)" in (plots[0].attributes["aria-label"] or "")
    assert "T5 fine-tuned 13.4%" in (plots[1].attributes["aria-label"] or "")
    assert "T5 fine-tuned 40.9 at 0.088 s" in (plots[6].attributes["aria-label"] or "")
    assert "12.4 with 250 rows" in (plots[8].attributes["aria-label"] or "")


def test_marks_differ_by_shape_and_filling_not_by_colour() -> None:
    keys = parsed(laptops()).css("p.key svg > *")
    shapes = [(key.tag, key.attributes["class"], key.attributes.get("points")) for key in keys]
    assert len(set(shapes)) == 5


def test_scales_have_round_ticks_around_the_values() -> None:
    assert linear([6.2, 41.4], 0, 100).ticks == (0, 10, 20, 30, 40, 50)
    assert linear([31.9, 64.9], 0, 100).ticks == (30, 40, 50, 60, 70), "0 is too far to be shown"
    assert linear([97.0, 99.9], 0, 100, bounds=(0, 100)).ticks[-1] == 100
    assert linear([3.0], 0, 100)(3.0) == 50
    assert linear([], 0, 100).ticks[0] == 0
    times = logarithmic([0.088, 4.02], 0, 100)
    assert times.ticks == (0.1, 0.2, 0.5, 1, 2, 5) or times.ticks == (0.1, 0.2, 0.5, 1, 2)
    assert times(1) - times(0.1) == pytest.approx(times(0.2) - times(0.02))
    assert len(logarithmic([0.09], 0, 100).ticks) >= 2
    assert logarithmic([1, 1e9], 0, 100).ticks[0] == pytest.approx(1)
    assert len(logarithmic([1, 1e9], 0, 100).ticks) <= 6


@pytest.mark.parametrize("seed", range(20))
def test_labels_keep_off_each_other_and_off_the_points(seed: int) -> None:
    randomly = random.Random(seed)
    points = [(randomly.uniform(40, 780), randomly.uniform(30, 370)) for _ in range(12)]
    taken = [Box(x - 7, y - 7, x + 7, y + 7) for x, y in points]
    frame = Box(0, 0, 800, 400)
    boxes = [placed.box for placed in place_labels(points, [(110, 14)] * 12, taken, frame)]
    assert all(a.overlap(b) == 0 for a, b in itertools.combinations(boxes, 2))
    assert all(box.overlap(point) == 0 for box in boxes for point in taken)
    assert all(box.overlap(frame) == pytest.approx(box.area) for box in boxes)


def test_labels_in_a_margin_are_moved_apart_in_their_order() -> None:
    centres = spread([50, 52, 51, 200], [20, 20, 20, 20], 0, 300)
    assert sorted(range(4), key=lambda index: centres[index]) == [0, 2, 1, 3]
    assert all(b - a >= 20 for a, b in itertools.pairwise(sorted(centres)))
    assert max(spread([290, 299], [20, 20], 0, 300)) <= 290


def test_a_long_name_keeps_its_end_where_names_differ() -> None:
    name = "google/flan-t5-base-with-a-rather-long-name, variant 3"
    assert shorten(name, 1000) == name
    short = shorten(name, 200)
    assert text_width(short) <= 200
    assert short.startswith("google/")
    assert short.endswith("variant 3")
    assert wrap("RAG on fine-tuned T5", 100, 2) == ["RAG on", "fine-tuned T5"]


def test_a_system_without_a_time_is_named_not_drawn() -> None:
    content = laptops()
    content["systems"][2]["cost"]["latency_p50"] = None
    caption = " ".join(parsed(content).css_first(".large figcaption").text().split())
    assert caption.endswith("Not drawn, because a value or a time is missing: SmolLM2 with RAG.")


def test_who_is_beaten_by_none_in_quality_and_time() -> None:
    assert pareto_front(read_comparison(laptops())) == ["T5 fine-tuned", "RAG on fine-tuned T5"]


# The learning curve


def curve(values: list[float], better: str = "higher", rag: float = 20.0) -> str:
    """The finding of one line against RAG at 20, with intervals of 1 to either side."""
    content = laptops(0)
    content["metrics"][0]["better"] = better
    points = [{"rows": 100 * 2**n, "value": v, "low": v - 1, "high": v + 1} for n, v in enumerate(values)]
    flat = {"system": "SmolLM2 with RAG", "value": rag, "low": rag - 1, "high": rag + 1}
    other = {"system": "SmolLM2 zero-shot", "value": 90.0, "low": 89.0, "high": 91.0}
    content["curve"] = {
        "metric": "bleu", "lines": [{"system": "T5 fine-tuned", "points": points}], "flat": [flat, other],
    }  # fmt: skip
    (found,) = find_crossovers(read_comparison(content))
    assert str(found) in texts(parsed(content), "#curve .finding")
    return str(found)


def test_where_fine_tuning_overtakes_retrieval() -> None:
    assert curve([10, 19, 21, 40]) == (
        "T5 fine-tuned overtakes SmolLM2 with RAG between 200 and 400 training rows;"
        " from 800 rows on, their intervals no longer overlap."
    )
    assert curve([10, 19, 21]).endswith("their intervals still overlap at 400 rows.")
    assert curve([10, 25, 15, 30]).startswith("T5 fine-tuned overtakes SmolLM2 with RAG between 400 and 800"), (
        "where it stays ahead, not where it was ahead once"
    )
    assert "with the fewest rows measured already (100)" in curve([30, 40])
    assert curve([5, 10]) == "T5 fine-tuned does not overtake SmolLM2 with RAG within 200 training rows."
    assert "between 100 and 200" in curve([30, 10], better="lower")


def test_the_curve_marks_the_crossing_between_the_measured_points() -> None:
    plot = parsed(laptops()).css("#curve svg.wide")[0]
    ticks = {tick.text(): float(tick.attributes["x"] or 0) for tick in plot.css("text.tick[text-anchor=middle]")}
    crossing = float(plot.css_first("line.crossing").attributes["x1"] or 0)
    assert ticks["300"] < crossing < ticks["1,000"], "250 rows are behind, 500 ahead"
    assert "T5 fine-tuned overtakes SmolLM2 with RAG" in texts(plot, "text")


def test_without_a_curve_there_is_no_section() -> None:
    content = laptops()
    content["curve"] = None
    tree = parsed(content)
    assert not tree.css("#curve")
    assert "Learning curve" not in texts(tree, "nav li")


# The outputs


def outputs(tree: LexborHTMLParser) -> list[LexborNode]:
    return [node.css_first("p.text") for node in tree.css(".output")]


def unmarked(node: LexborNode) -> tuple[str, list[tuple[int, int, str]]]:
    """The text as the system wrote it, and where and as what it is marked."""
    text, marks = "", []
    for child in node.iter(include_text=True):
        if child.tag == "mark":
            label = child.css_first("small")
            name = label.text() if label else ""
            value = child.text().removesuffix(name)
            marks.append((len(text), len(text) + len(value), name))
            text += value
        elif child.tag == "-text" or "states" in (child.attributes.get("class") or ""):
            text += child.text()
    return text, marks


def test_claims_that_no_field_licenses_are_marked_where_they_stand() -> None:
    content = laptops()
    shown = iter(outputs(parsed(content)))
    marked = 0
    for sample in content["samples"]:
        for system in content["systems"]:
            output = sample["outputs"][system["name"]]
            text, marks = unmarked(next(shown))
            assert text == output["text"]
            assert marks == [
                (claim["start"], claim["end"], f"contradicts {claim['key']}" if claim["key"] else "")
                for claim in output["claims"]
            ]
            marked += len(marks)
    assert marked > 60


def test_stated_fields_know_their_name() -> None:
    content = laptops(1)
    name = content["samples"][0]["fields"]["name"]
    (span,) = outputs(parsed(content))[4].css("span.states")
    assert (span.text(), span.attributes["title"]) == (name, "name")


def test_a_claim_within_a_stated_field_parts_it() -> None:
    content = laptops(1)
    output = claims_at((4, 6), text="0123456789") | {"stated": [{"start": 2, "end": 8, "key": "memory"}]}
    content["samples"][0]["outputs"]["T5 fine-tuned"] = output
    node = outputs(parsed(content))[3]
    assert unmarked(node) == ("0123456789", [(4, 6, "")])
    assert [span.text() for span in node.css("span.states")] == ["23", "67"]


def test_what_the_check_found_is_listed() -> None:
    content = laptops(1)
    claims = [
        ("number", "16 gb", "memory", "no field gives this figure"),
        ("type", "tablet", "", ""),
        ("repetition", "light", "weight", "the field is stated again"),
        ("grammar", "a apple", "", "“an apple”"),
    ]
    text = " ".join(words for _, words, *_ in claims)
    content["samples"][0]["outputs"]["T5 fine-tuned"] = {
        "text": text,
        "left_out": ["battery", "price"],
        "claims": [
            {"start": text.index(words), "end": text.index(words) + len(words), "text": words, "kind": kind,
             "key": key, "note": note}
            for kind, words, key, note in claims
        ],
    }  # fmt: skip
    tree = parsed(content)
    shown = next(node for node in tree.css(".output") if "T5 fine-tuned" in texts(node, "h4 bdi"))
    assert texts(shown, ".check") == [
        "Contradicts: tablet Changed number: 16 gb Left out: battery, price Twice: light Grammar: “an apple”"
    ]
    assert [label for *_, label in unmarked(outputs(tree)[3])[1]] == ["changed number", "another kind"]


def test_references_are_measured_below_the_systems_and_marked() -> None:
    content = laptops(1)
    content["references"] = {"unlicensed": {"value": 3.5, "low": 2.5, "high": 4.5}}
    reference = content["samples"][0]["references"][0]
    content["samples"][0]["checked_references"] = [_output(reference, unlicensed=["nice"])]
    tree = parsed(content)
    (row,) = tree.css("table.results tr.people")
    assert [" ".join(cell.text().split()) for cell in row.css("td")][:2] == ["", "3.5 2.5–4.5"]
    assert tree.css_first(".given mark").text() == "nice"
    lines = terminal_table(read_comparison(content), width=100).splitlines()
    (line,) = [line for line in lines if line.startswith("references")]
    assert line.endswith("3.5 [ 2.5,  4.5]")


def test_overlapping_claims_are_marked_once() -> None:
    content = laptops(1)
    content["samples"][0]["outputs"]["T5 fine-tuned"] = claims_at((4, 8), (2, 6), (4, 5), text="0123456789")
    text, marks = unmarked(outputs(parsed(content))[3])
    assert text == "0123456789"
    assert [mark[:2] for mark in marks] == [(2, 6), (6, 8)]


def test_a_long_output_is_cut_and_says_so() -> None:
    content = laptops(1)
    content["samples"][0]["outputs"]["T5 fine-tuned"] = claims_at((5990, 5995), (890, 905), text="again " * 1000)
    node = outputs(parsed(content))[3]
    text, marks = unmarked(node)
    assert len(text) == 900
    assert [mark[:2] for mark in marks] == [(890, 900)]
    assert node.css_first(".cut").text() == "… and 5,100 more characters"


def test_the_first_samples_are_open() -> None:
    tree = parsed(laptops())
    assert ["open" in sample.attributes for sample in tree.css("details.sample")] == [True] * 3 + [False] * 17
    assert "2 of 5 outputs claim what no field says" in tree.css_first("details.sample summary").text()


# Content of any kind


@every
def test_it_loads_nothing_and_runs_nothing(content: Callable[[], dict[str, Any]]) -> None:
    tree = parsed(content())
    assert not tree.css("script, link, img, iframe, object, embed, base, form, video, audio, image, use, foreignObject")
    styles = "".join(style.text() for style in tree.css("style"))
    assert not re.search(r"url\(|@import|expression|@font-face", styles)
    for node in tree.css("*"):
        for name, value in node.attributes.items():
            assert name not in ("src", "srcset", "style", "xlink:href", "action", "background", "poster")
            assert not name.startswith("on")
            assert name != "href" or (value or "").startswith("#")
    policy = tree.css_first("meta[http-equiv=Content-Security-Policy]").attributes["content"]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"


@every
def test_no_number_is_shown_that_is_none(content: Callable[[], dict[str, Any]]) -> None:
    html = render_report(read_comparison(content()))
    assert not re.search(r"\b(nan|None|inf|Infinity|undefined)\b", re.sub(r"<style>.*?</style>", "", html, flags=re.S))


@every
def test_headings_tables_and_links_are_in_order(content: Callable[[], dict[str, Any]]) -> None:
    tree = parsed(content())
    levels = [int(node.tag[1]) for node in tree.css("h1, h2, h3, h4")]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    for table in tree.css("table"):
        assert all(head.attributes.get("scope") in ("col", "row") for head in table.css("th"))
        assert {len(row.css("th, td")) for row in table.css("tr")} == {len(table.css("thead th"))}
        assert table.parent is not None
        assert table.parent.attributes["class"] == "scroll"
        assert table.parent.attributes["aria-label"]
    ids = [node.attributes["id"] for node in tree.css("[id]")]
    assert len(ids) == len(set(ids))
    assert {(link.attributes["href"] or "")[1:] for link in tree.css("nav a")} <= set(ids)


def test_hostile_texts_are_shown_as_they_are() -> None:
    content = hostile()
    tree = parsed(content)
    assert tree.css_first("h1").text() == content["title"]
    assert tree.css_first(".advice").text() == content["advice"]
    names = [system["name"] for system in content["systems"]]
    assert texts(tree.css_first("table.results"), "tbody th bdi") == names
    shown = iter(tree.css(".output"))
    for sample in content["samples"]:
        for system in content["systems"]:
            node = next(shown).css_first("p.text")
            assert node.attributes["dir"] == "auto"
            output = sample["outputs"][system["name"]]["text"]
            text, marks = unmarked(node)
            visible = output.replace("\x00", "␀").replace("\x1b", "␛").replace("\r", " ")
            visible = visible.replace("\ud83d", "\ufffd").replace("\u202e", "\ufffd")
            assert text == visible[: len(text)]
            assert len(text) == len(output) or node.css_first(".cut")
            claims = sample["outputs"][system["name"]]["claims"]
            assert [mark[:2] for mark in marks] == [(claim["start"], claim["end"]) for claim in claims]


def test_the_file_is_small() -> None:
    content = laptops()
    assert len(render_report(read_comparison(content)).encode()) < 250_000
    for sample in content["samples"]:
        for output in sample["outputs"].values():
            output |= {"text": output["text"] + " and so on & on" * 300}
    for system in content["systems"]:
        system["prompt_example"] = "word " * 4000
    assert len(render_report(read_comparison(content)).encode()) < 400_000, "whatever the systems write"


def test_words_and_grounds_contrast_by_the_rule_of_wcag_aa() -> None:
    style = parsed(bare()).css_first("style").text()
    for scheme in re.findall(r":root \{(.*?)\}", style, re.S):
        colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", scheme))
        for words, ground in [
            ("ink", "paper"), ("soft", "paper"), ("accent", "paper"), ("ink", "panel"), ("mark-ink", "mark"),
        ]:  # fmt: skip
            light, dark = sorted((luminance(colours[words]), luminance(colours[ground])), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (words, ground)


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_data_settings_and_meaning_are_told() -> None:
    content = laptops()
    told = " ".join(parsed(content).css_first("#data").text().split())
    for split in ("train", "valid", "test"):
        assert content["data"][split]["sha256"] in told
    assert "7,944 rows" in told
    assert "duplicates across splits: 204, dropped from test." in told
    assert "max new tokens 80" in told
    assert "AMD EPYC 7B13" in told
    assert "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.5.1" in told
    assert content["command"] in told
    assert "satellite hermes 69" in told, "the prompt of a row"


# Numbers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (written.format_number(41.2774, "points"), "41.3"),
        (written.format_number(-0.04, "points"), "0.0"),
        (written.format_number(-1.25, "percent"), "−1.2"),
        (written.format_number(None, "points"), "none"),
        (written.format_number(float("nan"), "points"), "none"),
        (written.format_number(0.0341, "seconds"), "0.034"),
        (written.format_number(1204.4, "megabytes"), "1,204"),
        (written.format_interval(39.94, 42.7, "points"), "39.9–42.7"),
        (written.format_interval(-0.5, 1.25, "points"), "−0.5 to 1.2"),
        (written.format_interval(None, 1.0), ""),
        (written.format_difference(0.43, "points"), "+0.4"),
        (written.format_difference(-21.54, "points"), "−21.5"),
        (written.format_difference(0.01, "points"), "0.0"),
        (written.format_p_value(0.0004), "p < 0.001"),
        (written.format_p_value(0.0123), "p = 0.012"),
        (written.format_p_value(0.476), "p = 0.48"),
        (written.format_p_value(None), "p none"),
        (written.format_duration(0.84), "0.8 s"),
        (written.format_duration(59.7), "60 s"),
        (written.format_duration(1683), "28 min"),
        (written.format_duration(4320), "1 h 12 min"),
        (written.format_duration(3599), "1 h 0 min"),
        (written.format_count(7944), "7,944"),
        (written.format_count(2.5), "2.5"),
        (written.format_parameters(10_214_400), "10.2 M"),
        (written.format_parameters(1.5e9), "1.5 B"),
        (written.format_date("2026-11-24T06:31:00+00:00"), "24 November 2026, 06:31 UTC"),
        (written.format_date("yesterday"), "yesterday"),
        (written.pluralize(1, "row"), "1 row"),
    ],
)
def test_numbers_are_written_for_people(text: str, expected: str) -> None:
    assert text == expected


# Objects that are no comparison


def broken(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    content = laptops(1)
    change(content)
    return content


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c.pop("title"), r"comparison: title is missing"),
        (lambda c: c.update(systems=[]), r"systems is \[\]"),
        (lambda c: c["systems"][2].pop("kind"), r"systems\[2\]\.kind is missing"),
        (lambda c: c["systems"][1]["metrics"]["bleu"].update(value="high"), r"systems\[1\].*bleu\.value is 'high'"),
        (lambda c: c["metrics"][0].update(better="up"), r"metrics\[0\]\.better is 'up'"),
        (lambda c: c["systems"][1].update(name="T5 fine-tuned"), r"systems: 'T5 fine-tuned' occurs twice"),
        (lambda c: c["differences"]["bleu"][0].update(a="T6"), r"'T6' is no system of it; known: SmolLM2 zero-shot, "),
        (lambda c: c["differences"].update(meteor=[]), r"'meteor' is no metric of it"),
        (lambda c: c["curve"].update(metric="meteor"), r"curve: 'meteor' is no metric"),
        (lambda c: c["curve"]["flat"][0].update(system="T6"), r"curve: 'T6' is no system"),
        (lambda c: c["samples"][0]["outputs"].update(T6={"text": ""}), r"samples\[0\]\.outputs: 'T6' is no system"),
        (lambda c: c["samples"][0]["outputs"]["T5 fine-tuned"].update(claims_at((0, 999), text="ab")),
         r"span 0 to 999 is not in"),
        (lambda c: c["samples"][0].update(checked_references=[{**claims_at((0, 999), text="ab"), "text": "ab"}]),
         r"samples\[0\]\.checked_references\[0\]: span 0 to 999 is not in its 2"),
    ],
)  # fmt: skip
def test_what_is_no_comparison_is_refused_in_one_line(change: Callable[[Any], object], message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        read_comparison(broken(change))
    assert "\n" not in str(caught.value)


def test_an_object_of_another_type_is_refused() -> None:
    with pytest.raises(ValueError, match="not list"):
        read_comparison([])  # type: ignore[arg-type]


@every
def test_these_are_comparisons(content: Callable[[], dict[str, Any]]) -> None:
    read_comparison(content())
    read_comparison(json.loads(json.dumps(content())))


def test_names_of_earlier_files_are_read() -> None:
    comparison = read_comparison(laptops(1))
    assert [system.similar for system in comparison.systems] == [0, 0, 3, 0, 3], "as passages"
    assert comparison.curve
    assert len(comparison.curve.baselines) == 3, "as flat"
    assert comparison.samples[0].input.startswith("recommend("), "as given"


# Writing


def test_it_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "report.html"
    write_report(read_comparison(laptops(1)), file)
    before = file.read_bytes()
    assert before.decode().rstrip().endswith("</html>")
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_report(read_comparison(laptops(2)), file)
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


def test_the_same_comparison_gives_the_same_file(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_report(read_comparison(laptops()), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


# The terminal


def test_the_table_for_the_terminal_is_aligned_and_holds_the_numbers() -> None:
    lines = terminal_table(read_comparison(laptops()), 100).splitlines()
    assert max(map(len, lines)) <= 100
    head = next(line for line in lines if "BLEU" in line)
    block = lines[lines.index(head) + 2 : lines.index(head) + 7]
    assert [line[: len("RAG on fine-tuned T5")].rstrip() for line in block] == [each["name"] for each in SYSTEMS]
    column = head.index("BLEU")
    assert [line[column : column + 18].strip() for line in block] == [
        "6.2 [ 4.7,  7.8]", "14.9 [13.4, 16.5]", "19.4 [17.9, 21.0]", "~40.9 [39.5, 42.5]", "*41.4 [39.9, 43.0]",
    ]  # fmt: skip
    assert len({line.index("[") for line in block}) == 1
    text = "\n".join(lines)
    assert "28 min" in text
    assert "0.088" in text
    assert "overtakes SmolLM2 with RAG between 250 and 500 training rows" in text
    assert "Fine-tune T5 on your rows" in text


@every
@pytest.mark.parametrize("width", [60, 100])
def test_the_table_keeps_to_its_width(content: Callable[[], dict[str, Any]], width: int) -> None:
    table = terminal_table(read_comparison(content()), width)
    assert max(map(len, table.splitlines())) <= width
    assert "\x1b" not in table
    assert not re.search(r"\bnan\b|\bNone\b", table)


def test_the_table_has_colours_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = terminal_table(read_comparison(laptops()), 100)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    coloured = terminal_table(read_comparison(laptops()), 100)
    assert "\x1b[1m*41.4 [39.9, 43.0]\x1b[0m" in coloured
    assert [line.rstrip() for line in re.sub(r"\x1b\[\d*m", "", coloured).splitlines()] == plain.splitlines()


# The command


def test_the_command_writes_the_report_and_shows_the_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("comparison.json").write_text(json.dumps(laptops()))
    assert main(["report", "comparison.json", "--out", "report.html"]) == 0
    assert capsys.readouterr().out.startswith("wrote report.html: one file of 1")
    assert Path("report.html").read_text("utf-8") == render_report(read_comparison(laptops()))
    assert main(["report", "comparison.json"]) == 0
    assert capsys.readouterr().out == terminal_table(read_comparison(laptops()))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no comparison at comparison.json"),
        ("{", "comparison.json is not JSON"),
        ("[]", "comparison.json: a comparison is an object"),
        ("{}", "comparison.json: comparison: title is missing"),
        (b"\xff\xfe\x00", "comparison.json is not UTF-8 text"),
    ],
)
def test_the_command_refuses_in_one_line(
    content: str | bytes | None, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    if content is not None:
        Path("comparison.json").write_bytes(content.encode() if isinstance(content, str) else content)
    assert main(["report", "comparison.json", "--out", "report.html"]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"rag: {message}")
    assert error.count("\n") == 1
    assert not Path("report.html").exists()

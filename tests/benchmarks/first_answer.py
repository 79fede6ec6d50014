"""Time from a question to the first words of its answer on the page, in Chromium, over the demo's documents.

    python tests/benchmarks/first_answer.py

Starts `rag serve` with the default models over a new store of the sample knowledge base, waits until it is ready, asks
one question to warm up the browser, and then the fifteen of the demo, one after the other. Printed are the seconds from
the Enter key to the first text of an answer in sight, and to the checked answer with its sources.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
KNOWLEDGE_BASE = ROOT / "examples/knowledge_base"
LIMIT = 1.5
"""Seconds to the first words that a reader should not have to wait longer than."""

WATCH = """() => {
    window.times = {};
    new MutationObserver(() => {
        const turns = document.querySelectorAll(".turn");
        const turn = turns[turns.length - 1];
        if (!turn) return;
        const times = (window.times[turn.id] ??= {});
        if (turn.querySelector(".answer")?.textContent.trim()) times.first ??= performance.now();
        if (turn.querySelector(".feedback")) times.last ??= performance.now();
    }).observe(document.getElementById("app"), { subtree: true, childList: true, characterData: true });
    document.addEventListener("keydown", (event) => event.key === "Enter" && (window.asked = performance.now()), true);
}"""


def main() -> None:
    questions = [json.loads(line)["question"] for line in (KNOWLEDGE_BASE / "questions.jsonl").open(encoding="utf-8")]
    with tempfile.TemporaryDirectory() as folder:
        rag = [sys.executable, "-m", "rag.cli.main"]
        subprocess.run([*rag, "ingest", KNOWLEDGE_BASE / "documents"], cwd=folder, check=True, capture_output=True)
        server = subprocess.Popen(
            [*rag, "serve", "--port", "0"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        try:
            assert server.stdout is not None
            address = server.stdout.readline().split()[0]
            with httpx.Client(trust_env=False) as client:
                while client.get(f"{address}readyz").status_code != 200:
                    time.sleep(0.1)
            times = ask_in_browser(address, [questions[-1], *questions])[1:]
        finally:
            server.terminate()
            server.wait(60)
    for question, (first, last) in zip(questions, times, strict=True):
        print(f"{first:5.2f} {last:5.2f}  {question}")
    firsts, lasts = (np.array(column) for column in zip(*times, strict=True))
    print(f"first words: median {np.median(firsts):.2f} s, longest {firsts.max():.2f} s, {np.sum(firsts > LIMIT)} late")
    print(f"checked answer: median {np.median(lasts):.2f} s, longest {lasts.max():.2f} s")


def ask_in_browser(address: str, questions: list[str]) -> list[tuple[float, float]]:
    """Ask questions on the page, and return the seconds to the first words and to the whole answer of each."""
    times = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page: Any = browser.new_page()
        page.goto(address)
        page.wait_for_selector("#question")
        page.evaluate(WATCH)
        for number, question in enumerate(questions, start=1):
            page.fill("#question", question)
            page.keyboard.press("Enter")
            page.wait_for_selector(f"#turn-{number} .feedback", timeout=120_000)
            seen = page.evaluate(f"window.times['turn-{number}']")
            asked = page.evaluate("window.asked")
            times.append(((seen["first"] - asked) / 1000, (seen["last"] - asked) / 1000))
        browser.close()
    return times


if __name__ == "__main__":
    main()

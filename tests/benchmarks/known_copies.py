"""Convert the embedded models as if none were known, and record their copies' hashes, measures and recipes.

    python tests/benchmarks/known_copies.py [--add]

Run it when a conversion, an embedded model or a converter changes its copies. `--add` keeps the copies that are known,
for those of another kind of processor.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from typing import Any

from ingest.embed.ctranslate2 import embedder_copy
from ingest.models.convert import DETAILS, KNOWN_COPIES, ModelCopy, copy_hash
from ingest.models.weights import BUILTINS
from rag.generate.ct2_model import GeneratorCopy
from rag.generate.load import generator_weights
from rag.reader.reader import reader_copy


def convert(name: str, kind: str) -> ModelCopy | GeneratorCopy:
    if kind == "embedder":
        return embedder_copy(name)
    return reader_copy(name) if kind == "reader" else GeneratorCopy.of(name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--add", action="store_true", help="keep the copies that are known")
    options = parser.parse_args()
    known: dict[str, dict[str, Any]] = json.loads(KNOWN_COPIES.read_text("utf-8"))
    KNOWN_COPIES.write_text("{}", "utf-8")  # so that nothing is skipped
    copies, recipes = known.get("copies", {}) if options.add else {}, dict[str, Any]()
    with tempfile.TemporaryDirectory() as cache:
        os.environ["OPENBOOK_CACHE"] = cache
        for short, builtin in BUILTINS.items():
            name = f"builtin:{short}"
            folder = convert(name, builtin.kind).folder
            details = json.loads((folder / DETAILS).read_text("utf-8"))
            measures = {key: details[key] for key in ("measured", "smoothed") if key in details}
            copies[copy_hash(folder)] = {"model": name, **measures}
            if "recipe" in details:
                recipes[generator_weights(name)] = {"model": name, **details["recipe"]}
            print(name, copy_hash(folder), measures)
    KNOWN_COPIES.write_text(json.dumps({"copies": copies, "recipes": recipes}, separators=(",", ":")) + "\n", "utf-8")


if __name__ == "__main__":
    main()

"""How long do the descriptions of a catalogue take, in how much memory, and what does a kill cost?

    python tests/benchmarks/describe.py [--products 1000] [--options --model builtin:smollm2]

Catalogues of invented products, of half the size, the size and twice the size, go through `rag describe --file --out`,
each in a process of its own. Then the same is killed in the middle and started again: its output has to be, byte for
byte, that of the run that nobody disturbed, and only what was missing is written. Memory is the process's peak.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.describe.catalogue.record_database import records_path

RUN = """
import sys
from rag.cli.main import main
status = main(sys.argv[1:])
# Not ru_maxrss: it begins with the memory of the process that started this one.
with open("/proc/self/status") as lines:
    peak = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
print(f"peak {peak} kB", file=sys.stderr)
sys.exit(status)
"""

MAKERS = ("Alderlea", "Brontec", "Cavell & Sons", "Dovrefell", "Estrada", "Fennmark", "Grønli", "Hüttner")
COLOURS = ("anthracite", "cream", "forest green", "navy blue", "rust", "white", "yellow")
MATERIALS = ("stainless steel", "beech", "cotton", "recycled polyester", "glass", "ABS plastic", "wool felt")
PLACES = ("Austria", "Finland", "Italy", "Portugal", "Vietnam")
KINDS: Mapping[str, tuple[str, ...]] = {
    "kettle": ("capacity_l", "power_w", "cordless", "dishwasher safe"),
    "backpack": ("volume (l)", "waterproof", "rain cover", "laptop sleeve"),
    "desk lamp": ("luminous flux", "dimmable", "bulb included", "cable length"),
    "muesli bar": ("net weight", "allergens", "palm oil", "organic"),
    "face cream": ("net content", "skin type", "fragrance-free", "vegan"),
    "dog bed": ("dimensions (cm)", "washable at", "removable cover", "for dogs up to"),
    "cordless drill": ("voltage", "torque", "battery included", "speeds"),
    "picture book": ("pages", "age", "language", "binding"),
    "garden chair": ("max load", "stackable", "cushion", "seat height"),
    "bicycle lock": ("length", "security level", "keys", "mount included"),
}


@dataclass(frozen=True)
class CatalogueRun:
    """A finished run: its seconds by the clock, its peak memory in MB, and how many products it wrote."""

    seconds: float
    peak: float
    written: int


def main() -> None:
    """Print the figures of three sizes and of a kill."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", type=int, default=1000)
    parser.add_argument("--options", nargs=argparse.REMAINDER, default=[], help="further options of rag describe")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for count in (options.products // 2, options.products, options.products * 2):
            file = write_catalogue(folder / f"{count}.jsonl", count)
            run = describe_catalogue(file, folder / f"{count}.described.jsonl", options.options)
            print(f"{count} products: {run.seconds:.1f} s, {run.peak:.0f} MB, {run.written} written")
        file, whole = folder / f"{options.products}.jsonl", folder / f"{options.products}.described.jsonl"
        resumed = kill_and_resume(file, folder / "killed.jsonl", records_size(whole) // 2, options.options)
        same = (folder / "killed.jsonl").read_bytes() == whole.read_bytes()
        print(f"killed and started again: {resumed.seconds:.1f} s, {resumed.written} written, the same output: {same}")


def invent_products(count: int, seed: int = 0) -> Iterator[dict[str, object]]:
    """Yield products of ten kinds with values as shops write them, no two alike."""
    chance = random.Random(seed)
    for number in range(count):
        kind = chance.choice(list(KINDS))
        maker = chance.choice(MAKERS)
        product: dict[str, object] = {
            "sku": f"X{number:06}",
            "name": f"{maker.split()[0][:4]}o {chance.randrange(100, 1000)}",
            "brand": maker,
            "product_type": kind,
            "price": f"{chance.randrange(3, 400)}.{chance.choice(('00', '50', '95'))} EUR",
            "country of origin": chance.choice(PLACES),
        }
        if kind not in ("muesli bar", "face cream", "picture book"):
            colours = chance.sample(COLOURS, chance.randrange(1, 4))
            product |= {"colour": ", ".join(colours), "material": chance.choice(MATERIALS)}
        product |= {name: _invent_value(name, chance) for name in KINDS[kind] if chance.random() < 0.9}
        yield product


def _invent_value(name: str, chance: random.Random) -> object:
    values: dict[str, Sequence[object]] = {
        "capacity_l": ("0,8", "1.2", "1,7"),
        "power_w": (1500, 2200, 3000),
        "volume (l)": (12, 22, 34),
        "luminous flux": ("350 lm", "800 lumens"),
        "cable length": ("1.5 m", "180 cm"),
        "net weight": ("40 g", "5 x 25 g"),
        "allergens": ("milk; hazelnuts", "oats, may contain sesame", "none"),
        "net content": ("50 ml", "75ml"),
        "skin type": ("dry / sensitive", "all", "oily, combination"),
        "dimensions (cm)": ("60 x 45 x 18", "90 x 70 x 22"),
        "washable at": ("30 &deg;C", "40 °C"),
        "for dogs up to": ("15 kg", "35 kg"),
        "voltage": ("12 V", "18 V"),
        "torque": ("34 Nm", "60 Nm (hard)"),
        "speeds": (1, 2),
        "pages": (24, 32, 48),
        "age": ("3+", "from 5 years"),
        "language": ("English", "German, English"),
        "binding": ("hardback", "board book"),
        "max load": ("110 kg", "130 kg"),
        "seat height": ("44 cm", "40-48 cm"),
        "length": ("85 cm", "1.1 m"),
        "security level": ("9 of 15", "12/15"),
        "keys": (2, 3),
    }
    return chance.choice(values.get(name, ("yes", "no", True, False, "Y", "N", "not included", "included", "")))


def write_catalogue(path: Path, count: int) -> Path:
    """Write so many invented products as JSON Lines."""
    with path.open("w", encoding="utf-8") as file:
        for product in invent_products(count):
            file.write(json.dumps(product, ensure_ascii=False) + "\n")
    return path


def describe_catalogue(file: Path, out: Path, options: Sequence[str] = ()) -> CatalogueRun:
    """Run `rag describe` over a catalogue in a process of its own. Raises RuntimeError where it fails."""
    began = time.perf_counter()
    process = subprocess.run(_command_of(file, out, options), capture_output=True, text=True, check=False)
    if process.returncode not in (0, 1) or not out.exists():
        raise RuntimeError(process.stderr.strip() or process.stdout.strip())
    peak = next(int(line.split()[1]) for line in process.stderr.splitlines() if line.startswith("peak "))
    report = json.loads(process.stdout.strip().splitlines()[-1])
    return CatalogueRun(time.perf_counter() - began, peak / 1024, int(report["made"]))


def kill_and_resume(file: Path, out: Path, size: int, options: Sequence[str] = ()) -> CatalogueRun:
    """Kill a run once its records have a size in bytes, and run it again. Raises RuntimeError where it ended before."""
    process = subprocess.Popen(_command_of(file, out, options), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and records_size(out) < size:
        time.sleep(0.01)
    if process.poll() is not None:
        raise RuntimeError(f"the run ended with status {process.returncode} before it could be killed")
    process.send_signal(signal.SIGKILL)
    process.wait()
    return describe_catalogue(file, out, options)


def _command_of(file: Path, out: Path, options: Sequence[str]) -> list[str]:
    return [sys.executable, "-c", RUN, "describe", "--file", str(file), "--out", str(out), "--json", *options]


def records_size(out: Path) -> int:
    """Return the bytes of the records beside an output, 0 while there are none."""
    records = records_path(out)
    return records.stat().st_size if records.exists() else 0


if __name__ == "__main__":
    main()

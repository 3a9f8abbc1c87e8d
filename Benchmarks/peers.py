"""What users would run instead, over the same file: DuckDB, Polars, pandas, Dask and Spark."""
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from measure import ROOT, skip
from table import Measurement, Section, verdict

# How many times as fast hitmon is to be, with two threads.
TARGETS = {"polars": 10.0, "duckdb": 12.0, "pandas": 40.0, "dask": 100.0, "spark": 100.0}
PACKAGES = {"spark": "pyspark"}
JOBS = ROOT / "Benchmarks/yardsticks/jobs.py"


def measure(path: Path, rows: int, hitmon: float, cache: Path) -> list[Section]:
    """The table; `hitmon` is its own speed with two threads, in million rows/s."""
    folder = cache / "peers"
    subprocess.run([ROOT / "scripts/peers", folder], check=True)
    table = [Measurement("hitmon, two threads", hitmon, "M rows/s")]
    counted = {}
    for name, target in TARGETS.items():
        found = peer(name, path, folder / name)
        if not found:
            continue
        seconds, counted[name] = found
        speed = rows / seconds / 1e6
        ratio = hitmon / speed
        table.append(
            Measurement(
                f"{name} {version(folder / name, name)}", speed, "M rows/s",
                f"hitmon {verdict(ratio, target, True, ' times as fast')}", f"{1 / ratio:.3f}"))
    if len(set(counted.values())) > 1:
        skip(f"a judgement of the programs that count otherwise: hits {counted}")
    note = f"products 1-4 of {rows:,} text rows on both processors, by yardsticks/jobs.py; best of two"
    return [Section("Other programs", note, table, "hitmon")] if len(table) > 1 else []


def peer(name: str, path: Path, folder: Path) -> tuple[float, int] | None:
    """Seconds that it took, and hits that it counted; None where it is not there or fails."""
    if not folder.exists():
        return skip(f"{name}: it could not be fetched")
    if name == "spark" and not shutil.which("java"):
        return skip("spark: there is no Java (apt-get install default-jre-headless)")
    print(f"  {name}", file=sys.stderr)
    environment = os.environ | {"PYTHONPATH": str(folder)}
    done = subprocess.run(
        [sys.executable, JOBS, path, name], stdin=subprocess.DEVNULL, capture_output=True, text=True, env=environment,
        cwd=folder)
    line = re.search(rf"^{name} +([\d.]+) s .* hits (\d+)$", done.stdout, re.MULTILINE)
    if done.returncode != 0 or not line:
        return skip(f"{name}: {done.stderr.strip().splitlines()[-1:] or done.stdout}")
    return float(line[1]), int(line[2])


def version(folder: Path, name: str) -> str:
    """The version of the package."""
    package = PACKAGES.get(name, name)
    found = sorted(folder.glob(f"{package}-*.dist-info"))
    return found[0].name.removeprefix(f"{package}-").removesuffix(".dist-info") if found else ""

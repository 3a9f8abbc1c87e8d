"""docs/benchmarks.md: what was measured last, on which machine, with what."""
import datetime
import os
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from brokers import LIBRARY, TANSU
from measure import PROGRAM, ROOT
from table import Section

DOCUMENT = ROOT / "docs/benchmarks.md"
INTRODUCTION = """# Benchmarks

Written by `make bench`; do not edit it by hand. [performance.md](performance.md) says how each figure is measured and
what it means. Figures of one machine at one time: compare ratios, and only within one part. A missed target is shown as
it is.
"""
# From so much other work on, a figure says more about the machine than about the program.
BUSY = 0.1
TITLES = {"files": "Files", "s3": "Bucket", "kafka": "Kafka", "scale": "Engines", "page": "Live page"}


@dataclass
class Part:
    """What was measured together, the share of the processors that others took meanwhile, and what was left out."""

    sections: list[Section]
    others: float
    skipped: list[str]

    @property
    def disturbance(self) -> str:
        """One sentence on how much to trust it."""
        sentence = f"Other work took {self.others:.0%} of the processors meanwhile"
        return sentence + (": measure again when the machine is quiet." if self.others > BUSY else ".")


def write(measured: dict[str, Part], cache: Path) -> None:
    """Writes the parts that were measured; the others stay as they are."""
    old = DOCUMENT.read_text() if DOCUMENT.exists() else ""
    parts = {part.partition("\n")[0]: part for part in re.split(r"^## ", old, flags=re.MULTILINE)[1:]}
    for name, part in measured.items():
        if part.sections:
            parts[TITLES[name]] = text(name, part, cache)
    order = [title for title in TITLES.values() if title in parts]
    DOCUMENT.write_text(INTRODUCTION + "".join(f"\n## {parts[title].strip()}\n" for title in order))
    print(f"written: {DOCUMENT.relative_to(ROOT)}")


def text(name: str, part: Part, cache: Path) -> str:
    """One part of the document."""
    lines = [
        TITLES[name], "",
        f"`make bench ARGS={name}`, {datetime.date.today().isoformat()}, commit {commit()}.", part.disturbance, "",
        "| | |", "|---|---|",
        *(f"| {what} | {version} |" for what, version in [*machine(), *versions(name, cache)] if version),
        "", *(section.markdown() for section in part.sections)]
    if part.skipped:
        lines += ["Left out:", "", *(f"- {what}" for what in part.skipped)]
    return "\n".join(lines)


def commit() -> str:
    """The commit that was measured, and whether anything was changed since."""
    found = first(r"^([0-9a-f]+)$", said("git", "-C", ROOT, "rev-parse", "--short", "HEAD"))
    if not found:
        return "unknown"
    changed = said("git", "-C", ROOT, "status", "--porcelain", "--untracked-files=no", "--", "Sources", "Package.swift")
    return found + (" with changes" if changed else "")


def machine() -> list[tuple[str, str]]:
    """Processor, memory and system."""
    cpu = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    memory = re.search(r"^MemTotal:\s*(\d+) kB", Path("/proc/meminfo").read_text(), re.MULTILINE)
    release = re.search(r'^PRETTY_NAME="(.*)"', Path("/etc/os-release").read_text(), re.MULTILINE)
    cores = len(os.sched_getaffinity(0))
    return [
        ("processor", f"{cpu[1] if cpu else platform.machine()}, {cores} cores, {instructions()}"),
        ("memory", f"{int(memory[1]) / 1024 / 1024:.0f} GiB" if memory else ""),
        ("system", f"{release[1] if release else platform.system()}, Linux {platform.release().split('-')[0]}"),
    ]


def instructions() -> str:
    """The widest vectors that decoding can use here."""
    flags = re.search(r"^flags\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    names = flags[1].split() if flags else []
    known = {"avx512_vbmi2": "AVX-512", "avx2": "AVX2", "sse4_2": "SSE4.2"}
    return next((name for flag, name in known.items() if flag in names), "no vectors")


def versions(name: str, cache: Path) -> list[tuple[str, str]]:
    """What a part was measured with."""
    own = re.search(r"librdkafka (\S+)", said(PROGRAM, "--version"))
    found = [
        ("Swift", first(r"Swift version (\S+)", said("swift", "--version"))),
        ("C compiler", said("cc", "--version").partition("\n")[0]),
        ("Python", platform.python_version()),
    ]
    if name == "files":
        found += [
            ("gzip", first(r"gzip (\S+)", said("gzip", "--version"))),
            ("zstd", first(r"v([\d.]+)", said("zstd", "--version"))),
        ]
        if (cache / "peers/spark").exists() and shutil.which("java"):
            found.append(("Java", said("java", "--version").partition("\n")[0]))
    if name == "s3":
        found += [
            ("libcurl", first(r"libcurl/(\S+)", said("curl", "--version"))),
            ("nginx", first(r"nginx/(\S+)", said("/usr/sbin/nginx", "-v"))),
        ]
    if name == "scale":
        found += [
            ("Java", said("java", "--version").partition("\n")[0]),
            *((package, version(ROOT / ".python-scale", package)) for package in ("pyspark", "distributed")),
        ]
    if name == "kafka":
        tansu = said(TANSU, "--version", environment={"LD_LIBRARY_PATH": str(LIBRARY)}) if TANSU.exists() else ""
        found += [
            ("librdkafka", own[1].strip("(),;") if own else ""),
            ("kcat", first(r"Version (\S+)", said("kcat", "-V"))),
            ("Tansu", first(r"([\d.]+\d)", tansu)),
        ]
    return found


def version(folder: Path, package: str) -> str:
    """Of a Python package in a folder; empty where it is not there."""
    return next((found.version for found in metadata.distributions(name=package, path=[str(folder)])), "")


def first(pattern: str, text: str) -> str:
    """What the pattern's group finds; empty where it finds nothing."""
    found = re.search(pattern, text)
    return found[1] if found else ""


def said(*command: str | Path, environment: dict[str, str] | None = None) -> str:
    """What a program prints; empty where it is not there."""
    try:
        done = subprocess.run(
            [str(word) for word in command], capture_output=True, text=True, env=os.environ | (environment or {}))
    except OSError:
        return ""
    return (done.stdout or done.stderr).strip()

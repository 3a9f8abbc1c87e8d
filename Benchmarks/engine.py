"""The program Kernels, which runs parts of the engine one by one."""
import subprocess

from measure import ROOT, run

PROGRAM = ROOT / ".build/release/Kernels"


def built() -> None:
    """Builds it; quick where nothing has changed."""
    subprocess.run(["swift", "build", "-c", "release", "--product", "Kernels"], cwd=ROOT, check=True)


def kernels(*arguments: str) -> str:
    """What it prints."""
    return run([PROGRAM, *arguments]).output

"""The program EngineBenchmark, which runs parts of the engine one by one."""
from measure import ROOT, build, run

PROGRAM = ROOT / ".build/release/EngineBenchmark"


def built() -> None:
    """Builds it; quick where nothing has changed."""
    build("EngineBenchmark")


def kernels(*arguments: str) -> str:
    """What it prints."""
    return run([PROGRAM, *arguments]).output

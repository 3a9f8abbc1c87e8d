"""What runs counted, so that they can be compared."""
import json
from pathlib import Path
from typing import Any

from measure import Disagreement


def products(results: Path) -> dict[str, Any]:
    """What a run counted: its counts and every histogram, of its one window."""
    lines = results.read_text().splitlines()
    if len(lines) != 1:
        raise Disagreement(f"{results.name} has {len(lines)} windows instead of one")
    message = json.loads(lines[0])
    return {"counts": message["counts"], **message["histograms"]}


def compare(name: str, found: dict[str, Any], expected: dict[str, Any]) -> None:
    """Raises Disagreement naming the first product of `expected` that `found` has otherwise."""
    for key, value in expected.items():
        if found.get(key) != value:
            raise Disagreement(f"{name}: {key} is {str(found.get(key))[:100]} instead of {str(value)[:100]}")

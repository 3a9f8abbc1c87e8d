"""Compares the fold of the models with Tests/Vectors/log.json, which the Swift code is tested with."""

from __future__ import annotations

import json
import pathlib
from typing import Any

from fold import Claim, Fold, Message, Partition, Result, Snapshot, Tick, take

FILE = pathlib.Path(__file__).parent.parent / "Vectors" / "log.json"


def differences() -> tuple[int, list[str]]:
    """How many logs were compared, and what is different."""
    compared, found = 0, []
    for case in json.loads(FILE.read_text())["cases"]:
        lines = [line for line in case["log"] if line["message"]["pipeline"] == "p"]
        # No model has results of versions that do not claim.
        if any("claim" not in line["message"] and "snapshot" not in line["message"] for line in lines):
            continue
        compared += 1
        names: dict[tuple[str, str], int] = {}
        fold: Fold = (Partition(),) * 16
        for k, line in enumerate(lines):
            message = read(line["message"], names)
            after = take(fold, message)
            verdict = "void" if after is None else "passed over" if isinstance(message, Snapshot) else "good"
            if verdict != line["verdict"]:
                found.append(f"{case['name']}, message {k}: {verdict}, not {line['verdict']}")
            fold = after or fold
        for (name, partition), number in names.items():
            wanted = case["state"].get(name, {}).get(partition, {})
            state = (wanted.get("epoch", 0), wanted.get("number", 0), wanted.get("idle", False))
            own = fold[number]
            if (own.epoch, own.number, own.idle) != state:
                found.append(f"{case['name']}, partition {partition} of {name}: {own}, not {wanted}")
    return compared, found


def read(message: dict[str, Any], names: dict[tuple[str, str], int]) -> Message:
    """`names` numbers the partitions of all inputs."""
    def numbers(name: str, partitions: dict[str, Any]) -> tuple[int, ...]:
        return tuple(names.setdefault((name, partition), len(names)) for partition in partitions)

    if "snapshot" in message:
        return Snapshot(message["snapshot"]["upto"], ())
    claim = message["claim"]
    if "after" in claim:
        after = claim["after"]
        return Claim(claim["epoch"], numbers(claim["input"], after), tuple(after.values()), (0, 0))
    if "idle" in claim:
        idle = claim["idle"]
        return Tick(claim["epoch"], claim["number"], numbers(claim["input"], idle), tuple(idle.values()))
    covers = claim.get("covers") or {"input": message["source"]["topic"], "partitions": message["source"]["resume"]}
    parts = numbers(covers["input"], covers["partitions"])
    return Result(claim.get("epoch", 0), claim.get("number", 0), parts, ((),) * len(parts), 0, 0)

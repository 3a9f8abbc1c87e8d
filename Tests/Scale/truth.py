"""The data set that every engine counts, and what must come of it."""

import collections
import dataclasses
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = pathlib.Path(os.environ.get("HITMON_SHARED", ROOT.parent / "shared"))
HEADER = "HEAD,FPGA,TDC_CHANNEL,ORBIT_CNT,BX_COUNTER,TDC_MEAS\n"


@dataclasses.dataclass
class Data:
    """Rows in a file. ``expected`` is the file with their products, where others have computed them."""

    path: str
    expected: pathlib.Path | None

    @staticmethod
    def shared():
        path = SHARED / "data/telescope/telescope_200k.txt"
        if path.exists():
            return Data(str(path), SHARED / "expected/telescope_200k.json")
        print("no shared data beside the package: rows of a seeded simulation instead", file=sys.stderr)
        return Data(simulated(), None)


def simulated(rows=100_000):
    """A file of made-up hits, each out of its place by up to 250 orbits."""
    dice = random.Random(1)
    path = pathlib.Path(tempfile.mkdtemp(prefix="hitmon-scale-data-")) / "simulated.txt"
    with open(path, "w") as file:
        file.write(HEADER)
        for row in range(rows):
            orbit = 3_387_000_000 + row * 2 - dice.randint(0, 250)
            channel = 128 if dice.random() < 0.02 else dice.randint(0, 127)
            head = 2 if dice.random() < 0.9 else 0
            file.write(f"{head},{dice.randint(0, 1)},{channel},{orbit},{dice.randint(0, 3563)},{dice.randint(0, 29)}\n")
    return str(path)


def differences(messages, data, folder):
    """What of the products is not as it must be, a line each."""
    if data.expected:
        out = pathlib.Path(folder) / "products.jsonl"
        out.write_bytes(b"".join(message + b"\n" for message in messages))
        command = [sys.executable, str(SHARED / "check_products.py"), str(out), str(data.expected)]
        checked = subprocess.run(command, capture_output=True, text=True)
        return [] if checked.returncode == 0 else (checked.stdout + checked.stderr).splitlines()
    return _differences([json.loads(message) for message in messages], data.path)


def _differences(messages, path):
    """The same by counting here."""
    hits, unmapped, rows = 0, 0, 0
    occupancy, active = collections.Counter(), collections.defaultdict(set)
    with open(path) as file:
        for line in list(file)[1:]:
            head, board, channel, orbit = (int(field) for field in line.split(",")[:4])
            rows += 1
            if head != 2:
                continue
            hits += 1
            if channel > 127:
                unmapped += 1
                continue
            chamber, wire = board * 2 + channel // 64, channel % 64
            occupancy[chamber, wire] += 1
            active[chamber, orbit].add(wire)
    wrong = []

    def same(what, found, wanted):
        if found != wanted:
            wrong.append(f"{what}: found {str(found)[:80]}, expected {str(wanted)[:80]}")

    for name, wanted in (("records", rows), ("hits", hits), ("unmapped", unmapped)):
        same(name, sum(message["counts"][name] for message in messages), wanted)
    for chamber in range(4):
        found = [0] * 64
        multiplicity = collections.Counter()
        for message in messages:
            for wire, count in enumerate(message["histograms"][f"occupancy/{chamber}"]["bin_counts"]):
                found[wire] += count
            for wires, count in enumerate(message["histograms"][f"active_per_orbit/{chamber}"]["bin_counts"], 1):
                multiplicity[wires] += count
        same(f"occupancy/{chamber}", found, [occupancy[chamber, wire] for wire in range(64)])
        wanted = collections.Counter(len(wires) for (number, _), wires in active.items() if number == chamber)
        same(f"active_per_orbit/{chamber}", +multiplicity, wanted)
    return wrong

"""The program that the tests run, and where it finds its plugins."""

import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("HITMON", str(ROOT / ".build/debug/hitmon"))
ENVIRONMENT = dict(os.environ, HITMON_PLUGINS=str(ROOT / "plugins"))

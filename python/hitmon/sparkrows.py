"""What tasks of Spark came to, as rows of a DataFrame."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from hitmon.kernel import HitmonError, whole

SCHEMA = "part binary, ends string, problem string"


def row(outcome: bytes | HitmonError, ends: dict[int, int] | None = None) -> Any:
    """What a task came to as a row, with how far partitions were read."""
    import pyarrow

    partial, problem = (b"", str(outcome)) if isinstance(outcome, HitmonError) else (outcome, None)
    columns = [[partial], [json.dumps(ends or {})], [problem]]
    types = [pyarrow.binary(), pyarrow.string(), pyarrow.string()]
    return pyarrow.RecordBatch.from_arrays(
        [pyarrow.array(*pair) for pair in zip(columns, types, strict=True)], names=["part", "ends", "problem"]
    )


def parts(rows: Sequence[Any]) -> list[bytes]:
    """The partial results in rows that tasks gave."""
    return whole(HitmonError(one[2]) if one[2] is not None else bytes(one[0]) for one in rows)

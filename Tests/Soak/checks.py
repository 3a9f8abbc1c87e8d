"""Counts again, row by row, what results say of the hits. Each function returns what is wrong, a sentence each."""

import collections
from collections.abc import Iterable

from logs import Log, Result
from rows import Hits, Row, expected, told

Faults = list[str]


def check(log: Log, hits: Hits, kind: str, span: int, may_be_late: bool = False, is_merged: bool = False) -> Faults:
    """Results of one log. `may_be_late`: partitions were not always waited for. `is_merged`: of whole windows."""
    if kind == "span":
        return [*log.faults, *_positions(log.results), *_spans(log, hits, span, may_be_late)]
    if is_merged:
        # Of windows by arrival a part can come after its window: then it is in the next one. See `check_merged`.
        return [*log.faults, *_cover(log, hits)]
    return [*log.faults, *_positions(log.results), *_cuts(log, hits)]


def _positions(results: list[Result]) -> Faults:
    """Places of a partition never go back."""
    faults: Faults = []
    resume: dict[int, int] = {}
    read: dict[int, int] = {}
    last: dict[str, int] = {}
    for result in results:
        for name, before, now in (("resume", resume, result.resume), ("read", read, result.read)):
            for partition, at in now.items():
                if at < before.get(partition, 0):
                    faults.append(f"{result.name}: {name} of {partition} goes back to {at} from {before[partition]}")
                before[partition] = at
        for partition, at in result.resume.items():
            if at > result.read.get(partition, at):
                faults.append(f"{result.name}: resume of {partition} is {at}, read {result.read[partition]}")
        for key, window in result.message["source"].get("last", {}).items():
            if window < last.get(key, window):
                faults.append(f"{result.name}: the last window of {key} goes back to {window} from {last[key]}")
            last[key] = window
    return faults


def _cuts(log: Log, hits: Hits) -> Faults:
    """Windows that cut the input: their ranges meet, and each says what lies in its ranges."""
    faults: Faults = []
    reached: dict[int, int] = collections.defaultdict(int)
    for result in log.results:
        for partition, (start, end) in result.ranges.items():
            if start != reached[partition]:
                faults.append(f"{result.name}: [{start}, {end}) of {partition} follows {reached[partition]}")
            reached[partition] = end
        for partition, at in result.resume.items():
            if at != reached[partition]:
                faults.append(f"{result.name}: resume of {partition} is {at} where {reached[partition]} is next")
        faults += _contents(result, hits)
    for partition, end in hits.ends.items():
        # Behind the last message there may be markers of transactions.
        rest = [offset for offset in hits.rows[partition] if offset >= reached[partition]]
        if rest:
            faults.append(f"partition {partition}: {len(rest)} messages from {min(rest)} on are in no window")
        if reached[partition] > end:
            faults.append(f"partition {partition}: covered up to {reached[partition]} of {end}")
    return faults


def _cover(log: Log, hits: Hits) -> Faults:
    """All windows together hold each row once."""
    wanted = {"records": len(hits.all()), "malformed": hits.malformed_count, "late": 0, "stray": 0}
    return [
        f"all windows: {name} {log.total(name)} of {count}"
        for name, count in wanted.items() if log.total(name) != count]


def _contents(result: Result, hits: Hits) -> Faults:
    """A window that cuts the input says what lies in its ranges."""
    rows: list[Row] = []
    malformed = holes = 0
    for partition, (start, end) in result.ranges.items():
        found, broken, missing = hits.between(partition, start, end)
        rows += found
        malformed += broken
        holes += missing
    wanted = {
        "records": len(rows), "malformed": malformed, "late": 0, "stray": 0,
        "hits": sum(row.is_hit for row in rows), "dropped": sum(not row.is_hit for row in rows)}
    faults = [
        f"{result.name}: {name} {result.counts.get(name)} of {count}"
        for name, count in wanted.items() if result.counts.get(name, 0) != count]
    # A marker at the end of a partition is no gap, as long as nothing comes behind it.
    if result.counts.get("gaps", 0) > holes:
        faults.append(f"{result.name}: gaps {result.counts['gaps']}, and {holes} offsets have no message")
    return faults + _histograms(result, rows, groups=False)


def _histograms(result: Result, rows: Iterable[Row], groups: bool) -> Faults:
    wanted, found = expected(rows, groups), told(result.message, groups)
    return [
        f"{result.name}: {name} is {found[name]}, the rows say {value}"
        for name, value in wanted.items() if found[name] != value]


def _spans(log: Log, hits: Hits, span: int, may_be_late: bool) -> Faults:
    """Windows of a span: each at most once for a partition, and with all of its rows there."""
    faults: Faults = []
    rows: dict[tuple[int, int], list[Row]] = collections.defaultdict(list)
    for row in hits.all():
        rows[(row.clock // span, row.partition)].append(row)
    seen: dict[tuple[int, int], Result] = {}
    lacking = 0
    for result in log.results:
        own: list[Row] = []
        for partition, (start, end) in result.ranges.items():
            key = (result.index, partition)
            if key in seen:
                faults.append(f"{result.name}: partition {partition} is in {seen[key].name} too")
            seen[key] = result
            found = [row for row in rows[key] if row.is_hit]
            own += found
            outside = [row.offset for row in found if not start <= row.offset < end]
            if outside and not may_be_late:
                faults.append(f"{result.name}: {len(outside)} rows of {partition} lie outside of [{start}, {end})")
        if may_be_late and result.counts["hits"] < len(own):
            lacking += len(own) - result.counts["hits"]
            continue
        if result.counts["hits"] != len(own):
            faults.append(f"{result.name}: hits {result.counts['hits']} of {len(own)}")
        faults += _histograms(result, own, groups=not result.counts.get("disordered"))
    # Rows that are dropped count in the window of the hit before, so only hits tell which windows must be there.
    missing = [key for key, found in rows.items() if key not in seen and any(row.is_hit for row in found)]
    lacking += sum(row.is_hit for key in missing for row in rows[key])
    if missing and not may_be_late:
        faults += [
            f"window {window} of partition {partition}: {len(rows[(window, partition)])} rows are in no result"
            for window, partition in sorted(missing)[:8]]
    return faults + _totals(log, hits, lacking, may_be_late)


def _totals(log: Log, hits: Hits, lacking: int, may_be_late: bool) -> Faults:
    """Each row is in one of `records`, `malformed`, `late` and `stray`, over all windows."""
    faults: Faults = []
    late = log.total("late")
    wanted = {"malformed": hits.malformed_count, "stray": 0}
    if not may_be_late:
        wanted |= {"late": 0, "records": len(hits.all())}
    elif log.total("records") + late != len(hits.all()) or late < lacking:
        faults.append(
            f"records {log.total('records')} and late {late}, {lacking} rows lack of {len(hits.all())}")
    faults += [
        f"all windows: {name} {log.total(name)} of {count}" for name, count in wanted.items()
        if log.total(name) != count]
    if log.total("gaps") > hits.holes:
        faults.append(f"all windows: gaps {log.total('gaps')}, and {hits.holes} offsets have no message")
    return faults


def check_merged(whole: Log, parts: Log, kind: str) -> Faults:
    """Each whole window comes once. It counts what its parts count, and those that came too late for windows before."""
    faults = [f"{result.name} is partial" for result in whole.results if result.message.get("partial")]
    keys = [_key(result, kind) for result in whole.results]
    faults += [
        f"{whole.results[number].name} does not follow {whole.results[number - 1].name}"
        for number in range(1, len(keys)) if keys[number - 1] >= keys[number]]
    waiting = list(parts.results)
    for result, key in zip(whole.results, keys, strict=True):
        # How much of the log of parts was read when the window was put together.
        [covered] = result.message["claim"]["covers"]["partitions"].values()
        own = [part for part in waiting if part.offset < covered["read"] and _key(part, kind) <= key]
        waiting = [part for part in waiting if part not in own]
        faults += _sums(result, own, kind, key)
    left = [part for part in waiting if part.counts["records"] or part.counts["malformed"]]
    if left:
        faults.append(f"{len(left)} parts are in no whole window; the first is {left[0].name}")
    return faults


def _sums(whole: Result, own: list[Result], kind: str, key: tuple[int, str]) -> Faults:
    on_time = [part for part in own if kind != "span" or _key(part, kind) == key]
    late = [part for part in own if part not in on_time]
    wanted: collections.Counter[str] = collections.Counter()
    for part in on_time:
        wanted.update(part.counts)
    # Rows of another window of a span are late in this one.
    for part in late:
        for name, to in (("records", "late"), ("malformed", "malformed"), ("late", "late"), ("stray", "stray")):
            wanted[to] += part.counts.get(name, 0)
    faults = [
        f"{whole.name}: {name} {whole.counts.get(name)}, its parts say {wanted[name]}"
        for name in sorted({*wanted, *whole.counts}) if whole.counts.get(name, 0) != wanted[name]]
    sums: dict[str, list[float]] = {}
    for part in on_time:
        for name, values in told(part.message, groups=True).items():
            sums[name] = [a + b for a, b in zip(sums.get(name, [0] * len(values)), values, strict=True)]
    found = told(whole.message, groups=True)
    return faults + [
        f"{whole.name}: {name} is {found[name]}, its parts say {values}"
        for name, values in sums.items() if list(found[name]) != values]


def _key(result: Result, kind: str) -> tuple[int, str]:
    """What orders windows. Times are written with as many digits as they need."""
    return (result.index, "") if kind == "span" else (0, str(result.start).rstrip("Z"))

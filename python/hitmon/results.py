"""Results as histograms, tables and pictures: of a file, a topic, or a dashboard.

    from hitmon import results
    results.read("results.jsonl").plot("occupancy/0")
"""

from __future__ import annotations

import dataclasses
import gzip
import json
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hitmon import log
from hitmon.kernel import HitmonError
from hitmon.merging import FLOWS, SPREAD, merged, spreads, sum_of_bins
from hitmon.topic import Topic

Message = dict[str, Any]


def read(place: str, *, brokers: str | None = None, settings: Mapping[str, str] | None = None) -> Results:
    """Results of a file of JSON lines, of a dashboard's address, or of a topic, where ``brokers`` are given."""
    if brokers is not None:
        return of_topic(place, brokers, settings or {})
    if place.startswith(("http://", "https://")):
        return of_dashboard(place)
    return of_file(place)


def of_file(path: str) -> Results:
    """Results of a file of JSON lines, packed by gzip or not. A run wrote it, or it holds the messages of a topic."""
    with open(path, "rb") as file:
        is_packed = file.read(2) == b"\x1f\x8b"
    found, counting = [], log.Filter()
    with gzip.open(path, "rb") if is_packed else open(path, "rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                message = log.parse(line) if line.strip() else None
                if message is not None and counting.admits(message):
                    found.append(message)
            except (HitmonError, ValueError) as error:
                raise HitmonError(f"{path}:{number}: {error}") from None
    return Results(found, counting.void)


def of_topic(name: str, brokers: str, settings: Mapping[str, str], pipeline: str | None = None) -> Results:
    """All results on a topic, or those of one pipeline."""
    topic = Topic(name, brokers, tuple(settings.items()))
    messages: list[tuple[int, int, Message]] = []
    others: list[tuple[int, int, Message]] = []
    ends = topic.ends()
    for partition, (low, high) in ends.items():
        (messages if partition == log.PARTITION else others).extend(
            one for one in topic.objects(partition, low, high) if pipeline in (None, one[2].get("pipeline")))
    low, _ = ends.get(log.PARTITION, (0, 0))
    counting = log.Filter(is_cut=low > 0)
    return Results(counting.accepted(messages, others, low), counting.void)


def of_dashboard(address: str) -> Results:
    """What the page at an address adds up to."""
    try:
        with urllib.request.urlopen(f"{address.rstrip('/')}/api/total", timeout=20) as answer:
            total = json.load(answer)
    except (urllib.error.URLError, ValueError) as error:
        raise HitmonError(f"cannot read results at {address}: {error}") from None
    return Results([total] if total else [])


class Results:
    """Result messages of one pipeline, merged over their windows."""

    def __init__(self, messages: Iterable[Message], void: int = 0) -> None:
        self.messages = list(messages)
        #: How many more there were that do not count, as others took their place: docs/delivery.md.
        self.void = void
        for message in self.messages:
            if message.get("format", "json") != "json":
                raise HitmonError("results in UHI's form are read with uhi.io.json: see docs/results.md")
        names = {message["pipeline"] for message in self.messages}
        if len(names) > 1:
            raise HitmonError(f"these are results of several pipelines: {', '.join(sorted(names))}")

    def __len__(self) -> int:
        return len(self.messages)

    def __iter__(self) -> Iterator[Results]:
        """The windows one by one."""
        return (Results([message]) for message in self.messages)

    @property
    def names(self) -> list[str]:
        """The names of all histograms, in their order."""
        return list(dict.fromkeys(name for message in self.messages for name in message["histograms"]))

    @property
    def counts(self) -> dict[str, int]:
        """The counts of all windows."""
        total: dict[str, int] = {}
        for message in self.messages:
            for name, count in message["counts"].items():
                # A count that a later version adds may be anything.
                if type(count) is int:
                    total[name] = total.get(name, 0) + count
        return total

    def __getitem__(self, name: str) -> Histogram:
        found = [message["histograms"][name] for message in self.messages if name in message["histograms"]]
        if not found:
            raise KeyError(f"there is no histogram {name}; there are {', '.join(self.names)}")
        return Histogram(name, merged(found))

    def frame(self) -> Any:
        """A table with a line for each window: its number, its ends and its counts."""
        import pandas

        rows = [
            {"index": m["window"]["index"], "start": m["window"].get("start"), "end": m["window"].get("end")}
            | m["counts"]
            for m in self.messages
        ]
        return pandas.DataFrame(rows).set_index("index") if rows else pandas.DataFrame()

    def plot(self, name: str, axes: Any = None) -> Any:
        """Draws a histogram with matplotlib; gives the axes."""
        return self[name].plot(axes)


@dataclasses.dataclass(frozen=True)
class Histogram:
    """One histogram, merged over windows. ``content`` has the fields of docs/results.md."""

    name: str
    content: dict[str, Any]

    @property
    def is_points(self) -> bool:
        return "x" in self.content

    def boost(self) -> Any:
        """The same as a ``boost_histogram.Histogram``: of counts, weights, means, or of two axes."""
        import boost_histogram as bh
        import numpy as np

        content = self.content
        if self.is_points:
            raise HitmonError(f"`{self.name}` is a list of points, no histogram: use frame()")
        if "x_edges" in content:
            axes = bh.axis.Variable(content["x_edges"]), bh.axis.Variable(content["y_edges"])

            def fill(view: Any, bins: str, suffix: str = "") -> None:
                view[1:-1, 1:-1] = np.asarray(content[bins], float)
                view[0, :], view[-1, :] = content[f"x_underflow{suffix}"], content[f"x_overflow{suffix}"]
                view[1:-1, 0], view[1:-1, -1] = content[f"y_underflow{suffix}"], content[f"y_overflow{suffix}"]

            if "mean" in content:
                histogram = bh.Histogram(*axes, storage=bh.storage.Mean())
                view = histogram.view(flow=True)
                fill(view["count"], "bin_counts")
                sums, deviations = np.zeros(view.shape), np.zeros(view.shape)
                fill(sums, "sum", "_sum")
                fill(deviations, "sum_of_squared_deviations", "_sum_of_squared_deviations")
                view["value"] = np.divide(sums, view["count"], out=np.zeros(view.shape), where=view["count"] > 0)
                view["_sum_of_deltas_squared"] = deviations
                return histogram
            if "bin_variances" in content:
                histogram = bh.Histogram(*axes, storage=bh.storage.Weight())
                fill(histogram.view(flow=True)["value"], "bin_counts")
                fill(histogram.view(flow=True)["variance"], "bin_variances", "_variance")
            else:
                histogram = bh.Histogram(*axes)
                fill(histogram.view(flow=True), "bin_counts")
            return histogram
        labels = content["axis"].get("categories")
        axis = bh.axis.StrCategory(labels, overflow=True) if labels else bh.axis.Variable(content["bin_edges"])

        def flow(bins: str, under: str, over: str) -> Any:
            ends = ([], [content[over]]) if labels else ([content[under]], [content[over]])
            return np.asarray([v or 0 for v in [*ends[0], *content[bins], *ends[1]]], float)

        counts = flow("bin_counts", "underflow", "overflow")
        if "mean" in content:
            ends = [
                {"bin_counts": content[end]} | {key: content.get(f"{end}_{key}") for key in SPREAD} for end in FLOWS
            ]
            all_bins = [*([] if labels else ends[:1]), *spreads(content), ends[1]]
            known = [sum_of_bins(part, {}) for part in all_bins]
            histogram = bh.Histogram(axis, storage=bh.storage.Mean())
            view = histogram.view(flow=True)
            view["count"] = counts
            view["value"] = [part["mean"] or 0 for part in known]
            view["_sum_of_deltas_squared"] = [part["sum_of_squared_deviations"] or 0 for part in known]
            return histogram
        if "bin_variances" in content:
            histogram = bh.Histogram(axis, storage=bh.storage.Weight())
            view = histogram.view(flow=True)
            view["value"] = counts
            view["variance"] = flow("bin_variances", "underflow_variance", "overflow_variance")
            return histogram
        histogram = bh.Histogram(axis, storage=bh.storage.Int64())
        histogram.view(flow=True)[:] = counts
        return histogram

    def hist(self) -> Any:
        """The same as a ``hist.Hist``, with the names of its axes."""
        import hist

        histogram = hist.Hist(self.boost())
        # A profile has a second label, that of its means, and one axis.
        for axis, label in zip(histogram.axes, self._labels(), strict=False):
            axis.label = label
        return histogram

    def _labels(self) -> list[str]:
        axes = [self.content.get("axis"), self.content.get("y_axis")]
        return [_label(axis) for axis in axes if axis]

    def frame(self) -> Any:
        """A table: a line for each bin, for each pair of bins of two axes, or for each point."""
        import pandas

        content = self.content
        if self.is_points:
            return pandas.DataFrame({"x": content["x"], "y": content["y"]})
        if "x_edges" in content:
            x, y = content["x_edges"], content["y_edges"]
            rows = [
                (x[i], x[i + 1], y[j], y[j + 1], count)
                for i, column in enumerate(content["bin_counts"])
                for j, count in enumerate(column)
            ]
            table = pandas.DataFrame(rows, columns=["x_from", "x_to", "y_from", "y_to", "count"])
            more = {"bin_variances": "variance", "bin_entries": "entries", "mean": "mean", "error": "error"}
            for key, name in more.items():
                if key in content:
                    table[name] = [value for column in content[key] for value in column]
            return table
        edges = content["bin_edges"]
        columns = {"from": edges[:-1], "to": edges[1:], "count": content["bin_counts"]}
        if "categories" in content["axis"]:
            columns = {"category": content["axis"]["categories"], "count": content["bin_counts"]}
        named = {"bin_variances": "variance", "bin_entries": "entries", "mean": "mean", "error": "error"}
        columns |= {name: content[key] for key, name in named.items() if key in content}
        return pandas.DataFrame(columns)

    def plot(self, axes: Any = None) -> Any:
        """Draws it with matplotlib; gives the axes."""
        import matplotlib.pyplot as plt
        import numpy as np

        content = self.content
        axes = axes if axes is not None else plt.subplots()[1]
        labels = self._labels()
        if self.is_points:
            axes.plot(content["x"], content["y"], ".")
        elif "x_edges" in content:
            shown = np.asarray(content.get("mean") or content["bin_counts"], float)
            drawn = axes.pcolormesh(content["x_edges"], content["y_edges"], shown.T)
            axes.figure.colorbar(drawn, ax=axes, label=_label(content["z_axis"]) if "z_axis" in content else "")
        elif "mean" in content:
            edges = np.asarray(content["bin_edges"], float)
            mean = np.array([np.nan if v is None else v for v in content["mean"]])
            error = np.array([0 if v is None else v for v in content["error"]])
            axes.errorbar((edges[1:] + edges[:-1]) / 2, mean, error, (edges[1:] - edges[:-1]) / 2, ".")
        else:
            axes.stairs(content["bin_counts"], content["bin_edges"])
            if "categories" in content["axis"]:
                axes.set_xticks(np.arange(len(content["bin_counts"])) + 0.5, content["axis"]["categories"])
        axes.set_title(content.get("title") or self.name)
        if labels:
            axes.set_xlabel(labels[0])
        if len(labels) > 1:
            axes.set_ylabel(labels[1])
        return axes


def _label(axis: Mapping[str, Any]) -> str:
    return f"{axis['label']} ({axis['unit']})" if axis["unit"] else str(axis["label"])

"""What runs on every engine have in common: the command line, the input, and where results go."""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Iterable, Sequence
from typing import Any

from hitmon.kernel import HitmonError, Input, Kernel
from hitmon.output import OutputFile
from hitmon.resultlog import Position, ResultsTopic
from hitmon.topic import Topic


class Job:
    """A run of a pipeline on an engine.

    Args:
        kernel: the pipeline, and how its windows are cut.
        inputs: files, directories, patterns or ``s3://`` objects to read instead of the declared sources.
        results: files of JSON lines beside the declared sinks.
        settings: librdkafka's settings beside those of the pipeline; secrets are never taken from there.
    """

    def __init__(
        self,
        kernel: Kernel,
        inputs: Sequence[str] = (),
        results: Sequence[str] = (),
        settings: dict[str, str] | None = None,
    ) -> None:
        self.kernel = kernel
        self.about: dict[str, Any] = kernel.describe()
        kernel = self.kernel = dataclasses.replace(
            kernel, expected=(self.about.get("version", ""), self.about["fingerprint"]))
        self.window: dict[str, Any] = self.about["window"]
        self.settings = settings or {}
        sources = self.about["sources"]
        #: The declared source that is a topic; None where files are read.
        self.source: dict[str, Any] | None = None
        self.files: list[Input] = []
        if inputs:
            self.files = kernel.inputs(inputs)
        elif not sources:
            raise HitmonError("the pipeline has no sources: give --input FILE, or declare `sources:`")
        elif len(sources) > 1:
            raise HitmonError("engines read one source, and the pipeline has several: name files with --input")
        elif sources[0]["kind"] == "kafka":
            self.source = sources[0]
            if self.source["brokers"] == "embedded":
                raise HitmonError("an embedded broker ends with its program: engines need brokers, or --input FILE")
        elif sources[0]["kind"] in ("file", "s3"):
            self.kernel = dataclasses.replace(kernel, source=sources[0]["name"])
            self.files = self.kernel.inputs()
        else:
            raise HitmonError(f"engines read files, objects and topics, and the source is `{sources[0]['kind']}`")
        files = [(path, False) for path in results]
        self._topics: list[ResultsTopic] = []
        for sink in self.about["sinks"]:
            if sink["kind"] == "file":
                files += [(path, sink.get("append", False)) for path in sink["paths"]]
            elif sink["kind"] == "kafka" and sink["brokers"] != "embedded":
                self._topics.append(
                    ResultsTopic(
                        sink["topic"], sink["brokers"], sink["settings"] | self.settings, self.about["pipeline"]
                    )
                )
        # Everything is open before anything is counted, and nothing is written over before the first window.
        self._files: list[OutputFile] = []
        taken = [one.name for one in self.files if not one.is_object] + self.about["files"]
        try:
            for path, append in files:
                self._files.append(OutputFile(path, append, taken, self._files))
        except HitmonError:
            self.close()
            raise
        #: All messages, as they were written.
        self.messages: list[bytes] = []

    @property
    def topic(self) -> Topic:
        """The topic that is read."""
        assert self.source is not None
        settings = self.source["settings"] | self.settings
        return Topic(self.source["topic"], self.source["brokers"], tuple(sorted(settings.items())))

    @property
    def has_record(self) -> bool:
        """Whether a sink says how far the input is published."""
        return bool(self._topics)

    def claim(self, partitions: Iterable[int]) -> dict[int, Position]:
        """Claims partitions of the topic that is read, in all sinks; gives how far those of the first are published."""
        assert self.source is not None
        found = [sink.claim(self.source["topic"], partitions) for sink in self._topics]
        return found[0] if found else {}

    def publish(self, lines: bytes) -> list[dict[str, Any]]:
        """Hands messages to all sinks; comes back when they are safe. Raises where they do not count."""
        messages = lines.splitlines()
        for topic in self._topics:
            topic.publish(messages)
        for file in self._files:
            file.write(lines)
        self.messages += messages
        return [json.loads(message) for message in messages]

    def close(self) -> None:
        for topic in self._topics:
            topic.close()
        for file in self._files:
            file.close()

    def _counts(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        for message in self.messages:
            for name, count in json.loads(message)["counts"].items():
                counts[name] = counts.get(name, 0) + count
        return counts

    def exit_code(self) -> int:
        """What a command that ran the job exits with: 3 where there were rows and none could be decoded."""
        counts = self._counts()
        rows = sum(counts.get(name, 0) for name in ("records", "malformed", "late", "stray"))
        return 3 if rows > 0 and counts["malformed"] == rows else 0

    def summary(self) -> str:
        """What it came to, in a line."""
        counts = self._counts()
        windows = len(self.messages)
        words = f"{windows:,} window{'' if windows == 1 else 's'}: {counts.get('records', 0):,} rows"
        return words + "".join(f", {counts.get(name, 0):,} {name}" for name in ("hits", "unmapped", "malformed"))


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"`{text}` has no `=`: write NAME=VALUE, such as fetch.wait.max.ms=10")
    return name, value


def parser(name: str, description: str) -> argparse.ArgumentParser:
    """The options that every engine has."""
    options = argparse.ArgumentParser(prog=f"python -m {name}", description=description)
    options.add_argument("pipeline", help="the pipeline, a YAML file")
    options.add_argument("--input", "-i", action="append", default=[], metavar="FILE", help="read these files instead")
    options.add_argument("--results", "-r", action="append", default=[], metavar="FILE", help="write results here too")
    options.add_argument("--window", metavar="SPEC", help="cut the stream otherwise than the pipeline says")
    options.add_argument("--set", dest="overrides", action="append", default=[], metavar="PATH=VALUE")
    options.add_argument(
        "--kafka", action="append", default=[], metavar="NAME=VALUE", type=_setting, help="a setting of librdkafka")
    options.add_argument(
        "--piece", type=int, default=128, metavar="MB", help="megabytes of a file to count at a time (128)")
    options.add_argument("--interval", type=float, metavar="S", help="seconds between steps of a stream")
    options.add_argument("--quiet", "-q", action="store_true")
    return options


def job_of(arguments: argparse.Namespace) -> Job:
    """The job that a command line asks for."""
    kernel = Kernel(arguments.pipeline, arguments.window, tuple(arguments.overrides))
    return Job(kernel, arguments.input, arguments.results, dict(arguments.kafka))

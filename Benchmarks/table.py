"""The tables of what was measured."""
from dataclasses import dataclass


@dataclass
class Measurement:
    """One line of a table: the best of several runs."""

    name: str
    value: float
    unit: str
    target: str = ""
    ratio: str = ""

    @property
    def figure(self) -> str:
        """The value with three digits, or all before the point."""
        return f"{self.value:.3g}" if self.value < 10 else f"{self.value:.1f}"


def verdict(value: float, target: float, at_least: bool, name: str = "") -> str:
    """The target, and whether it is met; `name` says which value it is for, if that is not the line's."""
    is_met = value >= target if at_least else value <= target
    return f"{'at least' if at_least else 'at most'} {target:g}{name}: {'met' if is_met else 'MISSED'}"


def text_table(rows: list[Measurement], yardstick: str) -> str:
    """The table in columns; the last one is each line's ratio to the `yardstick`."""
    cells = [("what", "measured", "", "target", f"of {yardstick}" if yardstick else "")]
    cells += [(row.name, row.figure, row.unit, row.target, row.ratio) for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(5)]
    return "\n".join(
        f"{name:<{widths[0]}}  {value:>{widths[1]}} {unit:<{widths[2]}}  {target:<{widths[3]}}  {ratio}".rstrip()
        for name, value, unit, target, ratio in cells)


@dataclass
class Section:
    """A table with its title, and a sentence on how it was measured."""

    title: str
    note: str
    rows: list[Measurement]
    yardstick: str = ""

    def text(self) -> str:
        """As it is printed."""
        return f"{self.title}: {self.note}\n{text_table(self.rows, self.yardstick)}\n"

    def markdown(self) -> str:
        """As it stands in docs/benchmarks.md."""
        note = self.note[0].upper() + self.note[1:]
        return f"### {self.title}\n\n{note}.\n\n```text\n{text_table(self.rows, self.yardstick)}\n```\n"

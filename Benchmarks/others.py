"""How much of the processors others took while something was measured: what a timing on a shared machine is worth."""
import os


class Others:
    """Watches from when it is made."""

    def __init__(self) -> None:
        self.begin = self.now()

    @staticmethod
    def now() -> tuple[float, float, float]:
        """Seconds that all processors worked and idled, and seconds of this process and those it waited for."""
        with open("/proc/stat", encoding="ascii") as file:
            # user, nice, system, idle, iowait, irq, softirq, steal; what guests took is in user already.
            ticks = [int(word) / os.sysconf("SC_CLK_TCK") for word in file.readline().split()[1:9]]
        idle = ticks[3] + ticks[4]
        times = os.times()
        own = times.user + times.system + times.children_user + times.children_system
        return sum(ticks) - idle, idle, own

    def share(self) -> float:
        """The part of the processors' time, from 0 to 1, that went to neither this process nor to nothing."""
        busy, idle, own = (after - before for after, before in zip(self.now(), self.begin, strict=True))
        return min(1.0, max(0.0, busy - own) / (busy + idle)) if busy + idle > 0 else 0.0

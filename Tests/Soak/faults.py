"""Faults of a scenario, drawn one by one."""

import signal
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import proxy
from instances import Instance

if TYPE_CHECKING:
    from play import Play


def make(play: "Play") -> None:
    """Makes one fault."""
    scenario, choose = play.scenario, play.random
    free = [one for one in play.instances if one.runs and not one.is_stopped]
    weights = {
        _kill: 4.0, _stop: 2.0, _end: 1.0, _cut: 4.0, _outage: 0.0 if play.is_out else 0.7,
        _takeover: 3.0 if scenario.members > 1 else 0.0,
        _step: 2.0 if scenario.clocks else 0.0, _twin: 0.0 if scenario.members else 0.5, _kill_at_claim: 1.0,
        _kill_behind_hang: 2.0}
    [fault] = choose.choices(list(weights), list(weights.values()))
    if free:
        fault(play, choose.choice(free))


def _silence(play: "Play") -> float:
    """Shorter than a member may be silent, or so long that others have taken over and publish."""
    session = play.broker.session / 1000
    if not play.scenario.members:
        return play.random.uniform(0.1, session)
    return play.random.choice((play.random.uniform(0.1, session / 2), play.random.uniform(session, 4 * session)))


def _kill(play: "Play", instance: Instance, starts: bool = True) -> None:
    """SIGKILL. What a network that hangs has taken arrives later. `starts`: another begins at once."""
    play.note(f"kill {instance.name}")
    hangs = instance.proxy.mode == proxy.HANG
    instance.kill(keeps_network=hangs)
    play.totals["kills"] += 1
    play.instances.remove(instance)
    if hangs:
        play.later(play.random.uniform(0.5, 2 * play.broker.session / 1000), lambda: _land(play, instance))
    if starts:
        play.start()


def _land(play: "Play", instance: Instance) -> None:
    play.note(f"what {instance.name} had sent lands")
    instance.proxy.set(proxy.OPEN)
    play.totals["late landings"] += 1
    play.later(0.5, instance.proxy.close)


def _kill_at_claim(play: "Play", instance: Instance) -> None:
    """SIGKILL soon after somebody has claimed: between the claim and the first result, or soon after."""
    _kill(play, instance)
    if play.pass_time(10 * play.broker.session / 1000, claims=1):
        play.pass_time(0.5, results=play.random.choice((0, 1, 3, 20)))
        others = [one for one in play.instances if one.runs and not one.is_stopped]
        if others:
            _kill(play, play.random.choice(others))


def _takeover(play: "Play", instance: Instance) -> None:
    """One dies, and another publishes what it has left behind, slowly, as on a busy machine. It may die of it too."""
    others = [one for one in play.instances if one.runs and not one.is_stopped and one is not instance]
    if not others:
        return
    session = play.broker.session / 1000
    other = play.random.choice(others)
    _kill(play, instance, starts=False)
    play.note(f"slow down {other.name}")
    play.totals["slow takeovers"] += 1
    told = len(other.log)
    _slow(play, other, 4 * session, lambda: "group soak: reading" in other.log[told:])
    # The window that it publishes now is behind some that it has published before.
    wanted = play.watches[-1].results + play.random.choice((3, 18, 20))
    _slow(play, other, 4, lambda: play.watches[-1].results >= wanted)
    if other in play.instances and other.runs and play.random.random() < 0.7:
        _kill(play, other)
    play.start()


def _slow(play: "Play", instance: Instance, seconds: float, until: Callable[[], bool]) -> None:
    """Lets an instance run for a tenth of the time only."""
    end = time.monotonic() + seconds
    while instance.runs and time.monotonic() < end and not until():
        instance.signal(signal.SIGSTOP)
        time.sleep(0.04)
        instance.signal(signal.SIGCONT)
        play.pass_time(0.004)


def _kill_behind_hang(play: "Play", instance: Instance) -> None:
    """The network of an instance hangs, and it is killed before it is back."""
    play.note(f"hang {instance.name} for good")
    instance.proxy.set(proxy.HANG)
    play.totals["cuts"] += 1
    play.pass_time(play.random.uniform(0.05, 1.0))
    if instance in play.instances and instance.runs:
        _kill(play, instance)


def _stop(play: "Play", instance: Instance) -> None:
    """SIGSTOP for a while, then SIGCONT."""
    seconds = _silence(play)
    play.note(f"stop {instance.name} for {seconds:.2f} s")
    instance.signal(signal.SIGSTOP)
    play.totals["stops"] += 1

    def heal() -> None:
        play.note(f"continue {instance.name}")
        instance.signal(signal.SIGCONT)

    play.later(seconds, heal)


def _end(play: "Play", instance: Instance) -> None:
    """Ctrl-C or SIGTERM."""
    number = play.random.choice((signal.SIGINT, signal.SIGTERM))
    play.note(f"{number.name} to {instance.name}")
    play.totals["signals"] += 1
    play.tell_to_end(instance, number)
    play.start()


def _cut(play: "Play", instance: Instance) -> None:
    """The network of one instance is away."""
    mode = play.random.choice((proxy.CUT, proxy.HANG, proxy.DEAF))
    seconds = _silence(play)
    play.note(f"{mode} {instance.name} for {seconds:.2f} s")
    instance.proxy.set(mode)
    play.totals["cuts"] += 1

    def heal() -> None:
        play.note(f"open {instance.name}")
        if instance.runs:
            instance.proxy.set(proxy.OPEN)

    play.later(seconds, heal)


def _outage(play: "Play", _: Instance) -> None:
    """The broker is away for all, or it hangs."""
    refuses = play.random.random() < 0.5
    seconds = play.random.uniform(0.3, 5)
    play.note(f"the broker {'refuses' if refuses else 'hangs'} for {seconds:.2f} s")
    (play.broker.refuse if refuses else play.broker.freeze)()
    play.is_out = True
    play.totals["outages"] += 1

    def heal() -> None:
        play.note("the broker is back")
        (play.broker.take if refuses else play.broker.thaw)()
        play.is_out = False

    play.later(seconds, heal)


def _step(play: "Play", instance: Instance) -> None:
    """The clock on the wall is set to another time."""
    seconds = play.random.choice((-3600.0, -61.0, -1.5, 0.0, 1.5, 61.0, 3600.0))
    play.note(f"clock of {instance.name} is {seconds} s off")
    instance.step(seconds)
    play.totals["clock steps"] += 1


def _twin(play: "Play", instance: Instance) -> None:
    """Another run without a group begins by mistake: the one that claims first ends."""
    play.note(f"a twin of {instance.name}")
    play.totals["twins"] += 1
    play.start()

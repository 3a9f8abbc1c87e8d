"""Members that claim what they publish on one log, and the group that gives them partitions. `runs.py` and `mergers.py`
say what they publish.

A pause is a member that takes no step while others do: every interleaving has it. A crash is a process that forgets
everything. A message that was sent lies in a queue and lands at any later time. When its sender withdraws or crashes,
or when its request is repeated, a copy is a stray: it lands at any time, or never. The group may give partitions to
others at any time without asking: more than evictions. Nobody asks the group before publishing: worse than the product.

Reductions, none of which loses a behaviour:
- A delivery is reported when the message lands. A report that comes later says no less; one that never comes is a
  stray.
- Members read ahead, unless `exact`, and learn at any later time that their claim is lost; see `skim`.
- A stray that can only be void is left out, unless `exact`. It would only take an offset.
- Without `counts_epochs` an epoch is the least number that is in use nowhere, as only equality matters.
- Once nothing is left that could go wrong, members come to their ends one after the other.
Bounds: the faults of each kind, one stray or two at a time, the messages in flight.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any

from checker import Step
from fold import Claim, Snapshot, Tick, begin, take_all
from logs import Known, Log, State, put
from members import Generation, Judge, Loss, Member, Phase, Position, positions

FORMER, PRESENT = Generation.FORMER, Generation.PRESENT


class World(Log):
    def __init__(
        self, partitions: int, nowhere: Position, members: int = 2, flight: int = 1, group: str = "fenced",
        counts_epochs: bool = True, assigned: tuple[int, ...] = (), without: tuple[str, ...] = (), **options: Any,
    ) -> None:
        """
        - flight: how many messages of a member may be on their way.
        - group: `fenced` refuses commits of former members, `open` takes them; `none`: each member reads all.
        - counts_epochs: epochs are counted as the code does.
        - assigned: the member of each partition at first.
        """
        super().__init__(partitions, nowhere, without=without, **options)
        self.count, self.flight, self.group, self.counts_epochs = members, flight, group, counts_epochs
        self.assigned = assigned or tuple(p % members for p in self.parts)
        if not counts_epochs:
            self.without |= {"order"}
        self.choices: list[tuple[int, ...]] = [()]
        for _ in self.parts:
            self.choices = [choice + (i,) for choice in self.choices for i in range(members)]

    def initial(self) -> State:
        assigned = self.assigned if self.group != "none" else ()
        return State(assigned, (Member(),) * self.count, ((),) * self.count, (), (), 0, self.nothing, 0, self.budget)

    def has_work(self, state: State, member: Member) -> bool:
        """Whether something of its partitions is left to publish."""
        raise NotImplementedError

    def own_steps(self, state: State, i: int, member: Member, judge: Judge, told: bool) -> Iterator[Step]:
        """What a member does whose claim is in force, as far as it knows."""
        raise NotImplementedError

    def steps(self, state: Hashable, told: bool) -> Iterator[Step]:
        assert isinstance(state, State)
        if self.is_done(state):
            return
        yield from self.group_steps(state)
        only = self.only_one(state)
        for i, member in enumerate(state.members):
            if only is None or i == only:
                yield from self.member_steps(state, i, member, told)
        for k, message in enumerate(state.strays):
            strays = state.strays[:k] + state.strays[k + 1 :]
            words = f"late lands {self.words(message)}" if told else ""
            yield Step(words, self.land(state._replace(strays=strays), message, None), True)

    def only_one(self, state: State) -> int | None:
        """Which member alone to look at; None for all."""
        if state.strays or any(state.budget) or self.group == "none":
            return None
        for i, member in enumerate(state.members):
            if member.generation == FORMER or member.generation == Generation.NEVER and i in state.assigned:
                return None
        return next((i for i, m in enumerate(state.members) if m.parts and self.has_work(state, m)), None)

    def member_steps(self, state: State, i: int, member: Member, told: bool) -> Iterator[Step]:
        phase, judge = member.phase, member.judge
        if state.budget.crashes and phase != Phase.NOTHING and phase != Phase.ENDED:
            yield self.crash(state, i, member)
        # A member that claims hears nothing else.
        if phase == Phase.NOTHING or phase >= Phase.CLAIMED:
            yield from self.told_steps(state, i, member)
        if phase == Phase.READS and judge is None and not state.queues[i]:
            yield self.read(state, i, member)
        elif phase == Phase.ASKS and judge:
            yield self.claim(state, i, member, judge)
        elif judge and (phase == Phase.PUBLISHES or phase == Phase.CLAIMED):
            if not judge.loss:
                yield from self.own_steps(state, i, member, judge, told)
            elif judge.loss != Loss.SILENT:
                yield from self.lost_steps(state, i, member, judge)
        if judge and member.follows and (judge.unread or judge.next < len(state.log)):
            yield Step(f"m{i} reads on" if told else "", self.follow(state, i, member, judge))
        if judge and member.follows and self.budget.known:
            if judge.next == len(state.log) and not judge.at_end:
                after = self.change(state, i, member._replace(judge=judge._replace(at_end=True)))
                yield Step(f"m{i} finds the end of the log", after)
            if judge.at_end and judge.delivered and judge.delivered[0].offset < 0:
                yield Step(f"m{i} waits for two seconds", self.find_end(state, i, member, judge))
        if state.queues[i]:
            yield from self.queue_steps(state, i, told)

    def queue_steps(self, state: State, i: int, told: bool) -> Iterator[Step]:
        message = state.queues[i][0]
        words = self.words(message) if told else ""
        queues = put(state.queues, i, state.queues[i][1:])
        if isinstance(message, Known):
            acknowledged = self.acknowledge(state._replace(queues=queues), i, message.message)
            yield Step(f"m{i} hears of {words}" if told else "", acknowledged)
            return
        if state.budget.known:
            queues = put(state.queues, i, (Known(message), *state.queues[i][1:]))
            budget = state.budget._replace(known=state.budget.known - 1)
            landed = self.land(state._replace(queues=queues, budget=budget), message, None)
            yield Step(f"of m{i} lands, without an answer, {words}" if told else "", landed, True)
            queues = put(state.queues, i, state.queues[i][1:])
        yield Step(f"of m{i} lands {words}" if told else "", self.land(state._replace(queues=queues), message, i))
        if state.budget.overtakes and len(state.queues[i]) > 1:
            first, second, *rest = state.queues[i]
            assert not isinstance(second, Known)
            budget = state.budget._replace(overtakes=state.budget.overtakes - 1)
            overtaken = state._replace(queues=put(state.queues, i, (first, *rest)), budget=budget)
            words = f"of m{i} lands before its turn {self.words(second)}" if told else ""
            yield Step(words, self.land(overtaken, second, i), True)
        in_order = sorted(state.queues[i], key=lambda message: not isinstance(message, Tick))
        if state.budget.resends and "order" not in self.heals and tuple(in_order) != state.queues[i]:
            # ResultOutbox: ticks have lower tokens than results.
            budget = state.budget._replace(resends=state.budget.resends - 1)
            resent = state._replace(queues=put(state.queues, i, tuple(in_order)), budget=budget)
            yield Step(f"m{i} sends all again", resent, True)
        if state.budget.copies:
            budget = state.budget._replace(copies=state.budget.copies - 1)
            copied = state._replace(strays=self.stray(state, message), budget=budget)
            yield Step(f"m{i} will send again {self.words(message)}" if told else "", copied, True)

    # The group

    def group_steps(self, state: State) -> Iterator[Step]:
        is_open = -1 in state.assigned
        if not is_open and not state.budget.moves or self.group == "none":
            return
        budget = state.budget if is_open else state.budget._replace(moves=state.budget.moves - 1)
        members = tuple(m._replace(generation=FORMER) if m.generation == PRESENT else m for m in state.members)
        for choice in self.choices:
            if choice != state.assigned:
                moved = state._replace(assigned=choice, members=members, budget=budget)
                yield Step(f"the group gives the partitions to {choice}", moved, not is_open)

    def crash(self, state: State, i: int, member: Member) -> Step:
        budget = state.budget._replace(crashes=state.budget.crashes - 1)
        return Step(f"m{i} crashes", self.end(state, i, member, budget), True)

    def told_steps(self, state: State, i: int, member: Member) -> Iterator[Step]:
        if self.group == "none":
            if member.generation == Generation.NEVER:
                runs = any(m.phase not in (Phase.NOTHING, Phase.ENDED) for m in state.members)
                started = Member(PRESENT, self.parts, Phase.READS, life=member.life)
                yield Step(f"m{i} is started", self.change(state, i, started), runs)
        elif member.generation == FORMER or member.generation == Generation.NEVER and i in state.assigned:
            parts = tuple(p for p, m in enumerate(state.assigned) if m == i)
            after = self.again(member, parts, PRESENT) if parts else member.without_partitions(PRESENT)
            yield Step(f"m{i} is told that it has {parts}", self.change(state, i, after, takes_back=True))

    # Claims

    def again(self, member: Member, parts: tuple[int, ...], generation: Generation) -> Member:
        """The member when it is about to claim."""
        judge = member.judge if member.judge and member.judge.delivered else None
        if judge and not judge.loss:
            judge = judge._replace(loss=Loss.MISSING)
        # What was read before is forgotten; where this rule is left out, its windows may come yet.
        places = member.positions if "begun" in self.without and parts == member.parts else ()
        epoch = member.epoch if self.counts_epochs else 0
        return Member(
            generation, parts, Phase.READS, epoch, positions=places, judge=judge, has_read=member.has_read,
            follows=member.follows, waits_for_room=member.waits_for_room, life=member.life)

    def lost_steps(self, state: State, i: int, member: Member, judge: Judge) -> Iterator[Step]:
        if self.group == "none" and judge.loss == Loss.TAKEN:
            ended = Member(FORMER, phase=Phase.ENDED)
            yield Step(f"m{i} ends: another run reads the same", self.change(state, i, ended, takes_back=True))
        elif "again" not in self.without:
            again = self.again(member, member.parts, member.generation)
            if state.queues[i]:
                again = again._replace(judge=judge)
            yield Step(f"m{i} finds its claim lost", self.change(state, i, again))

    def read(self, state: State, i: int, member: Member) -> Step:
        if self.by_time:
            in_order = sorted(state.log, key=lambda message: getattr(message, "sent", 0))
            fold = take_all(self.nothing, in_order, self.without)
        elif member.has_read or not self.keeps_log:
            fold = state.truth
        else:
            fold = begin(state.log, state.start, self.nothing, self.without)
        read = member._replace(
            phase=Phase.ASKS, after=tuple(max(0, fold[p].epoch) for p in member.parts),
            judge=Judge(len(state.log), fold), has_read=True, follows=member.has_read)
        if "state at the claim" in self.without:
            read = read._replace(positions=positions(fold, member.parts))
        return Step(f"m{i} reads the log", self.change(state, i, read))

    def claim(self, state: State, i: int, member: Member, judge: Judge) -> Step:
        if self.group == "fenced" and member.generation != PRESENT and "question" not in self.without:
            after = self.change(state, i, member.without_partitions(FORMER))
            return Step(f"m{i} asks the group: it is a former member", after)
        epoch = 1 + max(*member.after, member.epoch) if self.counts_epochs else fresh_epoch(state)
        message = Claim(epoch, member.parts, member.after, member.run(i), state.clock)
        judge = judge._replace(epoch=epoch, parts=member.parts)
        claimed = member._replace(phase=Phase.WAITS, epoch=epoch, after=(), judge=judge)
        words = f"m{i} asks the group and sends {self.words(message)}"
        return Step(words, self.change(state, i, claimed, sends=message))


def fresh_epoch(state: State) -> int:
    used = {partition.epoch for partition in state.truth}
    for message in (*state.strays, *state.log, *(m for queue in state.queues for m in queue)):
        if isinstance(message, Known):
            message = message.message
        if isinstance(message, Snapshot):
            used.update(partition.epoch for partition in message.fold)
        else:
            used.add(message.epoch)
            used.update(message.after if isinstance(message, Claim) else ())
    for member in state.members:
        used.update((member.epoch, *member.after))
        if member.judge:
            used.add(member.judge.epoch)
            used.update(partition.epoch for partition in member.judge.fold)
    return next(epoch for epoch in range(1, 100) if epoch not in used)

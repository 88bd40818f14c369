"""Why something was accepted, refused or settled so: a bet's, player's or entry's story, from the journal alone."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal

import msgspec

from pyplatform._core.shard import Batch, Entry, Replayer, read_header
from pyplatform.core.accounts import ACCOUNTS, NOBODY, PURSES
from pyplatform.core.steps import Domain, Step, step_of
from pyplatform.core.words import amount_words
from pyplatform.kernel import ids

__all__ = ["Domain", "Explanation", "Story", "Subject", "as_text"]

_REAL: Final = next(number for number, purse in PURSES.items() if purse == "available")
_NAMES: Final = ("payment", "withdrawal", "grant", "token")
_RECORDS: Final = frozenset({"payment", "withdrawal", "grant", "free_bet", "play"})


class Subject(msgspec.Struct, frozen=True):
    """What is to be explained: a bet, a player, or an entry with all that became of what it was about."""

    kind: Literal["bet", "player", "entry"]
    name: bytes = b""
    seq: int = 0

    @property
    def words(self) -> str:
        """The subject as text: "bet 0190…"."""
        return f"entry {self.seq:,}" if self.kind == "entry" else f"{self.kind} {ids.text(self.name)}"


class Explanation(msgspec.Struct, frozen=True):
    """The answer in a few sentences, the entries behind it, and what proves them.

    `left_out` counts earlier entries of a player that are not among the steps.
    """

    tenant: str
    subject: str
    answer: list[str]
    steps: list[Step]
    left_out: int
    proof: list[str]


def names_in(entry: Entry) -> set[bytes]:
    """Ids of the things an entry is about: its bets, payment, withdrawal, bonus, free bet or game's bet."""
    names = {bet for _, bet, _ in entry.parts} | {bet for bet, _, _ in entry.transitions} | {entry.bet_id}
    if entry.kind != "tick":
        names |= {entry.fields[name] for name in _NAMES if entry.fields.get(name)}
        names |= {record["id"] for kind, record in entry.records if kind in _RECORDS}
    return names - {NOBODY}


class _Before:
    """What the ledger knew before an entry: the replay up to its batch, and what came earlier in the batch."""

    def __init__(self, replayer: Replayer, earlier: Sequence[Entry]) -> None:
        self._replayer = replayer
        self._earlier = earlier

    def record(self, kind: str, name: bytes) -> Mapping[str, Any] | None:
        for entry in reversed(self._earlier):
            for found, record in entry.records:
                if (found, record.get("id", name)) == (kind, name):
                    return record
        return self._replayer.record(kind, name)

    def available(self, player: bytes, currency: str) -> int:
        for entry in reversed(self._earlier):
            for debited, credited, moved, _, after in reversed(entry.moves):
                if moved == currency and (_REAL, player) in (debited, credited):
                    return after[(debited, credited).index((_REAL, player))]
        standing = self._replayer.accounts()
        return next((row[3] for row in standing if row[:3] == (_REAL, player, currency)), 0)


class Story:
    """Reads a journal from its beginning and keeps the entries that tell of a subject.

    Give `take` the batches in order; every batch is verified as a replay does. `most` bounds the steps, the last ones
    count.
    """

    def __init__(self, tenant: str, subject: Subject, domain: Domain | None = None, most: int = 100) -> None:
        self._tenant = tenant
        self._subject = subject
        self._domain = domain or Domain()
        self._most = most
        self._replayer = Replayer(tenant)
        self._names = {subject.name} if subject.kind == "bet" else set[bytes]()
        self._steps: list[Step] = []
        self.left_out = 0

    @property
    def after(self) -> int:
        """Sequence after which batches are wanted."""
        return self._replayer.seq

    def about(self, entry: Entry) -> None:
        """Follow whatever this entry is about, from the journal's beginning on: for a subject that is an entry."""
        self._names = names_in(entry)

    def take(self, frames: Sequence[bytes]) -> None:
        """Read the next batches. Raises ValueError for what does not verify."""
        waiting: list[bytes] = []
        for frame in frames:
            if self._may_tell(frame):
                self._replayer.apply(waiting)
                waiting = []
                self._read(Batch(frame))
            waiting.append(frame)
        self._replayer.apply(waiting)

    def _may_tell(self, frame: bytes) -> bool:
        """Whether the bytes of the subject's ids are in a batch; most are not, and need not be read."""
        if self._subject.kind == "player":
            return self._subject.name in frame
        if self._subject.seq:
            header = read_header(frame)
            if header.lo < self._subject.seq <= header.hi:
                return True
        return any(name in frame for name in self._names)

    def _tells(self, entry: Entry) -> bool:
        if self._subject.kind == "player":
            name = self._subject.name
            return entry.player == name or any(player == name for player, _, _ in entry.parts)
        return entry.seq == self._subject.seq or not self._names.isdisjoint(names_in(entry))

    def _read(self, batch: Batch) -> None:
        entries = batch.entries()
        for index, entry in enumerate(entries):
            if not self._tells(entry):
                continue
            before = _Before(self._replayer, entries[:index])
            self._steps.append(step_of(entry, batch.header, before, self._domain))
            if len(self._steps) > self._most:
                del self._steps[0]
                self.left_out += 1

    def explain(self, anchors: Iterable[tuple[int, str]] = ()) -> Explanation | None:
        """The explanation, None when the journal tells nothing of the subject.

        `anchors` are the (sequence, time) of signed anchors that were held against this journal, in order.
        """
        if not self._steps:
            return None
        answer = self._answer_player() if self._subject.kind == "player" else list(self._answer())
        return Explanation(
            self._tenant, self._subject.words, answer, self._steps, self.left_out, list(self._proof(anchors))
        )

    def _answer(self) -> Iterator[str]:
        asked = next((step for step in self._steps if step.seq == self._subject.seq), self._steps[0])
        whose = f" by player {asked.player}" if asked.player else ""
        yield f"{asked.title}{whose}: {asked.decision}" + (f"; {asked.because}" if asked.because else "")
        later = [step for step in self._steps if step.seq > asked.seq and step.decision == "accepted"]
        for step in later:
            yield f"then, entry {step.seq:,}: {step.title}" + (f"; {step.because}" if step.because else "")
        stands = [line for step in self._steps for line in step.became]
        if stands:
            yield f"now: {stands[-1]}"

    def _answer_player(self) -> list[str]:
        refused = [step for step in self._steps if step.decision == "refused"]
        purses = [
            f"{PURSES[number].replace('_', ' ')}: {amount_words(balance, currency)}"
            for number, owner, currency, balance in sorted(self._replayer.accounts())
            if ACCOUNTS[number].owner == "player" and owner == self._subject.name and balance
        ]
        answer = [
            f"{len(self._steps) + self.left_out:,} entries, {len(refused):,} refused among those shown",
            f"the player has {', '.join(purses) or 'no money'}",
        ]
        if refused:
            answer.append(
                f"last refusal, entry {refused[-1].seq:,}: {refused[-1].title}, {refused[-1].because}"
            )
        return answer

    def _proof(self, anchors: Iterable[tuple[int, str]]) -> Iterator[str]:
        yield f"the journal verifies from its first entry to {self._replayer.seq:,}"
        first, last = self._steps[0], self._steps[-1]
        known = list(anchors)
        for step in (first,) if first is last else (first, last):
            batch = f"entry {step.seq:,} is in the batch {step.first:,}-{step.last:,}, hash {step.hash[:16]}…"
            cover = next((anchor for anchor in known if anchor[0] >= step.seq), None)
            signed = (
                f"under the signed anchor at entry {cover[0]:,} of {cover[1]}"
                if cover
                else "not anchored yet"
            )
            yield f"{batch}, {signed}"


def as_text(found: Explanation) -> str:
    """The explanation as a page of text."""
    out = [f"{found.subject} of {found.tenant}", "", *(f"  {sentence}" for sentence in found.answer), ""]
    if found.left_out:
        out += [f"  ({found.left_out:,} earlier entries are not shown)", ""]
    for step in found.steps:
        out += [*_step_text(step), ""]
    out += ["proof", *(f"  {sentence}" for sentence in found.proof)]
    return "\n".join(out) + "\n"


def _step_text(step: Step) -> list[str]:
    out = [f"entry {step.seq:,}   {step.time}   {step.title}"]
    out.append(f"  {step.decision}" + (f": {step.because}" if step.because else ""))
    out += [f"  {name}: {value}" for name, value in step.facts]
    if step.guards:
        out += ["  looked at before:", *(f"    {guard}" for guard in step.guards)]
    if step.moves:
        width = max(len(move.account) for move in step.moves)
        room = max(len(move.change) for move in step.moves)
        out.append("  money:")
        for move in step.moves:
            out.append(f"    {move.account:<{width}}  {move.change:>{room}}   now {move.balance}")
    out += [f"  {line}" for line in step.became]
    told = [
        f"{name} {value}" for name, value in (("key", step.key), ("correlation", step.correlation)) if value
    ]
    return [*out, f"  ({', '.join(told)})"] if told else out

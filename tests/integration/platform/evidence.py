"""What must be true after any fault: the journal holds what players were told, once, and every proof holds."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from time import monotonic

from pyplatform._core import shard as core
from pyplatform.kernel.config import Settings
from pyplatform.sportsbook.placement.answers import refusal_name
from pyplatform.wallet.proofs import prove
from pyplatform.wallet.store import JournalReader
from tests.integration.platform.bettors import Attempt

END = 2**62


class Record:
    """One tenant's journal: placements by player and key, and where every bet stands."""

    def __init__(self, batches: Sequence[core.Batch]) -> None:
        self.placed: dict[tuple[bytes, str], list[core.Entry]] = defaultdict(list)
        self.states: dict[bytes, str] = {}
        self.settlements: dict[bytes, int] = defaultdict(int)
        for batch in batches:
            for entry in batch.entries():
                if entry.kind == "place_bet":
                    self.placed[entry.player, entry.key].append(entry)
                if entry.kind in {"settle_bet", "void_bet"} and entry.code == 0:
                    self.settlements[entry.bet_id] += 1
                for bet_id, state, _ in entry.transitions:
                    self.states[bet_id] = state

    @property
    def undecided(self) -> int:
        """How many bets are pending or open."""
        return sum(state in {"pending", "open"} for state in self.states.values())


async def read_record(settings: Settings, tenant: str) -> Record:
    reader = JournalReader(settings.postgres_url, tenant)
    batches: list[core.Batch] = []
    after = 0
    try:
        while page := await reader.page(after, END):
            batches += [core.Batch(data) for _, data in page]
            after = page[-1][0]
    finally:
        await reader.close()
    return Record(batches)


async def all_decided(settings: Settings, tenants: Sequence[str], patience_s: float = 40) -> None:
    """Wait until no bet of any tenant is open."""
    deadline = monotonic() + patience_s
    while True:
        left = {tenant: (await read_record(settings, tenant)).undecided for tenant in tenants}
        if not any(left.values()):
            return
        assert monotonic() < deadline, f"bets stay open after the result: {left}"
        await asyncio.sleep(0.25)


def check_answers(record: Record, attempts: Sequence[Attempt]) -> None:
    """Every answer is in the journal exactly once, and nothing else is."""
    for attempt in attempts:
        assert len(set(attempt.answers)) == 1, f"one key, several answers: {attempt}"
        answer = attempt.answers[0]
        entries = record.placed.get((attempt.player, attempt.key), [])
        assert len(entries) == 1, f"{len(entries)} entries for {attempt}"
        (entry,) = entries
        assert entry.bet_id == answer.bet_id, attempt
        state = record.states.get(entry.bet_id, "refused")
        if answer.code == "":
            assert entry.code == 0, attempt
            assert state in {"settled", "voided"}, (state, attempt)
            assert record.settlements[entry.bet_id] == 1, attempt
        elif entry.code:
            assert (refusal_name(entry.code), state) == (answer.code, "refused"), attempt
        else:
            assert state == "rejected", (state, attempt)
    told = {(attempt.player, attempt.key) for attempt in attempts}
    assert set(record.placed) == told
    accepted = [e.bet_id for entries in record.placed.values() for e in entries if e.code == 0]
    assert len(accepted) == len(set(accepted))


async def everything_is_accounted_for(
    settings: Settings, tenants: Sequence[str], attempts: Sequence[Attempt]
) -> None:
    """Hold the answers of all players against the journal, and the journal against all its copies."""
    assert all(attempt.answers for attempt in attempts)
    await all_decided(settings, tenants)
    for tenant in tenants:
        record = await read_record(settings, tenant)
        check_answers(record, [attempt for attempt in attempts if attempt.tenant == tenant])
    broken = [proof for proof in await prove(settings, tenants) if not proof.ok]
    assert not broken, broken

"""What the journal says about the promises of a drill."""

from collections.abc import Iterator, Mapping

import msgspec

from pyplatform._core import shard as core
from pyplatform.apps.drills.load import STAKE, Promise
from pyplatform.wallet.store import PAGE, JournalReader


class Findings(msgspec.Struct):
    """Counts over a drill: acknowledged commands, those not in the journal, and those in it more than once."""

    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0
    broken: list[str] = []


class Audit:
    """Reads a shard's whole journal, verifying it, and compares."""

    def __init__(self, postgres_url: str, shard: str) -> None:
        self._reader = JournalReader(postgres_url, shard)
        self._replayer = core.Replayer(shard)
        self._shard = shard
        self._found: dict[str, Promise] = {}
        self._doubled = 0

    async def compare(self, promises: Mapping[str, Promise]) -> Findings:
        """The journal as it stands now against everything that was acknowledged."""
        findings = Findings(acknowledged=len(promises))
        try:
            await self._read()
        except ValueError as error:
            findings.broken.append(str(error))
        findings.doubled = self._doubled
        findings.lost = sum(self._found.get(key) != promise for key, promise in promises.items())
        findings.broken = [*findings.broken, *self._unbalanced()]
        return findings

    def _unbalanced(self) -> Iterator[str]:
        """What the replayed ledger's sums contradict: every bet of a drill stakes the same and stays open."""
        bets = len(self._replayer.open_bets())
        if bets != len(self._found):
            yield f"{self._shard} has {bets} open bets, its journal {len(self._found)}"
        for currency, holds, accounts in self._replayer.holds():
            if not holds == accounts == bets * STAKE:
                yield f"{bets} bets of {self._shard} hold {holds}, its accounts {accounts} {currency}"
        for book, currency, debit, credit in self._replayer.totals():
            if debit != credit:
                yield f"book {book} {currency} of {self._shard}: {debit} is not {credit}"

    async def _read(self) -> None:
        while page := await self._reader.page(self._replayer.seq, 1 << 62, PAGE):
            batches = [payload for _hi, payload in page]
            self._replayer.apply(batches)
            for entry in (entry for batch in batches for entry in core.Batch(batch).entries()):
                if entry.kind == "place_bet":
                    self._doubled += entry.key in self._found
                    self._found[entry.key] = Promise(entry.seq, entry.bet_id)

    async def close(self) -> None:
        """Drop the connection."""
        await self._reader.close()

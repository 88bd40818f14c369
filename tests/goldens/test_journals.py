"""Journals written once and for ever: whatever becomes of the rules, an old journal replays to the state it had.

`format-2` holds most kinds of commands, refusals and all, `format-2-winnings` those about free bets and free rounds
whose winnings are bonus money, and exchanges, `format-2-old-keys` keys that left their writer's memory and were
forgotten; nothing in them was written again since it was committed.
"""

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from pyplatform._core import wallet as codec
from pyplatform._core.shard import Batch, Replayer
from pyplatform.core.ledger import Ledger
from tests.oracle import asking

FOLDER = Path(__file__).parent / "journals"
NAMES = sorted(path.name.removesuffix(".json") for path in FOLDER.glob("*.json"))


def told(house: Ledger) -> dict[str, Any]:
    """What a journal says, in a form that can be committed."""
    found = house.verify()
    story = hashlib.sha256()
    for entry in house.entries():
        moved = [
            entry.seq,
            entry.at,
            entry.kind,
            entry.code,
            entry.player.hex(),
            entry.currency,
            entry.amount,
        ]
        moved += [
            [debited[0], credited[0], amount, after] for debited, credited, _, amount, after in entry.moves
        ]
        story.update(json.dumps(moved).encode())
    return {
        "entries": found.entries,
        "hash": found.hash.hex(),
        "state_hash": found.state_hash.hex(),
        "books": found.books,
        "holds": found.holds,
        "open_bets": sorted(bet.hex() for bet in house.open_bets()),
        "story": story.hexdigest(),
        "accounts": [
            [number, owner.hex(), currency, balance]
            for number, owner, currency, balance in sorted(house.accounts())
            if balance
        ],
    }


@pytest.fixture(params=NAMES)
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, dict[str, Any]]:
    """A committed journal as a file, and what it said when it was written."""
    path = tmp_path / "journal"
    path.write_bytes(gzip.decompress((FOLDER / f"{request.param}.journal.gz").read_bytes()))
    return path, json.loads((FOLDER / f"{request.param}.json").read_text(encoding="utf-8"))


def test_it_replays_to_the_state_it_had(journal: tuple[Path, dict[str, Any]]) -> None:
    path, expected = journal
    before = path.read_bytes()
    with Ledger(path, asking.TENANT) as house:
        found = told(house)
    assert json.loads(json.dumps(found)) == expected
    assert path.read_bytes() == before


def test_a_replayer_that_reads_it_batch_by_batch_agrees(journal: tuple[Path, dict[str, Any]]) -> None:
    path, expected = journal
    with Ledger(path, asking.TENANT) as house:
        frames = [batch.data for batch in house.batches()]
    replayer = Replayer(asking.TENANT)
    for frame in frames:
        replayer.apply([frame])
        assert replayer.state_hash == Batch(frame).header.state_hash
    assert (replayer.seq, replayer.hash.hex()) == (expected["entries"], expected["hash"])
    assert replayer.recomputed_state_hash().hex() == expected["state_hash"]


def test_keys_that_left_their_writers_memory_are_answered_where_all_answers_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_bytes(gzip.decompress((FOLDER / "format-2-old-keys.journal.gz").read_bytes()))
    before = path.read_bytes()
    with Ledger(path, asking.TENANT) as house:
        kinds = [entry.kind for entry in house.entries()]
        assert (kinds.count("evict_keys"), kinds.count("forget_keys")) == (50, 1)
        keyed = {entry.key: entry for entry in house.entries() if entry.kind == "deposit"}
        player = keyed["deposit-3"].player
        context = codec.Context(asking.TENANT, 1, player, 2, bytes(16))

        def deposit(key: str, euros: int) -> codec.Reply:
            return house.submit(codec.deposit(context, key, "EUR", euros * 1_000_000, "bank"))

        again, other = deposit("deposit-3", 10), deposit("deposit-3", 11)
        assert (again.replayed, again.seq) == (True, keyed["deposit-3"].seq)
        assert (other.status, other.field) == (codec.CONFLICT, "amount")
        timed = min(key for key in keyed if not key.startswith("deposit"))
        for key in (timed, timed[:-1] + "e"):
            old = deposit(key, 5)
            assert (old.status, old.name, old.replayed) == (codec.REFUSED, "key_too_old", False)
    assert path.read_bytes() == before

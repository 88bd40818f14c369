"""A ledger whose file may grow no further: every answer that was given is in it, and none that was not is."""

import subprocess
import sys
from pathlib import Path

from pyplatform.core import wallet
from pyplatform.core.ledger import Ledger

LIMIT = 40_000

_UNTIL_FULL = """
import resource, signal, sys
from pyplatform.core import wallet
from pyplatform.core.ledger import Ledger
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
context = wallet.Context("aurora", 1, bytes(15) + b"1", 2, bytes(16))
with Ledger(sys.argv[1], "aurora") as ledger:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
    for n in range(10_000):
        try:
            reply = ledger.submit(wallet.deposit(context, f"d{n}", "EUR", 1_000_000, "bank"))
        except OSError:
            break
        print(reply.seq, flush=True)
    try:
        ledger.submit(wallet.deposit(context, "after", "EUR", 1_000_000, "bank"))
    except RuntimeError:
        print("closed")
"""


def test_a_full_disk_gives_no_false_answer(tmp_path: Path) -> None:
    path = tmp_path / "aurora.journal"
    done = subprocess.run(
        [sys.executable, "-c", _UNTIL_FULL, str(path), str(LIMIT)], capture_output=True, text=True, check=True
    )
    *answered, last = done.stdout.split()
    assert last == "closed", "after a failed write the ledger answers nothing more"
    assert len(answered) > 20
    assert path.stat().st_size <= LIMIT
    with Ledger(path, "aurora") as again:
        # One more than was answered may be whole in the file: its sync failed, so nobody was told.
        assert again.seq in {len(answered), len(answered) + 1}
        context = wallet.Context("aurora", 1, bytes(15) + b"1", 2, bytes(16))
        for n, seq in enumerate(answered):
            reply = again.submit(wallet.deposit(context, f"d{n}", "EUR", 1_000_000, "bank"))
            assert (reply.replayed, reply.seq) == (True, int(seq))
        assert not again.submit(wallet.deposit(context, "fits", "EUR", 1_000_000, "bank")).replayed
        assert again.verify().entries == again.seq

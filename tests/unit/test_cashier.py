"""Paying in by hand, when the answer gets lost."""

import pytest

from pyplatform._core import wallet as codec
from pyplatform.apps.cashier import pay_in
from pyplatform.core import money
from pyplatform.kernel import ids
from pyplatform.kernel.errors import PlatformError, Unavailable
from pyplatform.kernel.tenancy import load_tenants
from pyplatform.kernel.time import now_ns

TENANT = load_tenants()["aurora"]
OVERLOADED = codec.decode_reply(bytes.fromhex("030000990100000000000000000000000000"))


class Line:
    """The way to a real wallet in memory, which acts the first time and says that it is overloaded."""

    def __init__(self) -> None:
        self.wallet = codec.Wallet(TENANT.slug)
        self.asked = 0

    async def submit(self, _tenant: str, command: bytes, *, settlement: bool = False) -> codec.Reply:
        del settlement
        self.asked += 1
        reply = self.wallet.submit(command, now_ns())
        return OVERLOADED if self.asked == 1 else reply


async def test_what_is_not_known_is_not_called_refused_and_the_same_key_pays_in_once() -> None:
    line, player = Line(), ids.uuid7()
    with pytest.raises(Unavailable):
        await pay_in(line, TENANT, player, "5.00", "k")
    await pay_in(line, TENANT, player, "5.00", "k")
    assert line.wallet.balance(player, TENANT.currency) == (money.parse("5.00", TENANT.currency), 0)


async def test_a_key_that_is_none_is_named() -> None:
    with pytest.raises(PlatformError, match="key"):
        await pay_in(Line(), TENANT, ids.uuid7(), "5.00", "two words")

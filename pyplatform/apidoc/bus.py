"""What travels over the bus, subject by subject: the functions of the contracts, with what they carry.

A test holds this list to the contracts: a subject that is not listed here fails it.
"""

import inspect
from collections.abc import Callable
from typing import Any

import msgspec

from pyplatform.contracts import feeds, killswitch, pam, wallet
from pyplatform.contracts.sportsbook import (
    bets,
    cashout,
    desk,
    liability,
    markets,
    owners,
    settlement,
    tickets,
)
from pyplatform.kernel.envelope import Envelope

Named = Callable[..., str]


class Text(msgspec.Struct, frozen=True):
    """A payload that is no msgpack: what its bytes are."""

    about: str


class Subject(msgspec.Struct, frozen=True):
    """A subject of NATS, by the function that names it, or by its name and a word on it.

    It carries msgpack of `carries`, a `Text`, or nothing (None); a request is answered by `answers`.
    """

    of: Named | str
    carries: Any
    answers: Any = None
    about: str = ""

    @property
    def name(self) -> str:
        """Its own among all of them, such as `sportsbook_markets_price`."""
        if isinstance(self.of, str):
            return self.of.replace("{", "").replace("}", "").replace(".", "_")
        room = self.of.__module__.removeprefix("pyplatform.contracts.").replace(".", "_")
        return f"{room}_{self.of.__name__.removesuffix('_subject')}"

    @property
    def parameters(self) -> list[str]:
        """Names of its variable parts."""
        if isinstance(self.of, str):
            return [part[1:-1] for part in self.of.split(".") if part.startswith("{")]
        return list(inspect.signature(self.of).parameters)

    @property
    def address(self) -> str:
        """The subject with its variable parts in braces."""
        if isinstance(self.of, str):
            return self.of
        return self.of(*(f"{{{name}}}" for name in self.parameters))

    @property
    def summary(self) -> str:
        """What the contract says of it."""
        return self.about or (inspect.getdoc(self.of) or "")


_EPOCH = Text("the epoch of the holder's lease, ASCII decimal")
_COMMANDS = Text(
    "a frame: a count and as many wallet commands, each behind its length, as the wallet's codec writes"
)
_REPLIES = Text("a frame of as many replies, in the order of the commands")
_ATTEMPTS = Text("a frame: a count and as many msgpack PlaceBet, each behind its length")
_ANSWERS = Text("a frame of as many msgpack BetAnswer, in the order of the attempts")

SUBJECTS: tuple[Subject, ...] = (
    Subject(feeds.update_subject, feeds.Update),
    Subject(feeds.result_subject, feeds.Update),
    Subject(feeds.health_subject, feeds.FeedHealth),
    Subject(feeds.ask_health_subject, None, feeds.FeedHealth),
    Subject(feeds.snapshot_subject, feeds.SnapshotRequest, feeds.SnapshotPage),
    Subject(feeds.start_subject, None, Text("nothing, once the replay runs")),
    Subject(
        feeds.HELLO_SUBJECT, None, about="Whoever publishes here hears the FeedHealth of every feed at once."
    ),
    Subject(markets.market_subject, markets.Market),
    Subject(markets.price_subject, markets.Prices),
    Subject(markets.event_subject, markets.Event),
    Subject(bets.command_subject, _ATTEMPTS, _ANSWERS),
    Subject(bets.decision_subject, bets.AwaitDecision, bets.BetAnswer),
    Subject(bets.quote_subject, bets.QuoteBet, bets.BetQuote),
    Subject(bets.locate_subject, None, _EPOCH),
    Subject(owners.reserve_subject, owners.ReserveLegs, owners.LegsReserved),
    Subject(owners.release_subject, owners.ReleaseLegs),
    Subject(desk.staff_subject, desk.StaffRequest, desk.StaffAnswer),
    Subject(desk.recorded_subject, None),
    Subject(desk.STATS_SUBJECT, desk.TradingStats, about="What the trading process reports twice a second."),
    Subject(settlement.work_subject, settlement.WorkItem),
    Subject(settlement.staff_subject, desk.StaffRequest, desk.StaffAnswer),
    Subject(settlement.locate_subject, None, _EPOCH),
    Subject(settlement.resolved_subject, Text("id of the market")),
    Subject(liability.liability_subject, liability.Exposure),
    Subject(tickets.told_subject, tickets.BetsTold),
    Subject(tickets.tickets_subject, tickets.AskTickets, tickets.RecentTickets),
    Subject(cashout.quote_subject, cashout.QuoteCashOut, cashout.CashOutAnswer),
    Subject(cashout.take_subject, cashout.TakeCashOut, cashout.CashOutAnswer),
    Subject(wallet.command_subject, _COMMANDS, _REPLIES),
    Subject(wallet.locate_subject, None, _EPOCH),
    Subject(wallet.state_subject, None, wallet.ShardState),
    Subject(wallet.durable_subject, wallet.ShardState),
    Subject(wallet.free_subject, None),
    Subject(killswitch.switch_subject, killswitch.SwitchOrder, killswitch.Generation),
    Subject(killswitch.generation_subject, killswitch.Generation),
    Subject(wallet.ledger_subject, Text("one sealed batch, as the journal's codec writes it")),
    Subject(pam.revoked_subject, Text("the 16 bytes of the session's id")),
    Subject(
        "domain.{domain}.{tenant}.{event_type}",
        Envelope,
        about="Events a domain has recorded (pam, sportsbook): the outbox's copy in JetStream, each once, in order.",
    ),
)

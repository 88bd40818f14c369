"""Betfair's order stream into one's own orders."""

from typing import final

from pyplatform._core.feeds import Problem
from pyplatform.core.feeds.shapes import Order, OrderMarket

__all__ = ["Orders"]

@final
class Orders:
    """One's own orders from a Betfair order stream (`ocm`), in the feed's own words.

    Of a connection that carries markets too, `Books` takes the same bytes and each passes the other's messages over.
    Options and errors are as of `Books`; `max_held`: most open orders, runners and strategies held (500,000).
    """

    def __new__(
        cls,
        *,
        strict: bool = False,
        max_line: int | None = None,
        max_problems: int | None = None,
        max_held: int | None = None,
        subscription: int | None = None,
    ) -> Orders: ...
    def apply(self, data: bytes) -> int:
        """Take bytes in any chunking; answers how many market changes they completed."""
    def finish(self) -> None:
        """No more bytes will come: an unfinished last line becomes an error."""
    def market(self, market_id: str) -> OrderMarket | None:
        """Orders of a market; None if it is unknown."""
    def snapshot(self) -> dict[str, OrderMarket]:
        """Everything held, by market."""
    def completed(self) -> list[tuple[str, int, float, Order]]:
        """Orders that became complete (EC) since the last call: market, runner, handicap, order. Of more than 100,000
        not taken, those that came last are lost and are errors."""
    def forget(self, market_id: str) -> bool:
        """Drop a market; answers whether it was known."""
    def errors(self) -> list[Problem]:
        """The first errors, at most `max_problems`."""
    @property
    def error_count(self) -> int: ...
    @property
    def lines(self) -> int: ...
    @property
    def updates(self) -> int:
        """Market changes applied."""
    @property
    def passed_over(self) -> int:
        """Sound messages that are not about orders."""
    @property
    def subscription(self) -> int | None: ...
    @subscription.setter
    def subscription(self, subscription: int | None) -> None: ...
    @property
    def other_subscriptions(self) -> int: ...
    @property
    def clk(self) -> str | None: ...
    @property
    def initial_clk(self) -> str | None: ...
    @property
    def late(self) -> bool: ...
    @property
    def image_complete(self) -> bool: ...

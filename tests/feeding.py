"""A feed without a bus: lines in, the messages its process would publish out."""

from pyplatform.contracts.feeds import FeedHealth, Result, Update
from pyplatform.feeds.adapter import adapter
from pyplatform.feeds.board import Board
from pyplatform.feeds.received import Received
from pyplatform.kernel.time import now_ns


class Feeding:
    """One feed of a format, and all it has said."""

    def __init__(self, form: str = "betfair", descriptions: bytes | None = None) -> None:
        self.adapter = adapter(form, form, descriptions)
        self.board = Board(form, assume_up=True)

    def say(self, payload: bytes, channel: str = "") -> list[Update]:
        """Messages that one message of the feed brings about, results among them, in order."""
        at = now_ns()
        self.adapter.apply(Received(at, channel, payload.rstrip(b"\r\n")))
        updates = []
        for told in self.adapter.tell():
            if told.body is None:
                self.board.drop(told.market)
                continue
            where = told.market, told.producer
            if isinstance(told.body, Result):
                update = self.board.put_result(*where, told.body, told.feed_time, at)
            else:
                update = self.board.put(*where, told.body, told.feed_time, at)
            if update is not None:
                updates.append(update)
        return updates

    def health(self) -> FeedHealth:
        """What the process says of itself."""
        board = self.board
        producers = tuple(board.producers.values())
        counts = self.adapter.messages, self.adapter.updates, self.adapter.broken
        return FeedHealth(
            board.feed, board.session, now_ns(), board.ordinal, board.assume_up, producers, len(board), *counts,
            waiting=0, unsent_results=0, last_received_at=0, progress=0.0,
        )  # fmt: skip

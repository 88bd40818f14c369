"""Stream files as numpy columns: best prices after every update, with no object a price."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from pyplatform._core.feeds import Problem
from pyplatform._core.feeds.betfair import Books, Rows
from pyplatform.core.feeds.files import Stream, streams


class Batch(NamedTuple):
    """Rows in the order of the stream: one for each runner of a market after an update of that market.

    All columns have the shape (rows,). What is not known is nan: no price, no size, nothing traded yet.
    """

    source: str
    """The stream the rows are of: the path, and behind `!` the member of an archive."""
    market_ids: tuple[str, ...]
    """Markets in this batch."""
    publish_time: NDArray[np.int64]
    """When the update was published, nanoseconds since the epoch; `.view("datetime64[ns]")` is the same as times."""
    market: NDArray[np.uint32]
    """Place of the market in `market_ids`."""
    runner: NDArray[np.int64]
    """Selection id."""
    handicap: NDArray[np.float64]
    """0 where there is none."""
    back: NDArray[np.float64]
    """Best price to back at, decimal odds."""
    back_size: NDArray[np.float64]
    """What can be backed there, GBP."""
    lay: NDArray[np.float64]
    """Best price to lay at, decimal odds."""
    lay_size: NDArray[np.float64]
    """What can be laid there, GBP."""
    ltp: NDArray[np.float64]
    """Last price traded, decimal odds."""
    tv: NDArray[np.float64]
    """Volume traded on the runner, GBP."""

    @property
    def market_id(self) -> NDArray[np.str_]:
        """Ids of the markets row by row."""
        return np.array(self.market_ids)[self.market]


class Reader:
    """Iterates over the batches of a file; what was wrong with its lines is told after and while they are read."""

    def __init__(
        self, path: str | Path, rows: int, *, every_runner: bool, cumulative_tv: bool, strict: bool
    ) -> None:
        if rows < 1:
            message = f"rows must be 1 or more, not {rows}"
            raise ValueError(message)
        self._path, self._strict = path, strict
        self._recorded = rows, every_runner, cumulative_tv
        self._batches = self._read()
        self.errors: list[tuple[str, Problem]] = []
        """Errors as (source, problem), the first 100 of each stream."""
        self.error_count = 0
        self.lines = 0
        self.updates = 0

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Batch:
        return next(self._batches)

    def _read(self) -> Iterator[Batch]:
        for stream in streams(self._path):
            books = Books(strict=self._strict)
            try:
                yield from self._batches_of(stream, books)
            finally:
                self.errors += [(stream.name, problem) for problem in books.errors()]
                self.error_count += books.error_count
                self.lines += books.lines
                self.updates += books.updates

    def _batches_of(self, stream: Stream, books: Books) -> Iterator[Batch]:
        books.record(*self._recorded)
        for chunk in stream.chunks:
            rest = chunk
            while rest:
                rest = rest[books.take(rest) :]
                if rest and (rows := books.rows()):
                    yield _batch(stream.name, rows)
        books.finish()
        if rows := books.rows():
            yield _batch(stream.name, rows)


def _batch(source: str, rows: Rows) -> Batch:
    return Batch(
        source,
        rows.market_ids,
        rows.publish_time,
        rows.market,
        rows.runner,
        rows.handicap,
        rows.back,
        rows.back_size,
        rows.lay,
        rows.lay_size,
        rows.ltp,
        rows.tv,
    )


def read(
    path: str | Path,
    *,
    rows: int = 32_768,
    every_runner: bool = True,
    cumulative_tv: bool = False,
    strict: bool = False,
) -> Reader:
    """Read a stream file (.json, .gz, .bz2, .tar, told apart by content) as batches of numpy columns.

        for batch in betfair.read("1.170258213.bz2"):
            spread = batch.lay - batch.back

    After every update of a market comes a row for each of its runners, or only for the runners that it changed if
    not `every_runner`. A batch is given out once it has `rows` rows; it may have those of one update more. Each
    stream of a tar has books of its own and no batch with another. Memory is that of the books, one batch and some
    blocks of the decoder; other threads run while bytes are read.

    Official historical files with full ladders (PRO) tell what was traded by price, and a runner's `tv` is not its
    volume: with `cumulative_tv` it is the sum over the prices, where the feed has them.

    Broken lines are left out and told in `errors` and `error_count` of what this answers, beside `lines` and
    `updates`; `strict` raises ValueError at the first. StreamError if the file cannot be read, after all batches
    before that place.
    """
    return Reader(path, rows, every_runner=every_runner, cumulative_tv=cumulative_tv, strict=strict)

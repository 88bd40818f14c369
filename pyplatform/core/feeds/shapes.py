"""Books as plain data, in the shape of a recorded golden book."""

from typing import TypedDict


class RunnerBook(TypedDict):
    """A runner in a snapshot; ladders are lists of [price, size], best offers are {position: [price, size]}."""

    id: int
    hc: float
    status: str | None
    ltp: float | str | None
    tv: float | str | None
    spn: float | str | None
    spf: float | str | None
    bsp: float | str | None
    atb: list[list[float]]
    atl: list[list[float]]
    trd: list[list[float]]
    spb: list[list[float]]
    spl: list[list[float]]
    batb: dict[str, list[float]]
    batl: dict[str, list[float]]
    bdatb: dict[str, list[float]]
    bdatl: dict[str, list[float]]


class MarketBook(TypedDict):
    """A market in a snapshot; `publish_time` is in milliseconds here, as in the feed."""

    publish_time: int
    tv: float | str | None
    status: str | None
    inPlay: bool | None
    version: int | None
    runners: list[RunnerBook]


class Snapshot(TypedDict):
    """Whole books after a number of lines."""

    after_line: int
    markets: dict[str, MarketBook]

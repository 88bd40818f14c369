"""State as plain data, in the shape of the recorded golden states."""

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


class Order(TypedDict):
    """An order in the feed's own words. Prices `p`, `avp` are decimal odds, sizes `s`, `sm`, `sr`, `sl`, `sc`, `sv` and
    liability `bsp` GBP, times `pd`, `md`, `cd`, `ld` milliseconds since the epoch. None where the feed said nothing."""

    id: str
    p: float
    s: float
    bsp: float | None
    side: str | None
    status: str | None
    pt: str | None
    ot: str | None
    pd: int | None
    md: int | None
    cd: int | None
    ld: int | None
    lsrc: str | None
    avp: float | None
    sm: float
    sr: float
    sl: float
    sc: float
    sv: float
    rac: str | None
    rc: str | None
    rfo: str | None
    rfs: str | None


class Matches(TypedDict):
    """Bets matched, backs and lays, as [price, size] by rising price."""

    mb: list[list[float]]
    ml: list[list[float]]


class OrderRunner(Matches):
    """A runner's bets: matched, matched by strategy, and open orders by bet id."""

    id: int
    hc: float
    uo: list[Order]
    smc: dict[str, Matches]


class OrderMarket(TypedDict):
    """A market's bets; `publish_time` in milliseconds since the epoch, as in the feed."""

    publish_time: int
    closed: bool
    account_id: str | None
    runners: list[OrderRunner]


class KalshiBook(TypedDict):
    """Bids by price in 1/10,000 dollars, sizes in hundredths of a contract."""

    yes: dict[str, int]
    no: dict[str, int]


class KalshiSnapshot(TypedDict):
    """All books by ticker, the gaps in sequence numbers as [sid, expected, got], and the tickers now stale, sorted."""

    books: dict[str, KalshiBook]
    gaps: list[list[int]]
    stale: list[str]


class PolymarketBook(TypedDict):
    """Levels {price: size}, tick size and last price, all decimal text without trailing zeros."""

    bids: dict[str, str]
    asks: dict[str, str]
    tick: str | None
    last: str | None


class UofLine(TypedDict):
    """A market line. `outcomes`: [odds, active, probability] by outcome; `settled`: [result, void factor, dead heat
    factor] by outcome; `cancels`: windows [from, to] in milliseconds since the epoch, open where None."""

    status: int | None
    product: int | None
    outcomes: dict[str, list[float | None]]
    settled: dict[str, list[float | None]]
    certainty: int
    cancels: list[list[int | None]]


class UofEvent(TypedDict):
    """An event: [status, match status, home score, away score], time of its last odds change in milliseconds since
    the epoch, and lines by "market id/specifiers sorted by key"."""

    status: list[float | None] | None
    ts: int | None
    markets: dict[str, UofLine]


OddsApiKey = tuple[str, str, str, str, str | None]
"""(bookmaker, market, outcome's name, description or "", point as decimal text or None)."""

OddsApiChange = tuple[str, OddsApiKey, float | None, float | None, str]
"""(event, key, odds before, odds after, when the market was last seen): before is None of a price that came, after of
one that went."""


class OddsApiEvent(TypedDict):
    """An event; teams are empty of outrights, times as the feed writes them, `prices` decimal odds."""

    sport_key: str
    commence_time: str
    home_team: str
    away_team: str
    prices: dict[OddsApiKey, float]

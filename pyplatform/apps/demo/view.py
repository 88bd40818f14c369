"""The live terminal view of a running demo."""

from itertools import islice

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from pyplatform.apps.demo.timeline import Timeline
from pyplatform.contracts.sportsbook.desk import MarketExposure, RunnerExposure
from pyplatform.contracts.sportsbook.markets import MarketStatus
from pyplatform.core import money

RUNNERS_SHOWN = 6
MARKETS_SHOWN = 8
_RUNNER_WIDTH = 16
"""Columns a runner needs for its price and a result of thousands, such as 120.00  +12,345."""
_BESIDE_RUNNERS = 24
_STATUS_STYLE = {MarketStatus.OPEN: "green", MarketStatus.SUSPENDED: "yellow", MarketStatus.CLOSED: "red"}


def render(timeline: Timeline, title: str, width: int = 120) -> RenderableType:
    """Return the whole screen for the present state of `timeline`, as many runners as `width` columns hold."""
    stats = timeline.latest
    if stats is None:
        return Panel(Text("waiting for the first prices …", style="dim"), title=title)
    parts: list[RenderableType] = [
        _progress(stats.feed_progress),
        _numbers(timeline),
    ]
    markets: dict[str, list[MarketExposure]] = {}
    for market in stats.markets:
        markets.setdefault(market.market_id, []).append(market)
    shown = min(RUNNERS_SHOWN, max(2, (width - _BESIDE_RUNNERS) // _RUNNER_WIDTH))
    parts.extend(_market(market, shown) for market in islice(markets.values(), MARKETS_SHOWN))
    return Panel(Group(*parts), title=title, border_style="blue")


def _progress(share: float) -> Table:
    row = Table.grid(expand=True, padding=(0, 1))
    row.add_column(ratio=1)
    row.add_column(justify="right", width=5)
    row.add_row(ProgressBar(total=1.0, completed=min(1.0, share)), f"{min(1.0, share):.0%}")
    return row


def _numbers(timeline: Timeline) -> Table:
    table = Table.grid(expand=True, padding=(0, 2))
    for ratio in (3, 3, 4, 4):
        table.add_column(ratio=ratio)
    stats, sample = timeline.latest, timeline.samples[-1] if timeline.samples else None
    if stats is None or sample is None:
        return table
    refused = sum(count for outcome, count in timeline.outcomes.items() if outcome != "accepted")
    # Nothing to measure any more: what the whole run came to.
    bet = (sample.bet_p50, sample.bet_p99) if sample.bets_per_s else timeline.bet_percentiles()
    price = (sample.price_p50, sample.price_p99) if sample.price_p50 else timeline.price_percentiles()
    cells = [
        ("feed updates/s", f"{sample.events_per_s:,.0f}"),
        ("bets/s", f"{sample.bets_per_s:,.0f}"),
        ("feed→price p50/p99", f"{price[0]:.3f} / {price[1]:.3f} ms"),
        ("bet→answer p50/p99", f"{bet[0]:.1f} / {bet[1]:.1f} ms"),
        ("accepted", f"{timeline.outcomes.get('accepted', 0):,}"),
        ("refused", f"{refused:,}"),
        ("open bets", f"{stats.open_bets:,}"),
        ("settled / void", f"{stats.settled:,} / {stats.voided:,}"),
    ]
    for row in (cells[:4], cells[4:]):
        table.add_row(*(Text.assemble((f"{name}\n", "dim"), (value, "bold")) for name, value in row))
    return table


def _market(market: list[MarketExposure], most: int) -> RenderableType:
    """One market: a column a runner, and for each tenant its prices and what it keeps if the runner wins."""
    first = market[0]
    closed = first.status is MarketStatus.CLOSED
    in_play = " in play" if first.in_play and not closed else ""
    status = f"[{_STATUS_STYLE[first.status]}]{first.status}[/]{in_play}"
    title = f"[bold]{escape(first.event_name)}[/] · {first.kind} {first.market_id} · {status}"
    if closed:
        return Text.from_markup(title)
    table = Table(
        title=title,
        title_justify="left",
        title_style="",
        box=None,
        expand=True,
        padding=(0, 1),
    )
    table.add_column("kept if it wins", style="dim", no_wrap=True)
    shown = sorted((r for r in first.runners if r.price_e4), key=lambda r: r.price_e4)[:most]
    for runner in shown:
        table.add_column(runner.name, justify="right", no_wrap=True, overflow="ellipsis", ratio=1)
    for tenant in market:
        runners = {runner.id: runner for runner in tenant.runners}
        cells = (_cell(runners[runner.id], tenant.currency) for runner in shown)
        table.add_row(f"{tenant.tenant} {tenant.currency}", *cells)
    return table


def _cell(runner: RunnerExposure, currency: str) -> Text:
    kept = round(float(money.format(-runner.if_wins, currency)))
    style = "red" if kept < 0 else "green"
    return Text.assemble((f"{runner.price_e4 / 10_000:.2f}  ", "bold"), (f"{kept:+,}", style))

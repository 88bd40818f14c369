"""The live terminal view of a running demo."""

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from pyplatform.apps.demo.timeline import Timeline
from pyplatform.contracts.sportsbook import MarketExposure, MarketStatus
from pyplatform.core import money

RUNNERS_SHOWN = 8
_STATUS_STYLE = {MarketStatus.OPEN: "green", MarketStatus.SUSPENDED: "yellow", MarketStatus.CLOSED: "red"}


def render(timeline: Timeline, title: str) -> RenderableType:
    """Return the whole screen for the present state of `timeline`."""
    stats = timeline.latest
    if stats is None:
        return Panel(Text("waiting for the first prices …", style="dim"), title=title)
    parts: list[RenderableType] = [
        ProgressBar(total=1.0, completed=min(1.0, stats.feed_progress)),
        _numbers(timeline),
    ]
    parts.extend(_market(market) for market in stats.markets)
    return Panel(Group(*parts), title=title, border_style="blue")


def _numbers(timeline: Timeline) -> Table:
    table = Table.grid(expand=True, padding=(0, 2))
    for _ in range(4):
        table.add_column(ratio=1)
    stats, sample = timeline.latest, timeline.samples[-1] if timeline.samples else None
    if stats is None or sample is None:
        return table
    refused = sum(count for outcome, count in timeline.outcomes.items() if outcome != "accepted")
    cells = [
        ("feed updates/s", f"{sample.events_per_s:,.0f}"),
        ("bets/s", f"{sample.bets_per_s:,.0f}"),
        ("feed→price p50 / p99", f"{sample.price_p50:.3f} / {sample.price_p99:.3f} ms"),
        ("bet→answer p50 / p99", f"{sample.bet_p50:.1f} / {sample.bet_p99:.1f} ms"),
        ("accepted", f"{timeline.outcomes.get('accepted', 0):,}"),
        ("refused", f"{refused:,}"),
        ("open bets", f"{stats.open_bets:,}"),
        ("settled / void", f"{stats.settled:,} / {stats.voided:,}"),
    ]
    for row in (cells[:4], cells[4:]):
        table.add_row(*(Text.assemble((f"{name}\n", "dim"), (value, "bold")) for name, value in row))
    return table


def _market(market: MarketExposure) -> Table:
    status = f"[{_STATUS_STYLE[market.status]}]{market.status}[/]{' in play' if market.in_play else ''}"
    table = Table(
        title=f"{market.tenant} · {market.event_name} · {market.kind} {market.market_id} · {status} · "
        f"stakes {money.format(market.stakes, market.currency)} {market.currency} · "
        f"worst case {money.format(market.worst_case, market.currency)}",
        title_justify="left",
        expand=True,
        padding=(0, 1),
    )
    shown = sorted((r for r in market.runners if r.price_e4), key=lambda r: r.price_e4)[:RUNNERS_SHOWN]
    if not shown:
        return table
    for runner in shown:
        table.add_column(runner.name, justify="right", no_wrap=True, overflow="ellipsis")
    table.add_row(*(f"{runner.price_e4 / 10_000:.2f}" for runner in shown))
    table.add_row(*(_liability(runner.if_wins, market.currency) for runner in shown))
    return table


def _liability(if_wins: int, currency: str) -> Text:
    style = "red" if if_wins > 0 else "green"
    return Text(money.format(-if_wins, currency), style=style)

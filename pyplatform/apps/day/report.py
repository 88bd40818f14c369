"""How a day went, as text for the terminal and as one HTML page: the profit explained, the faults, the proofs."""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs
from rich.console import Console

from pyplatform.apps.day.account import Account, Row
from pyplatform.apps.demo.report import STYLE, proof_table
from pyplatform.apps.proofs import print_proofs
from pyplatform.core import money

if TYPE_CHECKING:
    from pyplatform.apps.day.run import Outcome

_COLUMNS: Final = (
    "bets",
    "turnover",
    "payouts",
    "cash-outs",
    "free bets",
    "profit",
    "margin",
    "sales",
    "luck",
    "corrected",
)


def _cells(row: Row, currency: str) -> list[str]:
    amounts = (
        row.turnover, row.payouts, row.cash_outs, row.free, row.kept, row.margin, row.sales, row.luck, row.corrected,
    )  # fmt: skip
    return [f"{row.bets:,}", *(_money(amount, currency) for amount in amounts)]


def _money(amount: int, currency: str) -> str:
    text = money.format(amount, currency)
    whole, point, cents = text.lstrip("-").partition(".")
    return f"{'-' if amount < 0 else ''}{int(whole):,}{point}{cents}"


def show(console: Console, outcome: "Outcome") -> None:
    """Print the whole account."""
    _show_day(console, outcome)
    for account in outcome.accounts:
        console.print()
        _show_account(console, account)
    console.print()
    print_proofs(console, outcome.proofs)


def _show_day(console: Console, outcome: "Outcome") -> None:
    console.print()
    for line in _story(outcome):
        console.print(line, soft_wrap=True)


def _story(outcome: "Outcome") -> list[str]:
    """What happened, a line each."""
    programme, memory = outcome.programme, outcome.memory
    sports = {event.sport for event in programme.events}
    counts = ", ".join(
        f"{sum(event.sport == sport for event in programme.events)} {sport.replace('_', ' ')}"
        for sport in sorted(sports)
    )
    size = (
        f"{counts}, {len(programme.lines)} markets, {len(programme.matches) + len(programme.races):,} messages; "
        f"{outcome.options.punters:,} punters, seed {outcome.options.seed}"
    )
    lines = [size, *(f"feed: {note}" for note in programme.notes)]
    lines += [f"{at:5.0f} s  {what}" for at, what in outcome.faults]
    answers = sorted(memory.outcomes.items(), key=lambda one: -one[1])
    lines.append("answers: " + ", ".join(f"{name} {count:,}" for name, count in answers))
    lines.append(
        f"cash-outs: {len(memory.sales):,} taken, {memory.cash_outs_refused:,} not offered or fallen"
    )
    for tenant, trader in outcome.traders.items():
        done = trader.done
        lines.append(
            f"trader of {tenant}: {done.approved} referred bets approved, {done.rejected} rejected, "
            f"{done.suspended} markets suspended, {done.margins} margins changed, {done.conflicts} conflicts, "
            f"{done.together} matches sold with their legs together"
        )
    return lines


def _show_account(console: Console, account: Account) -> None:
    """The profit divided in every way, as lines of one width whatever the terminal's is."""
    currency = account.currency
    for name, rows in {"in all": {account.tenant: account.total}, **account.by}.items():
        cells = {key: _cells(row, currency) for key, row in rows.items()}
        console.print(
            _line(f"{account.tenant} by {name}" if name != "in all" else currency, _COLUMNS), style="bold"
        )
        for key, line in cells.items():
            console.print(_line(key, line), markup=False)
        console.print()
    parts = ", ".join(f"{name} {_money(amount, currency)}" for name, amount in account.house.items())
    total = _money(sum(account.house.values()), currency)
    console.print(f"the ledger's accounts: {parts}; in all {total} {currency}", soft_wrap=True)


def _line(name: str, cells: Sequence[str]) -> str:
    return f"{name:<24}{cells[0]:>7}" + "".join(f"{cell:>12}" for cell in cells[1:])


def write(path: Path, outcome: "Outcome") -> None:
    """Write the page to `path`; it needs nothing but a browser."""
    title = "A match day, to the cent"
    body = [
        f"<h1>{title}</h1>",
        "<p class=sub>" + "<br>".join(map(escape, _story(outcome))) + "</p>",
        "<h2>Proofs</h2>",
        proof_table(outcome.proofs),
    ]
    for account in outcome.accounts:
        body.append(
            f"<h2>{escape(account.tenant)}: profit of {_money(account.total.kept, account.currency)}</h2>"
        )
        body.append(
            f"<div class=chart>{_chart(account).to_html(full_html=False, include_plotlyjs=False)}</div>"
        )
        body += [_table(name, rows, account.currency) for name, rows in account.by.items()]
    path.write_text(
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><style>{STYLE}</style>"
        f"<script>{get_plotlyjs()}</script><body>{''.join(body)}</body></html>",
        encoding="utf-8",
    )


def _table(name: str, rows: dict[str, Row], currency: str) -> str:
    head = "".join(f"<th>{escape(column)}</th>" for column in (f"by {name}", *_COLUMNS))
    lines = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in (key, *_cells(row, currency))) + "</tr>"
        for key, row in rows.items()
    )
    return f"<table><tr>{head}</tr>{lines}</table><br>"


def _chart(account: Account) -> go.Figure:
    """Margin, sales and luck of every style of punter, stacked to its profit."""
    rows = account.by["style"]
    figure = go.Figure()
    figure.update_layout(
        title=f"Profit by style of punter, {account.currency}",
        template="plotly_white",
        barmode="relative",
        height=380,
        margin={"l": 60, "r": 20, "t": 50, "b": 45},
    )
    parts: Sequence[tuple[str, list[int]]] = (
        ("margin", [row.margin for row in rows.values()]),
        ("sales", [row.sales for row in rows.values()]),
        ("luck", [row.luck for row in rows.values()]),
    )
    for name, amounts in parts:
        values = [float(money.format(amount, account.currency)) for amount in amounts]
        figure.add_bar(x=list(rows), y=values, name=name)
    profits = [float(money.format(row.kept, account.currency)) for row in rows.values()]
    figure.add_scatter(x=list(rows), y=profits, name="profit", mode="markers", marker={"color": "#1b2733"})
    return figure

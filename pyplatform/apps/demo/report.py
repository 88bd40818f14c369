"""`demo-report.html`: charts of price, volume and latency, the totals, and the proofs; one self-contained file."""

import os
from collections.abc import Sequence
from html import escape
from pathlib import Path

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from pyplatform.apps.demo.timeline import Timeline
from pyplatform.kernel.errors import PlatformError
from pyplatform.wallet.proofs import Proof

STYLE = """
:root { color-scheme: light; font: 15px/1.5 system-ui, sans-serif; color: #1b2733; background: #f5f7f9; }
body { max-width: 1080px; margin: 2rem auto; padding: 0 1rem; }
h1 { margin: 0 0 .25rem; } h2 { margin: 2.5rem 0 .75rem; } p.sub { color: #5b6b7b; margin: 0 0 1.5rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: .75rem; }
.card, .chart, table { background: #fff; border: 1px solid #dfe5ea; border-radius: 8px; }
.card { padding: .75rem 1rem; } .card b { display: block; font-size: 1.35rem; } .card span { color: #5b6b7b; }
.chart { padding: .5rem; margin-bottom: 1rem; }
table { border-collapse: separate; border-spacing: 0; width: 100%; }
td, th { text-align: left; padding: .45rem .8rem; border-bottom: 1px solid #edf1f4; vertical-align: top; }
td.ok { color: #14723c; font-weight: 600; } td.bad { color: #b3261e; font-weight: 600; }
"""


def check_writable(path: Path) -> None:
    """Raise PlatformError if no report can be written to `path`: better before the run than after it."""
    if path.is_dir() or not os.access(path if path.exists() else path.absolute().parent, os.W_OK):
        raise PlatformError(f"cannot write the report to {path}: choose another file with --report")


def write(path: Path, timeline: Timeline, proofs: Sequence[Proof], title: str, subtitle: str) -> None:
    """Write the report to `path`; the file needs nothing but a browser."""
    charts = [
        *_price_charts(timeline),
        _bet_chart(timeline),
        _feed_chart(timeline),
        _latency_chart(timeline),
    ]
    body = "\n".join(
        [
            f"<h1>{escape(title)}</h1><p class=sub>{escape(subtitle)}</p>",
            _cards(timeline),
            "<h2>Proofs</h2>",
            proof_table(proofs),
            "<h2>Prices, volume, latency</h2>",
            *(
                f"<div class=chart>{chart.to_html(full_html=False, include_plotlyjs=False)}</div>"
                for chart in charts
            ),
            "<h2>Answers to bets</h2>",
            _outcome_table(timeline),
        ]
    )
    path.write_text(
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{escape(title)}</title><style>{STYLE}</style>"
        f"<script>{get_plotlyjs()}</script><body>{body}</body></html>",
        encoding="utf-8",
    )


def _cards(timeline: Timeline) -> str:
    stats = timeline.latest
    bet_p50, bet_p99 = timeline.bet_percentiles()
    price_p50, price_p99 = timeline.price_percentiles()
    cells = [
        ("bets accepted", f"{timeline.outcomes.get('accepted', 0):,}"),
        ("bets refused", f"{sum(n for o, n in timeline.outcomes.items() if o != 'accepted'):,}"),
        ("settled / void", f"{stats.settled:,} / {stats.voided:,}" if stats else "–"),
        ("feed updates", f"{stats.updates:,}" if stats else "–"),
        ("bet→answer p50 / p99, delay in play included", f"{bet_p50:.1f} / {bet_p99:.1f} ms"),
        ("feed→price p50 / p99", f"{price_p50:.3f} / {price_p99:.3f} ms"),
        (
            "retries met the first answer",
            f"{timeline.replays_checked - timeline.replay_mismatches:,} of {timeline.replays_checked:,}",
        ),
    ]
    return (
        "<div class=cards>"
        + "".join(
            f"<div class=card><span>{escape(name)}</span><b>{escape(value)}</b></div>"
            for name, value in cells
        )
        + "</div>"
    )


def proof_table(proofs: Sequence[Proof]) -> str:
    """Proofs as a table."""
    rows = "".join(
        f"<tr><td class={'ok' if proof.ok else 'bad'}>{'holds' if proof.ok else 'BROKEN'}</td>"
        f"<td>{escape(proof.tenant)}</td><td>{escape(proof.name)}</td><td>{escape(proof.detail)}</td></tr>"
        for proof in proofs
    )
    return f"<table><tr><th></th><th>Tenant</th><th>Statement</th><th>Evidence</th></tr>{rows}</table>"


def _outcome_table(timeline: Timeline) -> str:
    rows = "".join(
        f"<tr><td>{escape(outcome)}</td><td>{count:,}</td></tr>"
        for outcome, count in sorted(timeline.outcomes.items(), key=lambda item: -item[1])
    )
    return f"<table><tr><th>Answer</th><th>Attempts</th></tr>{rows}</table>"


def _figure(title: str, y_title: str, *, log_y: bool = False) -> go.Figure:
    figure = go.Figure()
    figure.update_layout(
        title=title,
        template="plotly_white",
        height=380,
        margin={"l": 60, "r": 20, "t": 50, "b": 45},
        xaxis_title="seconds into the demo",
        yaxis_title=y_title,
        yaxis_type="log" if log_y else "linear",
        hovermode="x",
    )
    return figure


def _price_charts(timeline: Timeline) -> list[go.Figure]:
    figures = []
    for (tenant, market_id), runners in timeline.prices.items():
        if not runners:
            continue
        figure = _figure(f"Offered prices · {tenant} · market {market_id}", "decimal odds", log_y=True)
        for name, points in runners.items():
            figure.add_scatter(
                x=[at for at, _ in points], y=[price for _, price in points], name=name, mode="lines"
            )
        figures.append(figure)
    return figures


def _bet_chart(timeline: Timeline) -> go.Figure:
    figure = _figure("Bets", "bets answered per second")
    at = [sample.at for sample in timeline.samples]
    figure.add_bar(x=at, y=[s.bets_per_s for s in timeline.samples], name="bets answered/s")
    figure.add_scatter(x=at, y=[s.open_bets for s in timeline.samples], name="open bets", yaxis="y2")
    figure.update_layout(
        yaxis={"rangemode": "tozero"},
        yaxis2={
            "overlaying": "y",
            "side": "right",
            "title": "open bets",
            "showgrid": False,
            "rangemode": "tozero",
        },
        legend={"orientation": "h", "y": -0.25},
    )
    return figure


def _feed_chart(timeline: Timeline) -> go.Figure:
    figure = _figure("Feed", "updates per second")
    samples = timeline.samples
    figure.add_scatter(x=[s.at for s in samples], y=[s.events_per_s for s in samples], name="feed updates/s")
    return figure


def _latency_chart(timeline: Timeline) -> go.Figure:
    figure = _figure("Latency", "milliseconds", log_y=True)
    betting = [sample for sample in timeline.samples if sample.bet_p50]
    pricing = [sample for sample in timeline.samples if sample.price_p50]
    for name, samples, attribute in (
        ("bet→answer p50", betting, "bet_p50"),
        ("bet→answer p99", betting, "bet_p99"),
        ("feed→price p50", pricing, "price_p50"),
        ("feed→price p99", pricing, "price_p99"),
    ):
        figure.add_scatter(
            x=[s.at for s in samples], y=[getattr(s, attribute) for s in samples], name=name, mode="lines"
        )
    return figure

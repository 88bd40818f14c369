"""The guide to feeds: its script runs, its picture is the committed one, its snippets are of this API."""

import runpy
from pathlib import Path

from pyplatform.core.feeds import betfair, market_books

GUIDES = Path(__file__).resolve().parents[2] / "docs" / "guides"


def test_the_script_draws_the_committed_picture(tmp_path: Path) -> None:
    guide = runpy.run_path(str(GUIDES / "feeds.py"))
    picture = guide["main"](tmp_path)
    committed = GUIDES / "feeds-race.svg"
    assert picture.name == committed.name
    assert picture.read_bytes() == committed.read_bytes(), (
        f"run {GUIDES / 'feeds.py'} and look at the picture"
    )


def test_the_snippets_run(tmp_path: Path) -> None:
    guide = runpy.run_path(str(GUIDES / "feeds.py"))
    path = tmp_path / "race"
    path.write_bytes(guide["made_up_race"]())
    rows = 0
    for batch in betfair.read(path):
        assert ((batch.lay - batch.back) > 0).all()
        assert str(batch.publish_time.view("datetime64[ns]")[0]).startswith("2026-09-21")
        rows += len(batch.runner)
    assert rows == 6 * 2 * guide["BEFORE"]
    books = betfair.Books(evict_closed_after=8 * 3600, subscription=2)
    books.apply(path.read_bytes())
    (market_id,) = books.touched()
    market = books.market(market_id)
    assert market is not None
    assert market[0].batb[0][0] < market[0].batl[0][0]
    assert market[0].batl.to_numpy().shape == (1, 2)
    assert books.image_complete
    (last,) = list(market_books.read(path))[-1]
    assert last.runners[0].ex.available_to_back[0].price == market[0].batb[0][0]


def test_every_name_in_the_guide_exists() -> None:
    text = (GUIDES / "feeds.md").read_text(encoding="utf-8")
    for name in (
        "apply",
        "touched",
        "top",
        "market",
        "errors",
        "passed_on",
        "clk",
        "initial_clk",
        "evicted",
        "counts",
    ):
        assert name in text
        assert hasattr(betfair.Books, name)

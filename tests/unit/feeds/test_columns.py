"""Columns, views and orders through Python: what a caller of `core.feeds.betfair` relies on."""

import bz2
import io
import json
import tarfile
from pathlib import Path

import numpy as np
import pytest

from pyplatform.core.feeds import betfair

LINES = [
    {"op": "mcm", "pt": 1, "mc": [{"id": "1.1", "rc": [{"id": 5, "atb": [[2, 9]], "ltp": 2}, {"id": 6}]}]},
    {"op": "mcm", "pt": 2, "mc": [{"id": "1.1", "rc": [{"id": 6, "hc": 0, "atl": [[3.5, 1], [3.6, 4]]}]}]},
    {"op": "mcm", "pt": 3, "mc": [{"id": "1.2", "rc": [{"id": 8, "hc": -0.5, "tv": 7}]}]},
]
STREAM = b"".join(json.dumps(line).encode() + b"\r\n" for line in LINES)


def test_a_row_follows_for_every_runner_of_an_updated_market(tmp_path: Path) -> None:
    path = tmp_path / "stream"
    path.write_bytes(STREAM)
    reader = betfair.read(path)
    (batch,) = reader
    assert batch.source == str(path)
    assert batch.market_ids == ("1.1", "1.2")
    assert batch.market.tolist() == [0, 0, 0, 0, 1]
    assert batch.market_id.tolist() == ["1.1"] * 4 + ["1.2"]
    assert batch.runner.tolist() == [5, 6, 5, 6, 8]
    assert batch.publish_time.view("datetime64[ns]")[-1] == np.datetime64(3, "ms")
    assert batch.handicap.tolist() == [0, 0, 0, 0, -0.5]
    np.testing.assert_array_equal(batch.back, [2, np.nan, 2, np.nan, np.nan])
    np.testing.assert_array_equal(batch.back_size, [9, np.nan, 9, np.nan, np.nan])
    np.testing.assert_array_equal(batch.lay, [np.nan, np.nan, np.nan, 3.5, np.nan])
    np.testing.assert_array_equal(batch.lay_size, [np.nan, np.nan, np.nan, 1, np.nan])
    np.testing.assert_array_equal(batch.ltp, [2, np.nan, 2, np.nan, np.nan])
    assert batch.tv.tolist() == [0, 0, 0, 0, 7]
    assert (reader.lines, reader.updates, reader.error_count) == (3, 3, 0)
    (changed,) = betfair.read(path, every_runner=False)
    assert changed.runner.tolist() == [5, 6, 6, 8]


@pytest.mark.parametrize("rows", [1, 2, 3, 1000])
def test_batches_are_cut_after_an_update_and_lose_nothing(rows: int, tmp_path: Path) -> None:
    path = tmp_path / "stream"
    path.write_bytes(STREAM * 50)
    batches = list(betfair.read(path, rows=rows))
    assert all(len(batch.runner) <= rows + 1 for batch in batches)
    assert np.concatenate([batch.runner for batch in batches]).tolist() == [5, 6, 5, 6, 8] * 50


def test_streams_of_a_tar_have_books_of_their_own_and_errors_name_them(tmp_path: Path) -> None:
    path = tmp_path / "data.tar"
    with tarfile.open(path, "w") as archive:
        for name, content in {"a.bz2": bz2.compress(STREAM), "b": b"{]\n" + STREAM + b'{"op":"mcm"'}.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    reader = betfair.read(path)
    assert [(batch.source, len(batch.runner)) for batch in reader] == [(f"{path}!a.bz2", 5), (f"{path}!b", 5)]
    assert [(source, problem.line) for source, problem in reader.errors] == [
        (f"{path}!b", 1),
        (f"{path}!b", 5),
    ]
    assert reader.error_count == 2
    with pytest.raises(ValueError, match="line 1"):
        list(betfair.read(path, strict=True))
    with pytest.raises(ValueError, match="rows must be 1 or more, not 0"):
        betfair.read(path, rows=0)


def test_a_view_is_a_sequence_and_stays_as_it_was() -> None:
    books = betfair.Books()
    books.apply(STREAM)
    market = books.market("1.1")
    assert market is not None
    assert (market.id, market.publish_time, len(market)) == ("1.1", 2_000_000, 2)
    assert [runner.id for runner in market] == [5, 6]
    six = market.runner(6)
    assert six is not None
    ladder = six.atl
    books.apply(b'{"op":"mcm","pt":9,"mc":[{"id":"1.1","rc":[{"id":6,"atl":[[3.5,0]]}]}]}')
    assert (len(ladder), ladder[0], ladder[-1], ladder[:1]) == (2, (3.5, 1), (3.6, 4), ((3.5, 1),))
    assert ladder[::-1] == ((3.6, 4), (3.5, 1))
    assert list(ladder) == [(3.5, 1), (3.6, 4)]
    assert (3.6, 4) in ladder
    np.testing.assert_array_equal(ladder.to_numpy(), [[3.5, 1], [3.6, 4]])
    np.testing.assert_array_equal(ladder.prices, [3.5, 3.6])
    np.testing.assert_array_equal(ladder.sizes, [1, 4])
    with pytest.raises(IndexError):
        ladder[2]
    with pytest.raises(IndexError):
        market[-3]
    now = books.market("1.1")
    assert now is not None
    assert list(now[1].atl) == [(3.6, 4)]
    assert (market.runner(7), books.market("1.7")) == (None, None)


def test_the_best_is_first_in_every_ladder() -> None:
    levels = [[2.0, 1], [4.0, 1], [3.0, 1]]
    change = dict.fromkeys(("atb", "atl", "trd", "spb", "spl"), levels)
    offers = {name: [[1, 3.0, 1], [0, 4.0, 1]] for name in ("batb", "batl", "bdatb", "bdatl")}
    books = betfair.Books()
    message = {"op": "mcm", "pt": 1, "mc": [{"id": "1.1", "rc": [{"id": 5, **change, **offers}]}]}
    books.apply(json.dumps(message).encode())
    market = books.market("1.1")
    assert market is not None
    (runner,) = market
    for name in ("atb", "spb"):
        assert getattr(runner, name).prices.tolist() == [4, 3, 2]
    for name in ("atl", "trd", "spl"):
        assert getattr(runner, name).prices.tolist() == [2, 3, 4]
    for name in offers:
        assert getattr(runner, name).prices.tolist() == [4, 3]


def test_options_of_a_live_stream() -> None:
    books = betfair.Books(evict_closed_after=60, subscription=3, pass_on=True)
    closed = b'{"op":"mcm","id":3,"pt":1,"mc":[{"id":"1.1","marketDefinition":{"status":"CLOSED","x":[1]}}]}'
    books.apply(closed + b'{"op":"mcm","id":2,"pt":1,"mc":[{"id":"1.2"}]}{"op":"rcm","pt":5}')
    assert (books.market_ids(), books.other_subscriptions, books.passed_on()) == (
        ("1.1",),
        1,
        [("rcm", b'{"op":"rcm","pt":5}')],
    )
    assert books.definition_json("1.1") == b'{"status":"CLOSED","x":[1]}'
    assert (books.definition_json("1.9"), books.counts["mcm"], books.counts["rcm"]) == (None, 2, 1)
    books.subscription = 4
    books.apply(b'{"op":"mcm","id":4,"pt":70000,"mc":[{"id":"1.3"}]}')
    assert (books.market_ids(), books.evicted, books.subscription) == (("1.3",), 1, 4)


def test_orders_come_in_the_words_of_the_feed() -> None:
    order = {
        "id": "9",
        "p": 1.1,
        "s": 5,
        "side": "L",
        "status": "E",
        "pt": "P",
        "ot": "L",
        "pd": 16,
        "sr": 5,
        "rfo": "o",
    }
    change = {"id": 7, "hc": -0.5, "uo": [order], "mb": [[2, 1]], "smc": {"s": {"ml": [[3, 1]]}}}
    orders = betfair.Orders()
    assert (
        orders.apply(json.dumps({"op": "ocm", "pt": 8, "oc": [{"id": "1.1", "orc": [change]}]}).encode()) == 1
    )
    market = orders.market("1.1")
    assert market is not None
    assert (market["publish_time"], market["closed"], market["account_id"]) == (8, False, None)
    (runner,) = market["runners"]
    assert (runner["id"], runner["hc"], runner["mb"], runner["ml"]) == (7, -0.5, [[2, 1]], [])
    assert runner["smc"] == {"s": {"mb": [], "ml": [[3, 1]]}}
    (held,) = runner["uo"]
    assert {name: value for name, value in held.items() if name in order} == order
    assert (held["md"], held["avp"], held["lsrc"], held["sm"]) == (None, None, None, 0)
    done = {**order, "status": "EC", "sr": 0}
    orders.apply(
        json.dumps({"op": "ocm", "pt": 9, "oc": [{"id": "1.1", "orc": [{**change, "uo": [done]}]}]}).encode()
    )
    ((market_id, runner_id, handicap, completed),) = orders.completed()
    assert (market_id, runner_id, handicap, completed["status"]) == ("1.1", 7, -0.5, "EC")
    assert orders.snapshot()["1.1"]["runners"][0]["uo"] == []
    assert orders.forget("1.1")
    orders.finish()
    assert orders.errors() == []

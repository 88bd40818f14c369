"""The Betfair books as a Python developer meets them; the rules themselves are tested beside the Rust code."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyplatform.core.feeds import betfair

ID = "1.170258213"


def mcm(*changes: dict[str, Any], **envelope: Any) -> bytes:
    message = {"op": "mcm", "pt": 1_585_632_777_793, "clk": "AB"} | envelope
    return json.dumps(message | {"mc": [{"id": ID} | change for change in changes]}).encode() + b"\r\n"


def definition(**fields: Any) -> dict[str, Any]:
    runners = [
        {"id": 7, "sortPriority": 2, "status": "ACTIVE", "name": "Second", "bsp": "NaN"},
        {
            "id": 5,
            "sortPriority": 1,
            "status": "REMOVED",
            "hc": -0.5,
            "removalDate": "2020-04-01T00:00:00.000Z",
        },
    ]
    known = {
        "status": "OPEN",
        "inPlay": True,
        "betDelay": 1,
        "version": 3,
        "marketType": "WIN",
        "runners": runners,
    }
    return {"marketDefinition": known | {"marketTime": "2020-04-01T05:40:00.000Z", "newField": [{}]} | fields}


def test_one_line_from_bytes_to_best_prices() -> None:
    books = betfair.Books()
    change = {
        "rc": [{"id": 7, "atb": [[1.01, 2], [3.5, 4.25]], "atl": [[3.6, 1]], "ltp": 3.5, "tv": 12.5}],
        "tv": 12.5,
    }
    assert books.apply(mcm(definition() | change)) == 1
    assert books.touched() == (ID,)
    assert books.touched() == ()
    top = books.top(ID)
    assert top is not None
    assert (top.ids, top.handicaps) == ((5, 7), (-0.5, 0.0))
    assert (top.back, top.lay, top.ltp, top.tv) == ((None, 3.5), (None, 3.6), (None, 3.5), (0.0, 12.5))
    assert (top.market_tv, top.publish_time) == (12.5, 1_585_632_777_793_000_000)
    assert books.publish_time(ID) == top.publish_time == betfair.publish_time(mcm())
    assert (books.lines, books.updates, books.clk, books.error_count) == (1, 1, "AB", 0)


def test_a_definition_is_frozen_and_the_same_object_until_it_changes() -> None:
    books = betfair.Books()
    books.apply(mcm(definition()))
    first = books.definition(ID)
    assert first is not None
    assert (first.status, first.in_play, first.bet_delay, first.version) == ("OPEN", True, 1, 3)
    assert (first.market_time, first.venue, first.complete) == (1_585_719_600_000_000_000, "", False)
    assert [(r.id, r.hc, r.name, r.status) for r in first.runners] == [
        (7, 0.0, "Second", "ACTIVE"),
        (5, -0.5, "", "REMOVED"),
    ]
    assert first.runners[1].removal_date == 1_585_699_200_000_000_000
    books.apply(mcm(definition(), {"rc": [{"id": 7, "ltp": 2}]}))
    assert books.definition(ID) is first
    books.apply(mcm(definition(status="SUSPENDED")))
    changed = books.definition(ID)
    assert changed is not None
    assert (changed.status, first.status) == ("SUSPENDED", "OPEN")
    with pytest.raises(AttributeError):
        first.status = "OPEN"  # type: ignore[misc]


def test_runners_of_a_market_that_comes_again_are_not_those_of_before() -> None:
    books = betfair.Books()
    for runner in (7, 8):
        books.apply(mcm({"img": True, "rc": [{"id": runner, "ltp": 2}]}, ct="SUB_IMAGE"))
        top = books.top(ID)
        assert top is not None
        assert top.ids == (runner,)
        assert books.touched() == (ID,)


def test_what_is_unknown_is_none() -> None:
    books = betfair.Books()
    assert (books.top(ID), books.definition(ID), books.publish_time(ID)) == (None, None, None)
    assert (books.snapshot(), books.market_ids()) == ({"after_line": 0, "markets": {}}, ())
    books.apply(mcm({"rc": [{"id": 7}]}))
    assert books.definition(ID) is None
    (market,) = books.snapshot()["markets"].values()
    assert (market["status"], market["inPlay"], market["version"], market["tv"]) == (None, None, None, 0)


def test_best_prices_come_from_the_best_offers_where_there_is_no_ladder() -> None:
    books = betfair.Books()
    books.apply(mcm({"rc": [{"id": 7, "bdatb": [[0, 2, 1]], "batl": [[0, 2.2, 1]], "bdatl": [[0, 2.1, 1]]}]}))
    top = books.top(ID)
    assert top is not None
    assert (top.back, top.lay) == ((2.0,), (2.2,))


def test_a_broken_line_is_listed_and_costs_nothing_else() -> None:
    books = betfair.Books(max_problems=1)
    good = mcm({"rc": [{"id": 7, "ltp": 2}]})
    assert books.apply(good + b'{"op":"mcm","pt":"soon"}\n{"op"\n' + good) == 2
    (problem,) = books.errors()
    assert books.error_count == 2
    assert (problem.line, problem.offset, problem.reason) == (2, len(good), "`pt` must be a whole number")
    assert (
        str(problem)
        == f"line 2 (byte offset {len(good)}), byte {problem.at} of the message: {problem.reason}"
    )


def test_strict_raises_after_the_sound_lines_of_the_call() -> None:
    books = betfair.Books(strict=True)
    with pytest.raises(ValueError, match=r"1 of the messages given .*unknown key `extra`"):
        books.apply(mcm(extra=1) + mcm({"tv": 3}))
    assert books.updates == 1
    books.apply(mcm()[:20])
    with pytest.raises(ValueError, match="ends in the middle"):
        books.finish()


def test_only_bytes_are_taken() -> None:
    with pytest.raises(TypeError):
        betfair.Books().apply("{}")  # type: ignore[arg-type]


def test_a_body_of_ten_megabytes_is_refused_and_the_next_line_read() -> None:
    books = betfair.Books()
    assert books.apply(b'{"op":"mcm","x":"' + b"y" * 10_000_000 + b'"}\n' + mcm({"tv": 1})) == 1
    (problem,) = books.errors()
    assert "longer than the limit" in problem.reason


levels = st.lists(st.tuples(st.integers(101, 100_000), st.integers(0, 5)), max_size=6).map(
    lambda pairs: [[price / 100, size / 2] for price, size in pairs]
)
runners = st.fixed_dictionaries(
    {"id": st.integers(1, 4)}, optional={"atb": levels, "atl": levels, "trd": levels}
)
changes = st.fixed_dictionaries({"rc": st.lists(runners, max_size=4)}, optional={"img": st.booleans()})


@given(st.lists(changes, max_size=12))
def test_ladders_are_what_a_dict_of_prices_would_be(stream: list[dict[str, Any]]) -> None:
    books = betfair.Books()
    model: dict[int, dict[str, dict[float, float]]] = {}
    for change in stream:
        books.apply(mcm(change))
        if change.get("img"):
            model.clear()
        for runner in change["rc"]:
            ladders = model.setdefault(runner["id"], {"atb": {}, "atl": {}, "trd": {}})
            for name in ladders.keys() & runner.keys():
                if name == "trd" and not runner[name]:
                    ladders[name].clear()
                ladders[name].update(runner[name])
    snapshot = books.snapshot()["markets"]
    held = {runner["id"]: runner for market in snapshot.values() for runner in market["runners"]}
    assert held.keys() == model.keys()
    for runner_id, ladders in model.items():
        for name in ("atb", "atl", "trd"):
            wanted = sorted(([p, s] for p, s in ladders[name].items() if s), reverse=name == "atb")
            assert held[runner_id][name] == wanted  # type: ignore[literal-required]


@given(
    st.lists(st.binary(max_size=30) | st.just(mcm(definition(), {"tv": 1})) | st.just(b"\n")),
    st.integers(1, 50),
)
def test_any_chunking_of_any_bytes_gives_the_same(pieces: list[bytes], size: int) -> None:
    data = b"".join(pieces)
    whole, cut = betfair.Books(), betfair.Books()
    updates = whole.apply(data)
    assert sum(cut.apply(data[at : at + size]) for at in range(0, len(data), size)) == updates
    whole.finish()
    cut.finish()
    assert cut.snapshot() == whole.snapshot()
    assert [str(problem) for problem in cut.errors()] == [str(problem) for problem in whole.errors()]


def test_a_snapshot_says_nothing_of_a_market_that_the_feed_did_not_say() -> None:
    books = betfair.Books()
    books.apply(mcm({"marketDefinition": {"status": "OPEN", "inPlay": None, "runners": [{"id": 5}]}}))
    market = books.snapshot()["markets"][ID]
    assert (market["status"], market["inPlay"], market["version"]) == ("OPEN", None, None)

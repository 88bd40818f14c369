"""The desk's state is a fold of its events: in order, once each, the same however they come."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyplatform.contracts.sportsbook.terms import TermsScope, TermsValues
from pyplatform.contracts.sportsbook.trading import ALL, TERMS, Edit, ManualSource, Recorded
from pyplatform.kernel.envelope import Envelope
from pyplatform.kernel.tenancy import Tenant
from pyplatform.sportsbook.desk.state import SUSPENDED, TERMS_SET, DeskState, Rule, Standing
from pyplatform.sportsbook.markets.terms import defaults

TARGETS = ["market:1", "market:2", "event:e", ALL]
acts = st.one_of(
    st.tuples(st.just(SUSPENDED), st.sampled_from(TARGETS), st.just(True)),
    st.tuples(st.just("trading.resumed"), st.sampled_from(TARGETS), st.just(False)),
    st.tuples(st.just("trading.margin_set"), st.sampled_from(TARGETS[:2]), st.none() | st.integers(0, 900)),
    st.tuples(
        st.just("trading.prices_set"),
        st.sampled_from(TARGETS[:2]),
        st.dictionaries(st.integers(1, 3), st.integers(10_100, 90_000), max_size=2),
    ),
    st.tuples(st.just("trading.source_set"), st.sampled_from(TARGETS[:2]), st.just(ManualSource())),
    st.tuples(st.just("catalogue.edited"), st.just("event:e"), st.builds(Edit, hidden=st.booleans())),
    st.tuples(
        st.just(TERMS_SET),
        st.just(TERMS),
        st.builds(
            Rule, st.just(TermsScope("football")), st.builds(TermsValues, margin_bp=st.integers(0, 900))
        ),
    ),
    st.tuples(st.just("result.entered"), st.sampled_from(TARGETS[:2]), st.just("of another part")),
)


def state() -> DeskState:
    return DeskState("aurora", defaults(Tenant("aurora", "EUR", 500), 10**9))


def recorded(many: list[tuple[str, str, Any]]) -> list[Envelope]:
    seqs: dict[str, int] = {}
    events = []
    for position, (kind, target, after) in enumerate(many, 1):
        seqs[target] = seqs.get(target, 0) + 1
        raw = msgspec.Raw(msgspec.msgpack.encode(after))
        data: Any = Recorded(raw, raw) if not kind.startswith("result") else {"anything": after}
        events.append(
            Envelope(
                bytes(16), kind, 1, "aurora", 0, "sportsbook", position, target, seqs[target], position,
                f"staff:{position}", bytes(16), b"", "", msgspec.msgpack.encode(data),
            )
        )  # fmt: skip
    return events


def standings(desk: DeskState) -> list[Standing]:
    return [desk.of(target) for target in (*TARGETS, TERMS)]


@given(st.lists(acts, max_size=30))
def test_what_holds_is_what_was_said_last_and_versions_count_everything(
    many: list[tuple[str, str, Any]],
) -> None:
    desk = state()
    for event in recorded(many):
        assert desk.apply(event)
    fields = {"trading.margin_set": "margin_bp", "trading.prices_set": "prices", "catalogue.edited": "edit"}
    for target in TARGETS:
        mine = [(kind, after) for kind, about, after in many if about == target]
        held = [after for kind, after in mine if kind in {SUSPENDED, "trading.resumed"}]
        assert desk.of(target).suspended is (held[-1] if held else False)
        assert (target in desk.suspended) is desk.of(target).suspended
        assert desk.version(target) == len(mine)
        for kind, name in fields.items():
            said = [after for of_kind, after in mine if of_kind == kind]
            assert getattr(desk.of(target), name) == (said[-1] if said else getattr(Standing(), name))
    rules = [after for kind, _, after in many if kind == TERMS_SET]
    assert desk.terms_version == desk.terms.version == len(rules)


@given(st.lists(acts, min_size=1, max_size=20), st.data())
def test_an_event_counts_once_however_often_it_comes(
    many: list[tuple[str, str, Any]], data: st.DataObject
) -> None:
    events = recorded(many)
    once, again = state(), state()
    for event in events:
        once.apply(event)
        again.apply(event)
        earlier = data.draw(st.sampled_from(events[: event.position]))
        assert not again.apply(earlier)
    assert standings(once) == standings(again)


def test_what_cannot_be_read_leaves_everything_as_it_was() -> None:
    desk = state()
    (broken,) = recorded([("trading.margin_set", "market:1", "a word")])
    with pytest.raises(msgspec.ValidationError):
        desk.apply(broken)
    assert (desk.position, desk.of("market:1")) == (0, Standing())

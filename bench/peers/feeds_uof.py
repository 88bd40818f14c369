"""Messages of the Unified Odds Feed into the state of every event, beside ElementTree, lxml and expat.

Each peer keeps the same state by the same rules: status, outcomes, settlements, cancellations, bet stops by group.
"""

from collections.abc import Callable, Iterable
from functools import partial
from types import ModuleType
from typing import Any

from bench import feed_frames
from bench.peers.comparison import Comparison, Operation, peer
from pyplatform.core.feeds import uof

MESSAGES = 3_000
Messages = list[tuple[str, bytes]]


def comparisons() -> list[Comparison]:
    """Every row of this module."""
    descriptions, messages = feed_frames.uof(MESSAGES)

    def ours() -> object:
        state = uof.State(descriptions)
        for key, xml in messages:
            state.apply(key, xml)
        return state

    def trees(module: ModuleType) -> Operation:
        return partial(_trees, module.fromstring, descriptions, messages)

    def events(module: ModuleType) -> Operation:
        return partial(_events, module, descriptions, messages)

    peers = (
        ("ElementTree", peer("xml.etree.ElementTree", trees)),
        ("lxml", peer("lxml.etree", trees)),
        ("expat", peer("xml.parsers.expat", events)),
    )
    return [
        Comparison(f"UOF messages into state, {name}", 10, 25, ours, theirs, len(messages), peer_name=name)
        for name, theirs in peers
    ]


def _groups(fromstring: Callable[[bytes], Any], descriptions: bytes) -> dict[str, set[str]]:
    return {
        market.get("id"): set(market.get("groups").split("|"))
        for market in fromstring(descriptions).iter("market")
    }


def _trees(fromstring: Callable[[bytes], Any], descriptions: bytes, messages: Messages) -> object:
    state = _State(_groups(fromstring, descriptions))
    for _, xml in messages:
        root = fromstring(xml)
        status = root.find("sport_event_status")
        markets = (
            (market.attrib, [outcome.attrib for outcome in market.iter("outcome")])
            for market in root.iter("market")
        )
        state.take(root.tag, root.attrib, None if status is None else status.attrib, markets)
    return state


def _events(expat: ModuleType, descriptions: bytes, messages: Messages) -> object:
    listed: dict[str, set[str]] = {}

    def described(name: str, attributes: dict[str, str]) -> None:
        if name == "market":
            listed[attributes["id"]] = set(attributes["groups"].split("|"))

    reader = expat.ParserCreate()
    reader.StartElementHandler = described
    reader.Parse(descriptions, True)
    state = _State(listed)
    for _, xml in messages:
        seen: list[Any] = [None, {}, None, []]

        def start(name: str, attributes: dict[str, str], seen: list[Any] = seen) -> None:
            if name == "outcome":
                seen[3][-1][1].append(attributes)
            elif name == "market":
                seen[3].append((attributes, []))
            elif name == "sport_event_status":
                seen[2] = attributes
            elif seen[0] is None:
                seen[0], seen[1] = name, attributes

        reader = expat.ParserCreate()
        reader.StartElementHandler = start
        reader.Parse(xml, True)
        state.take(*seen)
    return state


class _State:
    """The rules of the feed on dicts."""

    def __init__(self, groups: dict[str, set[str]]) -> None:
        self.groups = groups
        self.events: dict[str, dict[str, Any]] = {}

    def take(self, kind: str, message: Any, status: Any, markets: Iterable[tuple[Any, list[Any]]]) -> None:
        """One message, whose parts are attributes by name."""
        if "event_id" not in message:
            return
        event = self.events.setdefault(message["event_id"], {"status": None, "ts": None, "markets": {}})
        if kind == "bet_stop":
            self._stop(event, message)
            return
        if kind == "odds_change":
            event["ts"] = int(message["timestamp"])
            if status is not None:
                event["status"] = [
                    int(status["status"]),
                    int(status["match_status"]),
                    float(status.get("home_score", 0)),
                    float(status.get("away_score", 0)),
                ]
        product = int(message["product"])
        for market, outcomes in markets:
            name = market["id"] + "/" + "|".join(sorted(market.get("specifiers", "").split("|")))
            line = event["markets"].get(name)
            if line is None:
                line = event["markets"][name] = {"outcomes": {}, "settled": {}, "cancels": [], "certainty": 0}
            self._line(line, kind, message, product, market, outcomes)

    def _stop(self, event: dict[str, Any], message: Any) -> None:
        groups, status = set(message["groups"].split("|")), int(message.get("market_status", -1))
        for name, line in event["markets"].items():
            known = self.groups.get(name.partition("/")[0], set())
            if line.get("status") == 1 and ("all" in groups or groups & known):
                line["status"] = status

    def _line(
        self, line: dict[str, Any], kind: str, message: Any, product: int, market: Any, outcomes: list[Any]
    ) -> None:
        window = (message.get("start_time"), message.get("end_time"))
        if kind == "odds_change":
            status = int(market.get("status", 1))
            if status == -2 and line.get("product", product) != product:
                return
            line["status"], line["product"] = status, product
            if outcomes:
                line["outcomes"] = {
                    outcome["id"]: [
                        float(outcome["odds"]) if "odds" in outcome else None,
                        int(outcome.get("active", 1)),
                        float(outcome["probabilities"]) if "probabilities" in outcome else None,
                    ]
                    for outcome in outcomes
                }
        elif kind == "bet_settlement":
            line["certainty"] = max(line["certainty"], int(message.get("certainty", 1)))
            for outcome in outcomes:
                void, heat = outcome.get("void_factor"), outcome.get("dead_heat_factor")
                line["settled"][outcome["id"]] = [
                    int(outcome["result"]),
                    void and float(void),
                    heat and float(heat),
                ]
        elif kind == "rollback_bet_settlement":
            line["settled"], line["certainty"] = {}, 0
        elif kind == "bet_cancel":
            line["cancels"].append(window)
        elif kind == "rollback_bet_cancel" and window in line["cancels"]:
            line["cancels"].remove(window)

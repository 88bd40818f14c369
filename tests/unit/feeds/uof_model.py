"""The odds feed's state read anew from the specification, slowly, with a tree of XML elements and plain dicts."""

from typing import Any
from xml.etree import ElementTree

Window = list[int | None]


class Model:
    """Every event as the snapshot shows it; `groups` of markets by id, for bet stops."""

    def __init__(self, groups: dict[str, set[str]]) -> None:
        self.events: dict[str, dict[str, Any]] = {}
        self._groups = groups
        self._latest: dict[tuple[str, str], int] = {}

    def take(self, xml: bytes) -> None:
        """One message about an event."""
        message = ElementTree.fromstring(xml)  # noqa: S314
        kind, urn = message.tag, message.attrib["event_id"]
        if urn not in self.events and kind not in {"odds_change", "bet_settlement", "bet_cancel"}:
            return
        event = self.events.setdefault(urn, {"status": None, "ts": None, "markets": {}})
        if kind == "bet_stop":
            self._stop(event["markets"], message.attrib)
            return
        if kind == "odds_change" and not self._begin(event, message):
            return
        for market in message.iter("market"):
            specifiers = "|".join(sorted(market.get("specifiers", "").split("|")))
            name = f"{market.attrib['id']}/{specifiers}"
            if kind.startswith("rollback") and name not in event["markets"]:
                continue
            new: dict[str, Any] = {
                "status": None,
                "product": None,
                "outcomes": {},
                "settled": {},
                "certainty": 0,
                "cancels": [],
            }
            line = event["markets"].setdefault(name, new)
            getattr(self, f"_{kind}")(line, message.attrib, market)

    def _begin(self, event: dict[str, Any], message: ElementTree.Element) -> bool:
        told, stamp = message.attrib, int(message.attrib["timestamp"])
        producer = (told["event_id"], told["product"])
        if stamp < self._latest.get(producer, 0):
            # Sent again in a recovery it counts, but what is latest stays.
            if "request_id" not in told:
                return False
        else:
            self._latest[producer] = stamp
        event["ts"] = stamp
        status = message.find("sport_event_status")
        if status is not None:
            codes = [int(status.attrib[name]) for name in ("status", "match_status")]
            event["status"] = [*codes, *(_float(status.get(f"{side}_score")) for side in ("home", "away"))]
        return True

    def _stop(self, markets: dict[str, Any], told: dict[str, str]) -> None:
        groups = set(told["groups"].split("|"))
        for name, line in markets.items():
            of_market = self._groups.get(name.partition("/")[0], set()) | {"all"}
            if line["status"] == 1 and groups & of_market:
                line["status"] = int(told.get("market_status", -1))

    def _odds_change(self, line: dict[str, Any], told: dict[str, str], market: ElementTree.Element) -> None:
        status, product = int(market.get("status", 1)), int(told["product"])
        if status == -2 and line["product"] not in (None, product):
            return
        line["status"], line["product"] = status, product
        offers = {
            outcome.attrib["id"]: [
                _float(outcome.get("odds")),
                int(outcome.get("active", 1)),
                _float(outcome.get("probabilities")),
            ]
            for outcome in market
        }
        line["outcomes"] = offers or line["outcomes"]

    def _bet_settlement(
        self, line: dict[str, Any], told: dict[str, str], market: ElementTree.Element
    ) -> None:
        line["certainty"] = max(line["certainty"], int(told.get("certainty", 1)))
        for outcome in market:
            void, heat = _float(outcome.get("void_factor")), _float(outcome.get("dead_heat_factor"))
            written = [int(outcome.attrib["result"]), void or None, None if heat == 1 else heat]
            line["settled"][outcome.attrib["id"]] = written

    def _rollback_bet_settlement(
        self, line: dict[str, Any], told: dict[str, str], market: ElementTree.Element
    ) -> None:
        named = [outcome.attrib["id"] for outcome in market] or list(line["settled"])
        for key in named:
            line["settled"].pop(key, None)
        if not line["settled"]:
            line["certainty"] = 0

    def _bet_cancel(self, line: dict[str, Any], told: dict[str, str], market: ElementTree.Element) -> None:
        window = _window(told)
        if "request_id" not in told or window not in line["cancels"]:
            line["cancels"].append(window)

    def _rollback_bet_cancel(
        self, line: dict[str, Any], told: dict[str, str], market: ElementTree.Element
    ) -> None:
        window = _window(told)
        if window in line["cancels"]:
            line["cancels"].remove(window)


def _float(text: str | None) -> float | None:
    return None if text is None else float(text)


def _window(told: dict[str, str]) -> Window:
    return [int(told[name]) if name in told else None for name in ("start_time", "end_time")]

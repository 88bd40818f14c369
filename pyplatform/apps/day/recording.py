"""A programme written as recordings of its feeds: messages as the odds feed and the exchange send them."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import quoteattr

import msgspec

from pyplatform.apps.day.outage import Stands, Told
from pyplatform.apps.day.programme import Programme
from pyplatform.apps.day.racing import PLACES
from pyplatform.apps.day.world import MATCH_LINES, Cancelled, Event, Odds, Race, Said, Settled, Stop
from pyplatform.feeds.received import Health, Received
from pyplatform.feeds.recording import Header, encode
from pyplatform.feeds.replay import shares
from pyplatform.feeds.sources import Recorded

FEED_MARGIN: Final = 0.04
"""What the odds feed keeps of its own odds; ours come from its probabilities."""
_SHORTEST: Final = 0.004
"""Outcomes less or more likely than this share and its complement are not offered."""
_SPORTS: Final = {"football": "1", "tennis": "5"}
_SPREAD: Final = 0.01
_SECOND: Final = 10**9
HOME, AWAY = "{$competitor1}", "{$competitor2}"


def descriptions() -> bytes:
    """Descriptions of the markets of the day, as the odds feed's API has them."""
    names = {
        "1": ("1x2", (HOME, "draw", AWAY)),
        "10": ("Double chance", (f"{HOME} or draw", f"{HOME} or {AWAY}", f"draw or {AWAY}")),
        "18": ("Total", ("over {total}", "under {total}")),
        "29": ("Both teams to score", ("yes", "no")),
        "186": ("Winner", (HOME, AWAY)),
        "202": ("{!setnr} set - winner", (HOME, AWAY)),
    }
    markets = []
    for number, (name, outcomes) in names.items():
        keys = MATCH_LINES[number][1]
        inside = "".join(
            f"<outcome id={quoteattr(key)} name={quoteattr(called)}/>"
            for key, called in zip(keys, outcomes, strict=True)
        )
        markets.append(
            f'<market id="{number}" name={quoteattr(name)} groups="all"><outcomes>{inside}</outcomes></market>'
        )
    text = f'<market_descriptions response_code="OK">{"".join(markets)}</market_descriptions>'
    return text.encode()


def retimed(path: Path, seconds: float, began_ns: int) -> list[Received]:
    """A real recording, byte for byte, in the time of the day: hours before a race in so many seconds."""
    due = shares(path, seconds)
    return [
        Received(began_ns + round(at * _SECOND), item.channel, item.payload)
        for at, item in zip(due, Recorded(path).items(), strict=True)
        if isinstance(item, Received)
    ]


def write(
    programme: Programme, folder: Path, began_ns: int, others: Iterable[Received] = ()
) -> tuple[Path, Path]:
    """Write the day that begins at `began_ns` into a folder: (odds feed, exchange), `others` among the latter."""
    sports = {event.id: _SPORTS.get(event.sport, "") for event in programme.events}
    matches = [_match(told, began_ns, sports) for told in programme.matches]
    paper = _Exchange(programme, began_ns)
    races = [paper.item(told) for told in programme.races]
    races = sorted([*races, *others], key=lambda item: item.at_ns)
    return (
        _save(folder / "matches.feed", Header("uof", "uof", began_ns), matches),
        _save(folder / "races.feed", Header("betfair", "betfair", began_ns), races),
    )


def _save(path: Path, header: Header, items: Iterable[Received | Health]) -> Path:
    path.write_bytes(header.encode() + b"".join(map(encode, items)))
    return path


def _stands(told: Stands, began_ns: int) -> Health:
    return Health(told.producer, told.up, told.reason, began_ns + round(told.at * _SECOND))


def _match(told: Told, began_ns: int, sports: dict[str, str]) -> Received | Health:
    """A message of the odds feed."""
    at = began_ns + round(told.at * _SECOND)
    if isinstance(told, Stands):
        return _stands(told, began_ns)
    assert not isinstance(told, Race)  # noqa: S101 - those are the exchange's
    kind, inside, more = _content(told, began_ns)
    head = f'product="{told.product}" event_id="{told.event}" timestamp="{at // 1_000_000}"{more}'
    pre, live = ("-", "live") if told.product == 1 else ("pre", "-")
    number = told.event.rpartition(":")[2]
    channel = f"hi.{pre}.{live}.{kind}.{sports[told.event]}.sr:match.{number}.-"
    return Received(at, channel, f"<{kind} {head}>{inside}</{kind}>".encode())


def _content(told: Said, began_ns: int) -> tuple[str, str, str]:
    """Kind, content and further attributes of a message."""
    match told:
        case Odds():
            home, away = told.score
            state = f'<sport_event_status status="{told.phase}" home_score="{home}" away_score="{away}"/>'
            lines = "".join(_line(line, _outcomes(line, chances)) for line, chances in told.markets)
            return "odds_change", f"{state}<odds>{lines}</odds>", ""
        case Stop():
            return "bet_stop", "", ' groups="all" market_status="-1"'
        case Settled():
            lines = "".join(
                _line(
                    line,
                    (
                        "",
                        "".join(
                            f'<outcome id="{key}" result="{int(key in won)}"/>'
                            for key in MATCH_LINES[line.partition("/")[0]][1]
                        ),
                    ),
                )
                for line, won in told.results
            )
            return "bet_settlement", f"<outcomes>{lines}</outcomes>", ' certainty="2"'
        case Cancelled():
            lines = "".join(_line(line, ("", "")) for line in told.lines)
            if told.window is None:
                return "bet_cancel", lines, ""
            start, end = (began_ns // 1_000_000 + round(one * 1_000) for one in told.window)
            return "bet_cancel", lines, f' start_time="{start}" end_time="{end}"'
        case _:
            lines = "".join(_line(line, ("", "")) for line in told.lines)  # type: ignore[union-attr]
            return "rollback_bet_settlement", lines, ""


def _line(named: str, content: tuple[str, str]) -> str:
    number, _, specifiers = named.partition("/")
    attributes, inside = content
    told = f' specifiers="{specifiers}"' if specifiers else ""
    return f'<market id="{number}"{told}{attributes}>{inside}</market>'


def _outcomes(line: str, chances: tuple[float, ...]) -> tuple[str, str]:
    """Status and outcomes of a market on sale; suspended without chances."""
    if not chances:
        return ' status="-1"', ""
    total = sum(chances)
    inside = []
    for key, chance in zip(MATCH_LINES[line.partition("/")[0]][1], chances, strict=True):
        share = min(0.9995, max(0.0005, chance))
        offered = _SHORTEST < chance < 1 - _SHORTEST
        price = max(1.01, round(1 / (share * (1 + FEED_MARGIN)), 2))
        inside.append(
            f'<outcome id="{key}" odds="{price}" probabilities="{share:.6f}" active="{int(offered)}"/>'
        )
    assert abs(total - round(total)) < 1e-6, (line, chances)  # noqa: S101 - the chances of a whole market
    return ' status="1"', "".join(inside)


class _Exchange:
    """Writes what the exchange says of its markets."""

    def __init__(self, programme: Programme, began_ns: int) -> None:
        self._began = began_ns
        self._versions: dict[str, int] = {}
        self._definitions: dict[str, dict[str, Any]] = {}
        self._of: dict[str, tuple[Event, str]] = {
            line.id: (event, kind)
            for event in programme.events
            if event.sport == "horse_racing"
            for kind, line in event.lines.items()
        }

    def item(self, told: Told) -> Received | Health:
        """A message of the stream."""
        if isinstance(told, Stands):
            return _stands(told, self._began)
        assert isinstance(told, Race)  # noqa: S101 - the others are the odds feed's
        at = self._began + round(told.at * _SECOND)
        change: dict[str, Any] = {"id": told.market}
        if told.status:
            self._definitions[told.market] = self._definition(told, at)
        else:  # an image is whole, or it would drop what it does not say
            change |= {"img": True, "rc": [self._runner(*one) for one in told.prices]}
        change["marketDefinition"] = self._definitions[told.market]
        line = {"op": "mcm", "pt": at // 1_000_000, "mc": [change]}
        return Received(at, "", msgspec.json.encode(line))

    def _runner(self, runner: int, price: float) -> dict[str, Any]:
        back, lay = max(1.01, round(price * (1 - _SPREAD), 2)), max(1.02, round(price * (1 + _SPREAD), 2))
        return {
            "id": runner,
            "atb": [[back, 100]],
            "atl": [[max(lay, back + 0.01), 100]],
            "ltp": round(price, 2),
        }

    def _definition(self, told: Race, at: int) -> dict[str, Any]:
        event, kind = self._of[told.market]
        version = self._versions[told.market] = self._versions.get(told.market, 0) + 1
        starts = datetime.fromtimestamp(self._began / 1e9 + event.starts, UTC)
        runners: list[dict[str, Any]] = []
        starting = dict(told.starting)
        for priority, (runner, status) in enumerate(told.runners, 1):
            said: dict[str, Any] = {"id": runner, "sortPriority": priority, "status": status}
            said["name"] = f"Runner {priority}"
            if runner in starting:
                said["bsp"] = starting[runner]
            if status == "REMOVED":
                removed = datetime.fromtimestamp(at / 1e9, UTC)
                said |= {"adjustmentFactor": 15.0, "removalDate": _time(removed)}
            runners.append(said)
        running = sum(status != "REMOVED" for _, status in told.runners)
        return {
            "status": told.status,
            "inPlay": False,
            "bspReconciled": bool(starting),
            "betDelay": 0,
            "version": version,
            "eventTypeId": "7",
            "eventId": event.id,
            "eventName": event.name,
            "marketType": kind.upper(),
            "numberOfWinners": 1 if kind == "win" else PLACES,
            "numberOfActiveRunners": running,
            "marketTime": _time(starts),
            "runners": runners,
        }


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"

"""The stand-in for Sportradar: a publisher that knows the truth, forgets nothing and answers recoveries."""

import ssl
from pathlib import Path
from random import Random

import aiormq
from aiormq.abc import AbstractConnection
from pamqp.commands import Basic
from yarl import URL

from pyplatform.core.feeds import uof
from tests.integration.feeds.betradar_http import PUBLISHER, VIRTUAL_HOST, Answers, Http, Recovery
from tests.integration.feeds.broker import Broker
from tests.integration.feeds.clock import Clock

EVENTS = tuple(f"sr:match:{number}" for number in (101, 102, 103))


class Betradar:
    def __init__(self, http: Http, broker: Broker, ca_file: Path, clock: Clock) -> None:
        self._http, self._broker, self._ca_file, self._clock = http, broker, ca_file, clock
        http.answers = Answers()
        self.truth = uof.State()
        self._stateful: list[tuple[int, int, str, str]] = []
        """Time, product, routing key and message of all that is not odds."""
        self._answered = 0

    @property
    def answers(self) -> Answers:
        return self._http.answers

    @property
    def recoveries(self) -> list[Recovery]:
        return self._http.answers.recoveries

    async def start(self) -> None:
        url = URL.build(
            scheme="amqps", user=PUBLISHER, host="127.0.0.1", port=self._broker.port, path=f"/{VIRTUAL_HOST}"
        )
        trust = ssl.create_default_context(cafile=str(self._ca_file))
        self._connection: AbstractConnection = await aiormq.connect(url, context=trust)
        self._channel = await self._connection.channel()

    async def stop(self) -> None:
        await self._connection.close()

    async def publish(self, key: str, xml: str) -> None:
        properties = Basic.Properties(headers={"timestamp_in_ms": self._clock.ms})
        await self._channel.basic_publish(
            xml.encode(), exchange="unifiedfeed", routing_key=key, properties=properties
        )

    async def alive(self, *products: int, subscribed: int = 1) -> None:
        for product in products or (1, 3):
            xml = f'<alive product="{product}" timestamp="{self._clock.ms}" subscribed="{subscribed}"/>'
            await self.publish("-.-.-.alive.-.-.-.-", xml)

    async def say(self, kind: str, event: str, attributes: str = "", body: str = "", product: int = 1) -> str:
        """Make a message, take it into the truth and publish it; answers its text."""
        interest = "-.live" if product == 1 else "pre.-"
        priority = "lo" if kind == "bet_settlement" else "hi"
        key = f"{priority}.{interest}.{kind}.1.{':'.join(event.split(':')[:2])}.{event.split(':')[2]}.-"
        xml = f'<{kind} product="{product}" event_id="{event}" timestamp="{self._clock.ms}"{attributes}>{body}</{kind}>'
        self.truth.apply(key, xml.encode())
        if kind in ("bet_settlement", "bet_cancel"):
            self._stateful.append((self._clock.ms, product, key, xml))
        await self.publish(key, xml)
        return xml

    async def play(self, seed: int, count: int) -> None:
        """So many messages by chance; time goes on by a millisecond with each."""
        random = Random(seed)  # noqa: S311 - to be repeated, not to be secret
        for _ in range(count):
            self._clock.go_on(1)
            event, line = (
                random.choice(EVENTS),
                f'id="{random.choice([1, 18])}" specifiers="total={random.randrange(3)}.5"',
            )
            match random.choice(["odds", "odds", "odds", "stop", "settlement", "cancel"]):
                case "odds":
                    outcomes = "".join(
                        f'<outcome id="{number}" odds="{random.randrange(101, 900) / 100}" active="1"/>'
                        for number in (1, 2)
                    )
                    body = f'<odds><market {line} status="{random.choice([1, 1, -1, 0])}">{outcomes}</market></odds>'
                    await self.say("odds_change", event, body=body)
                case "stop":
                    await self.say("bet_stop", event, ' groups="all"')
                case "settlement":
                    outcomes = f'<outcome id="1" result="{random.randrange(2)}"/><outcome id="2" result="0"/>'
                    body = f"<outcomes><market {line}>{outcomes}</market></outcomes>"
                    await self.say("bet_settlement", event, ' certainty="1"', body)
                case "cancel":
                    await self.say(
                        "bet_cancel", event, f' start_time="{self._clock.ms - 1000}"', f"<market {line}/>"
                    )

    async def answer(self, *, complete: bool = True) -> int:
        """Answer the requests that came since the last time; answers how many."""
        new = self.recoveries[self._answered :]
        self._answered += len(new)
        for recovery in new:
            node = recovery.node or "-"
            since = 0 if recovery.after is None else recovery.after
            for at, product, key, xml in self._stateful:
                if at > since and product == recovery.product:
                    await self.publish(f"{key[:-1]}{node}", _answering(xml, recovery.request_id))
            for key, xml in self._odds(recovery):
                await self.publish(f"{key}{node}", xml)
            if complete:
                await self.complete(recovery, node)
        return len(new)

    async def complete(self, recovery: Recovery, node: str = "-") -> None:
        xml = (
            f'<snapshot_complete product="{recovery.product}" timestamp="{self._clock.ms}" '
            f'request_id="{recovery.request_id}"/>'
        )
        await self.publish(f"-.-.-.snapshot_complete.-.-.-.{node}", xml)

    def _odds(self, recovery: Recovery) -> list[tuple[str, str]]:
        """Routing key, up to the node, and message with every event's odds as they are now."""
        found = []
        for event, state in self.truth.snapshot().items():
            lines = state["markets"].items()
            known = [(name, line) for name, line in lines if line["status"] is not None]
            markets = "".join(
                _market(name, line) for name, line in known if line["product"] == recovery.product
            )
            xml = (
                f'<odds_change product="{recovery.product}" event_id="{event}" timestamp="{state["ts"]}" '
                f'request_id="{recovery.request_id}"><odds>{markets}</odds></odds_change>'
            )
            found.append((f"hi.-.live.odds_change.1.sr:match.{event.split(':')[2]}.", xml))
        return found


def _market(name: str, line: uof.Line) -> str:
    market, _, specifiers = name.partition("/")
    outcomes = "".join(
        f'<outcome id="{key}" odds="{odds}" active="{active}"/>'
        for key, (odds, active, _) in line["outcomes"].items()
    )
    return f'<market id="{market}" specifiers="{specifiers}" status="{line["status"]}">{outcomes}</market>'


def _answering(xml: str, request_id: int) -> str:
    return xml.replace(" timestamp=", f' request_id="{request_id}" timestamp=', 1)

"""Synthetic frames and messages of feeds, the same every time, for comparisons where no recordings are at hand.

With `PYPLATFORM_RECORDINGS` set to a folder of recordings, theirs are taken.
"""

import gzip
import os
import random
from collections.abc import Callable
from pathlib import Path

SEED = 20_261_125
MARKETS, ASSETS, EVENTS = 12, 24, 60


def kalshi(count: int) -> list[bytes]:
    """Snapshots of every market, then changes: prices of cents, signed sizes."""
    recorded = _recorded("prediction-synthetic/kalshi.jsonl.gz")
    if recorded:
        return recorded[:count]
    chance = random.Random(SEED)  # noqa: S311
    frames = []
    for number in range(count):
        ticker = f"KXNBA-26NOV{number % MARKETS:02}-T{number % MARKETS}"
        if number < MARKETS:
            sides = [
                ",".join(
                    f'["0.{cents:02}00","{chance.uniform(50, 5000):.2f}"]' for cents in range(low, high, 2)
                )
                for low, high in ((1, 50), (2, 48))
            ]
            body = (
                f'"market_id":"{number:08x}-0000","yes_dollars_fp":[{sides[0]}],"no_dollars_fp":[{sides[1]}]'
            )
            kind = "snapshot"
        else:
            body = (
                f'"price_dollars":"0.{chance.randrange(1, 50):02}00","delta_fp":"{chance.uniform(-900, 2000):.2f}",'
                f'"side":"{chance.choice(("yes", "no"))}","ts_ms":{1_790_000_000_000 + number}'
            )
            kind = "delta"
        text = f'{{"type":"orderbook_{kind}","sid":1,"seq":{number + 1},"msg":{{"market_ticker":"{ticker}",{body}}}}}'
        frames.append(text.encode())
    return frames


def polymarket(count: int) -> list[bytes]:
    """A book of every asset, then changes of one to five prices; the best prices named are the book's."""
    recorded = _recorded("prediction-synthetic/polymarket.jsonl.gz")
    if recorded:
        return recorded[:count]
    chance = random.Random(SEED)  # noqa: S311
    assets = [str(chance.randrange(10**76, 10**77)) for _ in range(ASSETS)]
    books = {
        asset: (dict.fromkeys(range(300, 480, 4), 10.0), dict.fromkeys(range(520, 700, 4), 10.0))
        for asset in assets
    }
    market = "0x" + 64 * "1"
    listed = [
        ",".join(f'{{"price":"0.{price}","size":"10"}}' for price in side)
        for side in next(iter(books.values()))
    ]
    frames = [
        f'{{"event_type":"book","market":"{market}","asset_id":"{asset}","bids":[{listed[0]}],"asks":[{listed[1]}],'
        f'"timestamp":"1790000000000","hash":"{asset[:40]}"}}'
        for asset in assets
    ]
    while len(frames) < count:
        changes = [
            _change(chance, *chance.choice(list(books.items()))) for _ in range(chance.randrange(1, 6))
        ]
        frames.append(
            f'{{"event_type":"price_change","market":"{market}","price_changes":[{",".join(changes)}],'
            f'"timestamp":"{1_790_000_000_000 + len(frames)}"}}'
        )
    return [frame.encode() for frame in frames]


def _change(chance: random.Random, asset: str, book: tuple[dict[int, float], dict[int, float]]) -> str:
    is_bid = chance.random() < 0.5
    price = chance.randrange(300, 480) if is_bid else chance.randrange(520, 700)
    size = 0.0 if chance.random() < 0.3 else round(chance.uniform(1, 90_000), 2)
    side = book[not is_bid]
    if size:
        side[price] = size
    elif len(side) > 1:
        side.pop(price, None)
    else:
        size = side[price] = 7.0
    digest = chance.randrange(16**39, 16**40)
    return (
        f'{{"asset_id":"{asset}","price":"0.{price}","side":"{"BUY" if is_bid else "SELL"}","size":"{size}",'
        f'"hash":"{digest:040x}","best_bid":"0.{max(book[0])}","best_ask":"0.{min(book[1])}"}}'
    )


def uof(count: int) -> tuple[bytes, list[tuple[str, bytes]]]:
    """Descriptions, then routing keys and messages: odds changes of some markets, now and then a bet stop."""
    recorded = _recorded("uof-synthetic/season-a.tsv.gz")
    if recorded:
        folder = Path(os.environ["PYPLATFORM_RECORDINGS"])
        lines = (line.split(b"\t", 2) for line in recorded[:count])
        return (folder / "uof-synthetic" / "markets.xml").read_bytes(), [
            (key.decode(), xml) for _, key, xml in lines
        ]
    chance = random.Random(SEED)  # noqa: S311
    described = "".join(f'<market id="{id_}" name="m" groups="all|g{id_ % 3}"/>' for id_ in range(1, 30))
    messages = [_message(chance, number) for number in range(count)]
    return f"<market_descriptions>{described}</market_descriptions>".encode(), messages


def _message(chance: random.Random, number: int) -> tuple[str, bytes]:
    event = 10_000 + chance.randrange(EVENTS)
    about = f'product="1" event_id="sr:match:{event}" timestamp="{1_790_000_000_000 + number}"'
    kind: Callable[[str], str] = f"hi.-.live.{{}}.1.sr:match.{event}.-".format
    if number % 12 == 11:
        return kind("bet_stop"), f'<bet_stop {about} groups="{chance.choice(("all", "g1", "g2"))}"/>'.encode()
    markets = []
    for id_ in chance.sample(range(1, 30), 9):
        outcomes = "".join(
            f'<outcome id="{outcome}" odds="{chance.uniform(1.05, 30):.2f}" '
            f'probabilities="{chance.random():.6f}" active="1"/>'
            for outcome in range(12, 12 + chance.randrange(2, 9))
        )
        markets.append(
            f'<market id="{id_}" specifiers="total={chance.randrange(1, 6)}.5" status="1">{outcomes}</market>'
        )
    status = f'<sport_event_status status="1" match_status="6" home_score="{number % 3}" away_score="0"/>'
    text = f"<odds_change {about}>{status}<odds>{''.join(markets)}</odds></odds_change>"
    return kind("odds_change"), text.encode()


def _recorded(name: str) -> list[bytes]:
    folder = os.environ.get("PYPLATFORM_RECORDINGS")
    path = Path(folder, name) if folder else None
    if path is None or not path.exists():
        return []
    return [line for line in gzip.decompress(path.read_bytes()).split(b"\n") if line]

"""What the sportsbook decided about a slip, in the few bytes that the wallet journals with the verdict.

Version 1 was a price and the session, 20 bytes. Version 2 says prices as differences from those asked for, so that
twenty legs fit; it is never 20 bytes long.
"""

import struct
from typing import Final

import msgspec

from pyplatform.sportsbook.placement.slip import Slip

MOST_BYTES: Final = 64
"""What the wallet takes."""
_FIRST: Final = struct.Struct("<I16s")
_CENT: Final = 100
_EACH_WAY: Final = 1
_LIMITED: Final = 2
_REFERRED: Final = 4
_ABOUT: Final = 16
_FREE: Final = 32
_FINE: Final = 8
"""Differences in ten-thousandths; else in hundredths."""
_PROMISED: Final = 64
_SAME_PLACE: Final = 128
"""One place part's terms are those of all legs."""


class EachWayTerms(msgspec.Struct, frozen=True):
    """Terms of the place part: one `fraction`-th of the winnings (4: a quarter) for the first `places`."""

    places: int
    fraction: int


class Promised(msgspec.Struct, frozen=True):
    """What a bet is promised beyond its prices.

    A bonus of `boost_bp` on the profit if every leg wins, and on the legs of `best_odds` the better of price and
    starting price. For these it pays no more than `max_return`, 0 for no bound.
    """

    boost_bp: int = 0
    best_odds: tuple[int, ...] = ()
    max_return: int = 0


NOTHING: Final = Promised()


class Decided(msgspec.Struct, frozen=True):
    """What was decided: prices of the legs (taken, or current in a refusal), 0 where there is none.

    `terms_version` is that of the terms of trade; `max_stake` what we would take instead, 0 when that was not why;
    `each_way` are the terms of every leg, none unless the bet is each-way. `joint_price_e4` is that of a same-game
    multiple. `referred`: a trader is to decide. `legs` are those that a refusal is about, counted from 0.
    `free`: the stake is a free bet, and does not come back with the winnings.
    """

    session_id: bytes
    prices: tuple[int, ...]
    terms_version: int = 0
    max_stake: int = 0
    each_way: tuple[EachWayTerms, ...] = ()
    joint_price_e4: int = 0
    referred: bool = False
    legs: tuple[int, ...] = ()
    free: bool = False
    promised: Promised = NOTHING


def encode(decided: Decided, slip: Slip) -> bytes | None:
    """The bytes that travel with the verdict; None when so many prices changed by so much that they do not fit."""
    differences = _differences(decided, slip)
    moved = any(differences)
    fine = moved and any(difference % _CENT for difference in differences)
    out = bytearray(decided.session_id)
    out.append(_flags(decided) | (_FINE if fine else 0))
    _put(out, decided.terms_version)
    if decided.max_stake:
        _put(out, decided.max_stake)
    if decided.legs:
        _put(out, _mask(decided.legs))
    if moved:
        for difference in differences:
            step = difference if fine else difference // _CENT
            _put(out, 2 * step if step >= 0 else -2 * step - 1)
    else:
        out += bytes(len(differences))
    for terms in decided.each_way[:1] if _is_same(decided.each_way) else decided.each_way:
        out.append(terms.places << 4 | terms.fraction)
    if decided.promised != NOTHING:
        _put(out, decided.promised.boost_bp)
        _put(out, _mask(decided.promised.best_odds))
        _put(out, decided.promised.max_return)
    if len(out) == _FIRST.size:
        out.append(0)
    return bytes(out) if len(out) <= MOST_BYTES else None


def _differences(decided: Decided, slip: Slip) -> list[int]:
    found = [price - leg.price_e4 for price, leg in zip(decided.prices, slip.legs, strict=True)]
    if slip.joint_price_e4:
        found.append(decided.joint_price_e4 - slip.joint_price_e4)
    return found


def _is_same(each_way: tuple[EachWayTerms, ...]) -> bool:
    return len(each_way) > 1 and len(set(each_way)) == 1


def _flags(decided: Decided) -> int:
    return (
        (_EACH_WAY if decided.each_way else 0)
        | (_LIMITED if decided.max_stake else 0)
        | (_REFERRED if decided.referred else 0)
        | (_ABOUT if decided.legs else 0)
        | (_FREE if decided.free else 0)
        | (_PROMISED if decided.promised != NOTHING else 0)
        | (_SAME_PLACE if _is_same(decided.each_way) else 0)
    )


def decode(data: bytes, slip: Slip) -> Decided:
    """Read what was decided about `slip`; raises ValueError for what no version wrote."""
    if len(data) == _FIRST.size:
        price_e4, session_id = _FIRST.unpack(data)
        return Decided(session_id, (price_e4,))
    reader = _Reader(data, 17)
    try:
        flags = data[16]
        version = reader.varint()
        max_stake = reader.varint() if flags & _LIMITED else 0
        about = reader.varint() if flags & _ABOUT else 0
        step = 1 if flags & _FINE else _CENT
        prices = tuple([leg.price_e4 + step * reader.difference() for leg in slip.legs])
        joint = slip.joint_price_e4 + step * reader.difference() if slip.joint_price_e4 else 0
        each_way = reader.places(flags, len(slip.legs))
        promised = reader.promised(len(slip.legs)) if flags & _PROMISED else NOTHING
    except IndexError as error:
        raise ValueError(f"terms of {len(data)} bytes end before {len(slip.legs)} legs are told") from error
    legs = _legs(about, len(slip.legs))
    referred, free = bool(flags & _REFERRED), bool(flags & _FREE)
    return Decided(data[:16], prices, version, max_stake, each_way, joint, referred, legs, free, promised)


def _mask(legs: tuple[int, ...]) -> int:
    return sum(1 << leg for leg in legs)


def _legs(mask: int, count: int) -> tuple[int, ...]:
    return tuple([leg for leg in range(count) if mask >> leg & 1])


def _put(out: bytearray, value: int) -> None:
    """Append an unsigned LEB128 number."""
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)


class _Reader:
    __slots__ = ("_at", "_data")

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self._at = at

    def byte(self) -> int:
        self._at += 1
        return self._data[self._at - 1]

    def varint(self) -> int:
        value = shift = 0
        while (byte := self.byte()) > 0x7F:
            value |= (byte & 0x7F) << shift
            shift += 7
        return value | byte << shift

    def difference(self) -> int:
        value = self.varint()
        return value >> 1 if not value & 1 else -((value + 1) >> 1)

    def places(self, flags: int, legs: int) -> tuple[EachWayTerms, ...]:
        if not flags & _EACH_WAY:
            return ()
        if flags & _SAME_PLACE:
            return (self._place(),) * legs
        return tuple([self._place() for _ in range(legs)])

    def _place(self) -> EachWayTerms:
        byte = self.byte()
        return EachWayTerms(byte >> 4, byte & 0xF)

    def promised(self, legs: int) -> Promised:
        boost, best = self.varint(), self.varint()
        return Promised(boost, _legs(best, legs), self.varint())

"""The messages of Betfair's stream, as far as a connection must know them."""

from typing import Any, Final

import msgspec

from pyplatform._core.recovery import BetfairAction
from pyplatform.feeds.betfair_settings import Subscription
from pyplatform.feeds.secret import Secret

STREAMS: Final = {"mcm": "market", "ocm": "order"}
"""Kind of subscription by `op` of its change messages."""
_END: Final = b"\r\n"


class Envelope(msgspec.Struct, rename="camel"):
    """What a message says beside its data. Unknown keys are passed over."""

    op: str
    id: int | None = None
    ct: str | None = None
    segment_type: str | None = None
    initial_clk: str | int | None = None
    clk: str | int | None = None
    status: int | None = None
    heartbeat_ms: int | None = None
    status_code: str | None = None
    error_code: str | None = None
    error_message: str | None = None
    connections_available: int | None = None


_decoder: Final = msgspec.json.Decoder(Envelope)


def envelope(line: bytes) -> Envelope:
    """Read the envelope of a line; raises msgspec.MsgspecError if it is no message."""
    return _decoder.decode(line)


def text(clock: str | int | None) -> str | None:
    """A clock as it is sent back."""
    return None if clock is None else str(clock)


def authentication(action: BetfairAction, app_key: Secret, session: Secret) -> bytes:
    """The request that opens a connection."""
    message = {
        "op": "authentication",
        "id": action.id,
        "appKey": app_key.reveal(),
        "session": session.reveal(),
    }
    return msgspec.json.encode(message) + _END


def subscription(action: BetfairAction, wanted: Subscription) -> bytes:
    """The request for markets or orders, going on from the clocks if there are any."""
    message: dict[str, Any] = {
        "op": f"{action.stream}Subscription",
        "id": action.id,
        "segmentationEnabled": wanted.segmentation,
        "conflateMs": wanted.conflate_ms,
        "heartbeatMs": wanted.heartbeat_ms,
    }
    if action.stream == "market":
        message |= {"marketFilter": wanted.market_filter, "marketDataFilter": wanted.market_data_filter}
    elif wanted.order_filter:
        message["orderFilter"] = wanted.order_filter
    if action.clk is not None:
        message |= {"initialClk": action.initial_clk, "clk": action.clk}
    return msgspec.json.encode(message) + _END

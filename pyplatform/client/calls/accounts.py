"""Operations on accounts; written by `make client`, change the API instead."""

from datetime import datetime
from urllib.parse import quote

from pyplatform.client.call import Call
from pyplatform.client.types.accounts import Credentials, Me, OpenedSession, Registered, Registration
from pyplatform.client.types.shared import Statement


def register(body: Registration) -> Call[Registered]:
    """Open an account.

    409 `registration_refused` says only that these details cannot be used, whoever asks.
    """
    return Call("POST", "/v1/players", Registered, body=body)


def log_in(body: Credentials) -> Call[OpenedSession]:
    """Log in; the player's other session ends.

    A wrong password and an unknown address get the same answer; too many attempts lock the address for a while.
    """
    return Call("POST", "/v1/sessions", OpenedSession, body=body)


def log_out() -> Call[None]:
    """Log out: the token is dead at once."""
    return Call("DELETE", "/v1/sessions/current", type(None))


def me() -> Call[Me]:
    """Read one's own account."""
    return Call("GET", "/v1/me", Me)


def read_player_statement(
    player_id: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    after_seq: int = 0,
    limit: int = 200,
    min_seq: int = 0,
    currency: str = "",
) -> Call[Statement]:
    """Read the statement of any player of the tenant whose money has ever moved."""
    return Call(
        "GET",
        f"/v1/players/{quote(player_id, safe='')}/statement",
        Statement,
        query={
            "since": since,
            "until": until,
            "after_seq": after_seq,
            "limit": limit,
            "min_seq": min_seq,
            "currency": currency,
        },
    )

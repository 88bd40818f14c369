"""Operations on accounts; written by `make client`, change the API instead."""

from pyplatform.client.call import Call
from pyplatform.client.types.accounts import Credentials, Me, OpenedSession, Registered, Registration


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

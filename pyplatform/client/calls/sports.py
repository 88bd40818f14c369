"""Operations on sports; written by `make client`, change the API instead."""

from pyplatform.client.call import Call
from pyplatform.client.types.sports import SportTree


def list_sports(*, language: str = "") -> Call[SportTree]:
    """List all sports with their categories and competitions, and how many events each has."""
    return Call("GET", "/v1/sports", SportTree, query={"language": language})

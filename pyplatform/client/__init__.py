"""A typed client of the platform's API: `Client`, `AsyncClient`, calls to send with them, and the errors they raise."""

from pyplatform.client.aio import AsyncClient
from pyplatform.client.call import Call, new_key
from pyplatform.client.exchange import Answer, Retry
from pyplatform.client.sync import Client

__all__ = ["Answer", "AsyncClient", "Call", "Client", "Retry", "new_key"]

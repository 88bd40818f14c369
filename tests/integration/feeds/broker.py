"""A real RabbitMQ of the tests' own: private ports, a folder of its own, users and rights asked of an HTTP stand-in."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from pyplatform.embedded.child import SPAWN

PROGRAM: Final = "rabbitmq-server"
_PLACES: Final = "/usr/sbin:/usr/local/sbin:/sbin"
_UNWRAPPED: Final = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
"""Debian's wrapper of the program would become another user, who may not read our folder."""
_PATIENCE_S: Final = 60.0

_CONFIGURATION: Final = """\
listeners.tcp = none
listeners.ssl.1 = 127.0.0.1:{port}
ssl_options.cacertfile = {certificate}
ssl_options.certfile = {certificate}
ssl_options.keyfile = {key}
ssl_options.verify = verify_none
ssl_options.fail_if_no_peer_cert = false
auth_backends.1 = http
auth_http.http_method = post
auth_http.user_path = http://127.0.0.1:{auth_port}/auth/user
auth_http.vhost_path = http://127.0.0.1:{auth_port}/auth/vhost
auth_http.resource_path = http://127.0.0.1:{auth_port}/auth/resource
auth_http.topic_path = http://127.0.0.1:{auth_port}/auth/topic
load_definitions = {definitions}
loopback_users = none
log.console = true
log.console.level = info
heartbeat = 10
"""
_DEFINITIONS: Final = """\
{{"vhosts": [{{"name": "{vhost}"}}],
  "exchanges": [{{"name": "unifiedfeed", "vhost": "{vhost}", "type": "topic", "durable": true,
                  "auto_delete": false, "internal": false, "arguments": {{}}}}]}}
"""


def program() -> str | None:
    """The broker's program, if this machine has it."""
    return shutil.which(PROGRAM, path=f"{os.environ.get('PATH', '')}:{_PLACES}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Broker:
    """RabbitMQ and the port mapper of Erlang, both our own children."""

    def __init__(self, folder: Path, certificate: Path, key: Path, auth_port: int, vhost: str) -> None:
        self.port = free_port()
        self._log = folder / "broker.log"
        definitions, configuration = folder / "definitions.json", folder / "rabbitmq.conf"
        definitions.write_text(_DEFINITIONS.format(vhost=vhost))
        configuration.write_text(
            _CONFIGURATION.format(
                port=self.port, certificate=certificate, key=key, auth_port=auth_port, definitions=definitions
            )
        )
        (folder / "plugins").write_text("[rabbitmq_auth_backend_http].\n")
        mapper_port = free_port()
        environment = os.environ | {
            "HOME": str(folder),
            "PATH": f"{os.environ.get('PATH', '')}:{_PLACES}",
            "ERL_EPMD_PORT": str(mapper_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"test{self.port}@localhost",
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_CONFIG_FILE": str(configuration),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-start_epmd false",
            # The script becomes the broker instead of starting it: then the death signal is the broker's.
            "RUNNING_UNDER_SYSTEMD": "1",
        }
        mapper = shutil.which("epmd", path=environment["PATH"]) or "epmd"
        self._children = [self._spawn([mapper, "-port", str(mapper_port)], environment)]
        self._children.append(
            self._spawn([str(_UNWRAPPED if _UNWRAPPED.exists() else program())], environment)
        )
        self._wait()

    def _spawn(self, command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
        # A test run that is killed takes its broker along.
        head = [sys.executable, "-I", "-S", SPAWN, str(os.getpid()), str(int(signal.SIGKILL)), "same"]
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [*head, *command],
                env=environment,
                cwd=self._log.parent,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def _wait(self) -> None:
        until = time.monotonic() + _PATIENCE_S
        while time.monotonic() < until:
            if "Server startup complete" in self._log.read_text(errors="replace"):
                return
            if self._children[1].poll() is not None:
                break
            time.sleep(0.05)
        log = self._log.read_text(errors="replace")[-3_000:]
        self.stop()
        raise RuntimeError(f"the broker did not start:\n{log}")

    def stop(self) -> None:
        for child in reversed(self._children):
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()

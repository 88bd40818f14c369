"""AsyncAPI 3: the WebSockets of an application, and the subjects of the bus behind it."""

from typing import Any, Final

from pyplatform.apidoc.bus import SUBJECTS, Subject, Text
from pyplatform.apidoc.openapi import heading
from pyplatform.apidoc.schemas import Schemas
from pyplatform.http.app import App
from pyplatform.http.websocket import Socket

_MSGPACK: Final = "application/vnd.msgpack"
_ABOUT: Final = """The stream of the gateway for players and staff, in JSON; and the subjects of the bus for those who
run services beside ours, in msgpack: structs there are arrays, bytes stay bytes, fields are only ever added at the
end."""
_SERVERS: Final = {
    "gateway": {
        "host": "localhost:8080",
        "protocol": "ws",
        "description": "the gateway; the first message of a connection is the login",
    },
    "bus": {
        "host": "localhost:4222",
        "protocol": "nats",
        "description": "inside the platform only: core NATS and JetStream",
    },
}
_REPLY_TO: Final = {"location": "$message.header#/reply", "description": "inbox that a request of NATS names"}
_SUBJECT_PARTS: Final = {
    "tenant": "slug of the tenant",
    "shard": "the tenant whose ledger it is",
    "owner": "who owns the event",
    "epoch": "epoch of the holder's lease",
    "feed": "name of the feed",
    "kind": "catalogue, status or prices",
    "domain": "the domain that recorded the event",
    "event_type": "type of the event",
}


class _Document:
    """Collects messages, channels and operations."""

    def __init__(self, types: list[Any]) -> None:
        self.schemas = Schemas(types)
        self.messages: dict[str, dict[str, Any]] = {}
        self.channels: dict[str, dict[str, Any]] = {}
        self.operations: dict[str, dict[str, Any]] = {}

    def message(self, kind: Any, about: str, *, packed: bool) -> str:
        """Name of a message of this kind, which is now known."""
        if kind is None or isinstance(kind, Text):
            name = f"{about}_payload"
            told = kind.about if isinstance(kind, Text) else "nothing"
            self.messages[name] = {
                "name": name,
                "summary": told,
                "contentType": "application/octet-stream",
                "payload": {"type": "string", "maxLength": 0} if kind is None else {"type": "string"},
            }
            return name
        schema = self.schemas.of(kind)
        name = str(schema["$ref"]).rpartition("/")[2]
        named: dict[str, Any] = {
            "name": name,
            "summary": (kind.__doc__ or "").partition("\n")[0],
            "contentType": _MSGPACK if packed else "application/json",
            "payload": schema,
        }
        example = self.schemas.example(schema)
        # Examples must be objects, and a struct of the bus is an array.
        self.messages[name] = named | ({} if packed else {"examples": [{"payload": example}]})
        return name

    def channel(self, name: str, server: str, address: str | None, messages: list[str]) -> dict[str, Any]:
        """A new channel, to be described further."""
        channel = self.channels[name] = {
            "address": address,
            "servers": [{"$ref": f"#/servers/{server}"}],
            "messages": {message: {"$ref": f"#/components/messages/{message}"} for message in messages},
        }
        return channel

    def operation(self, name: str, action: str, channel: str, messages: list[str]) -> dict[str, Any]:
        """A new operation on a channel."""
        operation = self.operations[name] = {"action": action, **_on(channel, messages)}
        return operation


def document(app: App) -> dict[str, Any]:
    """The AsyncAPI document of every WebSocket declared so far, and of the bus."""
    types = [kind for socket in app.sockets.values() for kind in (*socket.receives, *socket.sends)]
    carried = [kind for subject in SUBJECTS for kind in (subject.carries, subject.answers)]
    types += [kind for kind in carried if kind is not None and not isinstance(kind, Text)]
    made = _Document(types)
    for path, socket in app.sockets.items():
        _add_socket(made, path, socket)
    for subject in SUBJECTS:
        _add_subject(made, subject)
    schemas = {name: _as_draft_7(schema) for name, schema in made.schemas.components.items()}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": app.title, "version": app.version, "description": _ABOUT},
        "defaultContentType": "application/json",
        "servers": _SERVERS,
        "channels": made.channels,
        "operations": made.operations,
        "components": {"schemas": schemas, "messages": made.messages},
    }


def _add_socket(made: _Document, path: str, socket: Socket) -> None:
    said = heading(socket.handler)
    name = path.rpartition("/")[2]
    receives = [made.message(kind, "", packed=False) for kind in socket.receives]
    sends = [made.message(kind, "", packed=False) for kind in socket.sends]
    channel = made.channel(name, "gateway", path, [*receives, *sends])
    channel |= {"summary": said["summary"], "description": said["description"]}
    made.operation(f"{name}_receive", "receive", name, receives)["summary"] = "what a client says"
    made.operation(f"{name}_send", "send", name, sends)["summary"] = "what a client hears"


def _add_subject(made: _Document, subject: Subject) -> None:
    name = subject.name
    asked = made.message(subject.carries, name, packed=True)
    channel = made.channel(name, "bus", subject.address, [asked])
    channel["summary"] = subject.summary
    if subject.parameters:
        channel["parameters"] = {
            part: {"description": _SUBJECT_PARTS.get(part, part.replace("_", " "))}
            for part in subject.parameters
        }
    if subject.answers is None:
        made.operation(f"{name}_publish", "send", name, [asked])["summary"] = subject.summary
        return
    answer = made.message(subject.answers, f"{name}_answer", packed=True)
    made.channel(f"{name}_answer", "bus", None, [answer])["summary"] = "inbox of whoever asks"
    operation = made.operation(f"{name}_answer", "receive", name, [asked])
    operation |= {
        "summary": subject.summary,
        "reply": {"address": _REPLY_TO, **_on(f"{name}_answer", [answer])},
    }


def _on(channel: str, messages: list[str]) -> dict[str, Any]:
    return {
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{message}"} for message in messages],
    }


def _as_draft_7(schema: Any) -> Any:
    """AsyncAPI reads schemas by draft 7, where a tuple is `items`, and what may follow it `additionalItems`."""
    if isinstance(schema, list):
        return [_as_draft_7(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {word: _as_draft_7(value) for word, value in schema.items()}
    if "prefixItems" in made:
        rest = made.pop("items", None)
        made["items"] = made.pop("prefixItems")
        if rest is not None:
            made["additionalItems"] = rest or {"not": {}}
    return made

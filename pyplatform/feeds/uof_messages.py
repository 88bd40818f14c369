"""Messages of Sportradar's feed and documents of its API, as far as a connection must know them."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple
from xml.parsers import expat

_ROOT: Final = re.compile(rb"""<([A-Za-z_]\w*)((?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*/?>""")
_ATTRIBUTE: Final = re.compile(rb"""([\w.:-]+)\s*=\s*["']([^"'<]*)["']""")
_LONGEST_ROOT: Final = 16_384


class Envelope(NamedTuple):
    """What every message says. Times are milliseconds since the epoch."""

    kind: str
    product: int
    timestamp: int
    request_id: int | None
    subscribed: bool


def envelope(xml: bytes) -> Envelope | None:
    """Read the root element of a message; None if it is none of the feed's, which is for the state to complain of."""
    root = _ROOT.search(xml, 0, _LONGEST_ROOT)
    if root is None:
        return None
    attributes = dict(_ATTRIBUTE.findall(root[2]))
    try:
        request_id = attributes.get(b"request_id")
        return Envelope(
            root[1].decode(),
            int(attributes[b"product"]),
            int(attributes[b"timestamp"]),
            None if request_id is None else int(request_id),
            attributes.get(b"subscribed", b"1") != b"0",
        )
    except (KeyError, ValueError):
        return None


_INTERESTS: Final = {
    "all": ("*.*.*.*.*.*.*",),
    "live": ("*.*.live.*.*.*.*",),
    "prematch": ("*.pre.*.*.*.*.*",),
    "virtual": ("*.virt.*.*.*.*.*", "*.*.virt.*.*.*.*"),
    "hi": ("hi.*.*.*.*.*.*",),
    "lo": ("lo.*.*.*.*.*.*",),
}
ALIVES: Final = "-.-.-.alive.#"


def gets_snapshots(session: str, sessions: Sequence[str]) -> bool:
    """Whether a session is told of complete recoveries: beside one for `hi`, the one for `lo` is not."""
    return not (session == "lo" and "hi" in sessions)


def bindings(session: str, sessions: Sequence[str], node: int | None) -> list[str]:
    """Routing keys to bind the queue of a session with."""
    if session in _INTERESTS:
        bases = _INTERESTS[session]
    else:
        kind, _, number = session.rpartition(":")
        bases = (f"*.*.*.*.*.{kind}.{number}",)
    ends = ("#",) if node is None else (f"{node}.#", "-.#")
    keys = [f"{base}.{end}" for base in bases for end in ends]
    keys.append(ALIVES)
    if gets_snapshots(session, sessions):
        keys.append("-.-.-.snapshot_complete" + (".#" if node is None else f".-.-.-.{node}"))
    return keys


class BrokenDocument(ValueError):  # noqa: N818 - it names a state
    """An answer of the API is not the XML it should be."""


def elements(document: bytes, name: str) -> list[dict[str, str]]:
    """The attributes of every element called `name`; raises BrokenDocument, also at a document type."""
    found: list[dict[str, str]] = []

    def start(element: str, attributes: dict[str, str]) -> None:
        if element == name:
            found.append(dict(attributes))

    def refuse(*_: object) -> None:
        raise BrokenDocument("a document type is refused")

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(document, True)
    except expat.ExpatError as error:
        raise BrokenDocument(f"no XML: {error}") from None
    return found

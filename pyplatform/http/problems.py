"""Problems: every refusal the HTTP surface can answer, as RFC 9457 `application/problem+json`."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

import msgspec

MEDIA_TYPE: Final = "application/problem+json"


class ProblemDocument(msgspec.Struct, omit_defaults=True):
    """What a client reads: `code` is stable and meant for programs, `detail` for people.

    `field` is the one that is wrong or differs. Further members tell more where there is more to tell.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    correlation_id: str
    field: str = ""


class Problem(Exception):  # noqa: N818 - RFC 9457 calls it a problem
    """Raise to answer a request with a problem; `members` are further members of the document."""

    def __init__(
        self, status: int, code: str, detail: str, headers: Sequence[tuple[str, str]] = (), **members: object
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.headers, self.members = (
            status,
            code,
            detail,
            headers,
            members,
        )

    def encode(self, correlation_id: str) -> bytes:
        """The document as JSON."""
        kind, title = f"urn:pyplatform:problem:{self.code}", HTTPStatus(self.status).phrase
        document = ProblemDocument(kind, title, self.status, self.detail, self.code, correlation_id)
        return msgspec.json.encode({**msgspec.to_builtins(document), **self.members})


def unavailable(detail: str, code: str = "unavailable", retry_after: int = 1) -> Problem:
    """503 that tells the client to send the same request again after `retry_after` seconds."""
    return Problem(503, code, detail, [("retry-after", str(retry_after))])


def unauthenticated(detail: str) -> Problem:
    """401 with the challenge the standard asks for."""
    return Problem(401, "unauthenticated", detail, [("www-authenticate", "Bearer")])

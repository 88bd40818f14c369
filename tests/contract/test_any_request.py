"""Requests made from the documents, good and bad, at the running gateway: never a fault of ours, and every answer is
one the document knows."""

import asyncio
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, assume, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import CheckContext
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from pyplatform.apps.web import describe
from pyplatform.pam.staff import ROLES

Platform = Any
EXAMPLES = 25
"""Of every operation and mode; a nightly run may ask for more."""
ENDS_THE_SESSION = "/sessions/current"
CHECKS = [
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
]


def no_fault_of_ours(ctx: CheckContext, response: Any, case: Any) -> None:
    """503 is an answer, with the time to come back; anything else above 500 is a bug."""
    assert response.status_code < 500 or response.status_code == 503, response.text
    if response.status_code == 503:
        assert response.headers["retry-after"]


def send_examples(operation: Any, headers: dict[str, str], mode: Any) -> set[int]:
    """Send requests that keep to the operation's description, or break it; the statuses of the answers."""
    statuses: set[int] = set()

    @seed(1)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Any) -> None:
        # The HTTP server itself answers a header with control characters, with 400 and nothing else.
        assume(all(str(value).isprintable() for value in (case.headers or {}).values()))
        response = case.call(headers=headers)
        case.validate_response(response, checks=[no_fault_of_ours, *CHECKS])
        statuses.add(response.status_code)

    send()
    return statuses


def walk(schema: Any, callers: dict[str, dict[str, str]], mode: Any) -> dict[str, set[int]]:
    """Statuses seen by operation, each asked by one who may."""
    seen = {}
    for result in schema.get_all_operations():
        operation = result.ok()
        security = str(operation.definition.raw.get("security", ""))
        caller = next((name for name in ("staff", "player") if name in security), "nobody")
        name = f"{operation.method.upper()} {operation.path}"
        try:
            seen[name] = send_examples(operation, callers[caller], mode)
        except Unsatisfiable:  # nothing of this operation can be broken
            seen[name] = set()
    return seen


@pytest.mark.timeout(300)
@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
async def test_no_request_finds_a_fault(platform: Platform, mode: Any) -> None:
    document = describe("openapi")
    document["paths"] = {
        path: item
        for path, item in document["paths"].items()
        if not path.endswith(ENDS_THE_SESSION) and path not in ("/v1/stream", "/docs")
    }
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=f"http://127.0.0.1:{platform.port}")
    tenant = {"X-Tenant": platform.ours}
    callers = {
        "nobody": tenant,
        "player": platform.headers(await platform.player()),
        "staff": platform.headers(await platform.member(*ROLES)),
    }
    seen = await asyncio.to_thread(walk, schema, callers, mode)
    assert len(seen) >= 30
    assert platform.app.failures.value == 0
    assert all(statuses for name, statuses in seen.items() if name.startswith(("POST", "PUT")))

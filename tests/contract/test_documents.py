"""The documents of the interfaces: valid by the validators others use, whole, and the same served and printed."""

import inspect
import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import msgspec
import pytest
from jsonschema import Draft7Validator
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import BaseModel
from pydantic_asyncapi.v3 import AsyncAPI

from pyplatform import contracts
from pyplatform.apidoc.bus import SUBJECTS
from pyplatform.apps.web import describe

Platform = Any


@pytest.fixture(scope="module")
def openapi() -> Any:
    return msgspec.json.decode(msgspec.json.encode(describe("openapi")))


@pytest.fixture(scope="module")
def asyncapi() -> Any:
    return msgspec.json.decode(msgspec.json.encode(describe("asyncapi")))


def operations(openapi: Any) -> Iterator[tuple[str, Any]]:
    for path, item in openapi["paths"].items():
        for method, operation in item.items():
            yield f"{method.upper()} {path}", operation


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def find(document: Any, reference: str) -> Any:
    for part in reference.removeprefix("#/").split("/"):
        document = document[part.replace("~1", "/")]
    return document


def test_openapi_is_valid(openapi: Any) -> None:
    errors = list(OpenAPIV31SpecValidator(openapi).iter_errors())
    assert not errors, errors[0]


def test_every_operation_tells_its_errors_its_callers_and_examples(openapi: Any) -> None:
    ids = [operation["operationId"] for _, operation in operations(openapi)]
    assert len(ids) == len(set(ids))
    for name, operation in operations(openapi):
        if "101" in operation["responses"] or "/health/" in name:
            continue
        assert operation["summary"], name
        assert {"500", "503"} <= set(operation["responses"]), name
        assert "404" in operation["responses"] or "X-Tenant" not in str(operation), name
        if operation.get("security"):
            assert {"401", "403"} <= set(operation["responses"]), name
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                assert set(answer["content"]) == {"application/problem+json"}, (name, status)


def test_every_example_is_good(openapi: Any) -> None:
    checked = 0
    for name, operation in operations(openapi):
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        for media in (media for body in bodies for media in body.get("content", {}).values()):
            if "example" in media:
                schema = media["schema"] | {"components": openapi["components"]}
                errors = list(OAS31Validator(schema).iter_errors(media["example"]))
                assert not errors, (name, errors[0])
                checked += 1
    assert checked > 100


def test_the_parts_of_openapi_are_all_used(openapi: Any) -> None:
    used = {found.rpartition("/")[2] for found in references(openapi)}
    assert used == set(openapi["components"]["schemas"])


def unknown(model: Any, at: str = "") -> Iterator[str]:
    """Words of a document that the models of AsyncAPI do not know, extensions left out."""
    if isinstance(model, BaseModel):
        for word in model.model_extra or {}:
            yield f"{at}.{word}"
        for name in type(model).model_fields:
            if name not in ("payload", "schemas"):  # schemas are judged as such
                yield from unknown(getattr(model, name), f"{at}.{name}")
    elif isinstance(model, dict):
        for name, value in model.items():
            yield from unknown(value, f"{at}.{name}")
    elif isinstance(model, list):
        for value in model:
            yield from unknown(value, at)


def test_asyncapi_is_valid(asyncapi: Any) -> None:
    parsed = AsyncAPI.model_validate(asyncapi)
    assert not list(unknown(parsed))
    for reference in references(asyncapi):
        assert find(asyncapi, reference) is not None, reference
    for operation in asyncapi["operations"].values():
        assert operation["action"] in ("send", "receive")
        channel = operation["channel"]["$ref"]
        assert all(message["$ref"].startswith(f"{channel}/messages/") for message in operation["messages"])
    for name, channel in asyncapi["channels"].items():
        assert set(re.findall(r"\{(\w+)\}", channel["address"] or "")) == set(
            channel.get("parameters", {})
        ), name


def test_messages_have_good_schemas_and_examples(asyncapi: Any) -> None:
    for schema in asyncapi["components"]["schemas"].values():
        Draft7Validator.check_schema(schema)
    examples = 0
    for name, message in asyncapi["components"]["messages"].items():
        for example in message.get("examples", ()):
            # Draft 7 reads nothing beside a $ref, so it must not stand at the top.
            schema = {"allOf": [message["payload"]], "components": asyncapi["components"]}
            errors = list(Draft7Validator(schema).iter_errors(example["payload"]))
            assert not errors, (name, errors[0])
            examples += 1
    assert examples >= 7


def test_every_subject_of_the_contracts_is_described(asyncapi: Any) -> None:
    listed = {subject.of for subject in SUBJECTS}
    for found in pkgutil.walk_packages(contracts.__path__, f"{contracts.__name__}."):
        module = import_module(found.name)
        for name, function in vars(module).items():
            if name.endswith("_subject") and inspect.getmodule(function) is module:
                assert function in listed, f"describe {found.name}.{name} in apidoc/bus.py"
    addresses = [channel["address"] for channel in asyncapi["channels"].values() if channel["address"]]
    assert len(addresses) == len(set(addresses))
    assert {"price.{tenant}.{market_id}", "event.staff.{owner}.{epoch}", "/v1/stream"} <= set(addresses)


async def test_they_are_served_as_they_are_printed(platform: Platform, openapi: Any, asyncapi: Any) -> None:
    for path, printed in (("/v1/openapi.json", openapi), ("/v1/asyncapi.json", asyncapi)):
        answer = await platform.client.get(path)
        assert answer.headers["cache-control"].startswith("public, max-age=300")
        served = answer.json()
        for part in ("paths", "components", "channels", "operations"):
            assert served.get(part) == printed.get(part)
        again = await platform.client.get(path, headers={"If-None-Match": answer.headers["etag"]})
        assert again.status_code == 304
    page = await platform.client.get("/docs")
    assert page.headers["content-type"].startswith("text/html")

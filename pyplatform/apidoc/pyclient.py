"""The Python client's calls and types, written from the OpenAPI and AsyncAPI documents (`make client`)."""

import keyword
import re
from collections.abc import Iterator
from typing import Any, Final

Schema = dict[str, Any]
_MODULES: Final = {"players": "accounts", "sessions": "accounts", "me": "accounts", "sports": "events"}
"""Operations of these tags share a module; every other tag has one of its own name."""
_SKIPPED: Final = ("health", "docs", "stream", "openapi.json", "asyncapi.json")
_SENT_BY_CLIENT: Final = ("X-Tenant", "Idempotency-Key", "If-None-Match")
_PLAIN: Final = {"integer": "int", "number": "float", "boolean": "bool", "null": "None"}
_TIMES: Final = {"date-time": "datetime", "date": "date"}
_SHARED: Final = "shared"
_STREAM: Final = "stream"


class _Document:
    """Both documents, asked in the words of the client."""

    def __init__(self, openapi: Schema, asyncapi: Schema) -> None:
        self.components: dict[str, Schema] = (
            asyncapi["components"]["schemas"] | openapi["components"]["schemas"]
        )
        self.messages = {
            direction: [
                message["$ref"].rpartition("/")[2]
                for message in asyncapi["operations"][f"{_STREAM}_{action}"]["messages"]
            ]
            for direction, action in (("Said", "receive"), ("Heard", "send"))
        }
        """Types of the stream's messages: what a client says and what it hears."""
        self.operations: dict[str, list[tuple[str, str, Schema]]] = {}
        for path, item in openapi["paths"].items():
            for method, operation in item.items():
                if (tag := operation["tags"][0]) not in _SKIPPED and _speaks_json(operation):
                    module = self.operations.setdefault(_MODULES.get(tag, tag), [])
                    module.append((method.upper(), path, operation))
        self.homes = self._find_homes()

    def _find_homes(self) -> dict[str, str]:
        """Which module a type lives in: that of the only one whose operations need it, or the shared one."""
        spoken = [{"$ref": f"/{name}"} for names in self.messages.values() for name in names]
        users = {name: {_STREAM} for name in self.reached(spoken)}
        for module, operations in self.operations.items():
            for _, _, operation in operations:
                for name in self.reached(_body(operation)) | self.reached(_result(operation)):
                    users.setdefault(name, set()).add(module)
        return {name: found.pop() if len(found) == 1 else _SHARED for name, found in users.items()}

    def reached(self, schema: Any) -> set[str]:
        """Names of all components a schema is made of."""
        found: set[str] = set()
        waiting = list(_references(schema))
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += _references(self.components[name])
        return found


def sources(openapi: Schema, asyncapi: Schema) -> dict[str, str]:
    """The client's generated files by path, not yet formatted."""
    read = _Document(openapi, asyncapi)
    files = {}
    for module in sorted({*read.operations, *read.homes.values()}):
        names = sorted(name for name, home in read.homes.items() if home == module)
        if names:
            files[f"types/{module}.py"] = _types_module(read, module, names)
        if module in read.operations:
            files[f"calls/{module}.py"] = _calls_module(read, module)
    files["types/__init__.py"] = '"""Bodies of requests and answers, one module a part of the API."""\n'
    files["calls/__init__.py"] = (
        '"""Operations of the API as calls for a client to send, one module a part."""\n'
    )
    return files


def _types_module(read: _Document, module: str, names: list[str]) -> str:
    ordered: list[str] = []

    def put(name: str) -> None:
        if name in names and name not in ordered:
            for needed in sorted(_references(read.components[name])):
                put(needed)
            ordered.append(name)

    for name in names:
        put(name)
    parts = [_type(name, read.components[name]) for name in ordered]
    if module == _STREAM:
        parts += [f"{direction} = {' | '.join(kinds)}" for direction, kinds in read.messages.items()]
    body = "\n\n".join(parts)
    needed = {found for name in names for found in _references(read.components[name])}
    title = "what several parts of the API share" if module == _SHARED else f"the bodies of {module}"
    return _module(title, body, _imports(read, needed - set(names)))


def _calls_module(read: _Document, module: str) -> str:
    functions, needed = [], set()
    for method, path, operation in read.operations[module]:
        functions.append(_function(method, path, operation))
        needed |= {*_references(_body(operation)), *_references(_result(operation))}
        needed |= {name for parameter in _queries(operation) for name in _references(parameter["schema"])}
    imports = [*_imports(read, needed), "from pyplatform.client.call import Call, new_key"]
    return _module(f"operations on {module}", "\n\n".join(functions), imports)


def _module(title: str, body: str, imports: list[str]) -> str:
    lines = [
        f'"""{title[0].upper()}{title[1:]}; written by `make client`, change the API instead."""\n',
        "from datetime import date, datetime",
        "from typing import Any, Literal",
        "from urllib.parse import quote",
        "import msgspec",
        *imports,
    ]
    return "\n".join(lines) + f"\n\n\n{body}\n"


def _imports(read: _Document, names: set[str]) -> list[str]:
    return [f"from pyplatform.client.types.{read.homes[name]} import {name}" for name in sorted(names)]


def _type(name: str, schema: Schema) -> str:
    doc = _doc(schema.get("description", name))
    if "enum" in schema:
        return f"{name} = Literal[{', '.join(map(repr, schema['enum']))}]\n{doc}"
    fields = dict(schema["properties"])
    config = ["frozen=True", "kw_only=True", "omit_defaults=True"]
    if len(fields.get("type", {}).get("enum", ())) == 1:
        config.append(f"tag={fields.pop('type')['enum'][0]!r}")
    renamed = {_name(field): field for field in fields if _name(field) != field}
    if renamed:
        config.append(f"rename={renamed!r}")
    lines = [f"class {name}(msgspec.Struct, {', '.join(config)}):", _indented(doc), ""]
    for field, kind in fields.items():
        default = "" if field in schema.get("required", ()) else f" = {_default(kind)!r}"
        lines.append(f"    {_name(field)}: {_annotation(kind)}{default}")
        if "description" in kind:
            lines.append(_indented(_doc(kind["description"])))
    return "\n".join(lines) + "\n"


def _function(method: str, path: str, operation: Schema) -> str:
    name, queries = operation["operationId"], _queries(operation)
    inside = [parameter["name"] for parameter in operation.get("parameters", ()) if parameter["in"] == "path"]
    body, result = _body(operation), _result(operation)
    keyed = any(parameter["name"] == "Idempotency-Key" for parameter in operation.get("parameters", ()))
    arguments = [f"{_name(part)}: str" for part in inside]
    arguments += [f"body: {_annotation(body)}"] if body else []
    options = [_option(parameter) for parameter in queries]
    options += ['key: str = ""'] if keyed else []
    arguments += ["*", *options] if options else []
    answer = "None" if result is None else _annotation(result)
    address = re.sub(r"\{(\w+)\}", lambda part: f"{{quote({_name(part[1])}, safe='')}}", path)
    given = [
        repr(method),
        f"f{address!r}" if inside else repr(path),
        "type(None)" if result is None else answer,
    ]
    given += ["body=body"] if body else []
    told = ", ".join(f"{p['name']!r}: {_name(p['name'])}" for p in queries)
    given += [f"query={{{told}}}"] if queries else []
    given += ["key=key or new_key()"] if keyed else []
    doc = _doc(f"{operation['summary']}\n\n{operation['description']}".strip())
    lines = [f"def {name}({', '.join(arguments)}) -> Call[{answer}]:", _indented(doc)]
    return "\n".join([*lines, f"    return Call({', '.join(given)})"]) + "\n"


def _default(schema: Schema) -> Any:
    found = schema.get("default")
    return tuple(found) if "prefixItems" in schema and found is not None else found


def _option(parameter: Schema) -> str:
    schema, name = parameter["schema"], _name(parameter["name"])
    kind = _annotation(schema)
    return f"{name}: {kind}" if parameter["required"] else f"{name}: {kind} = {schema.get('default')!r}"


def _queries(operation: Schema) -> list[Schema]:
    """Parameters that are given as keywords."""
    return [
        parameter
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "query" and parameter["name"] not in _SENT_BY_CLIENT
    ]


def _body(operation: Schema) -> Schema | None:
    content = operation.get("requestBody", {}).get("content", {})
    return content["application/json"]["schema"] if content else None


def _good(operation: Schema) -> Schema:
    """What success answers, by media type."""
    good = min(status for status in operation["responses"] if status < "300")
    content: Schema = operation["responses"][good].get("content", {})
    return content


def _speaks_json(operation: Schema) -> bool:
    """Whether its answers become types; a file to download does not."""
    return not (content := _good(operation)) or "application/json" in content


def _result(operation: Schema) -> Schema | None:
    content = _good(operation)
    return content["application/json"]["schema"] if content else None


def _annotation(schema: Schema) -> str:
    """The Python type of a schema."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return " | ".join(_annotation(choice) for choice in choices)
    if "enum" in schema:
        return f"Literal[{', '.join(map(repr, schema['enum']))}]"
    makers = {"string": _string, "array": _array, "object": _object}
    maker = makers.get(schema.get("type", ""))
    return _PLAIN.get(schema.get("type", ""), "Any") if maker is None else maker(schema)


def _string(schema: Schema) -> str:
    return _TIMES.get(schema.get("format", ""), "str")


def _object(schema: Schema) -> str:
    inner = schema.get("additionalProperties")
    return f"dict[str, {_annotation(inner) if isinstance(inner, dict) else 'Any'}]"


def _array(schema: Schema) -> str:
    if "prefixItems" in schema:
        return f"tuple[{', '.join(map(_annotation, schema['prefixItems']))}]"
    return f"list[{_annotation(schema['items']) if schema.get('items') else 'Any'}]"


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].rpartition("/")[2]
        for word, value in node.items():
            if word != "discriminator":
                yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def _name(word: str) -> str:
    """A field's name in Python."""
    name = word.replace("-", "_")
    return f"{name}_" if keyword.iskeyword(name) else name


def _doc(text: str) -> str:
    text = text.strip().replace("\\", "\\\\")
    if not re.search(r"[.!?:]$", text.partition("\n")[0]) and "\n" not in text:
        text += "."
    return f'"""{text}\n"""' if "\n" in text else f'"""{text}"""'


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" if line else line for line in text.split("\n"))

"""JSON schemas of msgspec types, and examples made from them."""

import re
from collections.abc import Callable, Iterable, Mapping
from inspect import cleandoc
from typing import Any, Final

import msgspec

from pyplatform.kernel.errors import PlatformError

Schema = dict[str, Any]
REFERENCE: Final = "#/components/schemas/{name}"
_FORMATS: Final = {
    "date-time": "2026-06-11T18:00:00Z",
    "date": "1990-05-17",
    "uuid": "01890a5d-ac96-774b-bcce-b302099a8057",
    "byte": "AAEC",
}
_TEXTS: Final = ("string", "en", "EUR", "MT", "all", "market:1.2", "2.50", "00")
"""Tried in turn where a pattern asks for something special and gives no example."""


class Schemas:
    """Schemas of `types`, and of what they are made of, under one name each.

    A type may be anything msgspec encodes, or a struct that an endpoint takes as query or headers.
    """

    def __init__(self, types: Iterable[Any]) -> None:
        wanted = list({repr(kind): kind for kind in types}.values())
        schemas, self.components = msgspec.json.schema_components(wanted, ref_template=REFERENCE)
        for component in self.components.values():
            if "description" in component:
                component["description"] = cleandoc(component["description"])
        self._by_type = dict(zip(map(repr, wanted), schemas, strict=True))

    def __contains__(self, kind: Any) -> bool:
        return repr(kind) in self._by_type

    def of(self, kind: Any) -> Schema:
        """Schema of one of the types, a reference where it has a name."""
        return self._by_type[repr(kind)]

    def resolved(self, kind: Any) -> Schema:
        """Schema of one of the types, spelled out."""
        return self._follow(self.of(kind))

    def drop(self, kind: Any) -> None:
        """Leave a type out of the components, because it is told elsewhere."""
        self.components.pop(self.of(kind)["$ref"].rpartition("/")[2], None)

    def example(self, schema: Schema) -> Any:
        """A value of the schema: what its fields give as examples, and plain values for the rest."""
        schema = self._follow(schema)
        for word in ("examples", "enum"):
            if word in schema:
                return schema[word][0]
        for word in ("const", "default"):
            if word in schema:
                return schema[word]
        if choices := schema.get("anyOf") or schema.get("oneOf"):
            return self.example(choices[0])
        makers: dict[str, Callable[[Schema], Any]] = {
            "object": self._object,
            "array": self._array,
            "string": _text,
            "integer": _integer,
            "number": _number,
            "boolean": lambda _: False,
        }
        maker = makers.get(schema.get("type", ""))
        return None if maker is None else maker(schema)

    def _object(self, schema: Schema) -> dict[str, Any]:
        fields: Mapping[str, Schema] = schema.get("properties", {})
        required = schema.get("required", ())
        told = {name: kind for name, kind in fields.items() if name in required or "examples" in kind}
        found = {name: self.example(kind) for name, kind in told.items()}
        if not fields and isinstance(schema.get("additionalProperties"), dict):
            key = _text(schema.get("propertyNames", {})) if "propertyNames" in schema else "1"
            found[key] = self.example(schema["additionalProperties"])
        return found

    def _array(self, schema: Schema) -> list[Any]:
        if "prefixItems" in schema:
            least = schema.get("minItems", len(schema["prefixItems"]))
            return [self.example(kind) for kind in schema["prefixItems"][:least]]
        one = [self.example(schema["items"])] if schema.get("items") else []
        return one * max(1, schema.get("minItems", 1)) if schema.get("maxItems") != 0 else []

    def _follow(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            schema = self.components[schema["$ref"].rpartition("/")[2]]
        return schema


def _text(schema: Schema) -> str:
    if schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    pattern = schema.get("pattern", "")
    for text in _TEXTS:
        if re.search(pattern, text) and len(text) <= schema.get("maxLength", len(text)):
            return text.ljust(schema.get("minLength", 0), "x")
    raise PlatformError(f"nothing here fits {pattern!r}: give the field an example, Meta(examples=[…])")


def _integer(schema: Schema) -> int:
    return max(0, int(schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1)))


def _number(schema: Schema) -> float:
    least = float(schema.get("minimum", schema.get("exclusiveMinimum", 0)) or 0)
    most = float(schema.get("maximum", schema.get("exclusiveMaximum", 0)) or least + 1)
    return (least + most) / 2

"""JSON Schema of models with what stands below each field as its description.

pydantic can read it itself, but does so whenever the program starts, for those too that never ask for a schema.
"""

import ast
import functools
import inspect
from pathlib import Path

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import ModelSchema, TypedDictSchema

from shared.fact import Fact


class Documented(GenerateJsonSchema):
    """What `model_json_schema(schema_generator=…)` takes."""

    def model_schema(self, schema: ModelSchema) -> JsonSchemaValue:
        return _described(super().model_schema(schema), schema["cls"])

    def typed_dict_schema(self, schema: TypedDictSchema) -> JsonSchemaValue:
        """Of a Fact."""
        made = super().typed_dict_schema(schema)
        return _described(made, schema["cls"]) if issubclass(schema.get("cls", dict), Fact) else made


def _described(made: JsonSchemaValue, model: type[BaseModel | Fact]) -> JsonSchemaValue:
    for name, words in field_docs(model).items():
        if name in made.get("properties", {}):
            made["properties"][name]["description"] = words
    return made


def field_docs(model: type[BaseModel | Fact]) -> dict[str, str]:
    """The string below each field, in the model itself and those it is made of."""
    docs: dict[str, str] = {}
    for kind in reversed(model.__mro__):
        if issubclass(kind, BaseModel | Fact) and kind is not BaseModel:
            docs |= _docs_in(inspect.getfile(kind)).get(kind.__name__, {})
    return docs


@functools.cache
def _docs_in(file: str) -> dict[str, dict[str, str]]:
    classes = (
        node for node in ast.parse(Path(file).read_text(encoding="utf-8")).body if isinstance(node, ast.ClassDef)
    )
    return {each.name: dict(_documented(each)) for each in classes}


def _documented(kind: ast.ClassDef) -> list[tuple[str, str]]:
    return [
        (field.target.id, inspect.cleandoc(below.value.value))
        for field, below in zip(kind.body, kind.body[1:], strict=False)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(below, ast.Expr)
        and isinstance(below.value, ast.Constant)
        and isinstance(below.value.value, str)
    ]

"""The frozen values that travel and are kept as JSON: msgspec reads and writes them, a pydantic model may hold them.

They are checked when they are made as well as when they are read, each class in its `__post_init__`; what is not right
raises ValueError. Of the types of what is given to a constructor mypy alone knows.
"""

import threading
from datetime import UTC, datetime
from typing import Any, Self, TypeVar

import msgspec
from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

to_json = msgspec.json.Encoder().encode
_pack = msgspec.msgpack.Encoder().encode

T = TypeVar("T")

_FIRST_YEAR, _END_YEAR = 1000, 9000


class _Made(threading.local):
    """Whether what this thread makes just now is read from JSON without a NUL: its texts need not be looked at."""

    of_json = False


_made = _Made()


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """Unknown fields are ignored, so that an old reader survives a new writer."""

    def to_json(self) -> bytes:
        """UTF-8."""
        return to_json(self)

    def but(self, **changes: Any) -> Self:
        """The same with these fields changed, and checked again."""
        return msgspec.structs.replace(self, **changes)

    def mend(self, **fields: Any) -> None:
        """For `__post_init__`: put what the class keeps in the place of what was given."""
        for name, value in fields.items():
            msgspec.structs.force_setattr(self, name, value)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """One of these, or the table that it is in YAML; what is wrong in the table is told with its place."""
        fields = {
            field.name: core_schema.typed_dict_field(_schema(field, handler), required=field.required)
            for field in msgspec.structs.fields(cls)
        }
        config = cls.__struct_config__
        if config.tag_field is not None:
            tag = core_schema.with_default_schema(core_schema.literal_schema([config.tag]), default=config.tag)
            fields[config.tag_field] = core_schema.typed_dict_field(tag, required=False)

        def made(given: Any, validate: core_schema.ValidatorFunctionWrapHandler) -> Fact:
            if isinstance(given, cls):
                return given
            values = validate(given)
            return cls(**{name: values[name] for name in cls.__struct_fields__ if name in values})

        return core_schema.no_info_wrap_validator_function(
            made,
            core_schema.typed_dict_schema(fields, cls=cls, cls_name=cls.__name__),
            ref=f"{cls.__module__}.{cls.__qualname__}:{id(cls)}",
            serialization=core_schema.plain_serializer_function_ser_schema(msgspec.to_builtins),
        )


class InUtc:
    """Of an annotated datetime in a pydantic model: it must be aware, and is kept in UTC."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(utc, core_schema.datetime_schema(tz_constraint="aware"))


def utc(moment: datetime) -> datetime:
    """Raises ValueError for a time without a zone, and for one so near an end of the calendar that no day can be
    added to it or taken from it."""
    if in_utc(moment):
        return moment
    if moment.tzinfo is None:
        raise ValueError("应为带时区的时间（ISO 8601）")
    if not _FIRST_YEAR <= moment.year < _END_YEAR:
        raise ValueError("时间超出范围")
    return moment.astimezone(UTC)


def in_utc(moment: datetime) -> bool:
    """`utc` would give back the very same."""
    return moment.tzinfo is UTC and _FIRST_YEAR <= moment.year < _END_YEAR


def takeable(text: str) -> str:
    """Half a surrogate pair and NUL become U+FFFD, since some encoder, database or bus takes neither."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\0", "\N{REPLACEMENT CHARACTER}")


def are_takeable(texts: object) -> bool:
    """Of strings, alone or in tuples; false also of some that are. Far cheaper than to mend them.

    An encoder is asked because Python keeps the UTF-8 that it asks for: writing the event finds it made. Packing only
    copies it; that a length holds a zero byte is rare.
    """
    if _made.of_json:
        return True
    try:
        return b"\0" not in _pack(texts) or b"\\u0000" not in to_json(texts)
    except UnicodeEncodeError:
        return False


def decoded(decoder: msgspec.json.Decoder[T], body: bytes | str) -> T:
    """As the decoder does it. No text in JSON has half a surrogate pair, or a NUL but an escaped one.

    Raises ValueError.
    """
    if _may_hold_nul(body):
        return decoder.decode(body)
    _made.of_json = True
    try:
        return decoder.decode(body)
    finally:
        _made.of_json = False


def _may_hold_nul(body: bytes | str) -> bool:
    # One letter is found ten times as fast as six, and most bodies escape nothing.
    if isinstance(body, bytes):
        return b"\\" in body and b"\\u0000" in body
    return "\\" in body and "\\u0000" in body


def _schema(field: msgspec.structs.FieldInfo, handler: GetCoreSchemaHandler) -> CoreSchema:
    schema = handler.generate_schema(field.type)
    if field.default is msgspec.NODEFAULT:
        return schema
    return core_schema.with_default_schema(schema, default=field.default)

"""What bodies are made of: values that are taken as they are, and never made of something else."""

from functools import cached_property
from typing import Any, cast

from rest_framework import serializers


def camel_case(name: str) -> str:
    """Turn ``source_topic`` into ``sourceTopic``."""
    head, *tail = name.split("_")
    return head + "".join(map(str.capitalize, tail))


class Text(serializers.CharField):
    """A text that is taken as it is: not trimmed, and never made of a number."""

    def __init__(self, **kwargs: Any) -> None:
        """Take the options of the field."""
        super().__init__(**{"required": False, "allow_blank": True, "trim_whitespace": False, **kwargs})

    def to_internal_value(self, data: object) -> str:
        """Return the text."""
        if not isinstance(data, str):
            raise serializers.ValidationError("expected a text")
        return data

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """Skip the framework's validators: the commands have their own."""
        self.validators = []
        return super().run_validation(data)


class Flag(serializers.Field[bool, object, bool, object]):
    """true or false, and nothing that merely looks like it."""

    def __init__(self, **kwargs: Any) -> None:
        """Take the options of the field."""
        super().__init__(**{"required": False, **kwargs})

    def to_internal_value(self, data: object) -> bool:
        """Return the truth value."""
        if not isinstance(data, bool):
            raise serializers.ValidationError("expected true or false")
        return data


class Number(serializers.Field[float, object, float, object]):
    """A number; with ``whole``, one without a fraction."""

    def __init__(self, *, whole: bool = False, **kwargs: Any) -> None:
        """Take the options of the field."""
        self.whole = whole
        super().__init__(**{"required": False, **kwargs})

    def to_internal_value(self, data: object) -> float:
        """Return the number."""
        if isinstance(data, bool) or not isinstance(data, int if self.whole else int | float):
            raise serializers.ValidationError("expected a whole number" if self.whole else "expected a number")
        return data


class JsonObject(serializers.Field[dict[str, Any], object, dict[str, Any], object]):
    """A JSON object."""

    def __init__(self, **kwargs: Any) -> None:
        """Take the options of the field."""
        super().__init__(**{"required": False, **kwargs})

    def to_internal_value(self, data: object) -> dict[str, Any]:
        """Return the object."""
        if not isinstance(data, dict):
            raise serializers.ValidationError("expected an object")
        return data


class Texts(serializers.Field[list[str], object, list[str], object]):
    """A list of texts; with ``or_one``, a single text is a list of one."""

    def __init__(self, *, or_one: bool = False, **kwargs: Any) -> None:
        """Take the options of the field."""
        self.or_one = or_one
        super().__init__(**{"required": False, **kwargs})

    def to_internal_value(self, data: object) -> list[str]:
        """Return the list."""
        if self.or_one and isinstance(data, str):
            return [data]
        if not isinstance(data, list) or not all(isinstance(each, str) for each in data):
            raise serializers.ValidationError(
                "expected a text or a list of texts" if self.or_one else "expected a list of texts"
            )
        return data


class Items(serializers.Field[list[object], object, list[object], object]):
    """A list of whatever; each item is looked at by itself."""

    def to_internal_value(self, data: object) -> list[object]:
        """Return the list."""
        if not isinstance(data, list):
            raise serializers.ValidationError("expected a list")
        return data


class WireSerializer(serializers.Serializer[Any]):
    """A request's body: keys in camelCase or snake_case, unknown ones ignored, null as good as not given."""

    @cached_property
    def names(self) -> dict[str, str]:
        """Return the field of each key that a body may have."""
        return {key: name for name in self.get_fields() for key in (name, camel_case(name))}

    def run_validation(self, data: Any = serializers.empty) -> dict[str, Any]:
        """Return the values by their snake_case names; ValidationError names every field that is wrong."""
        if not isinstance(data, dict):
            raise serializers.ValidationError({"body": "expected an object"})
        names = self.names
        given = {names[key]: value for key, value in data.items() if value is not None and key in names}
        try:
            return dict(super().run_validation(given))
        except serializers.ValidationError as error:
            by_field = cast("dict[str, Any]", error.detail)  # a serializer's errors come by field
            raise serializers.ValidationError({camel_case(k): v for k, v in by_field.items()}) from error

"""What bodies are made of: values that are taken as they are, and never made of something else."""

from functools import cached_property
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail


def camel_case(name: str) -> str:
    """Turn ``source_topic`` into ``sourceTopic``."""
    head, *tail = name.split("_")
    return head + "".join(map(str.capitalize, tail))


class Text(serializers.CharField):
    """A text that is taken as it is: not trimmed, and never made of a number."""

    def __init__(self, **kwargs: Any) -> None:
        """Take the options of the field."""
        super().__init__(**{"required": False, **kwargs})

    def to_internal_value(self, data: object) -> str:
        """Return the text."""
        if not isinstance(data, str):
            raise serializers.ValidationError("expected a text")
        return data


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
    def by_name(self) -> dict[str, Any]:
        """Return the fields; the framework would look them up anew for every body."""
        return dict(self.fields)

    @cached_property
    def names(self) -> dict[str, str]:
        """Return the field of each key that a body may have."""
        return {key: name for name in self.by_name for key in (name, camel_case(name))}

    @cached_property
    def needed(self) -> frozenset[str]:
        """Return the fields that every body has to have."""
        return frozenset(name for name, field in self.by_name.items() if field.required)

    def run_validation(self, data: Any = serializers.empty) -> dict[str, Any]:
        """Return the values by their snake_case names; ValidationError names every field that is wrong.

        Only what is there is looked at, and by the fields themselves: the limits are the commands' own.
        """
        if not isinstance(data, dict):
            raise serializers.ValidationError({"body": "expected an object"})
        names, fields = self.names, self.by_name
        values: dict[str, Any] = {}
        problems: dict[str, Any] = {}
        for key, value in data.items():
            if value is not None and (name := names.get(key)):
                try:
                    values[name] = fields[name].to_internal_value(value)
                except serializers.ValidationError as error:
                    problems[camel_case(name)] = error.detail
        for name in self.needed - values.keys():
            problems.setdefault(camel_case(name), [ErrorDetail("This field is required.", "required")])
        if problems:
            raise serializers.ValidationError(
                {key: problems[key] for key in map(camel_case, fields) if key in problems}
            )
        return values

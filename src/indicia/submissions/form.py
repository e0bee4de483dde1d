"""The fields of a submission by name and kind, whichever encoding carried them."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from indicia.submissions.model import SubmissionRefusedError

_YES = frozenset({"yes", "true", "1", "on", "y"})
_NO = frozenset({"no", "false", "0", "off", "n"})


class Form:
    """Reads fields; in JSON a value may have any kind, in a form it is a text or a list of texts."""

    def __init__(self, fields: Mapping[str, object]) -> None:
        self._fields = {_known_name(name): value for name, value in fields.items() if value not in (None, "", [])}

    def text(self, name: str) -> str | None:
        """Answer a field that is given once at most; None where it is absent or empty.

        Raises:
            SubmissionRefusedError: It is given more than once, or is no text.
        """
        values = self.texts(name)
        if len(values) > 1:
            raise SubmissionRefusedError(f"{name} parameter is given more than once")
        return values[0] if values else None

    def texts(self, name: str) -> tuple[str, ...]:
        """Answer every value of a field, in order.

        Raises:
            SubmissionRefusedError: One is no text.
        """
        value = self._fields.get(name)
        if value is None:
            return ()
        values: Sequence[object] = value if isinstance(value, list) else [value]
        return tuple(text for each in values if each is not None and (text := _as_text(name, each)) != "")

    def flag(self, name: str) -> bool | None:
        """Answer a choice between yes and no, in any of its spellings.

        Raises:
            SubmissionRefusedError: It is neither.
        """
        word = (self.text(name) or "").lower()
        if not word:
            return None
        if word not in _YES | _NO:
            raise SubmissionRefusedError(f"{name} parameter must be yes or no")
        return word in _YES

    def json_object(self, *names: str) -> dict[str, object] | None:
        """Answer the JSON object of the first of `names` that is given, as a text or in JSON as it is.

        Raises:
            SubmissionRefusedError: It is no JSON object.
        """
        for name in names:
            value = self._fields.get(name)
            if isinstance(value, dict):
                return value
            # A field that was repeated is told so; an array of anything else is no object either.
            if isinstance(value, list) and not all(isinstance(each, str) for each in value):
                raise _not_json(name)
            if value is not None:
                return _object_of(name, self.text(name) or "")
        return None

    def below(self, prefix: str) -> Iterator[tuple[str, str]]:
        """Answer the fields whose names begin with `prefix`, without it; a repeated one comes repeatedly.

        Raises:
            SubmissionRefusedError: One has nothing behind its prefix.
        """
        for name, value in self._fields.items():
            if name.lower().startswith(prefix):
                if len(name) == len(prefix):
                    raise SubmissionRefusedError(f"{name} needs a name behind the colon")
                for each in value if isinstance(value, list) else [value]:
                    yield name[len(prefix) :], json_text(each)


def _known_name(name: str) -> str:
    # A test that was asked for in capitals must not become real mail.
    return name.lower() if name[:2].lower() == "o:" else name


def _as_text(name: str, value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        return msgspec.json.encode(value).decode()
    raise SubmissionRefusedError(f"{name} parameter must be a text")


def json_text(value: object) -> str:
    """Answer a text as it is, and anything else of JSON as JSON."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _object_of(name: str, text: str) -> dict[str, object]:
    try:
        return msgspec.json.decode(text, type=dict[str, object])
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError) as error:
        raise _not_json(name) from error


def _not_json(name: str) -> SubmissionRefusedError:
    return SubmissionRefusedError(f"'{name}' parameter is not a valid JSON")

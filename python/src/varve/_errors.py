"""One class of errors, with the codes of the engine."""

from __future__ import annotations

import json
from typing import Any


class VarveError(Exception):
    """What went wrong, where, and what to do next.

    ``code`` is one of a closed list and never changes its meaning; the message is for people, ``hint`` says what to do next.
    ``where`` names the table, column, row and file, as far as they are known.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        hint: str | None = None,
        where: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{message} {hint}" if hint else message)
        self.code = code
        self.message = message
        self.hint = hint
        self.where = {key: value for key, value in (where or {}).items() if value is not None}

    def __reduce__(self) -> tuple[Any, ...]:
        return (_again, (self.code, self.message, self.hint, self.where))


def _again(code: str, message: str, hint: str | None, where: dict[str, Any]) -> VarveError:
    return VarveError(code, message, hint=hint, where=where)


def failure(text: str) -> VarveError:
    """The error that the engine reports as JSON."""
    said = json.loads(text)
    return VarveError(said["code"], said["message"], hint=said["hint"], where=said["where"])


def bad_argument(name: str, expected: str, found: object) -> VarveError:
    """An argument that is not what was expected."""
    return VarveError("INVALID_ARGUMENT", f"{name}: expected {expected}, found {described(found)}.")


def described(value: object) -> str:
    """A value in the words of an error message; long texts are cut."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, str):
        shown = value if len(value) <= 40 else f"{value[:40]}…"
        return f"the text {json.dumps(shown, ensure_ascii=False)}"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    if isinstance(value, dict):
        return "a dict"
    text = repr(value)
    return text if len(text) <= 60 else f"an instance of {type(value).__name__}"

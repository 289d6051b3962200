"""Requests for the engine, as JSON: what Python has and JSON has not is given a form that the engine reads."""

from __future__ import annotations

import base64
import datetime as dt
import json
import math
import numbers
from collections.abc import Mapping
from typing import Any

from ._errors import VarveError, bad_argument, described

#: The greatest integer of which a 64-bit float knows all neighbours.
SAFE = 2**53 - 1


def request(**parts: Any) -> str:
    """A request. What is None is left out."""
    return json.dumps({key: plain(value) for key, value in parts.items() if value is not None})


def options(given: Mapping[str, Any]) -> dict[str, Any]:
    """Options under the names that the engine has for them."""
    return {camel(name): value for name, value in given.items() if value is not None}


def camel(name: str) -> str:
    """``effective_at`` as ``effectiveAt``."""
    first, *others = name.lstrip("_").split("_")
    return "_" * (len(name) - len(name.lstrip("_"))) + first + "".join(part.capitalize() for part in others)


def snake(name: str) -> str:
    """``effectiveAt`` as ``effective_at``."""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name)


def plain(value: Any) -> Any:
    """A value as JSON: instants and dates are texts, large integers and bytes objects."""
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, dt.datetime):
        return instant(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {_name(key): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(one) for one in value]
    if isinstance(value, (bytes, bytearray, memoryview)):
        return {"$base64": base64.b64encode(bytes(value)).decode()}
    if isinstance(value, numbers.Integral):
        return int(value) if abs(int(value)) <= SAFE else {"$int": str(int(value))}
    if isinstance(value, numbers.Real):
        if not math.isfinite(value):
            raise bad_argument("a value", "a finite number", value)
        return float(value)
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
        return plain(value.item())
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    raise bad_argument("a value", "a text, a number, a date or bytes", value)


def instant(value: dt.datetime) -> str:
    """An instant in UTC."""
    if value.tzinfo is None:
        raise VarveError(
            "INVALID_ARGUMENT",
            f"{described(value)} has no time zone.",
            hint="Give one: datetime.now(timezone.utc).",
        )
    utc = value.astimezone(dt.UTC)
    return utc.strftime("%Y-%m-%dT%H:%M:%S.") + f"{utc.microsecond // 1000:03d}Z"


def moment(ms: int | None) -> dt.datetime | None:
    """Milliseconds since 1970 as an instant in UTC."""
    if ms is None:
        return None
    return dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(milliseconds=ms)


def _name(key: object) -> str:
    if isinstance(key, str):
        return key
    raise bad_argument("a name", "a text", key)

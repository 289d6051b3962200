"""The cases that every SDK answers alike: `test/contract`."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import varve

FOLDER = Path(__file__).parents[2] / "test" / "contract"
MAKERS: dict[str, Any] = {
    "text": varve.text,
    "int": varve.integer,
    "json": varve.json,
    "timestamp": varve.timestamp,
    "date": varve.date,
    "boolean": varve.boolean,
}


def snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name)


def column(said: Mapping[str, Any]) -> varve.Column:
    options = {snake(name): value for name, value in said.items() if name not in ("type", "item", "dimensions")}
    if said["type"] == "list":
        return varve.array(column(said["item"]), **options)
    if said["type"] == "vector":
        return varve.vector(said["dimensions"], **options)
    made: varve.Column = MAKERS[said["type"]](**options)
    return made


def plain(value: Any) -> Any:
    """A value in the form of the cases."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, bytes):
        return {"$base64": base64.b64encode(value).decode()}
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, varve.Rows)):
        return [plain(one) for one in value]
    return value


def asked(table: varve.Table, step: Mapping[str, Any]) -> Any:
    """What a step answers."""
    options = {snake(name): value for name, value in step.get("options", {}).items()}
    view: Any = table.as_of(step["asOf"]) if "asOf" in step else table
    if isinstance(options.get("during"), Mapping):
        options["during"] = (options["during"]["from"], options["during"]["to"])
    match step["call"]:
        case "insert" | "upsert" as call:
            return getattr(table, call)(step["rows"], **options)
        case "update":
            return table.update(step["set"], **options)
        case "get":
            return view.get(step["key"], **options)
        case "search":
            return view.search(step["query"], **options)
        case "tag":
            return table.tag(step["name"], step.get("at"))
        case "restore":
            return table.restore(step["at"], **options)
        case "diff":
            diff = table.diff(step["from"], step["to"], **options)
            changed = [{"before": one.before, "after": one.after} for one in diff.changed]
            return {"added": diff.added, "removed": diff.removed, "changed": changed}
        case call:
            return getattr(view, call)(**options)


def holds(said: Any, found: Any) -> None:
    """Of objects the keys that are said are compared."""
    if isinstance(said, dict):
        for key, value in said.items():
            name = key if isinstance(found, Mapping) else snake(key)
            holds(value, found[name] if isinstance(found, Mapping) else plain(getattr(found, name)))
    elif isinstance(said, list):
        assert len(found) == len(said), found
        for one, other in zip(said, found, strict=False):
            holds(one, other)
    elif isinstance(said, float):
        assert found == pytest.approx(said, abs=1e-6)
    else:
        assert (pytest.approx(said, abs=1e-6) if isinstance(said, int) and isinstance(found, float) else said) == found


def steps() -> list[Any]:
    files = sorted(FOLDER.glob("*.json"))
    assert files
    return [pytest.param(json.loads(file.read_text()), id=file.stem) for file in files]


@pytest.mark.parametrize("case", steps())
def test_every_sdk_answers_alike(case: Mapping[str, Any], db: varve.Database) -> None:
    tables = {}
    for name, said in case["tables"].items():
        columns: dict[str, Any] = {name: column(one) for name, one in said["columns"].items()}
        for derived, how in said.get("derived", {}).items():
            columns[derived] = varve.embed(varve.builtin(), *how["sources"], template=how.get("template"))
        tables[name] = db.create_table(name, columns)
    [only] = tables.values()
    for number, step in enumerate(case["steps"]):
        place = f"step {number}: {json.dumps(step)}"
        if "error" in step:
            with pytest.raises(varve.VarveError) as caught:
                raise AssertionError(f"{place} answers {asked(only, step)!r}")
            assert caught.value.code == step["error"]["code"], f"{place}: {caught.value}"
            if "message" in step["error"]:
                assert caught.value.message == step["error"]["message"], place
            continue
        try:
            found = asked(only, step)
            if "answer" in step:
                holds(step["answer"], plain(found))
            else:
                rows = plain(found)
                if step.get("anyOrder"):
                    rows = sorted(rows, key=lambda row: row["id"])
                holds(step["rows"], rows)
            if "mode" in step:
                assert found.mode == step["mode"]
        except (AssertionError, varve.VarveError) as problem:
            raise AssertionError(place) from problem

"""What turns texts into vectors."""

from __future__ import annotations

import dataclasses
import functools
import importlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from . import _native
from ._errors import VarveError, described

MODEL = "varve-static-en"

#: What a function is given, and whether it is for a ``"document"`` or a ``"query"``: vectors, or None where there is none.
Embedder = Callable[..., Any]


@dataclasses.dataclass(frozen=True)
class EmbeddingFunction:
    """A function that embeds, and what a table keeps of it: its name and its config, which tell it from others."""

    name: str
    dimensions: int
    embed: Embedder = dataclasses.field(repr=False)
    config: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    revision: str | None = None
    #: How many inputs a call takes.
    max_batch: int = 256
    #: How well it tells texts apart beside their words, from 0 to 1.
    strength: float = 1.0
    #: The languages that it reads; none where it does not say.
    languages: tuple[str, ...] = ()


def embedding(name: str, dimensions: int, embed: Embedder, **said: Any) -> EmbeddingFunction:
    """An embedding function of any callable.

    It is called with a list of texts, or of bytes, and answers with as many vectors. One that takes ``kind`` is told ``"document"`` or
    ``"query"``.
    """
    if "kind" in getattr(getattr(embed, "__code__", None), "co_varnames", ()):
        return EmbeddingFunction(name, dimensions, embed, **said)
    return EmbeddingFunction(name, dimensions, lambda inputs, kind: embed(inputs), **said)


@functools.cache
def builtin() -> EmbeddingFunction:
    """The embedding function that comes along: English, no download, no key, microseconds for a text."""
    folder = _folder()
    config = json.loads((folder / "config.json").read_text())
    model: list[_native.NativeEmbedder] = []

    def embed(texts: Sequence[str], kind: str) -> list[np.ndarray[Any, Any] | None]:
        if not model:
            model.append(_native.NativeEmbedder(str(folder)))
        known, vectors = model[0].embed(list(texts))
        rows = np.frombuffer(memoryview(vectors), "<f4").reshape(len(texts), -1)
        return [row if is_known else None for row, is_known in zip(rows, known, strict=False)]

    return EmbeddingFunction(
        "builtin",
        config["dimensions"],
        embed,
        config={"model": config["name"], "revision": config["revision"]},
        revision=config["revision"],
        max_batch=1024,
        strength=0.4,
        languages=("en",),
    )


def _folder() -> Path:
    try:
        return Path(importlib.import_module("varve_model_en").__file__ or "").parent
    except ImportError:
        # A checkout.
        folder = Path(__file__).parents[3] / "models" / MODEL
        if folder.is_dir():
            return folder
    raise VarveError(
        "EMBEDDING_UNAVAILABLE",
        f"The built-in embedding model {MODEL} is not installed.",
        hint="Install it: pip install varve-model-en.",
    )


def spec_of(function: EmbeddingFunction) -> dict[str, Any]:
    """What a table keeps of a function."""
    config = dict(function.config)
    spec: dict[str, Any] = {"name": function.name, "config": config}
    if function.revision is not None and config.get("revision") != function.revision:
        spec["revision"] = function.revision
    return spec


class Functions:
    """The functions that a database knows, by their names."""

    def __init__(self, functions: Sequence[EmbeddingFunction]) -> None:
        self._known = {function.name: function for function in functions}

    def add(self, function: EmbeddingFunction) -> None:
        """Takes in one that a declaration brought."""
        self._known[function.name] = function

    def find(self, column: Mapping[str, Any]) -> EmbeddingFunction | None:
        """The function of a column, where it is known."""
        name = column["embed"]["function"]["name"]
        if name == "builtin" and name not in self._known:
            self._known[name] = builtin()
        return self._known.get(name)

    def resolve(self, column: Mapping[str, Any], table: str) -> EmbeddingFunction:
        """The function of a column; EMBEDDING_UNAVAILABLE where nobody knows it, or where it is another."""
        wanted = column["embed"]["function"]
        function = self.find(column)
        where = {"table": table, "column": column["name"]}
        name = wanted["name"]
        if function is None:
            raise VarveError(
                "EMBEDDING_UNAVAILABLE",
                f"The embedding function {name!r} is not known here.",
                hint=f"Give it to connect: connect(..., embeddings=[embedding({name!r}, ...)]).",
                where=where,
            )
        if spec_of(function)["config"] != wanted.get("config", {}) or _differs(function, wanted):
            raise VarveError(
                "EMBEDDING_UNAVAILABLE",
                f"The column {column['name']!r} was embedded with {name} of {wanted.get('config')}, "
                f"and {dict(function.config)} is here.",
                hint="Use the function that made the vectors, or embed the column anew.",
                where=where,
            )
        return function


def _differs(function: EmbeddingFunction, wanted: Mapping[str, Any]) -> bool:
    known = wanted.get("revision")
    return known is not None and function.revision is not None and known != function.revision


def vectors_of(
    function: EmbeddingFunction, inputs: Sequence[Any], kind: str, where: dict[str, Any]
) -> tuple[list[bool], bytes]:
    """The vectors of inputs, one behind the other, and which of them there are."""
    out = np.zeros((len(inputs), function.dimensions), "<f4")
    known = [False] * len(inputs)
    asked = [at for at, one in enumerate(inputs) if one is not None]
    for start in range(0, len(asked), function.max_batch):
        part = asked[start : start + function.max_batch]
        for at, vector in zip(part, _call(function, [inputs[at] for at in part], kind, where), strict=False):
            if vector is None:
                continue
            row = np.asarray(vector, "<f4")
            if row.shape != (function.dimensions,) or not np.isfinite(row).all():
                found = (
                    f"a vector of shape {row.shape}"
                    if row.shape != (function.dimensions,)
                    else "one that is not finite"
                )
                raise _failed(
                    function, f"it gave {found}, and {function.dimensions} finite numbers were expected", where
                )
            out[at] = row
            known[at] = True
    return known, out.tobytes()


def _call(function: EmbeddingFunction, inputs: list[Any], kind: str, where: dict[str, Any]) -> list[Any]:
    try:
        answer = list(function.embed(inputs, kind=kind))
    except VarveError:
        raise
    except Exception as cause:
        raise _failed(function, f"it raised {type(cause).__name__}: {described(cause)}", where) from cause
    if len(answer) != len(inputs):
        raise _failed(function, f"it gave {len(answer)} vectors for {len(inputs)} inputs", where)
    return answer


def _failed(function: EmbeddingFunction, why: str, where: dict[str, Any]) -> VarveError:
    return VarveError(
        "EMBEDDING_FAILED",
        f"The embedding function {function.name!r} failed: {why}.",
        hint="Nothing of the write was committed.",
        where=where,
    )

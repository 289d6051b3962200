"""Varve: embedded tables that remember every version, searched by meaning and by words.

>>> import varve
>>> db = varve.connect("memory:")
>>> docs = db.create_table("docs", {"id": varve.text(primary_key=True), "body": varve.text(search=True)})
>>> docs.insert([{"id": "a", "body": "Silt over sand"}]).version
1
>>> docs.search("sand", mode="text")[0]["id"]
'a'
"""

from ._batches import Batches
from ._database import Database, connect
from ._embeddings import EmbeddingFunction, builtin, embedding
from ._errors import VarveError
from ._results import Change, Commit, Diff, Tag, WriteResult
from ._rows import Rows
from ._schema import (
    Column,
    Embed,
    array,
    binary,
    boolean,
    date,
    embed,
    enum,
    floating,
    integer,
    json,
    struct,
    text,
    timestamp,
    vector,
)
from ._table import Table
from ._view import Pinned, View

__all__ = [
    "Batches",
    "Change",
    "Column",
    "Commit",
    "Database",
    "Diff",
    "Embed",
    "EmbeddingFunction",
    "Pinned",
    "Rows",
    "Table",
    "Tag",
    "VarveError",
    "View",
    "WriteResult",
    "array",
    "binary",
    "boolean",
    "builtin",
    "connect",
    "date",
    "embed",
    "embedding",
    "enum",
    "floating",
    "integer",
    "json",
    "struct",
    "text",
    "timestamp",
    "vector",
]

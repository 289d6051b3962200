"""Reads any version of a table by docs/file-format.md, with pyarrow and xxhash and nothing of Varve.

reader.py TABLE [DATE …] prints what the table holds as JSON: every version with its columns and rows, the history, the tags, and which
version was in force at effective dates."""

import base64
import json
import math
import struct
import sys
from pathlib import Path

import pyarrow as pa
from xxhash import xxh3_64_hexdigest, xxh3_64_intdigest

FEATURES = {"journal"}
BLOCK = 65536
MARK = bytes([255]) + b"varve" + bytes([255])


def check(holds, what):
    if not holds:
        raise SystemExit(f"{what} is damaged")


def sealed(data, name):
    said, content = data[9:25].decode(), data[37:-2]
    check(xxh3_64_hexdigest(content) == said, name)
    return json.loads(content)


class Table:
    def __init__(self, place):
        self.place = Path(place)
        self.manifest = self.newest()
        unknown = set(self.manifest["readerFeatures"]) - FEATURES
        if self.manifest["format"] > 1 or unknown:
            raise SystemExit(f"this reader does not know format {self.manifest['format']} with {unknown}")
        self.schemas = {schema["id"]: schema for schema in self.manifest["schemas"]}
        self.log = {commit["version"]: commit for commit in self.commits()}
        self.deaths = dict(self.died())

    # The newest manifest

    def newest(self):
        found = [(2**64 - 1 - int(path.stem), path) for path in self.place.glob("_manifests/*.json")]
        sequence, manifest = max(((at, sealed(path.read_bytes(), path)) for at, path in found), default=(-1, None), key=lambda it: it[0])
        for at, record in self.journal():
            if at > sequence:
                sequence, manifest = at, record
        return manifest

    def journal(self):
        """The manifests in the journal whose hashes are right, with their sequences."""
        path = self.place / "_manifests/journal"
        if not path.exists():
            check(not (self.place / "_manifests/journal-begun").exists(), path)
            return
        data, proven, whole = path.read_bytes(), -1, []
        if data[:8] != b"VARVEJNL" or data[8:16] == bytes(8):
            return
        for slot in range(4096, len(data), 4096):
            head = data[slot : slot + 48]
            sequence, length, hashed, number, own = struct.unpack("<QQQQQ", head[8:])
            if head[:7] != MARK or xxh3_64_intdigest(head[:40]) != own:
                continue
            if head[7] in (3, 4) and number == path.stat().st_ino:
                proven = max(proven, sequence)
            content = data[slot + 48 : slot + 48 + length]
            if head[7] == 1 and xxh3_64_intdigest(content) == hashed:
                whole.append((sequence, sealed(content, path)))
            if head[7] == 2:
                whole.append((sequence, sealed((self.place / f"_manifests/{2**64 - 1 - sequence:020}.json").read_bytes(), path)))
        check(max((at for at, _ in whole), default=-1) >= proven, path)
        yield from whole

    # The log and the deaths

    def commits(self):
        def below(entries):
            for entry in entries:
                path = self.place / "_log" / entry["file"]
                content = sealed(path.read_bytes(), path)
                yield from content["commits"] if "commits" in content else below(content["chunks"])

        for level in self.manifest["log"]["levels"]:
            yield from below(level)
        yield from self.manifest["log"]["tail"]

    def died(self):
        for run in self.manifest["deaths"]["runs"]:
            data = (self.place / "deaths" / run["file"]).read_bytes()
            check(data[:8] == b"VARVEDTH" and xxh3_64_hexdigest(data) == run["xxh3"], run["file"])
            numbers = struct.unpack(f"<{2 * run['count']}Q", data[16:])
            yield from zip(numbers[: run["count"]], numbers[run["count"] :])
        for commit in self.manifest["deaths"]["tail"]:
            yield from commit

    # A version

    def schema_at(self, version):
        return self.manifest["schemas"][0] if version == 0 else self.schemas[self.log[version]["schema"]]

    def is_kept(self, version):
        return version >= self.manifest["oldest"] or version in self.manifest.get("kept", [])

    def effective_at(self, date):
        """The newest version whose effective date in force is not later; the empty table where there is none."""
        found, in_force = 0, None
        for version, commit in sorted(self.log.items()):
            in_force = commit.get("effectiveAt", None if commit.get("takesBack") else in_force)
            if in_force is not None and in_force <= date:
                found = version
        return found

    def rows_at(self, version):
        fields = self.schema_at(version)["fields"]
        watermark = self.log[version]["watermark"] if version else 0
        seen = lambda row: row < watermark and self.deaths.get(row, version + 1) > version
        for fragment in self.manifest["fragments"]:
            ids = [first + i for first, count in fragment["rows"] for i in range(count)]
            columns = [self.column(fragment, field, len(ids)) for field in fields]
            yield from ([cells[i] for cells in columns] for i, row in enumerate(ids) if seen(row))
        for entry in self.manifest["inline"]:
            held = dict(entry["columns"])
            for i in range(entry["rows"]):
                if seen(entry["first"] + i):
                    yield [from_inline(held[f["id"]][i] if f["id"] in held else f.get("default"), f["type"]) for f in fields]

    def column(self, fragment, field, rows):
        for group in fragment["groups"]:
            if any(column["field"] == field["id"] for column in group["columns"]):
                array = self.batch(group).column(str(field["id"]))
                return from_arrow(array, field["type"])
        return [from_inline(field.get("default"), field["type"])] * rows

    def batch(self, group):
        data = (self.place / "data" / group["file"]).read_bytes()
        sums = data[group["checksums"] :]
        check(len(data) == group["length"] and xxh3_64_hexdigest(sums) == group["seal"], group["file"])
        for block in range(math.ceil(group["checksums"] / BLOCK)):
            bytes_ = data[block * BLOCK : min((block + 1) * BLOCK, group["checksums"])]
            check(struct.pack("<Q", xxh3_64_intdigest(bytes_)) == sums[block * 8 : block * 8 + 8], group["file"])
        batch = pa.ipc.open_file(data).get_batch(0)
        return batch.rename_columns([field.metadata[b"varve.field"].decode() for field in batch.schema])


def from_arrow(array, type_):
    """The values of a column, as the JSON of this program has them."""
    kind = type_["kind"]
    if kind in ("timestamp", "date"):
        array = array.cast(pa.int64() if kind == "timestamp" else pa.int32())
    if kind == "vector":
        return [None if cell is None else [shown(float(item)) for item in cell] for cell in array.to_pylist()]
    if kind == "list":
        items = from_arrow(array.values, type_["item"]["type"])
        ends = array.offsets.to_pylist()
        return [items[ends[i] : ends[i + 1]] if array[i].is_valid else None for i in range(len(array))]
    if kind == "struct":
        names = [part["name"] for part in type_["fields"]]
        parts = [from_arrow(array.field(i), part["type"]) for i, part in enumerate(type_["fields"])]
        return [dict(zip(names, cells)) if array[i].is_valid else None for i, cells in enumerate(zip(*parts))]
    return [shown(json.loads(cell) if kind == "json" and cell is not None else cell) for cell in array.to_pylist()]


def from_inline(cell, type_):
    kind = type_["kind"]
    if cell is None:
        return None
    if kind == "json":
        return shown(json.loads(cell))
    if kind == "int":
        return shown(int(cell["$int"]) if isinstance(cell, dict) else cell)
    if kind == "float":
        return shown(struct.unpack("f", struct.pack("f", float(cell)))[0] if type_["bits"] == 32 else float(cell))
    if kind == "bytes":
        return shown(base64.b64decode(cell))
    if kind == "vector":
        letter = "f" if type_["element"] == "f32" else "e"
        return [shown(item) for item in struct.unpack(f"<{type_['dimensions']}{letter}", base64.b64decode(cell))]
    if kind == "list":
        return [from_inline(item, type_["item"]["type"]) for item in cell]
    if kind == "struct":
        return {part["name"]: from_inline(value, part["type"]) for part, value in zip(type_["fields"], cell)}
    return cell


def shown(value):
    if isinstance(value, bytes):
        return {"$bytes": base64.b64encode(value).decode()}
    if isinstance(value, float) and (not math.isfinite(value) or (value == 0 and math.copysign(1, value) < 0)):
        return {"$float": "NaN" if math.isnan(value) else "-0" if value == 0 else str(value)}
    if isinstance(value, int) and abs(value) >= 2**53:
        return {"$int": str(value)}
    if isinstance(value, list):
        return [shown(item) for item in value]
    return {name: shown(part) for name, part in value.items()} if isinstance(value, dict) else value


KINDS = {"enum": "text"}


def shown_version(table, version):
    if not table.is_kept(version):
        return {"version": version, "expired": True}
    schema = table.schema_at(version)
    names = [field["name"] for field in schema["fields"]]
    columns = [[field["name"], KINDS.get(field["type"]["kind"], field["type"]["kind"]), field["nullable"]] for field in schema["fields"]]
    rows = [dict(zip(names, cells)) for cells in table.rows_at(version)]
    keyed = {json.dumps(row[schema["primaryKey"]], ensure_ascii=False): row for row in rows}
    check(len(keyed) == len(rows), f"version {version}")
    return {"version": version, "columns": columns, "rows": keyed}


def shown_commit(commit):
    counts = {name: commit.get(name, 0) for name in ("inserted", "updated", "deleted")}
    said = {name: commit.get(name) for name in ("clock", "effectiveAt", "message", "properties")}
    return {name: commit[name] for name in ("version", "committedAt", "operation")} | counts | said


if __name__ == "__main__":
    table = Table(sys.argv[1])
    tags = [sealed(path.read_bytes(), path) for path in sorted(table.place.glob("_tags/*.json"))]
    versions = [shown_version(table, version) for version in range(table.manifest["version"] + 1)]
    history = [shown_commit(commit) for _, commit in sorted(table.log.items(), reverse=True)]
    effective = [{"at": date, "version": table.effective_at(date)} for date in map(int, sys.argv[2:])]
    json.dump({"versions": versions, "history": history, "tags": tags, "effective": effective}, sys.stdout)

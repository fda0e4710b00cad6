"""The tables of the record as Parquet files, through pyarrow."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from crawler.errors import UsageError
from crawler.export.files import written
from storage import tables

_GROUP_BYTES = 2 * 1024 * 1024  # of rows as Python holds them: texts, and some 60 bytes for each value
_VALUE_BYTES = 60
# Times are told by their names in the schema; `at` and the like end them.
_TIMES = ("_at", "_since", "changed_after", "changed_by", "not_before")
_SHORT = ("code", "kind", "severity", "outcome")


def write(
    db: Database, folder: Path, since: str | None, shown: Callable[[str, Iterable[Any]], Iterable[Any]]
) -> dict[str, int]:
    """Write each table of the contract to `folder/TABLE.parquet`; how many rows each has.

    `shown(table, rows)` gives the rows on, and may show how far it is. Raises `UsageError` where pyarrow is missing.
    """
    arrow, parquet = _pyarrow()
    arrow.set_memory_pool(arrow.system_memory_pool())  # its own keeps what it has freed
    return {table: _table(db, folder, table, since, shown, arrow, parquet) for table in tables.NAMES}


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise UsageError("export parquet needs pyarrow; install it with: pip install 'newstrail[parquet]'") from None
    return pyarrow, pyarrow.parquet


def _table(
    db: Database, folder: Path, table: str, since: str | None, shown: Any, arrow: Any, parquet: Any
) -> int:  # fmt: skip
    schema = _schema(arrow, tables.columns(db, table))
    count = 0
    with (
        written(folder / f"{table}.parquet") as file,
        parquet.ParquetWriter(
            file, schema, compression="zstd", use_dictionary=False, write_statistics=_counted(schema)
        ) as writer,
    ):
        for group in _groups(shown(table, tables.rows(db, table, since))):
            values = zip(*group, strict=True)
            arrays = [_array(arrow, column, field.type) for column, field in zip(values, schema, strict=True)]
            writer.write_batch(arrow.record_batch(arrays, schema=schema), row_group_size=len(group))
            count += len(group)
    return count


def _schema(arrow: Any, columns: dict[str, str]) -> Any:
    types = {"INTEGER": arrow.int64(), "REAL": arrow.float64(), "TEXT": arrow.string(), "BLOB": arrow.binary()}
    return arrow.schema(
        [(name, arrow.timestamp("s", tz="UTC") if name.endswith(_TIMES) else types[kind])
         for name, kind in columns.items()]
    )  # fmt: skip


def _counted(schema: Any) -> list[str]:
    """Columns whose smallest and largest values are noted for each group of rows; of texts that would be much."""
    return [field.name for field in schema if str(field.type) != "string" or field.name.endswith(_SHORT)]


def _array(arrow: Any, values: tuple[Any, ...], kind: Any) -> Any:
    if arrow.types.is_timestamp(kind):
        return arrow.array([_time(value) for value in values], type=kind)
    return arrow.array(values, type=kind)


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _groups(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    group: list[tuple[Any, ...]] = []
    size = 0
    for row in rows:
        group.append(row)
        size += sum(_VALUE_BYTES + 2 * len(value) if isinstance(value, str) else _VALUE_BYTES for value in row)
        if size > _GROUP_BYTES:
            yield group
            group, size = [], 0
    if group:
        yield group

"""Columns of Parquet files, through pyarrow."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from harness.base.errors import DataError, MissingPackageError
from harness.logs.table import Labels, LogTable, Numbers, labels_from


def opened(file: Path) -> Any:
    """Return a file, of which nothing but the names and types of its columns is read yet."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as missing:
        raise MissingPackageError(
            f"{file}: Parquet needs pyarrow, which is not installed; run: pip install 'pytest-claims[parquet]'"
        ) from missing
    try:
        return pyarrow.parquet.ParquetFile(file, memory_map=True)
    except (OSError, pyarrow.ArrowInvalid) as reason:
        raise DataError(f"{file}: cannot be read as Parquet ({reason})") from reason


def read(file: Path, labels: Sequence[str], numbers: Sequence[str], shown: str, most: int | None = None) -> LogTable:
    """Read one column after the other, so that only one is held twice."""
    columns = opened(file)
    if columns.metadata.num_rows == 0:
        raise DataError(f"{shown}: no row; every run stands in a row of its own, or every step of one")
    return LogTable(
        {name: _column(columns, name, shown, most, _labels_of) for name in labels},
        {name: _column(columns, name, shown, most, _numbers_of) for name in numbers},
        [(shown, 0, 1)],
    )


def _column(columns: Any, name: str, shown: str, most: int | None, made: Callable[[Any], Any]) -> Any:
    import pyarrow

    try:
        found = made(_entries(columns, name, most))
        pyarrow.default_memory_pool().release_unused()
        return found
    except (TypeError, ValueError, NotImplementedError) as reason:  # pyarrow's errors of types are of these
        raise DataError(f"{shown}, column {name!r}: cannot be used ({reason}); give text or numbers") from reason


def _entries(columns: Any, name: str, most: int | None) -> Any:
    if most is None:
        return columns.read(columns=[name]).column(0).combine_chunks()
    return next(columns.iter_batches(batch_size=most, columns=[name])).column(0)


def _labels_of(column: Any) -> Labels:
    encoded = column.dictionary_encode()
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return labels_from(codes, encoded.dictionary.to_pylist())


def _numbers_of(column: Any) -> Numbers:
    given = column.is_valid().to_numpy(zero_copy_only=False)
    return Numbers(column.cast("float64").to_numpy(zero_copy_only=False), given)

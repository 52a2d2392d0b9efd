"""The tables ``[datasets]`` of ``protocol.toml``: where a report's own data files lie, and how they are read."""

import hashlib
from pathlib import Path, PurePath
from typing import get_args

from harness.base.tables import Table
from harness.data.data_file import DataFile, Missing


def read_data_file(name: str, table: Table) -> DataFile:
    """Read one table of ``[datasets]`` and the data file that it describes, so that both are known to be whole.

    Raises
    ------
    RegisterError
        Naming file, table and key of what is wrong, and what would be right.
    """
    path, test_path = _path_inside(table, "file"), _path_inside(table, "test_file") if "test_file" in table else None
    described = DataFile(
        name=name,
        file=str(path),
        sha256=_sha256(path, table, "file"),
        task=table.get("task", str, among=("classification", "regression")),  # type: ignore[arg-type]
        target=table.get("target", str),
        categories=table.texts("categories", may_be_empty=True) if "categories" in table else (),
        left_out=table.texts("left_out", may_be_empty=True) if "left_out" in table else (),
        unit=table.get("unit", str) if "unit" in table else "",
        source=table.get("source", str),
        note=table.get("note", str) if "note" in table else "",
        separator=_sign(table, "separator", ","),
        decimal=table.get("decimal", str, among=(".", ",")) if "decimal" in table else ".",
        missing=table.get("missing", str, among=get_args(Missing)) if "missing" in table else "refuse",  # type: ignore[arg-type]
        test_file=str(test_path or ""),
        test_sha256=_sha256(test_path, table, "test_file") if test_path else "",
    )
    if described.separator == described.decimal:
        raise table.error("decimal", "is the separator too; give another separator")
    table.close()
    return described


def _sign(table: Table, key: str, default: str) -> str:
    """Return one character that can stand between values."""
    sign = table.get(key, str) if key in table else default
    if len(sign) != 1 or sign.isalnum() or sign in '"\r\n':
        raise table.error(key, f'is {sign!r}; give one sign, such as ";"')
    return sign


def _path_inside(table: Table, key: str) -> Path:
    """Return a data file's path, which must not lead out of the folder of the file that names it."""
    text = table.get(key, str)
    folder = table.file.parent.resolve()
    outside = f"is {text!r}; give a file inside {table.file.parent}: no absolute path, no '..', no link to elsewhere"
    if PurePath(text).is_absolute() or ".." in PurePath(text).parts:
        raise table.error(key, outside)
    try:
        path = (folder / text).resolve()
        if path.is_relative_to(folder) and path.is_file():
            return path
    except (OSError, ValueError, RuntimeError):  # too long, a zero byte, links in a circle
        raise table.error(key, f"is {text!r}, which cannot be the name of a file") from None
    raise table.error(key, f"is {text!r}; there is no such file" if path.is_relative_to(folder) else outside)


def _sha256(path: Path, table: Table, key: str) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as reason:
        raise table.error(key, f"{path} cannot be read ({reason.strerror})") from reason

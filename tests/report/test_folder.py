from pathlib import Path

import pytest

from harness.base.errors import RegisterError
from harness.report.folder import folder_of, folders_among, open_folder


def test_the_nearest_folder_above_is_found(tmp_path: Path) -> None:
    """A file belongs to the nearest folder at or above it that has a register."""
    inner = tmp_path / "report" / "part"
    inner.mkdir(parents=True)
    (tmp_path / "report" / "report.toml").touch()
    assert folder_of(inner / "test_x.py") == tmp_path / "report"
    assert folder_of(tmp_path) is None


def test_folders_are_found_from_paths_at_below_and_above(tmp_path: Path) -> None:
    """Asking for a module, for the folder or for its parent finds the folder, once."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "report.toml").touch()
    assert folders_among([tmp_path]) == [tmp_path / "a", tmp_path / "b"]
    assert folders_among([tmp_path / "a" / "test_x.py", tmp_path / "a"]) == [tmp_path / "a"]
    assert folders_among([tmp_path / "nowhere"]) == []


def test_both_files_are_read_and_a_missing_one_is_named(small_report: Path) -> None:
    """A folder gives register and grid; without protocol.toml the sentence names that file."""
    assert open_folder(small_report).register.title == "A small report"
    assert len(open_folder(small_report).grid.configs) == 2
    open_folder.cache_clear()
    (small_report / "protocol.toml").unlink()
    with pytest.raises(RegisterError, match=r"protocol\.toml: cannot be read \(No such file or directory\)"):
        open_folder(small_report)

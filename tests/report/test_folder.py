from pathlib import Path

import pytest

from harness.base.errors import ConfigError, RegisterError
from harness.report.folder import folder_of, open_folder


def test_the_nearest_folder_above_is_found(tmp_path: Path) -> None:
    """A file belongs to the nearest folder at or above it that has a register."""
    inner = tmp_path / "report" / "part"
    inner.mkdir(parents=True)
    (tmp_path / "report" / "report.toml").write_text("[findings]")
    assert folder_of(inner / "test_x.py") == tmp_path / "report"
    assert folder_of(tmp_path) is None


def test_a_file_of_that_name_may_be_somebody_elses(tmp_path: Path) -> None:
    """One without findings, and without a config beside it, is no register; with either it is one, whole or not."""
    (tmp_path / "inner").mkdir()
    for folder in (tmp_path, tmp_path / "inner"):
        (folder / "report.toml").write_text('[coverage]\nformat = "html"\n')
    assert folder_of(tmp_path / "inner") is None
    (tmp_path / "protocol.toml").touch()
    assert folder_of(tmp_path / "inner") == tmp_path
    (tmp_path / "inner" / "report.toml").write_text("[findings.")
    assert folder_of(tmp_path / "inner") == tmp_path / "inner"


def test_a_link_is_followed_only_where_nothing_is_found_by_its_own_name(tmp_path: Path) -> None:
    """A link to a part of a report leads to it; a linked report keeps the name that it was given."""
    (tmp_path / "report" / "part").mkdir(parents=True)
    (tmp_path / "report" / "report.toml").write_text("[findings]")
    (tmp_path / "whole").symlink_to("report")
    (tmp_path / "some").symlink_to("report/part")
    assert folder_of(tmp_path / "whole" / "test_x.py") == tmp_path / "whole"
    assert folder_of(tmp_path / "some" / "test_x.py") == tmp_path / "report"


def test_both_files_are_read(small_report: Path) -> None:
    """A folder gives register and grid."""
    assert open_folder(small_report).register.title == "A small report"
    assert len(open_folder(small_report).grid.configs) == 2


def test_without_a_protocol_there_are_no_runs_to_ask_for(small_report: Path) -> None:
    """Whoever asks is told which file would say how they are made; a link that leads nowhere is no such report."""
    file = small_report / "protocol.toml"
    file.unlink()
    grid = open_folder(small_report).grid
    for ask in (lambda: grid.cell({"activation": "relu"}), lambda: grid.named_cell("torch-relu", {})):
        with pytest.raises(ConfigError, match=r"no runs to ask for: .*protocol\.toml is missing, which says how"):
            ask()
    open_folder.cache_clear()
    file.symlink_to("nowhere.toml")
    with pytest.raises(RegisterError, match=r"protocol\.toml: cannot be read \(No such file or directory\)"):
        open_folder(small_report)

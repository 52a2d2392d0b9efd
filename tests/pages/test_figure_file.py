"""The file of a figure beside the pages."""

from pathlib import Path

from harness.pages.figure_file import write_figure


def test_a_figure_has_a_name_that_tells_the_claim(tmp_path: Path) -> None:
    """It holds no character that a file system or a link would stumble over, and no two claims share one."""
    first = write_figure(tmp_path, "claims/test_speed.py::test_loss[relu/../../x]", "<svg>one</svg>")
    second = write_figure(tmp_path, "claims/test_speed.py::test_loss[relu-..-..-x]", "<svg>two</svg>")
    assert first != second
    for name, text in ((first, "one"), (second, "two")):
        assert name.startswith("figures/")
        assert set(name) <= set("figures/" + "abcdefghijklmnopqrstuvwxyz0123456789-." + "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        assert (tmp_path / name).read_text() == f"<svg>{text}</svg>"
    assert len(write_figure(tmp_path, f"test_x.py::test[{'long' * 200}]", "<svg/>")) < 120


def test_the_same_claim_has_the_same_file(tmp_path: Path) -> None:
    """A later figure takes the place of the earlier one."""
    one = write_figure(tmp_path, "test_x.py::test", "<svg>old</svg>")
    assert write_figure(tmp_path, "test_x.py::test", "<svg>new</svg>") == one
    assert (tmp_path / one).read_text() == "<svg>new</svg>"

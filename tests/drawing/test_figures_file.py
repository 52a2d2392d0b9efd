from pathlib import Path

import pytest

from harness.base.errors import RegisterError
from harness.drawing.figures_file import FIGURES_FILE, open_figures, read_figures
from harness.report.folder import open_folder
from harness.report.protocol_file import read_grid
from harness.report.register import read_register
from tests.builders.figures import FIGURES_TOML


def test_a_figure_has_a_panel_for_each_value(folder: Path) -> None:
    """All values of the axis, in the grid's order, each with the cell to be trained for it."""
    (figure,) = open_figures(folder)
    names = open_folder(folder).grid
    assert figure.cells == {
        value: names.cell_name(framework="torch", activation=value) for value in names.axes["activation"]
    }


def test_numbers_of_the_report_are_of_all_panels_or_of_one(folder: Path) -> None:
    """A panel's own stand in place of those of all."""
    file = folder / FIGURES_FILE
    text = FIGURES_TOML + "marks = { loss = [1.08], epochs = [20, 30], tanh = { epochs = [50] } }\n"
    file.write_text(text, encoding="utf-8")
    (figure,) = open_figures(folder)
    assert figure.marks == {
        "relu": {"loss": (1.08,), "epochs": (20.0, 30.0)},
        "tanh": {"loss": (1.08,), "epochs": (50.0,)},
    }


def test_a_report_without_the_file_has_no_figures(small_report: Path) -> None:
    """It is not asked for."""
    assert open_figures(small_report) == ()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"speed.faster"', '"speed.slower"', r"figures\.losses.*findings.*no finding 'speed.slower'"),
        ('framework = "torch"', 'framework = "keras"', r"figures\.losses\.cell.*framework.*torch"),
        ('framework = "torch"', 'colour = "red"', r"figures\.losses\.cell.*colour.*no axis"),
        ('along = "activation"', 'along = "colour"', r"figures\.losses.*along.*activation"),
        ('along = "activation"', 'along = "framework"', r"figures\.losses.*along.*take it out there"),
        (
            'parts = ["loss"]',
            'parts = ["losses"]',
            r"figures\.losses.*parts.*'losses'; give some of: predictions, train_loss, loss, train_accuracy, accuracy$",
        ),
        ('parts = ["loss"]', 'parts = ["loss", "loss"]', r"figures\.losses.*parts.*each part once"),
        ('order = "beside"', 'order = "above"', r"figures\.losses.*order.*beside, below"),
        ('order = "beside"', 'order = "beside"\nvalues = ["relu"]', r"figures\.losses.*values.*at least two"),
        ('shown = "It showed two lines."', "", r"figures\.losses.*shown"),
        ('title = "Losses"', 'title = "Losses"\ncolour = "red"', r"figures\.losses.*colour"),
        (
            "[figures.losses]",
            "[figures.losses]\nmarks.accuracy = [1]",
            r"losses\.marks.*accuracy.*loss, epochs, relu",
        ),
        ("[figures.losses]", "[figures.losses]\nmarks.loss = [nan]", r"losses\.marks.*loss.*give a list of numbers"),
        ("[figures.losses]", "[figures.losses]\nmarks.elu.loss = [1]", r"losses\.marks.*elu.*no panel.*relu, tanh"),
        ("[figures.losses]", "[figures.losses]\nmarks.relu.los = [1]", r"losses\.marks\.relu.*los.*loss, epochs"),
    ],
)
def test_bad_input_names_file_table_and_key(folder: Path, old: str, new: str, told: str) -> None:
    """And says what would be right."""
    file = folder / FIGURES_FILE
    file.write_text(FIGURES_TOML.replace(old, new), encoding="utf-8")
    register, grid = read_register(folder / "report.toml"), read_grid(folder / "protocol.toml")
    with pytest.raises(RegisterError, match=f"(?s){FIGURES_FILE}.*{told}") as raised:
        read_figures(file, register, grid)
    assert "\n" not in str(raised.value)

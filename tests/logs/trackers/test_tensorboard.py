import subprocess
import sys
from pathlib import Path

import pytest
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.scalar.summary_v2 import scalar_pb
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from harness.base.errors import DataError, MissingPackageError
from harness.logs.files import read_columns
from tests.builders.logs import logged, runs_of

STEPS = 12_000  # more than TensorBoard keeps unless it is told to


def write(folder: Path, values: list[float]) -> None:
    """Write a scalar as PyTorch does, and another as TensorFlow 2 does."""
    writer = EventFileWriter(str(folder))
    for step, value in enumerate(values):
        summary = Summary(value=[Summary.Value(tag="val/acc", simple_value=value)])
        writer.add_event(Event(wall_time=1.0, step=step, summary=summary))
        writer.add_event(Event(wall_time=1.0, step=step, summary=scalar_pb("loss", 1 - value)))
    writer.close()


def test_every_step_of_both_kinds_is_read(tmp_path: Path) -> None:
    """None is sampled; the path says which run it is."""
    for seed in range(2):
        write(tmp_path / "adam" / f"version_{seed}", [(step + seed) / STEPS for step in range(STEPS)])
    source = logged(
        tmp_path,
        "",
        files="{optimizer}/version_{seed}/*tfevents*",
        step="step",
        metrics=(),
        metric="metric",
        value="value",
    )
    runs = runs_of(source, optimizer="adam")
    assert runs.metrics() == ["val/acc", "loss"]
    assert runs.curves["val/acc"].shape == (2, STEPS)
    assert runs.curves["val/acc"][1, -1] == pytest.approx(1.0)
    assert runs.loss[0, 0] == pytest.approx(1.0)


def test_no_framework_is_imported_for_it(tmp_path: Path) -> None:
    """TensorBoard would take TensorFlow where it is installed."""
    write(tmp_path, [0.5])
    (file,) = tmp_path.iterdir()
    program = (
        "import sys; from pathlib import Path; from harness.logs.files import read_columns; "
        f"read_columns(Path({str(file)!r}), ['metric'], ['value'], 'x'); sys.exit('tensorflow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_what_is_no_event_file_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any scalar; and what is not installed is named."""
    file = tmp_path / "events.out.tfevents.1"
    file.write_bytes(b"nothing of the kind")
    with pytest.raises(DataError, match=r"^x: no row; |TensorBoard cannot read it"):
        read_columns(file, ["metric"], ["value"], "x")
    monkeypatch.setitem(sys.modules, "tensorboard.util.tensor_util", None)
    with pytest.raises(MissingPackageError, match=r"run: pip install 'pytest-claims\[tensorboard\]'$"):
        read_columns(file, ["metric"], ["value"], "x")

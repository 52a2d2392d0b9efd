import json
import multiprocessing
import re
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.base.errors import HarnessError, StoreError, StoreWarning
from harness.base.sealed import unseal
from harness.execution import timing
from harness.execution.benchmark import BenchmarkEntry
from harness.execution.timing import machine, race
from harness.training.dense.trainers import TORCH
from tests.builders.configs import small_config, trained_by
from tests.builders.reports import PROTOCOL as TORCH_PROTOCOL

PROTOCOL = small_config(hidden_widths=(4,), batch_size=64, epochs=3)
OTHER = PROTOCOL.changed(optimizer="adam")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int, int]]:
    """Replace the processes that train; note optimizer, epochs and turn of each training asked for."""
    log: list[tuple[str, int, int]] = []

    @contextmanager
    def no_process(kind: str):
        yield kind

    def answer(stopwatch: Any, entry: BenchmarkEntry, turn: int) -> list[float]:
        assert stopwatch == entry.process
        log.append((entry.config.optimizer, entry.config.epochs, turn))
        return [1.0 + turn, 0.1, 0.3]

    monkeypatch.setattr(timing, "_stopwatch", no_process)
    monkeypatch.setattr(timing, "_ask", answer)
    return log


def test_entries_are_measured_in_turn_after_a_short_warm_up(asked: list[tuple[str, int, int]], tmp_path: Path) -> None:
    """A B A B, the same seeds for both, and the warm-up of two epochs is not counted."""
    timings = race([BenchmarkEntry(PROTOCOL), BenchmarkEntry(OTHER)], tmp_path, repeats=2)
    assert asked == [("sgd", 2, 0), ("adam", 2, 0), ("sgd", 3, 0), ("adam", 3, 0), ("sgd", 3, 1), ("adam", 3, 1)]
    np.testing.assert_allclose(timings[0].seconds, [1.4, 2.4])


def test_it_is_said_how_far_a_measurement_is(asked: list[tuple[str, int, int]], tmp_path: Path) -> None:
    """Before each training that counts, with the time that is left once one was measured; and nothing at the end."""
    said: list[str] = []
    entries = [BenchmarkEntry(PROTOCOL), BenchmarkEntry(OTHER)]
    race(entries, tmp_path, repeats=2, says=said.append)
    assert said[:2] == [
        "time is measured, and nothing else trained meanwhile: 2 kinds of training warm up",
        "time is measured: training 1 of 4",
    ]
    assert [re.sub("about .* left", "about a while left", words) for words in said[2:]] == [
        *(f"time is measured: training {number} of 4, about a while left" for number in (2, 3, 4)),
        "",
    ]
    said.clear()
    race(entries, tmp_path, repeats=2, says=said.append)
    assert said == []


def test_raw_seconds_are_kept_with_machine_and_versions_and_read_again(
    asked: list[tuple[str, int, int]], tmp_path: Path
) -> None:
    """The same question is measured once; another mode, or another number of repeats, is another question."""
    first = race([BenchmarkEntry(PROTOCOL)], tmp_path, repeats=2)
    trained = len(asked)
    again = race([BenchmarkEntry(PROTOCOL)], tmp_path, repeats=2)
    assert len(asked) == trained
    np.testing.assert_array_equal(first[0].epoch_seconds, again[0].epoch_seconds)
    (file,) = (tmp_path / "timings").iterdir()
    kept = unseal(file.read_bytes(), "a file")
    assert kept["epoch_seconds"] == [[[1.0, 0.1, 0.3], [2.0, 0.1, 0.3]]]
    assert kept["entries"][0]["fingerprint"]["torch"]
    assert kept["machine"]["cores"] >= 1
    race([BenchmarkEntry(PROTOCOL, "compile")], tmp_path, repeats=2)
    race([BenchmarkEntry(PROTOCOL)], tmp_path, repeats=3)
    assert len(list((tmp_path / "timings").iterdir())) == 3


@pytest.fixture
def kept(asked: list[tuple[str, int, int]], tmp_path: Path) -> Path:
    """Measure once, and return the file in which it is kept."""
    race([BenchmarkEntry(PROTOCOL)], tmp_path, repeats=1)
    asked.clear()
    (file,) = (tmp_path / "timings").iterdir()
    return file


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_flipped_bit_is_never_read(kept: Path, place: float, bit: int) -> None:
    """A file in which any bit is flipped is refused, or holds what it held."""
    payload = bytearray(kept.read_bytes())
    held = unseal(bytes(payload), "a file")
    payload[int(place * len(payload))] ^= 1 << bit
    try:
        read = unseal(bytes(payload), "a file")
    except (ValueError, StoreError):
        return
    assert read == held


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(proportion=st.floats(0, 1, exclude_max=True))
def test_a_cut_file_is_never_read(kept: Path, proportion: float) -> None:
    """A file that lost its end is refused, however much of it is left."""
    payload = kept.read_bytes()
    with pytest.raises(ValueError, match=r"."):
        unseal(payload[: int(proportion * len(payload))], "a file")


@pytest.mark.parametrize("damage", ["digit", "cut", "other name", "no digest"])
def test_damaged_timings_are_measured_again(kept: Path, asked: list[tuple[str, int, int]], damage: str) -> None:
    """They are set aside with a warning that says so, and good again afterwards."""
    good = kept.read_bytes()
    if damage == "other name":
        race([BenchmarkEntry(OTHER)], kept.parent.parent, repeats=1)
        (other,) = set(kept.parent.iterdir()) - {kept}
        other.replace(kept)
    elif damage == "no digest":
        kept.write_bytes(json.dumps(unseal(good, "a file")).encode())
    else:
        kept.write_bytes(good.replace(b"0.1", b"0.2") if damage == "digit" else good[:-1])
    asked.clear()
    with pytest.warns(
        StoreWarning, match=rf"^timings {kept} cannot be trusted \(.*\); set aside as .*, measured again$"
    ):
        race([BenchmarkEntry(PROTOCOL)], kept.parent.parent, repeats=1)
    assert len(asked) == 2
    assert kept.read_bytes() == good
    assert kept.with_suffix(".unreadable").exists()


def test_timings_of_a_newer_version_are_refused_and_left_alone(kept: Path) -> None:
    """The sentence says what to do; nothing is measured over them."""
    newer = kept.read_bytes().replace(b'"schema": 1', b'"schema": 2')
    kept.write_bytes(newer)
    with pytest.raises(StoreError) as caught:
        race([BenchmarkEntry(PROTOCOL)], kept.parent.parent, repeats=1)
    assert str(caught.value) == (
        f"timings {kept} have schema 2, newer than this harness reads (1); "
        "update pytest-claims or give another folder for the store"
    )
    assert kept.read_bytes() == newer


def test_a_real_training_is_timed_and_a_failing_one_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PyTorch's trainer answers with one time an epoch; a mode that it does not know ends in one sentence."""
    (one,) = race([BenchmarkEntry(PROTOCOL)], tmp_path, repeats=2)
    assert one.epoch_seconds.shape == (2, 3)
    assert (one.epoch_seconds > 0).all()
    monkeypatch.setitem(TORCH.modes, "backwards", "torch")  # type: ignore[arg-type]
    with pytest.raises(
        HarnessError, match=r"^timing failed: BenchmarkEntry\(.*mode='backwards'\): KeyError: 'backwards'"
    ):
        race([BenchmarkEntry(PROTOCOL, "backwards")], tmp_path, repeats=2)


def _use(folder: Path, log: Path, name: str, alone: bool, ready: Any) -> None:
    ready.wait()
    with machine(folder, alone=alone):
        with log.open("a") as file:
            file.write(f"begin {name}\n")
        time.sleep(1.0)
        with log.open("a") as file:
            file.write(f"end {name}\n")


@pytest.mark.parametrize(("alone", "overlap"), [(True, False), (False, True)])
def test_who_is_alone_shares_the_machine_with_nobody(tmp_path: Path, alone: bool, overlap: bool) -> None:
    """Two processes that share the machine overlap; one that is alone and one that shares never do."""
    context = multiprocessing.get_context("spawn")
    ready, log = context.Barrier(2), tmp_path / "log"
    processes = [
        context.Process(target=_use, args=(tmp_path, log, name, only, ready))
        for name, only in (("a", alone), ("b", False))
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    kinds = [line.split()[0] for line in log.read_text().splitlines()]
    assert (kinds == ["begin", "begin", "end", "end"]) == overlap
    assert (kinds == ["begin", "end", "begin", "end"]) != overlap


def test_time_is_measured_only_in_claims_marked_for_it(
    pytester: pytest.Pytester, make_claims: Callable[..., None]
) -> None:
    """Without the marker other claims might run beside the measurement."""
    make_claims("\n@finding\ndef test_time(evidence, judge):\n    evidence.race([{'activation': 'relu'}])\n")
    result = pytester.runpytest("claims")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*a claim that measures time is marked @pytest.mark.timed, to have the machine alone"])


def test_timed_claims_come_last_and_are_judged(pytester: pytest.Pytester, make_claims: Callable[..., None]) -> None:
    """A claim marked `timed` waits for all others of its worker, then gets its timings."""
    make_claims(
        """
@pytest.mark.timed
@finding
def test_time(evidence, judge):
    one, other = evidence.race([{"activation": "relu"}, {"activation": "tanh"}])
    assert one.epoch_seconds.shape == (5, 2)
    judge(mean_over_seeds(1 + 0.01 * one.seconds, "seconds"))

@finding
def test_other(judge):
    judge(mean_over_seeds(SUPPORTED, "ratio"))
""",
        protocol=TORCH_PROTOCOL,
    )
    result = pytester.runpytest_subprocess("claims", "-v", "-n", "0")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*::test_other PASSED*", "*::test_time PASSED*"])
    assert "torch-classification-relu-adam (default)" in (pytester.path / "reports" / "claims.html").read_text()


def test_settings_of_the_user_do_not_reach_what_is_timed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here one that would let Keras stop after the first epoch."""
    monkeypatch.setenv("KERAS_MAX_EPOCHS", "1")
    (one,) = race([BenchmarkEntry(trained_by("keras", PROTOCOL))], tmp_path, repeats=1)
    assert one.epoch_seconds.shape == (1, 3)

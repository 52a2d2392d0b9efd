from pathlib import Path

import pytest

from harness.base.hashing import content_digest
from harness.base.sealed import seal
from harness.drawing.drawn import kept_figure
from harness.execution import timing
from harness.execution.benchmark import BenchmarkEntry
from harness.execution.timing import race
from harness.reconstruction.multiverse import judging_mark
from harness.statistics.estimators import mean_over_seeds
from harness.storage.store import Store
from harness.verdicts.band import Band
from tests.builders.stores import PROTOCOL, fingerprint, runs_hard_to_keep
from tests.builders.whole_stores import keep_claim

BAND = Band(0.9, 1.1, "a tenth either way")
ESTIMATE = mean_over_seeds([0.9, 1.0, 1.2], "ratio")


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Make a store with one file of each kind that holds something."""
    store = Store(tmp_path / "store", fingerprint)
    store.save(runs_hard_to_keep())
    monkeypatch.setattr(timing, "_measure", lambda *_: [[[0.5, 0.1, 0.3]]])
    monkeypatch.setattr(timing, "fingerprint_of", fingerprint)
    race([BenchmarkEntry(PROTOCOL)], store.folder, repeats=1)
    monkeypatch.setattr("harness.drawing.figures.claim_figure", lambda *_: "<svg>drawn</svg>\n")
    kept_figure(store.folder, {}, ESTIMATE, (0.8, 1.3), BAND)
    answers = {"a": [1.5, "nan"]}
    file = store.folder / "answers" / f"{judging_mark()}-{content_digest(answers)}.json"
    file.parent.mkdir()
    file.write_bytes(seal(answers))
    keep_claim(store, ["a row"])
    return store

"""How long imports take, each in a fresh process."""

import subprocess
import sys
from collections.abc import Mapping

from benchmarks.measure import Series, in_turn
from benchmarks.settings import ROOT, Settings

STORED_IMPORTS = (
    "harness.plugin.hooks, harness.judging.plan, harness.judging.judge, harness.plugin.audit, "
    "harness.statistics.estimators"
)
STATEMENTS = {
    "a bare interpreter": "pass",
    "pytest": "import pytest",
    "harness.plugin.hooks": "import harness.plugin.hooks",
    "all that judging stored trainings needs": f"import {STORED_IMPORTS}",
    "torch": "import torch",
    "tensorflow and keras": "import tensorflow, keras",
}


def time_imports(sizes: Settings, environment: Mapping[str, str]) -> list[Series]:
    """Return the seconds from the start of a process that imports something to its end."""

    def importing(statement: str) -> None:
        subprocess.run(
            [sys.executable, "-c", statement], cwd=ROOT, env=dict(environment), check=True, capture_output=True
        )

    sides = {name: lambda number, statement=statement: importing(statement) for name, statement in STATEMENTS.items()}
    seconds = in_turn(sides, repeats=sizes.import_repeats, warm_ups=sizes.warm_ups)
    return [Series(question="imports", case=name, side=name, seconds=sample) for name, sample in seconds.items()]

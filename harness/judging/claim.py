"""A claim as data: the test function, its parameters, and what it judges; so that it can be called outside pytest."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.report.reading import Reading
from harness.report.register import Finding
from harness.statistics.estimate import Estimate


def case_of(test: str) -> str:
    """Return the parameters of a node id, ``sgd`` of ``test_x.py::test_y[sgd]``; empty if it has none."""
    return test.partition("::")[2].partition("[")[2].removesuffix("]")  # a folder may have a bracket in its name


@dataclass(frozen=True, eq=False)
class Claim:
    """One test of a finding.

    Attributes
    ----------
    test
        Its node id.
    function
        The test function.
    parameters
        The values of its parametrization.
    finding, reading
        What it judges.
    """

    test: str
    function: Callable[..., None]
    parameters: Mapping[str, Any]
    finding: Finding
    reading: Reading

    @property
    def rests_on_runs(self) -> bool:
        """Whether it asks for evidence, and for nothing that only a session can give, such as fixtures of its own."""
        names = inspect.signature(self.function).parameters
        return "evidence" in names and set(names) <= {*self.parameters, "evidence", "judge", "reading", "reported"}

    def call(self, evidence: Any, judge: Callable[..., None]) -> None:
        """Call the test with this evidence and judge; only for a claim that `rests_on_runs`."""
        given = {
            **self.parameters,
            "evidence": evidence,
            "judge": judge,
            "reading": self.reading,
            "reported": self.finding.reported,
        }
        self.function(**{name: given[name] for name in inspect.signature(self.function).parameters})

    def estimates(self, evidence: Any) -> list[Estimate]:
        """Return what the test hands to its judge on this evidence: one estimate, if the claim is whole."""
        handed: list[Estimate] = []
        self.call(evidence, lambda estimate, note="": handed.append(estimate))
        return handed

"""One verdict a finding: what its primary reading says, unless another way to read it says the opposite.

The register names the primary reading of each finding. Of the others, an alternative is another sense of the same
statement, and its opposite makes the finding depend on how it is read; a detail, such as the claims on single cells,
explains a verdict and never changes it. A finding may presuppose another one ("overfits less" that it overfits): where
that does not hold, this one is neither true nor false.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, get_args

from harness.verdicts.band import Outcome
from harness.verdicts.combination import OPPOSITE, Judgement

Answer = Literal["holds", "does not hold", "not decided", "depends", "premise not met"]
ANSWERS: tuple[Answer, ...] = get_args(Answer)
_ANSWER_OF: dict[Outcome, Answer] = {
    "supported": "holds",
    "refuted": "does not hold",
    "inconclusive": "not decided",
}


@dataclass(frozen=True, kw_only=True)
class FindingVerdict:
    """What a finding comes to.

    Attributes
    ----------
    answer
        With the error rate held over all findings.
    primary
        The reading that gives it.
    opposed
        Alternatives that say the opposite by themselves; these make the answer ``depends``.
    readings
        All that were judged, the primary one first.
    """

    finding: str
    section: str
    statement: str
    basis: str
    answer: Answer
    primary: Judgement
    opposed: tuple[Judgement, ...]
    readings: tuple[Judgement, ...]

    @property
    def words(self) -> str:
        """The answer, and on what it depends or what it lacks."""
        if self.answer == "premise not met":
            return f"premise not met: {self.primary.premise} does not hold"
        if self.answer != "depends":
            draw = self.primary.of_one_draw and self.answer != "not decided"
            return f"{self.primary.corrected_word} with one draw" if draw else self.answer
        said = ", ".join(f"{one.reading} {_ANSWER_OF[one.outcome]}" for one in (self.primary, *self.opposed))
        return f"depends on how it is read: {said}"

    @property
    def fragile(self) -> str:
        """With which neighbouring conventions the primary reading would say the opposite; empty if with none."""
        return ", or ".join(f"with {one}" for one in self.primary.fragile)


def finding_verdicts(judged: Iterable[Judgement]) -> list[FindingVerdict]:
    """Return one verdict for each finding, in the order in which they come.

    Parameters
    ----------
    judged
        All readings; a selection of claims may have left some out. Where no primary reading was judged, the first
        one stands for it.
    """
    by_finding: dict[str, list[Judgement]] = defaultdict(list)
    for one in judged:
        by_finding[one.finding].append(one)
    found = {finding: _verdict(readings) for finding, readings in by_finding.items()}
    return [_with_premise(one, found.get(one.primary.premise)) for one in found.values()]


def _with_premise(finding: FindingVerdict, premise: FindingVerdict | None) -> FindingVerdict:
    """Return a finding as it is; or, if what it presupposes does not hold, as one that says nothing."""
    if premise is None or premise.answer != "does not hold":
        return finding
    return replace(finding, answer="premise not met")


def _verdict(readings: list[Judgement]) -> FindingVerdict:
    primary = next((one for one in readings if one.role == "primary"), readings[0])
    others = [one for one in readings if one is not primary]
    opposite = OPPOSITE.get(primary.corrected_outcome)
    opposed = tuple(one for one in others if one.role != "detail" and one.outcome == opposite)
    return FindingVerdict(
        finding=primary.finding,
        section=primary.section,
        statement=primary.statement,
        basis=primary.basis,
        answer="depends" if opposed else _ANSWER_OF[primary.corrected_outcome],
        primary=primary,
        opposed=opposed,
        readings=(primary, *others),
    )

"""The answers to findings in words, for people who read nothing else: the tables ``answer`` of ``report.toml``."""

from collections.abc import Mapping
from dataclasses import dataclass

from harness.base.tables import Table
from harness.verdicts.finding import ANSWERS, Answer

EVERY_FINDING = ("answer", "place")
"""Keys that all findings of a register have, or none."""


@dataclass(frozen=True)
class WrittenAnswer:
    """What somebody wrote on a finding once its verdict was known.

    Attributes
    ----------
    verdict
        The verdict that it was written for; with another one it no longer holds.
    text
        The answer, in a sentence.
    because
        Why, with the numbers that matter.
    also
        The other verdict that noise alone may give, where more evidence is not to be had; None where there is none.
    """

    verdict: Answer
    text: str
    because: str
    also: Answer | None = None

    @property
    def verdicts(self) -> tuple[Answer, ...]:
        """Those with which the answer holds."""
        return (self.verdict,) if self.also is None else (self.verdict, self.also)


def read_answer(finding: Table) -> WrittenAnswer | None:
    """Read the table ``answer`` of a finding; None if there is none.

    Raises
    ------
    RegisterError
        Naming file, table and key of what is wrong, and what would be right.
    """
    if "answer" not in finding:
        return None
    table = finding.table("answer")
    answer = WrittenAnswer(
        verdict=table.get("verdict", str, among=ANSWERS),  # type: ignore[arg-type]
        text=table.get("text", str),
        because=table.get("because", str),
        also=table.get("also", str, among=ANSWERS) if "also" in table else None,  # type: ignore[arg-type]
    )
    table.close(known=("also",))
    return answer


def refuse_gaps(findings: Mapping[str, Table]) -> None:
    """Refuse a register in which some findings have a place or an answer, and others have none.

    Raises
    ------
    RegisterError
        Naming file, table and key of the first that lacks one.
    """
    for key in EVERY_FINDING:
        lacking = [table for table in findings.values() if key not in table]
        if lacking and len(lacking) < len(findings):
            raise lacking[0].error(key, f"missing, though other findings have one; {_WHAT[key]}")


_WHAT = {
    "answer": 'give verdict, text and because; verdict = "not decided" until it is judged',
    "place": "say where in the original it stands",
}

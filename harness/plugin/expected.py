"""What the register expects of a claim, where that is not `supported`, as pytest knows it: an xfail."""

import pytest

from harness.base.errors import RegisterError
from harness.judging.claim import case_of
from harness.judging.collected import claim_of
from harness.verdicts.verdict import EXCEPTIONS

_raises_key: pytest.StashKey[tuple[type[AssertionError], ...]] = pytest.StashKey()  # of a claim's recorded verdicts


def expect(item: pytest.Item) -> None:
    """Expect the verdict that the register records for a claim.

    An xfail that names its exceptions, strict unless noise may let the claim pass: a verdict that changed is red in
    either direction, and an error in the harness is never taken for a refutation.
    """
    try:
        claim = claim_of(item)
    except RegisterError:
        return  # said where the claim is set up, so that it shows as an error of that claim
    expected = claim.finding.expectation(claim.reading.name, case_of(claim.test))
    if expected is not None:
        reason = f"{' or '.join(expected.verdicts)} since {expected.date}: {expected.reason}"
        may_pass = "supported" in expected.verdicts
        raises = tuple(EXCEPTIONS[verdict] for verdict in expected.verdicts if verdict != "supported")
        item.add_marker(pytest.mark.xfail(strict=not may_pass, raises=raises, reason=reason))
        item.stash[_raises_key] = raises


def leave_out_traceback(item: pytest.Item, failure: pytest.ExceptionInfo[BaseException]) -> None:
    """Let the verdict alone stand for a failure that the register records.

    Nobody is shown where such a claim was judged, and pytest takes longer to find the lines than the claim to judge.
    """
    if isinstance(failure.value, item.stash.get(_raises_key, ())):
        item.repr_failure = pytest.ExceptionInfo.exconly  # type: ignore[method-assign, assignment]

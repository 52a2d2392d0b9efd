"""How often a verdict may be wrong, and how that is spent over looks and findings."""

# One-sided, for each verdict, over all looks at its evidence.
ERROR_RATE = 0.05
# The part of it that each look but the last may spend: early verdicts need strong evidence, so that more seeds would
# not have undone them. The last look has what is left.
SPENT = (0.005, 0.005, 0.01, 0.01, 0.01)
MOST_LOOKS = len(SPENT) + 1


def error_rate_at(look: int, planned_looks: int) -> float:
    """Return the one-sided error rate that a look may spend; over all planned looks they add up to `ERROR_RATE`.

    Whichever look decides, the verdict is then wrong no more often than that (Bonferroni).

    Parameters
    ----------
    look
        Counted from 1.
    planned_looks
        How many there may be, up to `MOST_LOOKS`.
    """
    return SPENT[look - 1] if look < planned_looks else ERROR_RATE - sum(SPENT[: planned_looks - 1])


def settled_at(findings: int, claims: int) -> float:
    """Return the p-value of a claim at which its finding needs no more seeds of it, whatever the others come to.

    A finding of whose claims enough have this p-value is decided by the partial conjunction of
    `harness.verdicts.combination`, whose factor is no more than the number of claims, and by Holm's procedure, whose
    factor is no more than the number of findings. So a claim knows by itself when it may stop.

    Parameters
    ----------
    findings
        Over which the error rate is held together.
    claims
        On the same reading of the finding.
    """
    return ERROR_RATE / (findings * claims)

"""Small sessions, for the tests of all that reads them."""

from dataclasses import replace

from harness.sessions.environment import Environment
from harness.sessions.report_under_test import ReportUnderTest, TakenChoice
from harness.sessions.session import ONLY_DEFAULT, JudgedClaim, Session
from harness.verdicts.band import Outcome
from tests.builders.verdicts import verdict_with

ENVIRONMENT = Environment(
    python="3.11.7",
    system="Linux",
    processor="A CPU",
    cores=2,
    threads=1,
    packages={"numpy": "2.4.6", "torch": "2.13.0"},
    commit="c0ffee",
    modified=False,
    harness_digest="5e1481093800de0e5ce2c2d842535e77",
)
CHOICE = TakenChoice(
    task="regression",
    field="batch_size",
    value="16",
    alternatives=("32",),
    origin="assumed",
    reason="usual",
)
REPORT = ReportUnderTest(
    folder="claims",
    title="A small report",
    claims_digest="1d0f343b59fea3bf7e02",
    protocol_digest="7b0f3b82cd8569249965",
    choices=(CHOICE,),
)


def judged_claim(test: str, outcome: Outcome = "supported", *, finding: str = "x.y", **changes: object) -> JudgedClaim:
    """Return a claim with a verdict, some of whose fields differ."""
    p_supported, p_refuted = {"supported": (0.001, 1.0), "refuted": (1.0, 0.001), "inconclusive": (0.4, 0.6)}[outcome]
    told = {"finding": finding, "p_supported": p_supported, "p_refuted": p_refuted, **changes}
    return JudgedClaim(
        test=test, case="", verdict=verdict_with(outcome, **told), expected=("supported",), recorded="", seconds=0.1
    )


def session_of(*claims: JudgedClaim, **changes: object) -> Session:
    """Return a session with the given claims (or two of its own), and with some fields changed."""
    fields = {
        "started": "2026-01-02T03:04:05+00:00",
        "seconds": 6.5,
        "arguments": ("claims",),
        "planned_seeds": (20, 40, 80),
        "universes": "default",
        "needed": 40,
        "stored": 40,
        "trained": 0,
        "environment": ENVIRONMENT,
        "reports": (REPORT,),
        "claims": claims or (judged_claim("a"), judged_claim("b", "refuted")),
        "specified": {},
        "missing": (),
    }
    return Session(**{**fields, **changes})  # type: ignore[arg-type]


def full_claim(
    test: str = "claims/test_x.py::test_y[sgd]", outcome: Outcome = "supported", **changes: object
) -> JudgedClaim:
    """Return a claim of which no field is empty, some of its verdict's changed."""
    return JudgedClaim(
        test=test,
        case="sgd",
        verdict=verdict_with(outcome, **changes),
        expected=("supported",),
        recorded="",
        seconds=0.25,
        figure="figures/x.svg",
    )


def full_session(**changes: object) -> Session:
    """Return a session with a claim of which no field is empty, and with some fields changed."""
    return session_of(
        **{
            "started": "2026-01-31T12:00:00+00:00",
            "arguments": ("claims", "-n", "auto"),
            "environment": replace(
                ENVIRONMENT, processor="Some CPU", commit="3c7121b32fc768bd611e53df2a466acd6f68a0f1"
            ),
            "needed": 60,
            "stored": 40,
            "trained": 20,
            "claims": (full_claim(),),
            "specified": ONLY_DEFAULT,
            **changes,
        }
    )

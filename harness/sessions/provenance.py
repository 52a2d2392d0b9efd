"""On what the verdicts of a session may depend, as flat text by name, so that two sessions compare line by line."""

from collections.abc import Mapping
from dataclasses import dataclass

from harness.sessions.session import Session

NOTHING = "nothing"


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it was.

    Attributes
    ----------
    what
        Its name, such as ``torch`` or ``claims: batch_size of regression``.
    before, after
        As a reader sees them; `NOTHING` where it was not there.
    """

    what: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.what}: {self.before}, now {self.after}"


def provenance(session: Session) -> dict[str, str]:
    """Return all that may change a verdict besides the commit: versions, machine, seeds, universes, code, configs.

    Code is named by the first 12 digits of its digest.
    """
    environment = session.environment
    return {
        "Python": environment.python,
        "system": environment.system,
        "processor": environment.processor,
        "threads": str(environment.threads),
        **environment.packages,
        "planned seeds": ", ".join(map(str, session.planned_seeds)),
        "universes": session.universes,
        "code of the harness": environment.harness_digest[:12],
        **{f"{one.folder}: register and claims": one.claims_digest[:12] for one in session.reports},
        **{f"{one.folder}: protocol.toml": one.protocol_digest[:12] for one in session.reports},
        **{
            f"{one.folder}: {choice.field} of {choice.task}": choice.value
            for one in session.reports
            for choice in one.choices
        },
    }


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> list[Difference]:
    """Return what differs between the provenance of two sessions, in the order of the later one."""
    names = [*after, *(name for name in before if name not in after)]
    return [
        Difference(name, before.get(name, NOTHING), after.get(name, NOTHING))
        for name in names
        if before.get(name) != after.get(name)
    ]

"""A session as annotations of a GitHub workflow: what is missing, what is not as recorded, what it came to."""

from harness.pages.terminal import held_line
from harness.sessions.session import Session


def github_annotations(session: Session) -> list[str]:
    """Return the workflow commands: an error for each cause of missing results and each claim that is not as recorded.

    Parameters
    ----------
    session
        A file is named by the node id of its claim, so that GitHub shows the annotation beside it.
    """
    errors = [_command("error", "Not finished", sentence) for sentence in session.missing]
    errors += [_command("error", "Outdated answer", sentence) for sentence in session.outdated_answers]
    for claim in session.claims:
        if not claim.as_expected:
            verdict = claim.verdict
            text = f"{verdict.finding} ({verdict.reading}) {claim.case}".rstrip()
            said = f"{text}: {verdict.interval}, band {verdict.band}; was {' or '.join(claim.expected)}"
            errors.append(_command("error", f"Claim {verdict.word}", said, claim.test.partition("::")[0]))
    return [*errors, _command("notice", "Findings", held_line(session.findings))]


def _command(kind: str, title: str, text: str, file: str = "") -> str:
    """Return a workflow command, with what GitHub would take for its own syntax escaped."""
    place = f"file={_property(file)}," if file else ""
    return f"::{kind} {place}title={_property(title)}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")

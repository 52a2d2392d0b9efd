r"""The findings of a session as macros for a paper: ``\claim{optimizers.sgd-fails}{verdict}``."""

from harness.pages.rendering import number
from harness.sessions.session import Session
from harness.verdicts.combination import deciding
from harness.verdicts.finding import FindingVerdict

HEAD = r"""% Verdicts of {title}, {started}. Written by pytest-claims.
% \claim{{finding}}{{what}}, where what is one of: {names}
\newcommand{{\claim}}[2]{{\ifcsname claim@#1@#2\endcsname\csname claim@#1@#2\endcsname\else
  \PackageError{{claims}}{{no #2 of finding #1}}{{}}\fi}}"""
NAMES = ("verdict", "answer", "estimate", "low", "high", "seeds")
_ESCAPED = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "\N{MINUS SIGN}": r"\ensuremath{-}",
    "∞": r"\ensuremath{\infty}",
    **{character: f"\\{character}" for character in "&%$#_{}"},
}


def latex_macros(session: Session) -> str:
    """Return a LaTeX file that defines what every finding came to."""
    head = HEAD.format(title=escaped(session.title), started=session.started, names=", ".join(NAMES))
    return "\n".join([head, *(line for one in session.findings for line in _macros(session, one))]) + "\n"


def escaped(text: str) -> str:
    """Return a text as LaTeX shows it, on one line."""
    return "".join(_ESCAPED.get(character, character) for character in " ".join(text.split()))


def _macros(session: Session, finding: FindingVerdict) -> list[str]:
    primary = finding.primary
    verdict = deciding(primary.needs, [one.verdict for one in session.claims_of(primary.finding, primary.reading)])
    note = session.notes.get(finding.finding)
    answer = note.answer if note and finding.answer in note.verdicts else finding.words
    numbers = [number(one) for one in (verdict.value, verdict.low, verdict.high)]
    texts = (finding.answer, answer, *numbers, str(verdict.seeds))
    return [
        rf"\expandafter\def\csname claim@{finding.finding}@{name}\endcsname{{{escaped(text)}}}"
        for name, text in zip(NAMES, texts, strict=True)
    ]

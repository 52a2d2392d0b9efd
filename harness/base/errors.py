"""The errors a user of the harness can meet, each raised with one clear sentence."""

LONGEST = 4_000  # characters of one sentence; the longest names every finding of a report


class HarnessError(Exception):
    """Something outside a claim is wrong: a file, an option, a data set, a training.

    Its text is one line that a terminal can show, whatever stood in the file that it quotes.
    """

    def __str__(self) -> str:
        return on_one_line(super().__str__())


def on_one_line(text: str) -> str:
    """Return a text with escapes, as `repr` writes them, for what is not printed, and shortened in the middle."""
    shown = "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST // 2]} [...] {shown[-LONGEST // 4 :]}"


class ConfigError(HarnessError, ValueError):
    """A field of a config has a value that cannot be trained."""


class DataError(HarnessError):
    """A data file is missing, altered, or not what it is registered as."""


class RegisterError(HarnessError, ValueError):
    """A register file (report.toml, protocol.toml) is malformed; names file, table and key."""


class StoreError(HarnessError):
    """A record of the store cannot be read or written."""


class SessionError(HarnessError):
    """A record of a finished session cannot be read, or is not to be had."""


class ExecutorError(HarnessError):
    """Whoever trains for this session cannot be reached, has other versions, or returns what cannot be trusted."""


class MissingPackageError(HarnessError):
    """A package is not installed that is needed for what was asked; says the command that installs it."""


class TrainingFailedError(HarnessError):
    """A training function of a report's own failed.

    Attributes
    ----------
    traceback
        As Python prints it, without the lines of the harness; empty where nothing was raised.
    """

    def __init__(self, problem: str, traceback: str = "") -> None:
        super().__init__(problem)
        self.traceback = traceback


class RerunError(HarnessError):
    """Code or versions of an earlier session cannot be brought back, or do not run."""


class StoreWarning(UserWarning):
    """A record of the store was set aside and will be made again."""


class WorkersDifferWarning(StoreWarning):
    """Two workers trained the same block to numbers that are not the same to the last bit."""


class Refuted(AssertionError):  # noqa: N818 - a verdict, named as in the report
    """The evidence contradicts the finding."""


class Inconclusive(AssertionError):  # noqa: N818 - a verdict, named as in the report
    """The evidence neither carries nor contradicts the finding."""

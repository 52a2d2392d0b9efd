"""``nightly``: train everything again, judge every claim, and speak up when a verdict changed."""

import argparse
import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass
from harness.explaining.nights import Night

HELP = "train everything again, judge every claim, and speak up when a verdict changed since last night"
STORE = Path(".claims-store") / "nightly"
MARK = f"--claims-store={STORE}"  # by it, a history knows the nights
OLD_MARK = f"--store={STORE}"  # of nights from before the options of pytest had a prefix


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("folder", type=Path, help="the report's folder, with report.toml and protocol.toml")
    parser.add_argument("--history", type=Path, default=Path(".claims-history.sqlite"), metavar="FILE")
    parser.add_argument(
        "--reports", type=Path, default=Path("reports"), metavar="FOLDER", help="where pages are written"
    )
    parser.add_argument("--workers", default="auto", metavar="N", help="of pytest (default: auto)")
    parser.add_argument(
        "--pytest",
        type=shlex.split,
        default=[],
        metavar="OPTIONS",
        help="""more of its options: --pytest='-m "not timed"'""",
    )


def run(options: argparse.Namespace) -> int:
    """Run a night and print one line; returns 0 if nothing changed, 1 if a verdict did, 2 if that is not known.

    Trainings go to a store of the night, empty at its start and removed at its end. After a night that did not finish
    it is kept until the next one, so that what happened can be looked into.

    Raises
    ------
    HarnessError
        If there is no such report, the history cannot be read, or another night is running.
    """
    from harness.base.errors import StoreError
    from harness.base.locks import locked
    from harness.explaining.nights import FAILED
    from harness.report.folder import open_folder

    open_folder(options.folder)  # bad registers are said in one sentence
    STORE.parent.mkdir(parents=True, exist_ok=True)
    try:
        with locked(STORE.with_suffix(".lock"), wait=False) as free:
            if not free:
                raise StoreError(f"{STORE}: another night is running; wait for it, or run this one in another folder")
            shutil.rmtree(STORE, ignore_errors=True)
            came_to = _night(options)
    except KeyboardInterrupt:
        print(f"interrupted: what was trained is kept in {STORE} until the next night, which begins anew")
        return 130
    print(came_to.line)
    if came_to.status != FAILED:
        shutil.rmtree(STORE, ignore_errors=True)
    return came_to.status


def _night(options: argparse.Namespace) -> "Night":
    from harness.base.text import counted
    from harness.explaining.interpreters import plugins_of
    from harness.explaining.nights import FAILED, Night, last_night, night, with_levels
    from harness.explaining.rerun import call
    from harness.sessions.history import open_history
    from harness.sessions.levels import level_changes
    from harness.sessions.measured import measured
    from harness.sessions.session_file import SESSION_FILE, read_session

    pages: Path = options.reports
    pages.mkdir(parents=True, exist_ok=True)
    history = open_history(options.history)
    session_file, results, output = pages / SESSION_FILE, pages / "nightly.xml", pages / "nightly.txt"
    for file in (session_file, results):
        file.unlink(missing_ok=True)
    command = [
        *(sys.executable, "-m", "pytest", *plugins_of(Path(sys.executable)), str(options.folder)),
        *(f"-n{options.workers}", MARK, f"--claims-history={options.history}"),
        *(f"--html={pages / 'claims.html'}", "--self-contained-html", f"--junitxml={results}", *options.pytest),
    ]
    print(f"running {options.folder}; output in {output}", file=sys.stderr, flush=True)
    with output.open("w", encoding="utf-8") as stream:
        status = call(command, cwd=Path.cwd(), stream=stream.fileno())
    if status not in (0, 1) or not session_file.exists():
        return Night(f"the night did not finish: pytest ended with exit status {status}; see {output}", FAILED)
    tonight = read_session(session_file)
    if tonight.missing:
        return Night(f"the night has missing results: {' '.join(tonight.missing)} See {output}", FAILED)
    without_verdict = _without_verdict(results)
    if without_verdict:
        return Night(f"{counted(without_verdict, 'test')} failed without a verdict; see {output}", FAILED)
    came_to = night(last_night(history, tonight, {MARK, OLD_MARK}), tonight)
    return with_levels(came_to, level_changes(measured(history)))


def _without_verdict(results: Path) -> int:
    """Return how many tests had an error, or failed with no verdict to show for it, from pytest's JUnit XML."""
    from xml.etree import ElementTree

    from harness.pages.properties import VERDICT_PROPERTY

    verdict = f"properties/property[@name='{VERDICT_PROPERTY}']"
    tests = list(ElementTree.parse(results).getroot().iter("testcase"))
    errors = sum(test.find("error") is not None for test in tests)
    return errors + sum(test.find("failure") is not None and test.find(verdict) is None for test in tests)

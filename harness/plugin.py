"""The pytest plugin: options, markers, fixtures and hooks. The work itself is imported when a claim needs it."""

import inspect
import os
import shlex
from argparse import ArgumentTypeError
from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.errors import DataError, Inconclusive, ProtocolError, Refuted, RegisterError, StoreError
from harness.marks import FINDING, TIMED, is_claim, is_timed

if TYPE_CHECKING:
    from harness.engine import Wanted
    from harness.estimate import Reported
    from harness.evidence import Evidence
    from harness.findings import Reading
    from harness.judge import Judge
    from harness.plan import Cell
    from harness.store import Store

USER_ERRORS = (DataError, ProtocolError, RegisterError, StoreError)
_progress_key: pytest.StashKey[Path] = pytest.StashKey()
_store_key: pytest.StashKey["Store"] = pytest.StashKey()
_judge_key: pytest.StashKey["Judge"] = pytest.StashKey()


def _seed_count(text: str) -> int:
    if not text.isdigit() or int(text) < 2:
        raise ArgumentTypeError(f"is {text!r}; give a whole number of at least 2")
    return int(text)


def _look_count(text: str) -> int:
    if text not in ("1", "2", "3", "4", "5"):
        raise ArgumentTypeError(f"is {text!r}; give a whole number from 1 to 5")
    return int(text)


def _reason(text: str) -> str:
    if not text.strip():
        raise ArgumentTypeError("is empty; say in one sentence why these verdicts are right")
    return text


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of claims."""
    group = parser.getgroup("claims", "findings of a report, judged over seeds")
    group.addoption(
        "--seeds",
        type=_seed_count,
        default=20,
        metavar="N",
        help="judge each claim over N seeds (default: 20)",
    )
    group.addoption(
        "--looks",
        type=_look_count,
        default=3,
        metavar="N",
        help="look at an inconclusive claim again over twice as many seeds, N times in all (default: 3)",
    )
    group.addoption(
        "--universes",
        choices=("default", "all"),
        default="default",
        help="judge each claim in protocol.toml's reconstruction, or in all universes of reconstruction.toml besides",
    )
    group.addoption(
        "--accept-verdicts",
        type=_reason,
        metavar="REASON",
        help="record every verdict that is not the expected one in report.toml, with this reason and today's date",
    )
    group.addoption(
        "--store",
        metavar="FOLDER",
        help="where finished trainings are kept (default: .claims-store in pytest's root folder)",
    )


@pytest.hookimpl(tryfirst=True)  # before pytest-html looks for its path
def pytest_configure(config: pytest.Config) -> None:
    """Register the marker; where claims are asked for, read their registers and turn on report and audit."""
    config.addinivalue_line(
        "markers",
        f"{FINDING}(id, reading): the finding of report.toml that a claim judges, and in which reading",
    )
    config.addinivalue_line("markers", f"{TIMED}: the claim measures time; nothing else of the session runs beside it")
    paths = [config.invocation_params.dir / argument.split("::")[0] for argument in config.args]
    from harness.folder import folders_among, open_folder

    try:
        folders = [open_folder(folder) for folder in folders_among(paths)]
        if config.getoption("universes") == "all":
            from harness.multiverse import open_multiverse

            for folder in folders_among(paths):
                open_multiverse(folder)
    except RegisterError as problem:
        raise pytest.UsageError(str(problem)) from None
    if not folders:
        return
    _refuse_unwritable(_store_folder(config))
    if not config.getoption("htmlpath", None) and not config.getoption("collectonly"):
        config.option.htmlpath = str(config.rootpath / "reports" / "claims.html")
        config.option.self_contained_html = True
        config.option.css.append(str(Path(__file__).with_name("claims.css")))
    _note_environment(config)
    told: dict[str, str] | None = getattr(config, "workerinput", None)  # what xdist's controller tells its workers
    if told is not None:
        config.stash[_progress_key] = Path(told["claims_progress"])
        return
    from harness.audit import Audit

    audit = Audit("; ".join(folder.register.title for folder in folders), config, _store_folder(config))
    config.pluginmanager.register(audit, "claims-audit")
    config.stash[_progress_key] = audit.progress_file


def _note_environment(config: pytest.Config) -> None:
    """Let the page say what its verdicts rest on; workers too, since pytest-metadata takes theirs for the session's."""
    from pytest_metadata.plugin import metadata_key

    from harness.protocol import FRAMEWORKS
    from harness.training import framework_versions

    environment: dict[str, Any] = config.stash.get(metadata_key, {})
    first, looks = config.getoption("seeds"), config.getoption("looks")
    environment["Seeds"] = ", then ".join(str(first * 2**look) for look in range(looks))
    for framework in FRAMEWORKS:
        environment["Packages"] = {**environment.get("Packages", {}), **framework_versions(framework)}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Expect the verdict that the register records, where that is not `supported`.

    A strict xfail that names one exception: a verdict that changed is red in either direction, and an error in the
    harness is never taken for a refutation.
    """
    claims = [item for item in items if is_claim(item)]
    if not claims:
        return
    from harness.collected import claim_of
    from harness.verdict import EXCEPTIONS

    items.sort(key=is_timed)  # last, so that nobody waits for a measurement while there is something to train
    for item in claims:
        try:
            claim = claim_of(item)
        except RegisterError:
            continue  # said where the claim is set up, so that it shows as an error of that claim
        expected = claim.finding.expectation(claim.reading.name, _case(item))
        if expected is not None:
            reason = f"{' or '.join(expected.verdicts)} since {expected.date}: {expected.reason}"
            raises = tuple(EXCEPTIONS[verdict] for verdict in expected.verdicts)
            item.add_marker(pytest.mark.xfail(strict=True, raises=raises, reason=reason))


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Train what the selected claims need before the first is judged; all workers share the work."""
    config = session.config
    worker: str | None = getattr(config, "workerinput", {}).get("workerid")
    trains = worker is not None or config.getoption("dist", "no") == "no"
    if not trains or _progress_key not in config.stash or config.getoption("collectonly") or session.testsfailed:
        return (yield)
    from harness.prepare import prepare

    say_what_others_trained = prepare(
        _wanted_by(session.items, everywhere=config.getoption("universes") == "all"),
        config.getoption("seeds"),
        _store_of(config),
        config.stash[_progress_key],
        backwards=worker is not None and worker[-1] in "13579",
    )
    try:
        return (yield)
    finally:
        say_what_others_trained()


def _wanted_by(items: list[pytest.Item], *, everywhere: bool) -> "set[Wanted]":
    from harness.collected import claim_of, report_folder_of
    from harness.folder import open_folder
    from harness.plan import cells_asked, wanted_of

    cells: dict[Path, dict[str, Cell]] = defaultdict(dict)
    for item in items:
        if is_claim(item):
            with suppress(RegisterError):  # said where the claim is set up
                folder = report_folder_of(item)
                cells[folder.path].update((repr(cell), cell) for cell in cells_asked(claim_of(item), folder.grid))
    wanted: set[Wanted] = set()
    for path, asked in cells.items():
        grids = [open_folder(path).grid]
        if everywhere:
            from harness.multiverse import open_multiverse

            grids += open_multiverse(path).grids.values()
        wanted = wanted.union(*(wanted_of(asked.values(), grid) for grid in grids))
    return wanted


def _refuse_unwritable(folder: Path) -> None:
    nearest = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    if not (nearest.is_dir() and os.access(nearest, os.W_OK)):
        raise pytest.UsageError(f"--store {folder}: {nearest} is no folder that can be written to; give another folder")


def _store_of(config: pytest.Config) -> "Store":
    if _store_key not in config.stash:
        from harness.engine import open_store

        config.stash[_store_key] = open_store(_store_folder(config))
    return config.stash[_store_key]


def _store_folder(config: pytest.Config) -> Path:
    return Path(config.getoption("store") or config.rootpath / ".claims-store")


def _looks(item: pytest.Item) -> int:
    # Time is measured over repeats, of which more seeds bring no more.
    return 1 if is_timed(item) else int(item.config.getoption("looks"))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let claims use the machine together, so that one that measures time can wait until it has it alone."""
    if not is_claim(item) or is_timed(item):
        return (yield)
    from harness.timing import machine

    with machine(_store_folder(item.config), alone=False):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Generator[None, None, None]:
    """Give one sentence instead of a traceback where the user can mend it."""
    with _one_sentence():
        yield


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Call a claim over more and more seeds while it is inconclusive."""
    judge = pyfuncitem.stash.get(_judge_key, None)
    if judge is None:
        return None
    from harness.judge import judge_in_looks

    names = inspect.signature(pyfuncitem.obj).parameters
    claim = partial(pyfuncitem.obj, **{name: pyfuncitem.funcargs[name] for name in names})
    judge_in_looks(claim, judge, pyfuncitem.config.getoption("seeds"), _looks(pyfuncitem))
    return True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Give one sentence instead of a traceback where the user can mend it, and refuse a claim without a verdict."""
    with _one_sentence():
        try:
            yield
        except (Refuted, Inconclusive):
            _judge_everywhere(item)
            raise
        _judge_everywhere(item)
    if is_claim(item) and _verdict_missing(item):
        pytest.fail(f"{item.nodeid} has a finding but no verdict: it never called judge", pytrace=False)


def _judge_everywhere(item: pytest.Item) -> None:
    """Leave what a claim says in each universe in its report, where that is asked for."""
    if not is_claim(item) or _verdict_missing(item) or item.config.getoption("universes") != "all":
        return
    from harness.audit import UNIVERSES_PROPERTY
    from harness.collected import claim_of, report_folder_of
    from harness.multiverse import open_multiverse

    claim = claim_of(item)
    if claim.rests_on_runs and not is_timed(item):
        multiverse = open_multiverse(report_folder_of(item).path)
        answers = multiverse.answers(claim, item.config.getoption("seeds"), _store_of(item.config))
        item.user_properties.append((UNIVERSES_PROPERTY, answers.to_plain()))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Send verdict and figure along with the report, since only the report leaves a worker."""
    report = yield
    judge = item.stash.get(_judge_key, None)
    if call.when == "call" and judge is not None and judge.verdict is not None:
        from harness.audit import PROPERTY

        report.user_properties.append((PROPERTY, judge.verdict.to_plain()))
        if item.config.getoption("htmlpath", None):
            from pytest_html import extras

            from harness.report import figure_html

            report.extras = [extras.html(figure_html(judge.figure(_store_folder(item.config)), judge.verdict))]  # type: ignore[attr-defined]
    return report


@pytest.fixture
def evidence(request: pytest.FixtureRequest) -> "Evidence":
    """Give runs of the report's cells, asked for by axis: ``evidence(framework="torch", task="regression")``."""
    from harness.collected import report_folder_of
    from harness.evidence import Evidence

    config = request.config
    grid, seeds = report_folder_of(request.node).grid, config.getoption("seeds")
    return Evidence(grid, seeds, _store_of(config), may_time=is_timed(request.node))


@pytest.fixture
def reading(request: pytest.FixtureRequest) -> "Reading":
    """Give the reading that the claim's marker names, with its band and margin."""
    from harness.collected import claim_of

    return claim_of(request.node).reading


@pytest.fixture
def reported(request: pytest.FixtureRequest) -> "dict[str, Reported]":
    """Give the numbers that the report gives for the finding that the claim's marker names."""
    from harness.collected import claim_of

    return claim_of(request.node).finding.reported


@pytest.fixture
def judge(request: pytest.FixtureRequest, evidence: "Evidence") -> "Judge":
    """Judges an estimate against the finding's band: the last line of a claim."""
    from harness.collected import claim_of
    from harness.judge import Judge

    claim = claim_of(request.node)
    rerun = f"pytest {shlex.quote(request.node.nodeid)}"
    expected = claim.finding.expectation(claim.reading.name, _case(request.node))
    recorded = expected.verdict if expected else "supported"
    judge = Judge(claim.finding, claim.reading, evidence, rerun, planned_looks=_looks(request.node), recorded=recorded)
    request.node.stash[_judge_key] = judge
    return judge


@contextmanager
def _one_sentence() -> Generator[None, None, None]:
    try:
        yield
    except USER_ERRORS as problem:
        pytest.fail(str(problem), pytrace=False)


def _case(item: pytest.Item) -> str:
    from harness.report import case_of

    return case_of(item.nodeid)


def _verdict_missing(item: pytest.Item) -> bool:
    judge = item.stash.get(_judge_key, None)
    return judge is None or judge.verdict is None

"""The pytest plugin: its hooks. The work itself is imported when a claim needs it."""

import gc
import inspect
import os
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.base.errors import (
    ConfigError,
    DataError,
    Inconclusive,
    MissingPackageError,
    Refuted,
    RegisterError,
    StoreError,
    TrainingFailedError,
)
from harness.judging.marks import FINDING, TIMED, is_claim, is_timed
from harness.plugin import specs
from harness.plugin.beginning import FOLDERS, begin, join, register_trainers_of_others
from harness.plugin.ending import leave_out_hypothesis
from harness.plugin.fixtures import JUDGE, judge_of
from harness.plugin.options import (
    PROGRESS,
    add_options,
    everywhere,
    looks_of,
    store_folder,
    trainings_of,
)

if TYPE_CHECKING:
    from harness.pages.run_table import RunTableWriter

pytest_plugins = ("harness.plugin.fixtures",)
USER_ERRORS = (DataError, ConfigError, RegisterError, StoreError, MissingPackageError)
_misdeclared_key: pytest.StashKey[dict[tuple[Path, str], str]] = pytest.StashKey()  # by report and finding
_run_table_key: pytest.StashKey["RunTableWriter"] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of claims."""
    add_options(parser)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Let packages and conftests bring trainers."""
    pluginmanager.add_hookspecs(specs)


@pytest.hookimpl(tryfirst=True)  # before pytest-html looks for its path
def pytest_configure(config: pytest.Config) -> None:
    """Register the marker; where claims are asked for, read their registers and turn on report and audit."""
    config.addinivalue_line(
        "markers",
        f"{FINDING}(id, reading): the finding of report.toml that a claim judges, and in which reading",
    )
    config.addinivalue_line("markers", f"{TIMED}: the claim measures time; nothing else of the session runs beside it")
    told: dict[str, Any] | None = getattr(config, "workerinput", None)  # what xdist's controller tells its workers
    register_trainers_of_others(config)
    if told is None:
        begin(config)
    elif "claims_progress" in told:
        join(config, told)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Expect of each claim what the register records, and let those that measure time come last."""
    claims = [item for item in items if is_claim(item)]
    if claims:
        from harness.plugin.expected import expect

        items.sort(key=is_timed)  # so that nobody waits for a measurement while there is something to train
        for item in claims:
            expect(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Train what the selected claims need before the first is judged; all workers share the work."""
    config = session.config
    worker: str | None = getattr(config, "workerinput", {}).get("workerid")
    trains = worker is not None or config.getoption("dist", "no") == "no"
    if not trains or PROGRESS not in config.stash or config.getoption("collectonly") or session.testsfailed:
        return (yield)
    from harness.plugin.planning import cells_of, misdeclared_in, wanted_by
    from harness.plugin.prepare import prepare

    trainings = trainings_of(config)
    cells = cells_of(session.items)
    config.stash[_misdeclared_key] = misdeclared_in(cells)
    if worker is not None:
        gc.freeze()  # its process has no other end: what is there now stays, and need not be looked through again
    prepare(
        wanted_by(cells, in_universes=everywhere(config)),
        config.getoption("claims_seeds"),
        trainings,
        backwards=worker is not None and worker[-1] in "13579",
        dask=config.getoption("claims_dask"),
    )
    try:
        return (yield)
    finally:
        trainings.say_trained()
        if worker is not None:  # whose summary nobody sees
            leave_out_hypothesis(config)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let claims use the machine together, so that one that measures time can wait until it has it alone."""
    if not is_claim(item) or is_timed(item):
        return (yield)
    from harness.execution.timing import machine

    with machine(store_folder(item.config), alone=False):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, None, None]:
    """Give one sentence instead of a traceback where the user can mend it, and refuse a claim without a page."""
    with _one_sentence():
        if is_claim(item):
            _refuse_unexpected(item)
        yield


def _refuse_unexpected(item: pytest.Item) -> None:
    """Raise a `RegisterError` if the report of a claim was not found when the session began, or its basis is wrong.

    Another plugin, or a conftest, may have brought the claim: its report can then not be guessed from what pytest was
    told.
    """
    from harness.judging.collected import report_folder_of

    folder = report_folder_of(item).path
    if os.path.realpath(folder) not in item.config.stash.get(FOLDERS, frozenset()):
        raise RegisterError(
            f"{item.nodeid}: its report was not found when the session began; name its folder: pytest {folder}"
        )
    marker = item.get_closest_marker(FINDING)
    finding = marker.args[0] if marker and marker.args else ""
    sentence = item.config.stash.get(_misdeclared_key, {}).get((folder, finding))
    if sentence is not None:
        raise RegisterError(sentence)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Call a claim over more and more seeds while it is inconclusive."""
    judge = pyfuncitem.stash.get(JUDGE, None)
    if judge is None:
        return None
    from harness.judging.judge import judge_in_looks
    from harness.plugin.judged import recall

    if recall(pyfuncitem, judge):
        return True
    names = inspect.signature(pyfuncitem.obj).parameters
    claim = partial(pyfuncitem.obj, **{name: pyfuncitem.funcargs[name] for name in names})
    judge_in_looks(claim, judge, pyfuncitem.config.getoption("claims_seeds"), looks_of(pyfuncitem))
    return True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Give one sentence instead of a traceback where the user can mend it, and refuse a claim without a verdict."""
    with _one_sentence():
        try:
            yield
        except (Refuted, Inconclusive):
            _look_around(item)
            raise
        _look_around(item)
    if is_claim(item) and judge_of(item) is None:
        pytest.fail(f"{item.nodeid} has a finding but no verdict: it never called judge", pytrace=False)


def _look_around(item: pytest.Item) -> None:
    judge = judge_of(item)
    if judge is not None:
        from harness.plugin.judged import look_around

        look_around(item, judge)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Send verdict and figure along with the report, since only the report leaves a worker."""
    if call.excinfo is not None and is_claim(item) and not item.config.getoption("runxfail", False):
        from harness.plugin.expected import leave_out_traceback

        leave_out_traceback(item, call.excinfo)
    report = yield
    judge = judge_of(item)
    # Of a claim that broke after it was judged, or at a later look, the verdict is not the last word.
    ended = call.excinfo is None or call.excinfo.errisinstance((Refuted, Inconclusive))
    if call.when == "call" and ended and judge is not None and judge.verdict is not None:
        from harness.plugin.judged import tell

        tell(item, report, judge, _run_table(item.config))
    return report


def _run_table(config: pytest.Config) -> "RunTableWriter":
    """Return where this process writes down what its claims rest on."""
    from harness.pages.run_table import RunTableWriter, parts_folder

    if _run_table_key not in config.stash:
        config.stash[_run_table_key] = RunTableWriter(parts_folder(config.stash[PROGRESS]))
    return config.stash[_run_table_key]


@contextmanager
def _one_sentence() -> Generator[None, None, None]:
    try:
        yield
        return
    except TrainingFailedError as problem:
        sentence = f"{problem}\n{problem.traceback}".rstrip()
    except USER_ERRORS as problem:
        sentence = str(problem)
    raise pytest.fail.Exception(sentence, pytrace=False) from None

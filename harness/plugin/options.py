"""The options of a session of claims, and what follows from them."""

import os
from argparse import ArgumentTypeError
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.judging.marks import is_timed
from harness.verdicts.error_rate import MOST_LOOKS

if TYPE_CHECKING:
    from harness.plugin.prepare import PlannedTrainings
    from harness.storage.store import Store

PROGRESS: pytest.StashKey[Path] = pytest.StashKey()  # where the processes of a session say what they have trained
JUNIT_FILE = "claims.xml"
STYLE = Path(__file__).with_name("claims.css")  # of the audit log
PATHS = ("--claims-store", "--claims-history")  # options whose value is one
_store_key: pytest.StashKey["Store"] = pytest.StashKey()
_trainings_key: pytest.StashKey["PlannedTrainings"] = pytest.StashKey()


def _seed_count(text: str) -> int:
    if not text.isdigit() or int(text) < 2:
        raise ArgumentTypeError(f"is {text!r}; give a whole number of at least 2")
    return int(text)


def _look_count(text: str) -> int:
    if text not in map(str, range(1, MOST_LOOKS + 1)):
        raise ArgumentTypeError(f"is {text!r}; give a whole number from 1 to {MOST_LOOKS}")
    return int(text)


def _reason(text: str) -> str:
    if not text.strip():
        raise ArgumentTypeError("is empty; say in one sentence why these verdicts are right")
    if not text.isprintable():
        raise ArgumentTypeError("holds a character that cannot be seen; say on one line why these verdicts are right")
    return text


def add_options(parser: pytest.Parser) -> None:
    """Add them all."""
    group = parser.getgroup("claims", "findings of a report, judged over seeds")
    group.addoption(
        "--claims-seeds",
        type=_seed_count,
        default=20,
        metavar="N",
        help="judge each claim over N seeds (default: 20)",
    )
    group.addoption(
        "--claims-looks",
        type=_look_count,
        default=MOST_LOOKS,
        metavar="N",
        help="look again over twice as many seeds while a claim or its finding is not decided, N times in all "
        f"(default: {MOST_LOOKS})",
    )
    group.addoption(
        "--claims-universes",
        choices=("default", "all"),
        default="default",
        help="judge each claim in protocol.toml's reconstruction, or in all universes of reconstruction.toml besides",
    )
    group.addoption(
        "--claims-accept-verdicts",
        type=_reason,
        metavar="REASON",
        help="record every verdict that is not the expected one in report.toml, with this reason and today's date",
    )
    group.addoption(
        "--claims-store",
        metavar="FOLDER",
        help="where finished trainings are kept (default: .claims-store in pytest's root folder)",
    )
    group.addoption(
        "--claims-dask",
        metavar="ADDRESS",
        help="let the workers of this Dask scheduler (tcp://host:8786) train what is missing before the first claim is "
        "judged; 'local' starts a cluster on this machine",
    )
    group.addoption(
        "--claims-shared-store",
        metavar="URL",
        help="fetch finished trainings from this folder or storage (s3://bucket/claims), and put there what is trained",
    )
    group.addoption(
        "--claims-history",
        metavar="FILE",
        help="where every finished session is kept (default: .claims-history.sqlite in pytest's root folder)",
    )


def everywhere(config: pytest.Config) -> bool:
    """Whether claims are judged in all universes."""
    return bool(config.getoption("claims_universes") == "all")


def make_absolute(config: pytest.Config) -> None:
    """Take paths from where pytest was called, once: a test may go to another folder, and so may a worker."""
    for name in ("claims_store", "claims_history", "htmlpath"):
        written = config.getoption(name, None)
        if written:
            expanded = os.path.expandvars(Path(written).expanduser())
            setattr(config.option, name, str(config.invocation_params.dir / expanded))


def refuse_mistaken_root(config: pytest.Config) -> None:
    """Raise a `pytest.UsageError` if pytest took the value of an option for a place of tests, and its root with it.

    It looks for its root before plugins have told their options; a value behind a blank is a place to it, if it exists.
    """
    here = config.invocation_params.dir
    arguments = list(map(str, config.invocation_params.args))
    mistaken = [
        (option, value)
        for option, value in pairwise(arguments)
        if option in PATHS and (here / value).exists() and not value.startswith("-")
    ]
    if not mistaken or config.inipath is not None or config.getoption("rootdir", None):
        return
    meant = Path(os.path.commonpath([here, *(here / place.partition("::")[0] for place in config.args)]))
    option, value = mistaken[0]
    if config.rootpath != meant and meant.is_relative_to(config.rootpath):
        raise pytest.UsageError(
            f"{option} {value}: pytest takes {value} for a place of tests, and {config.rootpath} for its root; "
            f"write {option}={value}"
        )


def refuse_unwritable(config: pytest.Config) -> None:
    """Raise a `pytest.UsageError` if the session could not keep what it trains, or not write its pages."""
    folders = {"--claims-store": store_folder(config), "--claims-history": history_file(config).parent}
    if not config.getoption("collectonly"):
        folders["--html" if config.pluginmanager.hasplugin("html") else "--rootdir"] = pages_folder(config)
    for option, folder in folders.items():
        nearest = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
        if not (nearest.is_dir() and os.access(nearest, os.W_OK)):
            raise pytest.UsageError(
                f"{option} {folder}: {nearest} is no folder that can be written to; give another place"
            )


def reach_cluster(config: pytest.Config) -> None:
    """Start the cluster of ``--claims-dask local`` while the session lasts, and refuse one that cannot be reached.

    Once, before the workers of xdist begin: they are told its address.

    Raises
    ------
    pytest.UsageError
        If Dask is not installed, or no scheduler answers.
    """
    if config.getoption("claims_dask") is None:
        return
    from harness.base.errors import ExecutorError
    from harness.execution.executors import cluster_at

    stack = ExitStack()
    config.add_cleanup(stack.close)
    try:
        config.option.claims_dask = stack.enter_context(cluster_at(config.getoption("claims_dask")))
    except ExecutorError as problem:
        raise pytest.UsageError(str(problem)) from None


def reach_shared_store(config: pytest.Config) -> None:
    """Raise a `pytest.UsageError` if the shared store cannot be read."""
    if config.getoption("claims_shared_store") is None:
        return
    from harness.base.errors import StoreError

    try:
        store_of(config)
    except StoreError as problem:
        raise pytest.UsageError(str(problem)) from None


def store_of(config: pytest.Config) -> "Store":
    """Return the store of a session, opened once."""
    if _store_key not in config.stash:
        from harness.execution.engine import open_store

        config.stash[_store_key] = open_store(store_folder(config), config.getoption("claims_shared_store"))
    return config.stash[_store_key]


def trainings_of(config: pytest.Config) -> "PlannedTrainings":
    """Return what this process of a session needs trained, planned once."""
    if _trainings_key not in config.stash:
        from harness.plugin.live.progress import ProgressWriter
        from harness.plugin.prepare import PlannedTrainings

        config.stash[_trainings_key] = PlannedTrainings(store_of(config), ProgressWriter(config.stash[PROGRESS]))
    return config.stash[_trainings_key]


def store_folder(config: pytest.Config) -> Path:
    """Return where finished trainings are kept."""
    return Path(config.getoption("claims_store") or config.rootpath / ".claims-store")


def history_file(config: pytest.Config) -> Path:
    """Return where finished sessions are kept."""
    return Path(config.getoption("claims_history") or config.rootpath / ".claims-history.sqlite")


def pages_folder(config: pytest.Config) -> Path:
    """Return where pages are written: beside pytest-html's."""
    return Path(config.getoption("htmlpath", None) or config.rootpath / "reports" / "claims.html").parent


def audit_log_name(config: pytest.Config) -> str:
    """Return the file of pytest-html's page in that folder; empty if it writes none."""
    written = config.pluginmanager.hasplugin("html") and config.getoption("htmlpath", None)
    return Path(written).name if written else ""


def looks_of(item: pytest.Item) -> int:
    """Return how often a claim may be judged."""
    # Time is measured over repeats, of which more seeds bring no more.
    return 1 if is_timed(item) else int(item.config.getoption("claims_looks"))

"""How a session of claims begins: in the process that was started, and in each worker of xdist."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.base.errors import ConfigError, RegisterError
from harness.plugin.options import (
    JUNIT_FILE,
    PROGRESS,
    STYLE,
    everywhere,
    make_absolute,
    pages_folder,
    reach_cluster,
    reach_shared_store,
    refuse_mistaken_root,
    refuse_unwritable,
    store_folder,
)

if TYPE_CHECKING:
    from harness.report.folder import ReportFolder

FOLDERS: pytest.StashKey[frozenset[str]] = pytest.StashKey()
"""Of the reports that the session is about, with links followed."""


def register_trainers_of_others(config: pytest.Config) -> None:
    """Make known what trainers other packages bring.

    Raises
    ------
    pytest.UsageError
        If two have one name.
    """
    found = config.hook.pytest_claims_trainers()
    if found:
        from harness.training.trainers import register_trainers

        try:
            for one in found:
                register_trainers(one)
        except ConfigError as problem:
            raise pytest.UsageError(str(problem)) from None


def begin(config: pytest.Config) -> None:
    """Turn on what belongs to a session of claims, if this is one."""
    from harness.plugin.report_search import reports_asked_for
    from harness.report.folder import open_folder

    try:
        folders = [open_folder(folder) for folder in reports_asked_for(config)]
        if not folders:
            return
        from harness.reconstruction.headlines import read_headlines

        headlines = {key: headline for folder in folders for key, headline in read_headlines(folder).items()}
        if everywhere(config):
            from harness.reconstruction.multiverse import open_multiverse

            for folder in folders:
                open_multiverse(folder.path)
    except RegisterError as problem:
        raise pytest.UsageError(str(problem)) from None
    refuse_mistaken_root(config)
    make_absolute(config)
    _choose_pages(config)
    refuse_unwritable(config)
    _note_environment(config, folders)
    if not config.getoption("collectonly"):
        reach_shared_store(config)
        reach_cluster(config)
    from harness.plugin.audit import Audit
    from harness.plugin.forecast import Forecast
    from harness.plugin.roll import RollWriter

    audit = Audit(folders, config, headlines)
    audit.register()
    config.pluginmanager.register(Forecast(folders), "claims-forecast")
    config.pluginmanager.register(RollWriter(audit.roll_file, folders), "claims-roll")
    config.stash[PROGRESS] = audit.progress_file
    config.stash[FOLDERS] = frozenset(os.path.realpath(folder.path) for folder in folders)


def join(config: pytest.Config, told: Mapping[str, Any]) -> None:
    """Take part in a session of claims, as a worker of xdist."""
    from harness.plugin.roll import RollWriter
    from harness.report.folder import open_folder
    from harness.training.function.trainer import take_fingerprints

    take_fingerprints(told["claims_sources"])
    make_absolute(config)
    _choose_pages(config)
    config.option.claims_dask = told["claims_dask"]
    config.stash[PROGRESS] = Path(told["claims_progress"])
    config.stash[FOLDERS] = frozenset(map(os.path.realpath, told["claims_folders"]))
    folders = [open_folder(Path(folder)) for folder in told["claims_folders"]]
    _note_environment(config, folders)
    config.pluginmanager.register(RollWriter(Path(told["claims_roll"]), folders), "claims-roll")


def _choose_pages(config: pytest.Config) -> None:
    """Have pytest and pytest-html write their pages too; workers, to which no such choice is told, make it again."""
    html = config.pluginmanager.hasplugin("html")
    if html and not config.getoption("htmlpath", None) and not config.getoption("collectonly"):
        config.option.htmlpath = str(config.rootpath / "reports" / "claims.html")
        config.option.self_contained_html = True
        config.option.css.append(str(STYLE))
    if not config.getoption("xmlpath", None) and not config.getoption("collectonly"):
        config.option.xmlpath = str(pages_folder(config) / JUNIT_FILE)


def _note_environment(config: pytest.Config, folders: Sequence["ReportFolder"]) -> None:
    """Let the page say what its verdicts rest on; workers too, since pytest-metadata takes theirs for the session's."""
    from pytest_metadata.plugin import metadata_key

    from harness.storage.store import Store
    from harness.training.trainers import packages_of

    environment: dict[str, Any] = config.stash.get(metadata_key, {})
    first, looks = config.getoption("claims_seeds"), config.getoption("claims_looks")
    environment["Seeds"] = ", then ".join(str(first * 2**look) for look in range(looks))
    configs = [config for folder in folders for config in folder.grid.configs.values()]
    environment["Packages"] = {
        **environment.get("Packages", {}),
        **packages_of(configs, Store(store_folder(config)).fingerprint_of),
    }

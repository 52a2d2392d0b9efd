"""From what came in of a session to the session as data, and to its pages."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from harness.base.errors import RegisterError
from harness.drawing.illustrations import claim_figures, profile_figures, report_figures_of, specification_figures
from harness.pages.audit_log import AuditLog
from harness.pages.context import Drawings, PageContext
from harness.pages.publish import publish, with_files
from harness.pages.universes import headlines
from harness.plugin.live.progress import Progress
from harness.plugin.options import audit_log_name, pages_folder, store_folder, store_of
from harness.plugin.reported import Reported
from harness.plugin.roll import Roll
from harness.reconstruction.headlines import read_headlines, write_headlines
from harness.report.folder import ReportFolder
from harness.sessions.conclusion import specifications
from harness.sessions.environment import environment_of
from harness.sessions.missing import MissingResults
from harness.sessions.report_under_test import report_under_test
from harness.sessions.session import Session
from harness.storage.store import Store
from harness.training.trainers import packages_of


def session_of(
    config: pytest.Config,
    folders: Sequence[ReportFolder],
    started: datetime.datetime,
    reported: Reported,
    progress: Progress | None,
    missing: MissingResults,
    roll: Roll,
) -> Session:
    """Return what a session came to.

    Parameters
    ----------
    folders
        The reports under test.
    started
        When it began, with its time zone.
    progress
        Of its trainings; None if none were planned.
    roll
        What was asked for.
    """
    root = config.rootpath
    configs = [one for folder in folders for one in folder.grid.configs.values()]
    first, looks = config.getoption("claims_seeds"), config.getoption("claims_looks")
    return Session(
        started=started.isoformat(timespec="seconds"),
        seconds=(datetime.datetime.now(datetime.UTC) - started).total_seconds(),
        arguments=tuple(map(str, config.invocation_params.args)),
        planned_seeds=tuple(first * 2**look for look in range(looks)),
        universes=config.getoption("claims_universes"),
        needed=progress.needed if progress else 0,
        stored=progress.stored if progress else 0,
        trained=progress.trained if progress else 0,
        environment=environment_of(root, packages_of(configs, Store(store_folder(config)).fingerprint_of)),
        reports=tuple(report_under_test(root, folder.path, roll.partial_in(folder)) for folder in folders),
        claims=tuple(claim for _, claim in sorted(reported.claims.items())),
        specified=specifications(reported.homes, reported.verdicts, reported.told),
        missing=missing.sentences(),
    )


def keep_headlines(folders: Sequence[ReportFolder], session: Session, roll: Roll) -> list[str]:
    """Keep what all universes say of each report, unless more is known of it; returns why that could not be done.

    Nothing is kept of findings of which not all claims were judged. Those that measure time are judged in no universe.
    """
    found, unkept = headlines(session.specified), []
    for folder in folders:
        its_own = {key: headline for key, headline in found.items() if key[0] in folder.register.findings}
        partial = roll.partial_in(folder) & {finding for finding, _ in its_own}
        if its_own and not partial and not session.missing:
            try:
                if its_own.keys() >= read_headlines(folder).keys():
                    write_headlines(folder, its_own, session.started[:10])
            except RegisterError as problem:
                unkept.append(str(problem))
    return unkept


def publish_pages(
    config: pytest.Config,
    folders: Sequence[ReportFolder],
    session: Session,
    homes: Mapping[str, Path],
    known: PageContext,
    log: AuditLog,
) -> None:
    """Write all pages of a session, and let pytest-html write its own.

    Parameters
    ----------
    homes
        By node id of a claim, its report folder.
    known
        What the pages show besides, as far as nothing has to be drawn for it.
    log
        Is given what stands above the table of claims.
    """
    pages, store = pages_folder(config), store_of(config)
    context = replace(
        known,
        drawings=Drawings(
            report_figures=report_figures_of(folders, session.planned_seeds[0], store),
            claims=claim_figures(session, pages),
            specifications=specification_figures(session, homes, store.folder),
            profiles=profile_figures(session, homes),
        ),
        audit_log=audit_log_name(config),
    )
    context = with_files(context, session, pages)
    log.session = session
    log.unfolding = {
        **context.files.profiles,
        **{f"{' ('.join(key)}) in all universes": file for key, file in context.files.specifications.items()},
    }
    publish(session, context, pages)

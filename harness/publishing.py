"""From what came in of a session to the session as data, and to its pages."""

import datetime
from collections.abc import Sequence
from dataclasses import replace

import pytest

from harness.drawing.illustrations import claim_figures, profile_figures, report_figures_of, specification_figures
from harness.pages.audit_log import AuditLog
from harness.pages.context import PageContext
from harness.pages.publish import publish, with_files
from harness.plugin.live.progress import Progress
from harness.plugin.options import audit_log_name, pages_folder, store_of
from harness.report.folder import ReportFolder
from harness.reported import Reported
from harness.sessions.conclusion import report_under_test, specifications
from harness.sessions.environment import environment_of
from harness.sessions.missing import MissingResults
from harness.sessions.session import Session


def session_of(
    config: pytest.Config,
    folders: Sequence[ReportFolder],
    started: datetime.datetime,
    reported: Reported,
    progress: Progress | None,
    missing: MissingResults,
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
    """
    root = config.rootpath
    first, looks = config.getoption("seeds"), config.getoption("looks")
    return Session(
        started=started.isoformat(timespec="seconds"),
        seconds=(datetime.datetime.now(datetime.UTC) - started).total_seconds(),
        arguments=tuple(map(str, config.invocation_params.args)),
        planned_seeds=tuple(first * 2**look for look in range(looks)),
        universes=config.getoption("universes"),
        needed=progress.needed if progress else 0,
        stored=progress.stored if progress else 0,
        trained=progress.trained if progress else 0,
        environment=environment_of(root),
        reports=tuple(report_under_test(root, folder.path) for folder in folders),
        claims=tuple(claim for _, claim in sorted(reported.claims.items())),
        specified=specifications(root, reported.verdicts, reported.told),
        missing=missing.sentences(),
    )


def publish_pages(
    config: pytest.Config, folders: Sequence[ReportFolder], session: Session, known: PageContext, log: AuditLog
) -> None:
    """Write all pages of a session, and let pytest-html write its own.

    Parameters
    ----------
    known
        What the pages show besides, as far as nothing has to be drawn for it.
    log
        Is given what stands above the table of claims.
    """
    root, pages, store = config.rootpath, pages_folder(config), store_of(config)
    beside = replace(
        known,
        report_figures=report_figures_of(folders, session.planned_seeds[0], store),
        figures=claim_figures(session, pages),
        specification_figures=specification_figures(session, root, store.folder),
        profile_figures=profile_figures(session, root),
        audit_log=audit_log_name(config),
    )
    beside = with_files(beside, pages)
    log.session = session
    log.unfolding = {
        **beside.profile_files,
        **{f"{' ('.join(key)}) in all universes": file for key, file in beside.specification_files.items()},
    }
    publish(session, beside, pages)

"""Takes a change apart: brings the sides back, runs the claims on each, and keeps what was found on the way."""

import shutil
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.base.errors import RerunError, SessionError
from harness.base.hashing import content_digest
from harness.explaining.answer import Answer, answer_of
from harness.explaining.cause import NEW, NEW_CODE, OLD, OLD_CODE, Side, lasts
from harness.explaining.checkout import code_name, code_of
from harness.explaining.explanation import Explanation, explain
from harness.explaining.interpreters import interpreter_for, refuse_other_versions
from harness.explaining.rerun import Run
from harness.sessions.environment import environment_of, installed_versions
from harness.sessions.session import Session
from harness.sessions.session_file import SESSION_FILE, read_session


@dataclass(frozen=True, kw_only=True)
class Attribution:
    """Why one reading of a finding came to something else in a later session.

    Attributes
    ----------
    before, after
        The two sessions.
    root
        Pytest's root folder in the work tree at hand.
    folder
        Where finished runs and environments are kept, so that a second call goes on from them.
    factor
        How many times as many seeds as decided then are "more".
    workers
        Of each call of pytest.
    say
        Takes a line about how far it is.
    missing
        Why a side could not be run.
    stores
        Where the runs keep their trainings until all is found.
    """

    finding: str
    reading: str
    before: Session
    after: Session
    root: Path
    folder: Path
    factor: int
    workers: str
    say: Callable[[str], None]
    missing: dict[Side, str] = field(default_factory=dict)
    stores: set[Path] = field(default_factory=set)

    def explanation(self) -> Explanation:
        """Run what is needed, and name the cause.

        Raises
        ------
        SessionError
            If one of the sessions did not judge the reading.
        """
        before, after = (answer_of(one, self.finding, self.reading) for one in (self.before, self.after))
        repeated = self._answers([OLD, NEW], None)
        more = self.factor * max(before.seeds, after.seeds)
        widened = self._answers([OLD, NEW], more)
        if lasts(widened):
            widened |= self._answers([OLD_CODE, NEW_CODE], more)
        for store in self.stores:
            shutil.rmtree(store, ignore_errors=True)  # what the runs came to is kept, and no more is needed of them
        return explain(before, after, repeated, widened, self.missing)

    def _answers(self, sides: Iterable[Side], seeds: int | None) -> dict[Side, Answer]:
        """Return what the sides say that can be run; over the seeds of then if no number is given."""
        found = {}
        for side in sides:
            if side in self.missing:
                continue
            try:
                found[side] = answer_of(self._session(side, seeds), self.finding, self.reading)
            except (RerunError, SessionError) as reason:
                self.missing[side] = str(reason)
                self.say(f"{side}: cannot be run ({reason})")
        return found

    def _session(self, side: Side, seeds: int | None) -> Session:
        """Return the session of a side, as it is kept or after running it."""
        code, versions = self._sessions(side)
        planned = (seeds,) if seeds else code.planned_seeds
        tests = sorted(claim.test for claim in code.claims_of(self.finding, self.reading))
        environment = versions.environment
        place = [
            code_name(code, self.root),
            environment.python,
            environment.packages,
            environment_of(self.root).processor,
        ]
        runs = self.folder / "runs" / content_digest(place)[:16]
        pages = runs / content_digest([tests, planned])[:16]
        with suppress(SessionError):
            kept = read_session(pages / SESSION_FILE)
            if not kept.missing:
                self.say(f"{side}, {planned[0]} seeds: kept from an earlier run in {pages}")
                return kept
        self.stores.add(runs / "store")
        with code_of(code, self.root) as folder:
            here = replace(environment_of(self.root), packages=installed_versions(environment.packages))
            interpreter = interpreter_for(environment, here, folder, self.folder / "environments", self.say)
            self.say(f"{side}, {planned[0]} seeds: running {len(tests)} claims")
            ran = Run(
                code=folder,
                interpreter=interpreter,
                tests=tests,
                seeds=planned[0],
                looks=len(planned),
                workers=self.workers,
                store=runs / "store",
                pages=pages,
                # A temporary work tree takes its history with it; the one at hand has a history of its own.
                options=(f"--claims-history={pages.absolute() / 'history.sqlite'}",) if folder == self.root else (),
            ).session()
        refuse_other_versions(ran.environment, environment)
        return ran

    def _sessions(self, side: Side) -> tuple[Session, Session]:
        """Return the sessions of which a side has the code, and the versions."""
        by_age = {"old": self.before, "new": self.after}
        return by_age[side.code], by_age[side.versions]

"""Kill sessions at random moments (SIGKILL), many times, and look what becomes of the store that they share.

Nothing is written that stays. ``python -m benchmarks.store_under_fire --kills 200`` prints what was killed when, and
ends with status 1 if a file was ever damaged, a finished block was lost, or a later session came to other verdicts than
one that was never disturbed.
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from benchmarks.fire_kills import FINISHED, STAGES, WRITERS, kill_sessions, kill_writers, stored, train_now, verdicts_of
from benchmarks.fire_report import every_block, write_report
from benchmarks.fire_watch import Outcome, Watch
from harness.execution.agreement import differences_of
from harness.execution.engine import open_store

SHARE_OF_SESSIONS = 0.15  # of the kills; the others are of writers that call the engine, which need not start first
SHORT = 0.5  # seconds, after the first block of a session: about as long as it trains the others
KILLS_A_ROUND = {"writers": 25, "sessions": 5}  # before a session is left to finish with the store


class Fire:
    """A report, what an undisturbed session says of it, and what is seen under fire.

    Parameters
    ----------
    folder
        In which all happens; the caller removes it.
    seed
        Of the random moments.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.outcome = Outcome()
        self.probability = random.Random(seed)
        write_report(folder)
        self.blocks = every_block(folder)
        started = time.monotonic()
        self.expected = verdicts_of(folder, folder / "undisturbed")
        self.seconds = time.monotonic() - started
        self.needed = stored(folder / "undisturbed")
        train_now(*self.blocks[0])  # what is loaded once here, no writer has to load again

    def round_of_writers(self, kills: int, number: int) -> int:
        """Kill writers on a new store until that is full, at most so often; returns how often."""
        store = open_store(self.folder / f"writers-{number}")
        watch, done = Watch(store.folder, self.outcome), 0
        while done < kills:
            missing = [block for block in self.blocks if not store.has(*block)]
            if not missing:
                break
            moment = kill_writers(store, missing, self.probability, aimed=done % 2 == 0)
            watch.look()
            if moment != STAGES[FINISHED]:
                self.outcome.moments["writers", moment] += 1
                done += 1
        self._finish(store.folder, watch)
        return done

    def round_of_sessions(self, kills: int, number: int) -> int:
        """Kill whole sessions on a new store, one or two at once; returns how often."""
        store = self.folder / f"sessions-{number}"
        watch, done = Watch(store, self.outcome), 0
        while done < kills:
            aimed = done % 2 == 0 and stored(store) < self.needed
            seconds = self.probability.uniform(0, SHORT if aimed else self.seconds)
            count = 1 + done // 2 % 2
            moment = kill_sessions(self.folder, store, seconds, self.needed, count=count, aimed=aimed)
            watch.look()
            if moment is not None:
                self.outcome.moments["sessions", moment] += 1
                done += 1
        self._finish(store, watch)
        return done

    def _finish(self, store: Path, watch: Watch) -> None:
        """Let a session finish on a store, and compare its verdicts, and every run, with the undisturbed ones."""
        found = verdicts_of(self.folder, store)
        watch.look()
        self.outcome.sessions += 1
        if found != self.expected:
            self.outcome.problems.append(f"other verdicts: {store}")
        here, there = open_store(store), open_store(self.folder / "undisturbed")
        for block in self.blocks:
            one, other = here.load(*block), there.load(*block)
            if one is not None and other is not None and differences_of(one, other):
                self.outcome.problems.append(f"other runs: {here.path(*block)}")


def under_fire(kills: int, folder: Path, seed: int = 0) -> Fire:
    """Kill so often, in rounds on new stores, and return what was seen."""
    fire = Fire(folder, seed)
    left = {"sessions": max(1, round(SHARE_OF_SESSIONS * kills))}
    left["writers"] = kills - left["sessions"]
    for kind, round_of in (("writers", fire.round_of_writers), ("sessions", fire.round_of_sessions)):
        number = 0
        while left[kind] > 0:
            left[kind] -= round_of(min(left[kind], KILLS_A_ROUND[kind]), number)
            number += 1
    return fire


def summary(fire: Fire, seconds: float) -> list[str]:
    """Return what was seen, in lines."""
    outcome = fire.outcome
    lines = [f"{outcome.kills} kills in {seconds:.0f} s, of which"]
    for kind, what in (("writers", f"{WRITERS} writers at once"), ("sessions", "one or two sessions of two workers")):
        moments = {moment: count for (of, moment), count in outcome.moments.items() if of == kind}
        told = ", ".join(f"{moment} {count}" for moment, count in sorted(moments.items()))
        lines.append(f"  {sum(moments.values())} of {what}: {told}")
    supported = Counter(verdict["outcome"] for verdict in fire.expected.values())
    lines += [
        f"{outcome.unfinished} kills left a file unfinished; after the kills {outcome.checked} files were read whole",
        f"{outcome.sessions} sessions finished afterwards, each with the {len(fire.expected)} verdicts of an "
        f"undisturbed one ({', '.join(f'{count} {name}' for name, count in sorted(supported.items()))})"
        if not outcome.problems
        else f"{len(outcome.problems)} problems:",
        *(f"  {problem}" for problem in outcome.problems),
    ]
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what was seen; returns 1 if something was that must never be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200, metavar="N", help="how often to kill (default: 200)")
    parser.add_argument("--seed", type=int, default=0, help="of the random moments (default: 0)")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="store-under-fire-") as folder:
        started = time.monotonic()
        fire = under_fire(options.kills, Path(folder), options.seed)
        for line in summary(fire, time.monotonic() - started):
            print(line)
    return 1 if fire.outcome.problems else 0


if __name__ == "__main__":
    sys.exit(main())

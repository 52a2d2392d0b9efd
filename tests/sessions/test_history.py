import math
import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.base.errors import SessionError
from harness.sessions import history_file
from harness.sessions.history import History, open_history
from harness.sessions.history_file import APPLICATION, SCHEMA, connection_to, write
from harness.sessions.past import PastReading, PastVerdict
from harness.sessions.session import Session
from harness.verdicts.band import OUTCOMES
from harness.verdicts.combination import deciding
from tests.builders.sessions import judged_claim, session_of


@pytest.fixture
def history(tmp_path: Path) -> History:
    """Return a history without sessions."""
    return open_history(tmp_path / "history.sqlite")


def test_without_a_file_there_are_no_sessions(history: History) -> None:
    """Looking at a history makes no file; asking for a session says how to see which there are."""
    assert history.sessions() == []
    assert history.timelines() == history.last_verdicts(session_of()) == {}
    with pytest.raises(SessionError, match=r"history\.sqlite: has no session 1; see `python -m harness history`"):
        history.session(1)
    assert not history.file.exists()


def test_a_session_comes_back_as_it_was(history: History) -> None:
    """Content, order, numbers and counts; the file and its folder are made by the first session."""
    first, second = session_of(), session_of(started="2026-02-03T04:05:06+00:00", missing=("A worker died.",))
    history = History(history.file.parent / "new" / "history of 100%?#.sqlite")
    assert [history.append(first), history.append(second)] == [1, 2]
    assert history.session(1).to_plain() == first.to_plain()
    assert history.session(2).to_plain() == second.to_plain()
    past = history.sessions()
    assert [one.number for one in past] == [1, 2]
    assert [one.started for one in past] == [first.started, second.started]
    assert [one.missing for one in past] == [0, 1]
    assert (past[0].supported, past[0].refuted, past[0].inconclusive, past[0].claims) == (1, 1, 0, 2)
    assert (past[0].commit, past[0].modified, past[0].title) == ("c0ffee", False, "A small report")
    assert past[0].provenance["torch"] == "2.13.0"


def test_a_timeline_has_the_estimate_of_the_claim_that_decided(history: History) -> None:
    """One entry a session in which the reading was judged, the oldest first."""
    one = session_of(
        judged_claim("a", "supported", finding="x.y", value=1.0), judged_claim("b", "refuted", finding="x.y", value=2.0)
    )
    history.append(one)
    history.append(session_of(judged_claim("c", finding="x.z")))
    history.append(replace(one, started="2026-02-03T04:05:06+00:00"))
    weakest = deciding("all", [claim.verdict for claim in one.claims])
    first, second = history.timelines()["x.y", "loss"]
    assert first == PastReading(
        *(1, one.started, "c0ffee", "refuted", "refuted", 1, 2),
        *(weakest.value, weakest.low, weakest.high, first.scope, "20 40 80, default"),
    )
    assert second == replace(first, session=3, started="2026-02-03T04:05:06+00:00")
    assert [past.session for past in history.timelines()["x.z", "loss"]] == [2]


def test_the_scope_tells_which_readings_may_be_compared(history: History) -> None:
    """The same claims, in whatever order, over the same planned seeds, in the same universes; nothing else."""
    a, b = judged_claim("a", finding="x.y"), judged_claim("b", finding="x.y")
    for one in (
        session_of(a, b),
        session_of(b, replace(a, verdict=replace(a.verdict, outcome="supported")), seconds=7.0),
        session_of(a),
        session_of(a, b, planned_seeds=(5,)),
        session_of(a, b, universes="all"),
    ):
        history.append(one)
    scopes = [past.scope for past in history.timelines()["x.y", "loss"]]
    assert scopes[0] == scopes[1]
    assert len(set(scopes)) == 4


def test_numbers_that_are_not_finite_come_back(history: History) -> None:
    """SQLite has no NaN; a run that diverged has no other estimate."""
    history.append(
        session_of(judged_claim("a", "inconclusive", finding="x.y", value=math.nan, low=-math.inf, high=math.inf))
    )
    (past,) = history.timelines()["x.y", "loss"]
    assert math.isnan(past.value)
    assert (past.low, past.high) == (-math.inf, math.inf)


def test_last_verdicts_are_looked_up_claim_by_claim(history: History) -> None:
    """Each claim's own last session over the same seeds counts, however few others that session judged."""
    history.append(session_of(judged_claim("a", "refuted"), judged_claim("b", "refuted"), judged_claim("z")))
    history.append(session_of(judged_claim("a", "supported")))
    history.append(session_of(judged_claim("b", "supported"), planned_seeds=(5,)))
    now = session_of(judged_claim("a", "refuted"), judged_claim("b"), judged_claim("new"))
    assert {test: (past.session, past.outcome) for test, past in history.last_verdicts(now).items()} == {
        "a": (2, "supported"),
        "b": (1, "refuted"),
    }
    assert history.append(now) == 4
    assert history.last_verdicts(now)["new"].session == 4
    assert set(history.last_verdicts(now, before=4)) == {"a", "b"}
    assert isinstance(history.last_verdicts(now, before=2)["a"], PastVerdict)
    assert history.last_verdicts(now, before=2)["a"].session == 1


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    nights=st.lists(
        st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=5),
            st.tuples(st.sampled_from(OUTCOMES), st.floats()),
            min_size=1,
            max_size=4,
        ),
        min_size=1,
        max_size=5,
    )
)
def test_whatever_is_appended_comes_back(nights: list[dict[str, tuple[str, float]]], tmp_path_factory: object) -> None:
    """Any names, verdicts and numbers; timelines and last verdicts agree with the sessions themselves."""
    folder = tmp_path_factory.mktemp("any")  # type: ignore[attr-defined]
    history = History(folder / "history.sqlite")
    sessions = [
        session_of(
            *(judged_claim(test, outcome, finding=test, value=value) for test, (outcome, value) in night.items())
        )  # type: ignore[arg-type]
        for night in nights
    ]
    for one in sessions:
        history.append(one)
    assert [history.session(past.number).to_plain() for past in history.sessions()] == [
        one.to_plain() for one in sessions
    ]
    told = {(past.session, finding): past for (finding, _), line in history.timelines().items() for past in line}
    assert set(told) == {(number, test) for number, night in enumerate(nights, start=1) for test in night}
    for (number, test), past in told.items():
        assert past.value == nights[number - 1][test][1] or math.isnan(past.value)
    for test, past_verdict in history.last_verdicts(sessions[-1]).items():
        assert (past_verdict.session, past_verdict.outcome) == (len(nights), nights[-1][test][0])


# Others write too, or die


def append_many(file: Path, writer: int, count: int) -> None:
    """Append sessions that name their writer."""
    for each in range(count):
        History(file).append(session_of(started=f"writer {writer}, session {each}"))


def test_writers_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    """Several processes that make the file and append to it at once: all their sessions are there, in their order."""
    file, writers, count = tmp_path / "history.sqlite", 6, 8
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=append_many, args=(file, writer, count)) for writer in range(writers)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0] * writers
    past = History(file).sessions()
    assert [one.number for one in past] == list(range(1, writers * count + 1))
    for writer in range(writers):
        mine = [one.started for one in past if one.started.startswith(f"writer {writer},")]
        assert mine == [f"writer {writer}, session {each}" for each in range(count)]


@pytest.mark.parametrize("before", [True, False], ids=["just before the look", "just after it"])
def test_a_file_that_is_made_at_this_moment_is_no_foreign_one(
    before: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process makes the history while this one opens it: its mark belongs to its tables."""
    file = tmp_path / "history.sqlite"
    looked = history_file.has_tables

    def other_writes_beside(connection: sqlite3.Connection) -> bool:
        monkeypatch.setattr(history_file, "has_tables", looked)
        if before:
            History(file).append(session_of(started="the other"))
        answer = looked(connection)
        if not before:
            History(file).append(session_of(started="the other"))
        return answer

    monkeypatch.setattr(history_file, "has_tables", other_writes_beside)
    assert History(file).append(session_of(started="mine")) == 2
    assert [past.started for past in History(file).sessions()] == ["the other", "mine"]


KILLED_WRITER = """
import sys
from pathlib import Path
from harness.sessions.history import History
print("ready", flush=True)
number = 0
while True:
    number = History(Path(sys.argv[1])).append(session_of())
    print(number, flush=True)
"""


def test_a_killed_writer_leaves_the_history_whole(tmp_path: Path) -> None:
    """Writers are killed at many moments: what they had kept is there, each session whole, and the next one appends."""
    history = History(tmp_path / "history.sqlite")
    history.append(session_of())
    whole = session_of().to_plain()
    for attempt in range(4):
        command = [sys.executable, "-c", KILLED_WRITER, history.file]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            time.sleep(0.05 + 0.037 * attempt)
            process.send_signal(signal.SIGKILL)
            said = process.stdout.read().split()
        numbers = [past.number for past in history.sessions()]
        assert numbers == list(range(1, len(numbers) + 1))
        assert len(numbers) >= int(said[-1] if said else 0)
        assert history.session(numbers[-1]).to_plain() == whole
        assert len(history.timelines()[whole["readings"][0]["finding"], "loss"]) == len(numbers)
        assert history.append(session_of()) == len(numbers) + 1
    with sqlite3.connect(history.file) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_writer_killed_in_its_transaction_leaves_nothing_of_it(history: History) -> None:
    """Death after all rows are written and before they are kept: the next writer undoes them."""
    history.append(session_of())
    child = os.fork()
    if child == 0:  # pragma: no cover - killed
        with connection_to(history.file, "rw") as connection:
            connection.execute("PRAGMA cache_spill = 1")
            connection.execute("PRAGMA cache_size = 1")  # so that the file itself is half written

            def die(statement: str) -> None:
                if statement == "COMMIT":
                    os.kill(os.getpid(), signal.SIGKILL)

            connection.set_trace_callback(die)
            write(connection, session_of(started="never"))
        os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    assert [past.started for past in history.sessions()] == [session_of().started]
    assert history.append(session_of()) == 2


# Files that are no such history


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"this is not a database, but it is long enough to be one" * 100, "file is not a database"),
        (b"SQLite format 3\x00" + bytes(range(256)) * 20, "cannot be used as a history of claims"),
    ],
)
def test_a_damaged_file_is_refused_and_kept(history: History, content: bytes, told: str) -> None:
    """Reading and appending say so in one sentence, and change nothing."""
    history.file.write_bytes(content)
    for use in (history.sessions, history.timelines, lambda: history.append(session_of()), lambda: history.session(1)):
        with pytest.raises(SessionError, match=told) as refused:
            use()
        assert str(refused.value).startswith(str(history.file))
        assert "\n" not in str(refused.value)
    with pytest.raises(SessionError):
        open_history(history.file)
    assert history.file.read_bytes() == content


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damage_anywhere_is_told_or_harmless(data: st.DataObject, tmp_path_factory: object) -> None:
    """Bytes overwritten or cut off: every use answers or raises `SessionError`, never anything else."""
    file = tmp_path_factory.mktemp("damaged") / "history.sqlite"  # type: ignore[attr-defined]
    history = History(file)
    for _ in range(3):
        history.append(session_of())
    content = bytearray(file.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place : place + 64] = data.draw(st.binary(max_size=64))
    file.write_bytes(content)
    now = session_of()
    uses = (
        history.sessions,
        history.timelines,
        lambda: history.session(2),
        lambda: history.last_verdicts(now),
        lambda: history.append(now),
    )
    for use in uses:
        try:
            use()
        except SessionError as told:
            assert str(told).startswith(str(file))  # noqa: PT017 - either way is right


def test_a_newer_history_is_refused(history: History) -> None:
    """Its tables may mean something else."""
    history.append(session_of())
    with sqlite3.connect(history.file) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    with pytest.raises(SessionError, match=r"has schema 2, newer than this harness reads \(1\); update pytest-claims"):
        history.append(session_of())
    with pytest.raises(SessionError, match="newer than this harness reads"):
        open_history(history.file)


def test_a_newer_session_is_refused(history: History) -> None:
    """A history may hold sessions that a newer harness has appended."""

    class Newer(Session):
        def to_plain(self) -> dict[str, object]:
            return {**super().to_plain(), "schema": 999}

    history.append(Newer(**vars(session_of())))
    with pytest.raises(SessionError, match="session 1: has schema 999, newer than this harness reads"):
        history.session(1)


def test_a_database_of_another_program_is_refused_and_kept(history: History) -> None:
    """Nothing is written into a file that was given by mistake."""
    with sqlite3.connect(history.file) as connection:
        connection.execute("CREATE TABLE addresses (name TEXT)")
    before = history.file.read_bytes()
    with pytest.raises(SessionError, match="is a database of another program, not a history of claims"):
        history.append(session_of())
    assert history.file.read_bytes() == before
    assert int(APPLICATION).to_bytes(4, "big") == b"clms"


def test_a_folder_is_no_history(tmp_path: Path) -> None:
    """And where no folder can be made, no history can."""
    with pytest.raises(SessionError, match="unable to open database file"):
        open_history(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(SessionError, match=r"file: cannot be made .*; give another file for the history"):
        History(tmp_path / "file" / "history.sqlite").append(session_of())


def test_a_history_that_may_not_be_written_can_be_read(history: History) -> None:
    """Such as one among the artifacts of a nightly run."""
    history.append(session_of())
    history.file.chmod(0o444)
    history.file.parent.chmod(0o555)
    try:
        assert len(history.sessions()) == len(history.timelines()["x.y", "loss"]) == 1
    finally:
        history.file.parent.chmod(0o755)

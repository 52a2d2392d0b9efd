from harness.sessions.provenance import Difference, differences, provenance
from tests.builders.sessions import REPORT, session_of


def test_surroundings_are_text_by_name() -> None:
    """All that may change a verdict besides the commit, flat."""
    assert provenance(session_of()) == {
        "Python": "3.11.7",
        "system": "Linux",
        "processor": "A CPU",
        "threads": "1",
        "numpy": "2.4.6",
        "torch": "2.13.0",
        "planned seeds": "20, 40, 80",
        "universes": "default",
        "code of the harness": "5e1481093800",
        f"{REPORT.folder}: register and claims": "1d0f343b59fe",
        f"{REPORT.folder}: protocol.toml": "7b0f3b82cd85",
        f"{REPORT.folder}: batch_size of regression": "16",
    }


def test_differences_come_in_the_order_of_the_later_session() -> None:
    """What is new has nothing before, what is gone nothing after; what is the same is left out."""
    assert differences({"a": "1", "b": "2", "c": "3"}, {"d": "4", "b": "5", "a": "1"}) == [
        Difference("d", "nothing", "4"),
        Difference("b", "2", "5"),
        Difference("c", "3", "nothing"),
    ]
    assert str(Difference("b", "2", "5")) == "b: 2, now 5"
    assert differences(provenance(session_of()), provenance(session_of())) == []

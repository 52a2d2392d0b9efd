"""What a side of a comparison says: the code and the versions of one of two sessions."""

from scipy.stats import norm

from harness.explaining.answer import Answer, answer_of
from harness.verdicts.band import Band, decide
from tests.builders.sessions import judged_claim, session_of

BAND = Band(0, 1, "as agreed")


def answer_at(value: float, error: float = 0.02) -> Answer:
    """Return what a side says whose one claim has a normal interval of 90 %, judged by the band from 0 to 1."""
    reach = error * float(norm.ppf(0.95))
    low, high = value - reach, value + reach
    judged = judged_claim(
        "a", decide((low, high), BAND), value=value, low=low, high=high, confidence=0.9, band=BAND, looks=(80,)
    )
    return answer_of(session_of(judged), "x.y", "loss")


SUPPORTED, REFUTED, EDGE = answer_at(0.5), answer_at(1.5), answer_at(1.0)
UNSURE = answer_at(0.9, 0.3)  # inconclusive for want of seeds

"""What findings come to over the plausible reconstructions, in words."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from harness.reconstruction.deciding_choice import Decision, deciding_choices
from harness.reconstruction.headlines import Headline, Key
from harness.reconstruction.specification import (
    Specification,
    on_many_splits,
    outcome_proportions,
    weighted_proportions,
)
from harness.sessions.session import Specified
from harness.verdicts.band import OUTCOMES, Outcome

NEARLY_ALL = 0.9
ROUNDING = 0.005
CERTAIN = 1 - 1e-9  # the sum of all weights, but for errors of arithmetic
_WORDS: dict[Outcome, str] = {
    "supported": "holds",
    "refuted": "does not hold",
    "inconclusive": "is undecided",
}
_CERTAINLY: dict[Outcome, str] = {
    "supported": "holds in all",
    "refuted": "holds in no",
    "inconclusive": "is undecided in all",
}


def headlines(specified: Specified) -> dict[Key, Headline]:
    """Return what each reading comes to over the plausible reconstructions."""
    decisions = deciding_choices(specified)
    return {
        key: Headline(
            text=_headline(curve, decisions.get(key)),
            numbers=_in_numbers(curve, decisions.get(key)),
            most=next((outcome for outcome, held in _plausible(curve).items() if held > 0.5), None),
        )
        for key, curve in specified.items()
    }


def dated(headline: Headline) -> str:
    """Return when a headline was found; empty for one of this session."""
    if not headline.judged:
        return ""
    return f" ({headline.judged}{'; claims or universes have changed since' if headline.outdated else ''})"


def _headline(specifications: Sequence[Specification], decision: Decision | None) -> str:
    held = _plausible(specifications)
    if math.isnan(held["supported"]):
        return ""
    for outcome, words in _CERTAINLY.items():
        if held[outcome] >= CERTAIN:
            return f"{words} plausible reconstruction{'' if outcome == 'refuted' else 's'}"
    # Where nearly all agree, nobody needs to know what the others say.
    told = {outcome: held[outcome] for outcome in _WORDS if held[outcome] >= ROUNDING}
    nearly_all = {
        outcome: share for outcome, share in told.items() if share >= NEARLY_ALL and outcome != "inconclusive"
    }
    first, *others = (f"{_WORDS[outcome]} in {_share(share)}" for outcome, share in (nearly_all or told).items())
    text = ", ".join([f"{first} of the plausible reconstructions", *others])
    return text if decision is None or nearly_all else f"depends on {decision.choice}: {text}"


def _share(proportion: float) -> str:
    """Return a proportion below 1 so that it does not look like 1."""
    return "more than 0.99" if proportion >= 1 - ROUNDING else f"{proportion:.2f}"


def _plausible(specifications: Sequence[Specification]) -> dict[Outcome, float]:
    """Return in which proportion of the plausible reconstructions a reading has which outcome."""
    many = on_many_splits(specifications) or specifications
    weighted = weighted_proportions(many)
    return outcome_proportions(many) if math.isnan(weighted["supported"]) else weighted


def _in_numbers(specifications: Sequence[Specification], decision: Decision | None) -> str:
    many = on_many_splits(specifications)
    one = [universe for universe in specifications if universe.on_one_split]
    parts = [_counted(many)] if many else []
    parts += [f"apart, on one split of the data: {_counted(one)}"] if one else []
    return "; ".join([*parts, *([] if decision is None else [str(decision)])])


def _counted(specifications: Sequence[Specification]) -> str:
    counter: Mapping[str, int] = Counter(one.outcome for one in specifications)
    weighted = weighted_proportions(specifications)
    text = ", ".join(f"{counter[outcome]} {outcome}" for outcome in OUTCOMES)
    if math.isnan(weighted["supported"]):
        return text
    return f"{text}; by weight {', '.join(f'{weighted[outcome]:.2f}' for outcome in OUTCOMES)}"

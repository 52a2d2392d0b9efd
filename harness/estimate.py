"""What a sample over seeds says of one quantity, as data; `harness.statistics` makes it."""

from dataclasses import dataclass

from harness.runs import Floats


@dataclass(frozen=True)
class Reported:
    """A number as the report prints it.

    Attributes
    ----------
    value
        The number.
    half_unit
        Half a unit of its last decimal: what rounding may have hidden.
    """

    value: float
    half_unit: float


@dataclass(frozen=True, eq=False)
class Estimate:
    """What a sample says of one quantity.

    Attributes
    ----------
    value, low, high
        Point estimate and interval; an interval from -inf to inf says that the sample carries none.
    method
        How the interval was made, in one phrase.
    sample : (seeds,)
        The numbers it rests on, one a seed, in the unit that `sample_label` names.
    sample_label
        What one number of the sample is.
    region
        The range of a single seed's number in which that seed agrees with the finding (for a reported value: the
        prediction interval); None where only the mean counts.
    reported
        The number of the report, in the unit of the sample, if the estimate is about one.
    note
        What a reader should know besides, in one sentence; may be empty.
    """

    value: float
    low: float
    high: float
    method: str
    sample: Floats
    sample_label: str
    region: tuple[float, float] | None = None
    reported: float | None = None
    note: str = ""

    @property
    def seeds(self) -> int:
        """How many seeds it rests on."""
        return len(self.sample)

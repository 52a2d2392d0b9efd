"""How numbers read, for people and in JSON."""

import math


def duration(seconds: float) -> str:
    """Return a time in minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def counted(number: int, noun: str) -> str:
    """Return how many there are, such as ``1 claim`` or ``2 claims``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def p_text(p_value: float) -> str:
    """Return a p-value with two significant digits, such as ``p = 0.012``; small ones as ``p < 0.0001``."""
    return f"p = {p_value:.2g}" if p_value >= 1e-4 else "p < 0.0001"


def interval_text(value: float, low: float, high: float) -> str:
    """Return an estimate with its interval, such as ``1.2 [0.9, 1.5]``; a value that is exact stands alone."""
    return f"{value:.4g}" if value == low == high else f"{value:.4g} [{low:.4g}, {high:.4g}]"


def plain_number(number: float) -> float | str:
    """Return a number as JSON can have it: one that is not finite as text, which `float` reads again."""
    return float(number) if math.isfinite(number) else str(float(number))

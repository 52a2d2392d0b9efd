"""How all figures look: one size of type, one colour for one meaning. Pages that are dark give colours of their own."""

from typing import Any

INK, PAPER = "#000000", "#ffffff"
SOFT = "#59616b"  # what is not the point: single runs, other panels, what stays undecided
FAINT = "#e6e8eb"  # lines to read along, and stripes
BAND = "#d3e6f0"  # where an estimate has to lie
SUPPORTED, REFUTED = "#00639c", "#a34400"  # as on the pages
# Curves: hues of Okabe and Ito 2008, "Color Universal Design", darkened to 3 to 1 on white, without those of verdicts.
SERIES = ("#008561", "#b0588a", "#a87300", "#3c8fc0")
DASHES = ("-", "--", ":", "-.", (0, (5, 1)))
REPORTED: Any = {"color": INK, "linewidth": 1.1, "linestyle": (0, (1, 1.5))}  # what the report says
TYPE = 8.5  # points, of all that is written
CHARACTER = 0.066  # inches of one at that size, on average
STYLE: Any = {
    "svg.fonttype": "none",  # text stays text: small files, and a reader can search them
    "svg.hashsalt": "harness",
    **dict.fromkeys(
        ("font.size", "axes.titlesize", "axes.labelsize", "xtick.labelsize", "ytick.labelsize", "legend.fontsize"), TYPE
    ),
    "font.family": "sans-serif",
    "axes.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
}
# Every colour that is drawn with, by the name of its meaning.
MEANINGS = {
    "ink": INK,
    "paper": PAPER,
    "soft": SOFT,
    "faint": FAINT,
    "band": BAND,
    "supported": SUPPORTED,
    "refuted": REFUTED,
    **{f"series-{number}": colour for number, colour in enumerate(SERIES, 1)},
}

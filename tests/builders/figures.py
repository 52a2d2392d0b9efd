"""Pictures, read back."""

import xml.etree.ElementTree as ElementTree


def texts_of(svg: str) -> str:
    """Return all text of a figure, which must be well-formed."""
    return " ".join(ElementTree.fromstring(svg).itertext())


FIGURES_TOML = """
[figures.losses]
title = "Losses"
shown = "It showed two lines."
findings = ["speed.faster"]
cell = { framework = "torch" }
along = "activation"
order = "beside"
parts = ["loss"]
"""

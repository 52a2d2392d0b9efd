"""Pictures, read back."""

import xml.etree.ElementTree as ElementTree


def texts_of(svg: str) -> str:
    """Return all text of a figure, which must be well-formed."""
    return " ".join(ElementTree.fromstring(svg).itertext())

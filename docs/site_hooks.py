"""What MkDocs needs besides its settings."""

import re
from typing import Any

_OUTSIDE = re.compile(r"(!?)\[([^]]*)\]\(\.\./(?!docs/)([^)]*)\)")


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Return a page in which a link to a file of the repository that is no page names the file instead."""
    return _OUTSIDE.sub(lambda found: f"{found[2]} (`{found[3]}`)", markdown)

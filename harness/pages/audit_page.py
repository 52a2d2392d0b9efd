"""Mends pytest-html's page where its own means do not reach: language, screen width, landmarks and labels."""

import re

_HEAD = (
    '<html lang="en">',
    '<meta name="viewport" content="width=device-width, initial-scale=1"/>\n    '
    '<meta name="color-scheme" content="light dark"/>',
)
_BOX = re.compile(r'(<input [^>]*name="filter_checkbox"[^>]*>)\s*(<span class="\w+">[^<]*</span>)')
_CLAIMS = '<table id="results-table">'


def readable(page: str) -> str:
    """Return a page of pytest-html that says its language, fits a phone and can be read aloud.

    What is not as expected stays as it is, since another version of pytest-html may have mended it.

    Parameters
    ----------
    page
        As pytest-html wrote it.
    """
    language, metas = _HEAD
    start, body, rest = page.partition("<body>")
    content, footer, end = rest.rpartition("<footer>")
    if not (body and footer) or "<html>" not in start:
        return page
    start = start.replace("<html>", language, 1).replace("<head>", f"<head>\n    {metas}", 1)
    content = _BOX.sub(r"<label>\1 \2</label>", content)
    content = content.replace(_CLAIMS, f'<h2 class="out-of-sight">Claims</h2>\n    {_CLAIMS}', 1)
    return f"{start}{body}\n    <main>{content}</main>\n  {footer}{end}"

"""Puts the pages of a session into one HTML file, which can be sent to somebody: it needs no file beside it."""

import base64
import re
from collections.abc import Collection
from contextlib import suppress
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

from harness.base.errors import SessionError
from harness.pages.rendering import PAGE, PAGES

_MAIN = re.compile(r"<main [^>]*>(.*)</main>", flags=re.DOTALL)
_NAMED = ("id", "for", "aria-labelledby", "aria-describedby", "aria-controls")  # attributes that hold ids
_NO_LINK = re.compile(r"<li>[^<]*</li>\n?")
_DROPPED = "downloads"  # a class: of what offers files beside the page


def one_file(folder: Path) -> str:
    """Return the pages of a folder as one document.

    Each page is a part of it, and links between pages lead from part to part. What leads to any other file, such as the
    audit log or a table, is no link there, but text.

    Parameters
    ----------
    folder
        Where a session wrote its pages and figures.

    Raises
    ------
    SessionError
        If the page of the findings is not there, or is none.
    """
    texts = {name: text for name in PAGES if (text := _read(folder / name))}
    if PAGE not in texts or not _MAIN.search(texts[PAGE]):
        raise SessionError(f"{folder / PAGE}: there is no page of findings; run pytest on the report first")
    whole = _Rewriter(PAGE, texts, folder).rewritten(texts[PAGE])
    head, nav, rest = whole.partition("<nav ")
    links, end, rest = rest.partition("</nav>")
    parts = [_part(name, text, texts, folder) for name, text in texts.items() if name != PAGE]
    content, foot, tail = rest.rpartition("</main>")
    return "".join([head, nav, _NO_LINK.sub("", links), end, content, *parts, foot, tail])


def _read(file: Path) -> str:
    with suppress(FileNotFoundError):
        return file.read_text(encoding="utf-8")
    return ""


def _part(name: str, text: str, inside: Collection[str], folder: Path) -> str:
    """Return the content of another page, as a part of the whole."""
    found = _MAIN.search(text)
    content = _Rewriter(name, inside, folder).rewritten(found.group(1)) if found else ""
    return f'<section class="page-part" id="{_stem(name)}" aria-label="{escape(PAGES[name])}">\n{content}</section>\n'


def _data_address(svg: str) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def _stem(page: str) -> str:
    return page.removesuffix(".html")


def _place(page: str, name: str) -> str:
    """Return the id in the whole of what has an id on a page: two pages may have the same."""
    return name if page == PAGE else f"{_stem(page)}:{name}"


class _Rewriter(HTMLParser):
    """Gives out a page as it came, with other addresses, other ids, and pictures in place of their files."""

    def __init__(self, page: str, inside: Collection[str], folder: Path) -> None:
        super().__init__(convert_charrefs=False)
        self._page, self._inside, self._folder = page, inside, folder
        self._given: list[str] = []
        self._links: list[bool] = []  # whether each link that is open was given out
        self._dropping: list[str] = []  # the elements that are open within one that is left out

    def rewritten(self, text: str) -> str:
        self.feed(text)
        self.close()
        return "".join(self._given)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if self._dropping or _DROPPED in (told.get("class") or "").split():
            self._dropping.append(tag)
        elif tag == "img" and not (told.get("src") or "").startswith("data:"):
            self._give_picture(told)
        elif tag == "a":
            self._give_link(told)
        elif tag == "section" and self._page != PAGE:
            # Parts have headings of the same name, and are landmarks themselves.
            self._give_tag(tag, told, self._with_ids({k: v for k, v in told.items() if k != "aria-labelledby"}))
        else:
            self._give_tag(tag, told, self._with_ids(told))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "use":
            told["href"] = f"#{_place(self._page, (told['href'] or '')[1:])}"
        if not self._dropping:
            self._give_tag(tag, dict(attrs), self._with_ids(told), end="/>")

    def handle_endtag(self, tag: str) -> None:
        if self._dropping:
            while self._dropping.pop() != tag:  # what has no end, such as a break, ends with what it stands in
                pass
        elif tag != "a" or self._links.pop():
            self._given.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self._give(data)

    def handle_entityref(self, name: str) -> None:
        self._give(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._give(f"&#{name};")

    def handle_decl(self, decl: str) -> None:
        self._give(f"<!{decl}>")

    def _give(self, text: str) -> None:
        if not self._dropping:
            self._given.append(text)

    def _give_tag(self, tag: str, told: dict[str, str | None], wanted: dict[str, str | None], end: str = ">") -> None:
        if told == wanted:
            self._given.append(self.get_starttag_text() or "")
            return
        written = (f" {name}" if value is None else f' {name}="{escape(value)}"' for name, value in wanted.items())
        self._given.append(f"<{tag}{''.join(written)}{end}")

    def _give_link(self, told: dict[str, str | None]) -> None:
        href = told.get("href")
        address = href if href is None else self._address(href)
        self._links.append(href is None or address is not None)
        if self._links[-1]:
            self._give_tag("a", told, self._with_ids({**told, **({"href": address} if href is not None else {})}))

    def _give_picture(self, told: dict[str, str | None]) -> None:
        svg = _read(self._folder / unquote(told.get("src") or ""))
        if svg:
            self._give_tag("img", told, self._with_ids({**told, "src": _data_address(svg)}))
        else:
            self._given.append(escape(f"(no picture: {told.get('alt') or ''})"))

    def _address(self, href: str) -> str | None:
        """Return where a link leads within the whole; None if that is not inside."""
        if urlsplit(href).scheme in ("http", "https", "mailto"):
            return href
        file, anchor = urldefrag(href)
        page = unquote(file) or self._page
        if page not in self._inside:
            return None
        if anchor:
            return f"#{_place(page, anchor)}"
        return "#page-content" if page == PAGE else f"#{_stem(page)}"

    def _with_ids(self, told: dict[str, str | None]) -> dict[str, str | None]:
        return {name: self._with_id(name, value) if value else value for name, value in told.items()}

    def _with_id(self, name: str, value: str) -> str:
        if name in _NAMED:
            return " ".join(_place(self._page, one) for one in value.split())
        if name == "clip-path":  # of a figure, whose parts refer to each other
            return f"url(#{_place(self._page, value[len('url(#') : -1])})"
        return value

"""Figures as part of a page: a tile a panel, which wrap on a phone, in colours that the page gives them.

A document is not taken as it is, but written anew of the few elements and properties that figures are made of.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from html import escape
from itertools import groupby
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from harness.drawing.style import MEANINGS
from harness.drawing.values import Panel, panels_of

_ELEMENTS = {"g", "path", "use", "defs", "clipPath", "rect", "circle", "text", "tspan"}
_NUMBERS = {"x", "y", "width", "height", "r", "cx", "cy", "d", "transform", "dx", "dy"}
_PROPERTIES = {
    *("fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-dashoffset", "stroke-opacity"),
    *("stroke-linejoin", "stroke-linecap", "opacity", "text-anchor", "font-size", "font-style", "font-weight"),
}
_NAMES = {colour: name for name, colour in MEANINGS.items()}
_PLAIN = re.compile(r"[-+#\w.,% ]*")  # without parentheses nothing is fetched
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_FONT = re.compile(r"([\w ]*\b[\d.]+px) .*", flags=re.DOTALL)  # as Matplotlib wrote it before 3.11
_POINT = 4 / 3  # pixels
_QUOTE = "'"
_BROAD = 400  # points: what is wider is scrolled on a phone, not made smaller


def inlined(svg: str, alternative: str, name: str) -> str:
    """Return an SVG document as HTML; empty if it cannot be read.

    Parameters
    ----------
    alternative
        What is said of it to those who do not see it.
    name
        With which its ids begin, so that no two figures of a page share one.
    """
    try:
        root = ElementTree.fromstring(svg)
    except ElementTree.ParseError:
        return ""
    panels = panels_of(svg)
    ids = _new_ids(root, name)
    content = _content(root)
    axes = [element for element in content if re.fullmatch(r"axes_\d+", element.get("id", ""))]
    shared = [element for element in root if _local(element) == "defs" and content is not root]
    if len(panels) < 2 or len(axes) != len(panels):
        panel = panels[0] if len(panels) == 1 else Panel(name="", place=_size(root))
        drawn = [element for element in content if element.get("id") != "patch_1"]  # without the white of the paper
        return _row([_tile(panel, [*drawn, *shared], alternative, ids)])
    tiles = [_tile(panel, [axis], _said(panel), ids) for panel, axis in zip(panels, axes, strict=True)]
    places = groupby(zip(panels, tiles, strict=True), key=lambda one: one[0].place[1])
    # What several panels share may stand in any of them.
    common = f'<svg class="symbols" width="0" height="0">{"".join(_written(one, ids) for one in shared)}</svg>'
    return "".join([common, *(_row([tile for _, tile in row]) for _, row in places)])


def _row(tiles: Sequence[str]) -> str:
    return f'<div class="row">{"".join(tiles)}</div>'


def _new_ids(root: Element, name: str) -> dict[str, str]:
    """Return new ids by old ones, of what is referred to; nothing else needs one."""
    used: dict[str, None] = {}
    for element in root.iter():
        for attribute, value in element.attrib.items():
            if _bare(attribute) == "href":
                used[value.removeprefix("#")] = None
            elif attribute == "clip-path":
                used[_referred(value)] = None
    return {old: f"{name}-{number}" for number, old in enumerate(used)}


def _referred(value: str) -> str:
    return value.removeprefix("url(#").removesuffix(")")


def _content(root: Element) -> Element:
    """Return what holds the parts of a drawing: Matplotlib puts all into one group."""
    return next((element for element in root if element.get("id") == "figure_1"), root)


def _tile(panel: Panel, elements: Sequence[Element], said: str, ids: Mapping[str, str]) -> str:
    left, top, width, height = panel.place
    told = ""
    if panel.values is not None and panel.values.at:
        plain = {"name": panel.name, "area": panel.area, "ends": panel.ends, **vars(panel.values)}
        written = escape(json.dumps(plain, separators=(",", ":"), ensure_ascii=False), quote=False)
        told = f" data-values='{written.replace(_QUOTE, '&apos;')}'"
    broad = ' class="broad"' if width > _BROAD else ""
    head = (
        f'<svg{broad} role="img" aria-label="{escape(said)}" viewBox="{left:g} {top:g} {width:g} {height:g}"'
        f' width="{width * _POINT:.0f}" height="{height * _POINT:.0f}"{told}>'
    )
    return head + "".join(_written(element, ids) for element in elements) + "</svg>"


def _said(panel: Panel) -> str:
    series = list(panel.values.series) if panel.values else []
    return ", ".join([*([panel.name] if panel.name else []), *series])


def _written(element: Element, ids: Mapping[str, str]) -> str:
    """Return an element with all in it; without those that are unknown, and without groups that say nothing."""
    tag = _local(element)
    if tag not in _ELEMENTS:
        return ""
    given = "".join(f' {name}="{escape(value)}"' for name, value in _attributes(element, ids))
    inner = escape(element.text or "", quote=False) if tag in ("text", "tspan") else ""
    inner += "".join(_written(child, ids) for child in element)
    if tag in ("g", "defs") and (not inner or (tag == "g" and not given)):
        return inner
    return f"<{tag}{given}>{inner}</{tag}>" if inner else f"<{tag}{given}/>"


def _attributes(element: Element, ids: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for full, value in element.attrib.items():
        name = _bare(full)
        if name == "id" and value in ids:
            yield "id", ids[value]
        elif name == "href" and value[1:] in ids:
            yield "href", f"#{ids[value[1:]]}"
        elif name == "clip-path" and _referred(value) in ids:
            yield "clip-path", f"url(#{ids[_referred(value)]})"
        elif name == "style":
            if style := _style(value):
                yield "style", style
        elif name in _PROPERTIES and _PLAIN.fullmatch(value):
            yield name, value
        elif name in _NUMBERS:
            yield name, " ".join(value.split())


@lru_cache(maxsize=1024)  # a page has the same few thousands of times
def _style(text: str) -> str:
    return ";".join(_styles(text))


def _styles(text: str) -> Iterator[str]:
    """Return the properties of a style, with colours of the page in place of those that mean the same."""
    for one in text.split(";"):
        name, _, value = (part.strip() for part in one.partition(":"))
        if name == "font" and (font := _FONT.fullmatch(value)):
            yield f"font:{font.group(1)} var(--sans,sans-serif)"
        elif name in _PROPERTIES and _PLAIN.fullmatch(value):
            yield f"{name}:{_COLOUR.sub(_of_page, value)}"


def _of_page(colour: re.Match[str]) -> str:
    name = _NAMES.get(colour.group())
    return f"var(--{name},{colour.group()})" if name else colour.group()


def _size(root: Element) -> tuple[float, float, float, float]:
    """Return the place of a drawing of which nothing is known but its document."""
    box = [float(number) for number in re.findall(r"-?[\d.]+", root.get("viewBox", ""))]
    if len(box) == 4:
        return box[0], box[1], box[2], box[3]
    width, height = (re.match(r"[\d.]+", root.get(name, "")) for name in ("width", "height"))
    return 0.0, 0.0, float(width.group()) if width else 300.0, float(height.group()) if height else 150.0


def _local(element: Element) -> str:
    return _bare(str(element.tag))


def _bare(name: str) -> str:
    return name.rpartition("}")[2]

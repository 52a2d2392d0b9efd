"""Where a benchmark's results go: the page into ``docs/``, samples and plot into ``reports/``, which git ignores."""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.settings import ROOT

PAGES, SAMPLES = ROOT / "docs", ROOT / "reports" / "benchmarks"


def add_folders(parser: argparse.ArgumentParser) -> None:
    """Let the reader choose both folders."""
    parser.add_argument("--out", type=Path, default=PAGES, metavar="FOLDER", help="of the page; default: docs")
    parser.add_argument("--samples", type=Path, default=SAMPLES, metavar="FOLDER", help="default: reports/benchmarks")


def write(options: argparse.Namespace, name: str, page: str, results: Mapping[str, Any], plot: str) -> None:
    """Write the page (Markdown), what it was made of (JSON) and the plot (SVG), and say where they are."""
    contents = {
        options.out / f"{name}.md": page,
        options.samples / f"{name}.json": json.dumps(results, indent=1) + "\n",
        options.samples / f"{name}.svg": plot,
    }
    for file, content in contents.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
        print(f"wrote {file}")

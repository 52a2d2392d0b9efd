"""``new``: start the folder of a report of one's own."""

import argparse
import json
from pathlib import Path

from harness.base.errors import RegisterError
from harness.commands.new_folder import claims_file, fill_new_folder

HELP = "start the folder of a report of your own, with two findings that can be judged at once"
REPORT, FUNCTION = (Path(__file__).with_name(name) for name in ("new_report", "new_trainer"))
CLAIMS = "test_findings.py"  # as the template is called
TITLE = '"A report of my own"'  # as it stands in the template


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("folder", type=Path, help="to be made; one that is there has to be empty")
    parser.add_argument("--title", default="A report of my own", help="of the report under test")
    parser.add_argument(
        "--trainer",
        dest="templates",
        action="store_const",
        const=FUNCTION,
        default=REPORT,
        help="with a training function of your own, train.py, in place of networks that the harness trains",
    )


def run(options: argparse.Namespace) -> int:
    """Write the files, and say what to do next.

    Raises
    ------
    RegisterError
        If something is there already, or the folder cannot be written to.
    """
    folder: Path = options.folder
    # Before Python 3.13, argparse takes "--" for the end of the options also where it is a value, which is then empty.
    title: str = "--" if options.title == [] else options.title
    if not title.strip() or not title.isprintable():
        raise RegisterError("--title is empty or has characters that cannot be printed; give the report's title")
    # TOML writes text as JSON does.
    named = json.dumps(title, ensure_ascii=False)
    templates = {file.stem: file.read_text(encoding="utf-8") for file in sorted(options.templates.glob("*.txt"))}
    files = {name.replace(CLAIMS, claims_file(folder)): text.replace(TITLE, named) for name, text in templates.items()}
    fill_new_folder(folder, files)
    print(f"{folder}: two findings, to be replaced by yours. Next:\n  pytest {folder} -n auto")
    return 0

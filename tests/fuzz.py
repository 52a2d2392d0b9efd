"""Look for files of a report that end in a traceback, guided by coverage: ``make fuzz``.

Atheris (libFuzzer) changes small files of a report byte by byte, and keeps what reaches new lines of the harness. What
makes it stop is written to a file ``crash-...``; each such find becomes an example in ``tests/test_bad_input.py``.
"""

import shutil
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["harness", "tomllib"]):
    from tests.builders.broken_files import CLAIMS, DATA, DATASETS, FLOWERS, complaint
    from tests.builders.reports import PROTOCOL, REPORT

FIGURES = """
[figures.history]
title = "Loss"
shown = "One panel."
findings = ["activations.fast"]
cell = { framework = "torch", task = "classification", optimizer = "adam" }
along = "activation"
values = ["relu", "tanh"]
order = "beside"
parts = ["loss", "accuracy"]
"""
EXPECTED = """
[[findings."speed.faster".expected]]
reading = "ratio"
cases = ["a"]
verdict = "refuted"
also = "inconclusive"
reason = "known"
date = 2026-01-31
"""
SEEDS = {
    "small-report.toml": REPORT + EXPECTED,
    "protocol.toml": PROTOCOL + DATASETS,
    "figures.toml": FIGURES,
    "data": FLOWERS,  # the data file that the config names
}
WORDS = ["true", "inf", "nan", "[[", "]]", "= {", "0x", "2026-01-31", "T10:00:00", '"\\u0000"', '"../x"', "by = "]
LONGEST = 4_000  # bytes; what is to be found in a long file is in a short one


def main() -> None:
    """Run until something is found, or as libFuzzer's options on the command line say."""
    with tempfile.TemporaryDirectory() as scratch:
        folder, corpus = Path(scratch, "report"), Path(scratch, "corpus")
        folder.mkdir()
        corpus.mkdir()
        for number, (name, text) in enumerate(SEEDS.items()):
            (corpus / name).write_bytes(bytes([number]) + text.encode())
        words = Path(scratch, "words")
        words.write_text("".join('"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"\n' for word in WORDS))

        shutil.copytree(CLAIMS / DATA, folder / DATA, dirs_exist_ok=True)

        def read_one(payload: bytes) -> None:
            """Read a file; the first byte says which, the others are what stands in it."""
            names = list(SEEDS)
            name, content = names[payload[0] % len(names)] if payload else names[0], payload[1:]
            data = content if name == "data" else FLOWERS.encode()
            (folder / "flowers.csv").write_bytes(data)
            if name == "data":
                name, content = "protocol.toml", SEEDS["protocol.toml"].encode()
            complaint(folder, name, content)

        options = [f"-dict={words}", f"-max_len={LONGEST}", *sys.argv[1:], str(corpus)]
        atheris.Setup([sys.argv[0], *options], read_one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()

"""The machine that a process runs on."""

import platform
import re
from pathlib import Path


def processor() -> str:
    """Return the model of the CPU; what `platform` knows of it is empty on Linux."""
    try:
        names = re.findall(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        names = []
    return names[0].strip() if names else platform.processor() or platform.machine()

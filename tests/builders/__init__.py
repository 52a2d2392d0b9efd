"""What tests build: each module has builders of one kind of thing, and no test."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

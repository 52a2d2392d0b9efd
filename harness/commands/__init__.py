"""The commands of ``python -m harness``, a module each: ``describe`` says what it takes, ``run`` does it."""

"""Trainers of small dense networks on tables: each framework's own loop, and many seeds batched."""

"""Figures of claims, of universes, and of the report drawn again."""

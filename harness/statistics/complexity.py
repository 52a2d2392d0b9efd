"""How complex a Python source is, in three measures of its text; nothing is run.

Halstead's volume is not among them: radon counts arithmetic, logic and comparisons only, of which a script that calls a
framework has almost none.
"""

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

_WITH_DOCSTRING = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Complexity:
    """Three measures of one source.

    Attributes
    ----------
    statements
        Statements of the syntax tree without docstrings; a compound one (``for``, ``def``) counts once, and so does
        each statement in it. The only measure here that does not depend on how lines are broken or on radon's rules.
    source_lines
        Lines that are neither blank nor only comment or docstring (radon's ``sloc``).
    cyclomatic
        McCabe's number of independent paths, summed over the module's own level, functions at any depth and classes:
        1 for each, and 1 for each decision in it (McCabe 1976, IEEE Transactions on Software Engineering SE-2,
        308-320; the decisions are those that radon counts).
    """

    statements: int
    source_lines: int
    cyclomatic: int


def measure(source: str) -> Complexity:
    """Measure a Python source.

    Raises
    ------
    ValueError
        If the source is not Python.
    """
    from radon.raw import analyze
    from radon.visitors import ComplexityVisitor

    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError) as problem:  # a null byte is no SyntaxError
        raise ValueError(f"the source is not Python: {problem}") from problem
    statements = sum(isinstance(node, ast.stmt) for node in nodes)
    docstrings = sum(isinstance(node, _WITH_DOCSTRING) and ast.get_docstring(node) is not None for node in nodes)
    visited = ComplexityVisitor.from_code(source)
    return Complexity(
        statements=statements - docstrings,
        source_lines=analyze(source).sloc,
        cyclomatic=visited.complexity + _of_functions(visited.functions) + _of_classes(visited.classes),
    )


def _of_functions(functions: Iterable[Any]) -> int:
    return sum(function.complexity + _of_functions(function.closures) for function in functions)


def _of_classes(classes: Iterable[Any]) -> int:
    # A class's own number holds those of its methods, but neither their closures' nor those of classes inside.
    return sum(
        each.real_complexity
        + sum(_of_functions(method.closures) for method in each.methods)
        + _of_classes(each.inner_classes)
        for each in classes
    )

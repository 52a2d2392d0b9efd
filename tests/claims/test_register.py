"""Register and claims name each other, and the report's numbers stand in the register alone."""

import ast
import re
from pathlib import Path

import pytest

from tests.claims.catalogue import CLAIM_MODULES, CLAIMS, REGISTER, claims_of

IDS = {
    "frameworks": "classification-parity regression-parity training-time complexity",
    "activations": "regression-parity classification-parity pointwise-variance loss-table loss-table-insignificant "
    "fast slow-sigmoid rate-order accuracy-rate fast-alike table-pattern",
    "optimizers": "effect-exceeds-activation inconsequential-without-sgd keras-perfect keras-sgd-half torch-replicates "
    "loss-table accuracy-table adam-rmsprop-level adam-rmsprop-rate sgd-fails sgd-weights-grow sgd-hyperparameters "
    "sgd-overfits",
    "width": "keras-converges-faster torch-overfits torch-regression-milder training-time torch-too-complex contrast",
    "depth": "milder-than-width faster-loss net3-epochs net1-epochs accuracy-minor",
}


def test_no_finding_of_the_report_is_left_out() -> None:
    """The register holds all 39 findings of the report, and besides only such as concern its consistency."""
    ids = {f"{section}.{name}" for section, names in IDS.items() for name in names.split()}
    assert len(ids) == 39
    registered = set(REGISTER.findings)
    assert ids <= registered
    assert {finding.partition(".")[0] for finding in registered - ids} == {"consistency"}


def test_every_reading_has_a_claim() -> None:
    """Every finding of the register is judged by at least one claim in each of its readings."""
    readings = {(finding.id, reading) for finding in REGISTER.findings.values() for reading in finding.readings}
    assert readings == set(CLAIMS)


@pytest.mark.parametrize("name", [file.stem for file in CLAIM_MODULES])
def test_every_claim_has_one_finding_and_reading(name: str) -> None:
    """Every test function of a claim module is marked with exactly one finding and reading, and judges by them."""
    (module,) = (module for file, module in CLAIM_MODULES.items() if file.stem == name)
    claims = claims_of(module)
    assert claims
    for claim in claims:
        assert len(claim.markers) == 1, f"{claim.name} has {len(claim.markers)} findings"
        assert len(claim.markers[0].args) == 1, claim.name
        assert set(claim.markers[0].kwargs) == {"reading"}, claim.name
        assert "judge" in claim.arguments, f"{claim.name} never judges"


def numbers_of_the_report() -> set[str]:
    """Return every number that the register quotes, as it is printed."""
    quoted = {word for each in REGISTER.findings.values() for word in re.findall(r"\b\d+(?:\.\d+)?\b", each.statement)}
    return quoted | {f"{number.value:.2f}" for each in REGISTER.findings.values() for number in each.reported.values()}


def numbers_in_code(source: str) -> set[str]:
    """Return every number in code as it is written, and every one with decimals in a text that is no docstring."""
    tree = ast.parse(source)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    found: set[str] = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or id(node) in docstrings:
            continue
        if isinstance(node.value, str):
            found |= set(re.findall(r"\b\d+\.\d+\b", node.value))
        elif isinstance(node.value, int | float) and not isinstance(node.value, bool):
            found.add(ast.get_source_segment(source, node) or "")
    return found


def same(one: str, other: str) -> bool:
    """Tell whether two numbers are equal and both have decimals or none: the 1 that ends a range is no 1.00."""
    return float(one) == float(other) and ("." in one) == ("." in other)


@pytest.mark.parametrize("file", [pytest.param(file, id=file.stem) for file in CLAIM_MODULES])
def test_no_number_of_the_report_is_in_a_claim(file: Path) -> None:
    """A claim takes the report's numbers from the register, where band and margin are fixed with a reason."""
    written = numbers_in_code(file.read_text(encoding="utf-8"))
    assert {one for one in written if any(same(one, other) for other in numbers_of_the_report())} == set()


def test_the_check_of_numbers_sees_them() -> None:
    """A reported number is found in an expression and in a label, and not in a docstring, whatever its last zero."""
    found = numbers_in_code('"""It is 0.57."""\nhalf = 0.5\nlabel = f"loss {half} near 14.45"\nrows = [1, 3]\n')
    assert found == {"0.5", "14.45", "1", "3"}
    numbers = numbers_of_the_report()
    assert {"0.50", "14.45", "128"} <= numbers
    assert {one for one in found if any(same(one, other) for other in numbers)} == {"0.5", "14.45"}

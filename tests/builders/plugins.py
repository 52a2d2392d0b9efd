"""Plugins of others, as the texts of their modules."""

# Runs each test twice, by a parameter that no test asks for, as pytest-repeat does.
OTHER_PLUGIN = """
import pytest

@pytest.fixture
def __step(request):
    return request.param

def pytest_generate_tests(metafunc):
    metafunc.fixturenames.append("__step")
    metafunc.parametrize("__step", range(2), indirect=True, ids=lambda step: f"{step + 1}-2")
"""

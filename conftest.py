"""What only this repository needs of pytest: its own tests drive pytest itself."""

pytest_plugins = ["pytester"]

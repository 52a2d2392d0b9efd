"""Who trains the cells of a grid, and by which rules a training function is called: keys of ``protocol.toml``."""

from typing import Any

from harness.base.errors import ConfigError
from harness.base.tables import Table
from harness.report.choices import Axes, Choice
from harness.training.function.source import function_in, is_function
from harness.training.function.trainer import Rules, set_rules
from harness.training.trainers import trainer_named, trainer_names


def read_trainer(top: Table, axes: Axes) -> Choice:
    """Read who trains: one trainer for all cells, or one for each value of an axis."""
    if "trainer" not in top:
        by = next((axis for axis, values in axes.items() if set(values) <= set(trainer_names())), "")
        suggested = f'{{ by = "{by}" }}' if by else f'"{trainer_names()[0]}"'
        raise top.error("trainer", f"missing; say who trains, such as trainer = {suggested}")
    told = top.get_any("trainer")
    choice = _trainer_by_axis(top.table("trainer"), axes) if isinstance(told, dict) else _one_trainer(top)
    for name in [choice.value] if choice.by is None else choice.value.values():
        try:
            trainer_named(name)
        except ConfigError as problem:
            raise top.error("trainer", str(problem)) from problem
    return choice


def read_rules(top: Table, trainer: Any) -> None:
    """Read how a training function may be called; without one there are no such rules."""
    if not (isinstance(trainer, str) and is_function(trainer)):
        for key in ("time_limit", "gpu"):
            if key in top:
                raise top.error(key, 'is for a training function, such as trainer = "train:run"; take it out')
        return
    seconds = top.get("time_limit", float) if "time_limit" in top else None
    if seconds is not None and not seconds > 0:
        raise top.error("time_limit", f"is {seconds:g}; give the seconds that a run may take")
    set_rules(trainer, Rules(seconds, top.get("gpu", bool) if "gpu" in top else False))


def _trainer_by_axis(table: Table, axes: Axes) -> Choice:
    by = table.get("by", str, among=tuple(axes))
    names = table.table("value") if "value" in table else None
    table.close()
    if names is None:
        return Choice({name: name for name in axes[by]}, by, "stated", "who trains")
    if set(names) != set(axes[by]):
        raise table.error("value", f"give one trainer for each {by}: {', '.join(axes[by])}")
    return Choice({name: names.get(name, str) for name in axes[by]}, by, "stated", "who trains")


def _one_trainer(top: Table) -> Choice:
    name = top.get("trainer", str)
    try:
        found = function_in(top.file.parent.absolute(), name)
    except ConfigError as problem:
        raise top.error("trainer", str(problem)) from problem
    return Choice(found or name, None, "stated", "who trains")

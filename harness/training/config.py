"""What determines a training, except the seed.

A `TrainingConfig` is the unit everything else refers to: trainers take one, the store names files by its digest,
claims ask for runs of it. What it may hold its trainer says. It is validated once, when it is made, so no later code
has to ask whether it makes sense.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from harness.base.errors import ConfigError
from harness.base.hashing import content_digest
from harness.data.data_file import DataFile
from harness.training.fields import REQUIRED
from harness.training.function.source import short_name
from harness.training.trainers import trainer_named


@dataclass(frozen=True, repr=False)
class TrainingConfig(Mapping[str, Any]):
    """One way to train one model: a trainer, and a value for each of its fields.

    A field is read as an attribute or by its name: ``config.learning_rate`` is ``config["learning_rate"]``.

    Attributes
    ----------
    trainer
        What `harness.training.trainers.trainer_named` finds it by; a trainer that is found by a place has a shorter
        name.
    pairs
        Name and value of every field, in the trainer's order, defaults filled in.
    """

    trainer: str
    pairs: tuple[tuple[str, Any], ...]

    @classmethod
    def make(cls, trainer: str, given: Mapping[str, Any]) -> "TrainingConfig":
        """Return the config with these values, each parsed by its field.

        Raises
        ------
        ConfigError
            If there is no such trainer or field, a field is missing, or a value cannot be trained; the message begins
            with the name of the field, and says the value and what would do.
        """
        known = trainer_named(trainer)
        for name in given:
            if name not in known.fields:
                raise ConfigError(f"{name} is no field of trainer {trainer!r}; it has: {', '.join(known.fields)}")
        pairs = []
        # A trainer that takes any field lists none: then equal configs have them in the order of the alphabet.
        for name in dict.fromkeys((*known.fields, *sorted(given))):
            field = known.fields[name]
            if name not in given and field.default is REQUIRED:
                raise ConfigError(f"{name} is missing: {field.meaning}")
            pairs.append((name, _parsed(name, given[name], field.parse) if name in given else field.default))
        config = cls(trainer, tuple(pairs))
        known.check(config)
        return config

    def changed(self, **changes: Any) -> "TrainingConfig":
        """Return the config in which some fields have other values; raises as `make` does."""
        return TrainingConfig.make(self.trainer, {**self, **changes})

    def __getattr__(self, name: str) -> Any:
        # Before the class has filled in its own attributes, as when it is copied, there is nothing to look up.
        for key, value in self.__dict__.get("pairs", ()):
            if key == name:
                return value
        raise AttributeError(f"a config of trainer {self.__dict__.get('trainer')!r} has no field {name!r}")

    def __getitem__(self, name: str) -> Any:
        return dict(self.pairs)[name]

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self.pairs)

    def __len__(self) -> int:
        return len(self.pairs)

    def __repr__(self) -> str:
        told = (f"{name}={name_of(value)}" for name, value in self.told().items())
        return f"{short_name(self.trainer)}({', '.join(told)})"

    @property
    def digest(self) -> str:
        """SHA-256 of trainer and fields, in hexadecimal: equal for equal configs, in every process."""
        return content_digest(self.to_plain())

    def told(self) -> dict[str, Any]:
        """Return the fields that are not at their default: what tells this config from others."""
        fields = trainer_named(self.trainer).fields
        return {name: value for name, value in self.pairs if value != fields[name].default}

    def to_plain(self) -> dict[str, Any]:
        """Return trainer and fields as JSON has them, those at their default left out.

        Of a data file name and checksum, for it may lie anywhere.
        """
        told = {name: _plain(value) for name, value in self.told().items()}
        return {"trainer": short_name(self.trainer), **told}

    def to_json(self) -> dict[str, Any]:
        """Return all that another process needs to make the same config, as JSON has it."""
        values = {name: asdict(value) if isinstance(value, DataFile) else _plain(value) for name, value in self.pairs}
        return {"trainer": self.trainer, "values": values}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "TrainingConfig":
        """Return the config that `to_json` wrote."""
        values = {
            name: DataFile.from_json(value) if isinstance(value, Mapping) and "sha256" in value else value
            for name, value in told["values"].items()
        }
        return cls.make(told["trainer"], values)


def name_of(value: Any) -> str:
    """Return what a reader calls a value: of a data file its name, of a tuple its parts joined by hyphens, or none."""
    if isinstance(value, DataFile):
        return value.name
    return "-".join(map(name_of, value)) or "none" if isinstance(value, tuple) else str(value)


def _parsed(name: str, value: Any, parse: Callable[[Any], Any]) -> Any:
    try:
        return parse(value)
    except ValueError as problem:
        raise ConfigError(f"{name} is {value!r}; {problem}") from None


def plain_value(value: Any) -> Any:
    """Return a value as JSON has it, short enough to be read: of a data file its name."""
    if isinstance(value, DataFile):
        return value.name
    return [plain_value(one) for one in value] if isinstance(value, tuple) else value


def _plain(value: Any) -> Any:
    if isinstance(value, DataFile):
        return {"name": value.name, "checksum": value.checksum}
    return [_plain(one) for one in value] if isinstance(value, tuple) else value

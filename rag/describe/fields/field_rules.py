"""A house's rules for fields: the table `[describe.fields]` of rag.toml.

[describe.fields.weight_kg]          # a field by its name, or by its readable label ("battery life")
label = "weight"                     # how a text calls it
unit = "kg"                          # for numbers without one
priority = 1                         # 1 must be stated, 2 should be, 3 may be
order = 5                            # places ascend; name, brand and type have 0, other fields 100

[describe.fields.margin]
hide = true                          # never stated; false states a field that is hidden by default

[describe.fields.capacity.types.kettle]   # the same keys again, for kettles only
priority = 1
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

from ingest.errors import ConfigError
from ingest.plugins import suggest


@dataclass(frozen=True)
class FieldRule:
    """What a house says of one field; None leaves what is understood without it."""

    label: str | None = None
    unit: str | None = None
    priority: int | None = None
    hide: bool | None = None
    order: int | None = None

    def override(self, other: FieldRule) -> FieldRule:
        """Return this rule with what another one sets."""
        return replace(self, **{name: value for name, value in vars(other).items() if value is not None})


_KEYS = tuple(item.name for item in fields(FieldRule))


@dataclass(frozen=True)
class FieldRules:
    """The rules of fields, and those of fields of a product type; names, labels and types match in any case."""

    fields: Mapping[str, FieldRule] = field(default_factory=dict)
    types: Mapping[str, Mapping[str, FieldRule]] = field(default_factory=dict)

    @classmethod
    def read(cls, table: Mapping[str, object], source: str = "rag.toml") -> FieldRules:
        """Return the rules of a table `[describe.fields]`.

        Raises ConfigError for an unknown key and for a value of another kind, saying what would work.
        """
        rules: dict[str, FieldRule] = {}
        types: dict[str, dict[str, FieldRule]] = {}
        for name, content in table.items():
            place = f"{source}: [describe.fields.{_quote(name)}]"
            if not isinstance(content, Mapping):
                raise ConfigError(
                    f"{source}: [describe.fields] {name} has to be a table: [describe.fields.{_quote(name)}]"
                )
            nested = content.get("types", {})
            rules[name.casefold()] = _read_rule({key: content[key] for key in content if key != "types"}, place, True)
            if not isinstance(nested, Mapping) or not all(isinstance(one, Mapping) for one in nested.values()):
                raise ConfigError(f"{place} types has to hold tables: [describe.fields.{_quote(name)}.types.kettle]")
            for kind, rule in nested.items():
                inner = f"{source}: [describe.fields.{_quote(name)}.types.{_quote(kind)}]"
                types.setdefault(kind.casefold(), {})[name.casefold()] = _read_rule(rule, inner, False)
        return cls(rules, types)

    def rule(self, key: str, label: str, product_type: str = "") -> FieldRule:
        """Return the rule of a field: by its label, over it by its name, and over both by the product's type."""
        rule = FieldRule()
        if not self.fields and not self.types:
            return rule
        names = (label.casefold(), key.casefold())
        for name in names:
            rule = rule.override(self.fields.get(name, FieldRule()))
        # "water kettle" has the rules of "kettle", and its own over them.
        words = product_type.casefold().split()
        for start in reversed(range(len(words))):
            of_type = self.types.get(" ".join(words[start:]), {})
            for name in names:
                rule = rule.override(of_type.get(name, FieldRule()))
        return rule


NO_RULES = FieldRules()
"""What is understood without a house's rules."""


def _read_rule(content: Mapping[str, object], place: str, has_types: bool) -> FieldRule:
    for key in content:
        if key not in _KEYS:
            raise ConfigError(f"{place} unknown key {key!r}; {suggest(key, (*_KEYS, 'types') if has_types else _KEYS)}")
    for key in ("label", "unit"):
        if key in content and (not isinstance(content[key], str) or not str(content[key]).strip()):
            raise ConfigError(f"{place} {key} is {content[key]!r}; it has to be a text in quotes")
    if content.get("priority", 1) not in (1, 2, 3) or isinstance(content.get("priority"), bool):
        message = "it has to be 1 (must be stated), 2 (should be) or 3 (may be)"
        raise ConfigError(f"{place} priority is {content['priority']!r}; {message}")
    if not isinstance(content.get("hide", False), bool):
        raise ConfigError(f"{place} hide is {content['hide']!r}; it has to be true or false")
    if not isinstance(content.get("order", 0), int) or isinstance(content.get("order"), bool):
        raise ConfigError(f"{place} order is {content['order']!r}; it has to be a whole number")
    return FieldRule(**content)  # type: ignore[arg-type]


def _quote(name: str) -> str:
    return name if name.replace("_", "").replace("-", "").isalnum() and name.isascii() else f'"{name}"'

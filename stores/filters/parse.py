"""Read filters from text and from dictionaries."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ingest.types import Scalar
from stores.filters.filter import OPERATORS, And, Compare, Exists, Filter, In, Not, Operator, Or, Where

EXAMPLE = "brand == 'HP' and price < 900 and not exists(discontinued)"


def parse_filter(text: str) -> Filter:
    """Read a filter such as `brand in ('HP', 'Dell') and not (price >= 900 or exists(discontinued))`.

    Operators, weakest first: `or`, `and`, `not`, then `== != < <= > >= in`, `not in` and `exists(key)`. Literals are
    'text' or "text" (a backslash before a quote keeps it), numbers, true, false and null. A key may hold letters,
    digits and `_ . -`; any other, or one that is a word of this language, stands in backticks: `` `price range` ``.
    `'red' in colours` means that the list `colours` holds 'red'. Raises ValueError saying in one line what was wrong.
    """
    return _Parser(text).filter()


_TOKEN = re.compile(
    r"""\s*(?:(?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
          |(?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))
          |`(?P<quoted>[^`]+)`
          |(?P<name>[^\W\d][\w.\-]*)
          |(?P<sign>==|!=|<=|>=|<|>|[=()\[\],])
          |(?P<end>$))""",
    re.VERBOSE | re.DOTALL,
)


_CONSTANTS: dict[str, Scalar] = {
    "true": True,
    "True": True,
    "false": False,
    "False": False,
    "null": None,
    "None": None,
}


_MAX_DEPTH = 50  # deeper nesting is a mistake or an attack, and would end in a RecursionError


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # text, number, quoted, name, sign or end
    text: str


class _Parser:
    """Recursive descent: one method for each level of binding."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._at = 0
        self._depth = 0

    def filter(self) -> Filter:
        where = self._either()
        if self._next().kind != "end":
            raise self._error("expected 'and', 'or' or the end")
        return where

    def _either(self) -> Filter:
        parts = [self._both()]
        while self._take("or"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _both(self) -> Filter:
        parts = [self._condition()]
        while self._take("and"):
            parts.append(self._condition())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _condition(self) -> Filter:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise self._error(f"nested more than {_MAX_DEPTH} deep")
        if self._take("not"):
            where: Filter = Not(self._condition())
        elif self._take("("):
            where = self._either()
            self._expect(")")
        elif self._next().text == "exists" and self._next(1).text == "(":
            self._at += 2
            where = Exists(self._key())
            self._expect(")")
        else:
            where = self._comparison()
        self._depth -= 1
        return where

    def _comparison(self) -> Filter:
        if self._at_literal():  # 'red' in colours
            value = self._literal()
            negated = self._take("not")
            if not self._take("in"):
                raise self._error("the key comes first, unless a value is looked for with 'in'")
            found = Compare(self._key(), "==", value)
            return Not(found) if negated else found
        key = self._key()
        if self._take("in"):
            return In(key, self._values())
        if self._take("not"):
            self._expect("in")
            return Not(In(key, self._values()))
        for sign in OPERATORS:
            if self._take(sign):
                return Compare(key, sign, self._literal())
        raise self._error(f"expected one of {' '.join(OPERATORS)} in, not in after the key {key!r}")

    def _key(self) -> str:
        token = self._next()
        if token.kind not in ("name", "quoted") or (token.kind == "name" and token.text in ("and", "or", "not", "in")):
            raise self._error("expected a key")
        self._at += 1
        return token.text

    def _values(self) -> tuple[Scalar, ...]:
        closing = ")" if self._take("(") else "]"
        if closing == "]" and not self._take("["):
            raise self._error("expected a list in brackets")
        values: list[Scalar] = []
        while not self._take(closing):
            values.append(self._literal())
            if not self._take(","):
                self._expect(closing)
                break
        return tuple(values)

    def _at_literal(self) -> bool:
        token = self._next()
        return token.kind in ("text", "number") or (token.kind == "name" and token.text in _CONSTANTS)

    def _literal(self) -> Scalar:
        if not self._at_literal():
            raise self._error("expected 'text' in quotes, a number, true, false or null")
        token = self._next()
        self._at += 1
        match token.kind:
            case "text":
                return token.text
            case "number":
                return float(token.text) if re.search("[.eE]", token.text) else int(token.text)
            case _:
                return _CONSTANTS[token.text]

    def _next(self, ahead: int = 0) -> _Token:
        return self._tokens[min(self._at + ahead, len(self._tokens) - 1)]

    def _take(self, text: str) -> bool:
        token = self._next()
        if token.kind not in ("name", "sign") or token.text != text:
            return False
        self._at += 1
        return True

    def _expect(self, text: str) -> None:
        if not self._take(text):
            raise self._error(f"expected {text!r}")

    def _error(self, what: str) -> ValueError:
        token = self._next()
        found = "the end" if token.kind == "end" else repr(token.text)
        return ValueError(f"cannot read the filter at {found}: {what}; an example: {EXAMPLE}")


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while True:
        found = _TOKEN.match(text, at)
        if found is None:
            raise ValueError(f"cannot read the filter at {text[at:].strip()[:20]!r}; an example: {EXAMPLE}")
        kind = str(found.lastgroup)
        token = found[kind]
        yield _Token(kind, re.sub(r"\\(.)", r"\1", token[1:-1], flags=re.DOTALL) if kind == "text" else token)
        if kind == "end":
            return
        at = found.end()


_COMPARED: dict[str, Operator] = {"$eq": "==", "$ne": "!=", "$lt": "<", "$lte": "<=", "$gt": ">", "$gte": ">="}


_DICT_EXAMPLE = "{'brand': 'HP', 'price': {'$lt': 900}}"


def as_filter(where: Where) -> Filter | None:
    """Return a filter given as one, as text for `parse_filter`, or as a dictionary for `filter_from_dict`."""
    if isinstance(where, str):
        return parse_filter(where)
    if isinstance(where, Mapping):
        return filter_from_dict(where)
    return where


def filter_from_dict(conditions: Mapping[str, object]) -> Filter:
    """Read a filter as LangChain's and MongoDB's users write it; all of its conditions must hold.

    A value stands for equality, a dictionary for operators: $eq $ne $lt $lte $gt $gte, $in $nin with a list, $exists
    with true or false. $and and $or hold lists of filters, $not one filter. Raises ValueError.
    """
    return _all([_dict_part(key, value) for key, value in conditions.items()])


def _dict_part(key: str, value: object) -> Filter:
    if key in ("$and", "$or"):
        if not isinstance(value, Sequence) or isinstance(value, str):
            raise ValueError(f"{key} takes a list of filters, not {value!r}; an example: {_DICT_EXAMPLE}")
        parts = tuple(filter_from_dict(_mapping(part)) for part in value)
        return And(parts) if key == "$and" else Or(parts)
    if key == "$not":
        return Not(filter_from_dict(_mapping(value)))
    if key.startswith("$"):
        raise ValueError(f"{key} stands where a key should; an example: {_DICT_EXAMPLE}")
    if not isinstance(value, Mapping):
        return Compare(key, "==", _scalar(value))
    return _all([_operation(key, name, operand) for name, operand in value.items()])


def _operation(key: str, name: str, operand: object) -> Filter:
    if name in _COMPARED:
        return Compare(key, _COMPARED[name], _scalar(operand))
    if name in ("$in", "$nin"):
        if not isinstance(operand, Sequence) or isinstance(operand, str):
            raise ValueError(f"{name} takes a list, not {operand!r}; an example: {{'brand': {{'$in': ['HP']}}}}")
        found = In(key, tuple(_scalar(value) for value in operand))
        return found if name == "$in" else Not(found)
    if name == "$exists" and isinstance(operand, bool):
        return Exists(key) if operand else Not(Exists(key))
    if name == "$not":
        return Not(_dict_part(key, _mapping(operand)))
    known = " ".join([*_COMPARED, "$in $nin $exists $not"])
    raise ValueError(f"unknown operation {name!r} on {key!r}; known: {known}; an example: {_DICT_EXAMPLE}")


def _all(parts: Sequence[Filter]) -> Filter:
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise ValueError(f"expected a dictionary of conditions, not {value!r}; an example: {_DICT_EXAMPLE}")
    return value


def _scalar(value: object) -> Scalar:
    if value is None or isinstance(value, str | int | float):
        return value
    raise ValueError(f"a filter compares with text, numbers, true, false or null, not {value!r}; see $in for lists")

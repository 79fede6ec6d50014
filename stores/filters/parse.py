"""Read filters from text and from dictionaries."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence

from ingest.errors import InputError
from ingest.types import Scalar
from stores.filters.filter import And, Compare, Exists, Filter, In, Not, Operator, Or, Where

EXAMPLE = "brand == 'HP' and price < 900 and not exists(discontinued)"
MAX_DEPTH = 50  # deeper nesting is a mistake or an attack, and would end in a RecursionError


def parse_filter(text: str) -> Filter:
    """Read a filter such as `brand in ('HP', 'Dell') and not (price >= 900 or exists(discontinued))`.

    Operators, weakest first: `or`, `and`, `not`, then `== != < <= > >= in`, `not in` and `exists(key)`. Literals are
    'text' or "text" (a backslash before a quote keeps it), numbers, true, false and null. A key may hold letters,
    digits and `_ . -`; any other, or one that is a word of this language, is written in backticks: `` `price range` ``.
    `'red' in colours` means that the list `colours` holds 'red'. Raises InputError with one line that names the place.
    """
    masked = _TOKEN.sub(_mask, text.rstrip())
    text, masked = text[len(masked) - len(masked.lstrip()) :], masked.lstrip()  # Python refuses leading blanks
    try:
        # The grammar is that of Python's expressions. Nothing is evaluated: the tree is only walked.
        tree = ast.parse(masked, mode="eval")
    except SyntaxError as error:
        # Python itself refuses more than 200 open brackets.
        if "too many nested" in error.msg:
            raise _error("(", _TOO_DEEP) from None
        # Offsets count from 1; there is none where the text ends too early.
        place = text[error.offset - 1 :][:20] if error.offset else ""
        reason = error.msg if re.search("never closed|unmatched|does not match", error.msg) else ""
        raise _error(place, "equality is written ==" if place.startswith("=") else reason) from None
    except (MemoryError, RecursionError):
        raise _error(text[:20], _TOO_DEEP) from None
    return _FilterTree(text).condition(tree.body)


_TOO_DEEP = f"nested more than {MAX_DEPTH} deep"
# The tokens of the language; every other character is an error.
_TEXT = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
_NUMBER = r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.])"
_TOKEN = re.compile(
    rf"(?P<text>{_TEXT})|{_NUMBER}|(?P<quoted>`[^`]+`)|(?P<name>[^\W\d][\w.\-]*)|==|!=|<=|>=|[<>()\[\],+-]|(?P<other>.)",
    re.DOTALL,
)

# Words with a meaning: true, false and null are not Python's, the others are.
_CONSTANTS: dict[str, Scalar] = {"true": True, "false": False, "null": None}
_WORDS = {"and", "or", "not", "in", "True", "False", "None"}
_SIGNS: dict[type[ast.cmpop], Operator] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
}  # fmt: skip


def _mask(token: re.Match[str]) -> str:
    """Replace what Python would read otherwise by something of the same length, so that columns stay true.

    Keys become names of k's and constants of c's, the inside of a text becomes underscores, and whatever the language
    does not know a question mark, an error in Python too. `_FilterTree` reads names and texts in the filter itself.
    """
    if token["text"]:
        return f"'{'_' * (len(token[0]) - 2)}'"
    # A key in backticks loses these, so that its columns are those of its name.
    if token["quoted"]:
        return f" {'k' * (len(token[0]) - 2)} "
    if token["name"]:
        return token[0] if token[0] in _WORDS else ("c" if token[0] in _CONSTANTS else "k") * len(token[0])
    if token["other"]:
        return " " if token[0].isspace() else "?"
    return token[0]


class _FilterTree:
    """Turns the allowed nodes of an expression's tree into a filter."""

    def __init__(self, text: str) -> None:
        self._text = text

    def condition(self, node: ast.expr, depth: int = 1) -> Filter:
        if depth > MAX_DEPTH:
            raise self._error(node, _TOO_DEEP)
        match node:
            case ast.BoolOp(operator, values):
                parts = tuple(self.condition(value, depth + 1) for value in values)
                return And(parts) if isinstance(operator, ast.And) else Or(parts)
            case ast.UnaryOp(ast.Not(), operand):
                return Not(self.condition(operand, depth + 1))
            case ast.Call(function, [argument], []) if self._source(function) == "exists":
                return Exists(self._key(argument))
            case ast.Compare(left, [operator], [right]):
                return self._comparison(left, operator, right)
        raise self._error(node, "expected a comparison such as price < 900, or exists(key)")

    def _comparison(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> Filter:
        # `in` has the key on the left of a list, or on the right of a single value.
        if isinstance(operator, ast.In | ast.NotIn):
            if self._is_literal(left):  # 'red' in colours
                where: Filter = Compare(self._key(right), "==", self._literal(left))
            else:
                where = In(self._key(left), self._values(right))
            return Not(where) if isinstance(operator, ast.NotIn) else where
        if self._is_literal(left):
            raise self._error(left, "the key comes first, unless a value is looked for with 'in'")
        return Compare(self._key(left), _SIGNS[type(operator)], self._literal(right))

    def _key(self, node: ast.expr) -> str:
        if not isinstance(node, ast.Name) or self._is_literal(node):
            raise self._error(node, "expected a key")
        return self._source(node)

    def _values(self, node: ast.expr) -> tuple[Scalar, ...]:
        if isinstance(node, ast.Tuple | ast.List):
            return tuple(self._literal(value) for value in node.elts)
        if self._text[: node.col_offset].rstrip().endswith("("):  # Python takes ('HP') for 'HP'
            return (self._literal(node),)
        raise self._error(node, "expected a list in brackets")

    def _literal(self, node: ast.expr) -> Scalar:
        if not self._is_literal(node):
            raise self._error(node, "expected 'text' in quotes, a number, true, false or null")
        if isinstance(node, ast.Name):
            return _CONSTANTS[self._source(node)]
        # The tree holds a mask in place of a text, which is in the filter.
        value: Scalar = ast.literal_eval(node)
        return re.sub(r"\\(.)", r"\1", self._source(node)[1:-1], flags=re.DOTALL) if isinstance(value, str) else value

    def _is_literal(self, node: ast.expr) -> bool:
        match node:
            case ast.Name(name):
                return name.startswith("c")
            case ast.Constant(str()):
                return re.fullmatch(_TEXT, self._source(node), re.DOTALL) is not None  # not two side by side
            case ast.Constant(value):
                return value is None or isinstance(value, int | float)
            case ast.UnaryOp(ast.UAdd() | ast.USub(), ast.Constant(int() | float())):
                return True
        return False

    def _source(self, node: ast.expr) -> str:
        return self._text[node.col_offset : node.end_col_offset]

    def _error(self, node: ast.expr, reason: str) -> InputError:
        return _error(self._source(node)[:20], reason)


def _error(place: str, reason: str) -> InputError:
    place = repr(place) if place else "the end"
    return InputError(f"cannot read the filter at {place}{reason and ': '}{reason}; an example: {EXAMPLE}")


_COMPARISONS: dict[str, Operator] = {"$eq": "==", "$ne": "!=", "$lt": "<", "$lte": "<=", "$gt": ">", "$gte": ">="}
_DICT_EXAMPLE = "{'brand': 'HP', 'price': {'$lt': 900}}"


def as_filter(where: Where) -> Filter | None:
    """Return a filter given as one, as text for `parse_filter`, or as a dictionary for `filter_from_dict`."""
    if isinstance(where, str):
        return parse_filter(where)
    if isinstance(where, Mapping):
        return filter_from_dict(where)
    return where


def filter_from_dict(conditions: Mapping[str, object]) -> Filter:
    """Read a filter in the form that LangChain and MongoDB use; all of its conditions must hold.

    A plain value means equality, a dictionary holds operators: $eq $ne $lt $lte $gt $gte, $in $nin with a list, $exists
    with true or false. $and and $or hold lists of filters, $not one filter. Raises InputError.
    """
    return _all([_dict_condition(key, value) for key, value in conditions.items()])


def _dict_condition(key: str, value: object) -> Filter:
    if key in ("$and", "$or"):
        parts = tuple(filter_from_dict(_mapping(part)) for part in _sequence(key, value))
        return And(parts) if key == "$and" else Or(parts)
    if key == "$not":
        return Not(filter_from_dict(_mapping(value)))
    if key.startswith("$"):
        raise InputError(f"expected a key, not {key}; an example: {_DICT_EXAMPLE}")
    if not isinstance(value, Mapping):
        return Compare(key, "==", _scalar(value))
    return _all([_operation(key, name, operand) for name, operand in value.items()])


def _operation(key: str, name: str, operand: object) -> Filter:
    if name in _COMPARISONS:
        return Compare(key, _COMPARISONS[name], _scalar(operand))
    if name in ("$in", "$nin"):
        where = In(key, tuple(_scalar(value) for value in _sequence(name, operand)))
        return where if name == "$in" else Not(where)
    if name == "$exists" and isinstance(operand, bool):
        return Exists(key) if operand else Not(Exists(key))
    if name == "$not":
        return Not(_dict_condition(key, _mapping(operand)))
    names = " ".join([*_COMPARISONS, "$in $nin $exists $not"])
    raise InputError(f"unknown operator {name!r} on {key!r}; known: {names}; an example: {_DICT_EXAMPLE}")


def _all(parts: Sequence[Filter]) -> Filter:
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def _sequence(name: str, value: object) -> Sequence[object]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise InputError(f"{name} takes a list, not {value!r}; an example: {{{name!r}: [...]}}")
    return value


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise InputError(f"expected a dictionary of conditions, not {value!r}; an example: {_DICT_EXAMPLE}")
    return value


def _scalar(value: object) -> Scalar:
    if value is None or isinstance(value, str | int | float):
        return value
    raise InputError(f"a filter compares with text, numbers, true, false or null, not {value!r}; $in takes a list")

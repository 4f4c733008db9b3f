"""The arithmetic behind a number: value, unit, formula, inputs, rule and source, as a tree that can be unfolded and recomputed.

Every stage hands out traces of its own numbers; a reader unfolds one with ``trace.text()`` and a test re-evaluates it with
``trace.recompute()``. Formulas are expressions over the names of the inputs; functions that a part wants in formulas are
registered by that part with ``formula_function``.
"""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from cslib.core.units import ceil_people, fen, floor_count
from cslib.core.words import has, say

_OPERATORS: dict[type, Callable[..., Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv, ast.Pow: operator.pow,
    ast.USub: operator.neg, ast.UAdd: operator.pos,
}  # fmt: skip
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "ceil": ceil_people, "floor": floor_count, "min": min, "max": max, "exp": math.exp, "log": math.log, "sqrt": math.sqrt, "fen": fen,
    "total": lambda *values: sum(values),
}  # fmt: skip


def formula_function(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorator: make a pure function usable in formulas under ``name``.

    Raises
    ------
    ValueError  if another function has the name already.
    """

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        """Keep the function under its name."""
        known = _FUNCTIONS.setdefault(name, function)
        if (known.__module__, known.__qualname__) != (function.__module__, function.__qualname__):
            raise ValueError(f"formula function '{name}' is {known.__module__}.{known.__qualname__}; {function.__qualname__} needs another name")
        _FUNCTIONS[name] = function
        return function

    return register


@dataclass(frozen=True)
class Trace:
    """One number and where it comes from.

    Attributes
    ----------
    name : identifier of the number (its words stand under ``trace.<name>``, without a number at its end such as ``_2``), unique
        among the inputs of one parent
    value : the number
    unit : its unit, such as ``persons`` or ``yuan``
    formula : expression over the names of ``inputs``; empty for a given number
    inputs : the numbers it is made of
    rule : rule, price or parameter code; source : statute, catalogue id, file or "policy"
    """

    name: str
    value: float
    unit: str
    formula: str = ""
    inputs: tuple[Trace, ...] = ()
    rule: str = ""
    source: str = ""

    def recompute(self) -> float:
        """Value recomputed from the given numbers at the leaves, bottom up.

        Raises
        ------
        ValueError  if a formula is not an expression over its inputs and the registered functions, or two inputs share a name.
        """
        if not self.formula:
            return self.value
        names = {part.name: part.recompute() for part in self.inputs}
        if len(names) < len(self.inputs):
            raise ValueError(f"{self.name}: two inputs share a name: {', '.join(part.name for part in self.inputs)}")
        try:
            formula = ast.parse(self.formula, mode="eval").body
        except SyntaxError as error:
            raise ValueError(f"{self.name}: '{self.formula}' is not an expression: {error.msg}") from None
        return float(_evaluate(formula, names))

    def holds(self, tolerance: float = 1e-9) -> bool:
        """True if the number and every number below it follow from their inputs (relative ``tolerance``)."""
        here = math.isclose(self.recompute(), self.value, rel_tol=tolerance, abs_tol=tolerance)
        return here and all(part.holds(tolerance) for part in self.inputs)

    def walk(self, depth: int = 0) -> Iterator[tuple[int, Trace]]:
        """The number and all below it, with their depth."""
        yield depth, self
        for part in self.inputs:
            yield from part.walk(depth + 1)

    def text(self) -> str:
        """The tree in words, one number a line."""
        return "\n".join("  " * depth + part.line() for depth, part in self.walk())

    def line(self) -> str:
        """This number alone: label = value unit = formula [rule; source]."""
        stem = re.sub(r"_\d+$", "", self.name)
        label = self.name.replace(stem, say(f"trace.{stem}")) if has(f"trace.{stem}") else self.name
        made = f" = {self.formula}" if self.formula else ""
        origin = "; ".join(part for part in (self.rule, self.source) if part)
        return f"{label} = {self.value:.10g} {self.unit}{made}" + (f"  [{origin}]" if origin else "")

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "name": self.name, "value": self.value, "unit": self.unit, "formula": self.formula, "rule": self.rule, "source": self.source,
            "inputs": [part.as_dict() for part in self.inputs],
        }  # fmt: skip


def _evaluate(node: ast.expr, names: dict[str, float]) -> Any:
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return value
        case ast.Name(id=name) if name in names:
            return names[name]
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_evaluate(left, names), _evaluate(right, names))
        case ast.UnaryOp(op=op, operand=operand) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_evaluate(operand, names))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _FUNCTIONS:
            return _FUNCTIONS[name](*(_evaluate(arg, names) for arg in args))
    raise ValueError(f"not an expression over {sorted(names)}: {ast.unparse(node)}")

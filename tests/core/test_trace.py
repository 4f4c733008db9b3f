"""The trace: recompute, hold, refuse everything that is not arithmetic."""

from __future__ import annotations

import dataclasses
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cslib.core import trace as module
from cslib.core.trace import Trace, formula_function
from cslib.core.words import speaking


def tree(value: float = 7.0) -> Trace:
    """7 = ceil(5 / (1 - 0.2)), 5 = 3 + 2."""
    on_post = Trace("on_post", 5, "persons", "a + b", (Trace("a", 3, "persons"), Trace("b", 2, "persons")), rule="service_level")
    return Trace("scheduled", value, "persons", "ceil(on_post / (1 - shrinkage))", (on_post, Trace("shrinkage", 0.2, "share")), source="site.yml")


def test_recompute_and_hold():
    assert tree().recompute() == 7.0 and tree().holds()


@pytest.mark.parametrize("value", [6, 8, 7.001, math.inf])
def test_a_wrong_number_does_not_hold(value):
    assert not tree(value).holds()


def test_a_wrong_number_deep_below_does_not_hold():
    wrong = dataclasses.replace(tree().inputs[0], value=6)
    assert not dataclasses.replace(tree(), inputs=(wrong, tree().inputs[1])).holds()
    leaf = dataclasses.replace(tree().inputs[0], inputs=(Trace("a", 3.5, "persons"), Trace("b", 2, "persons")))
    assert not dataclasses.replace(tree(), inputs=(leaf, tree().inputs[1])).holds()


def test_tolerance_is_relative():
    near = Trace("x", 1e9 + 0.5, "yuan", "a", (Trace("a", 1e9, "yuan"),))
    assert near.holds() and not near.holds(1e-12)


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("a + b * 2", 13), ("-(a - b) / 4", 0.5), ("a ** 2", 9), ("min(a, b) + max(a, b)", 8), ("fen(a / 7)", 43), ("floor(b / 2) + sqrt(a + 1)", 4),
        ("total(a, b, 1)", 9), ("exp(log(b))", 5), ("+a", 3),
    ],
)  # fmt: skip
def test_arithmetic(formula, value):
    assert Trace("x", 0, "", formula, (Trace("a", 3, ""), Trace("b", 5, ""))).recompute() == pytest.approx(value)


@pytest.mark.parametrize(
    "formula",
    [
        "__import__('os').system('true')", "a.real", "(lambda: 1)()", "[a][0]", "a if a else 1", "open('x')", "c", "a or 1", "a < 1", "'x' * 3",
        "True",
        "min(a, key=a)", "total(*a)", "{a}", "a; a", "a = 1", "", " ", "a b", "f'{a}'", "a := 1", "eval('1')", "a @ a", "a % 2", "~a",
    ],
)  # fmt: skip
def test_anything_else_is_refused(formula):
    found = Trace("x", 3, "", formula, (Trace("a", 3, ""),))
    if formula:
        with pytest.raises(ValueError, match="not an expression"):
            found.recompute()
    else:
        assert found.recompute() == 3  # a given number


def test_two_inputs_of_one_name_are_refused():
    with pytest.raises(ValueError, match="share a name"):
        Trace("x", 2, "", "a + a", (Trace("a", 1, ""), Trace("a", 1, ""))).recompute()


def test_a_registered_function_can_be_used_once_per_name():
    @formula_function("test_trace_double")
    def double(value: float) -> float:
        return 2 * value

    assert Trace("x", 6, "", "test_trace_double(a)", (Trace("a", 3, ""),)).holds()
    formula_function("test_trace_double")(double)
    with pytest.raises(ValueError, match="test_trace_double"):
        formula_function("test_trace_double")(math.sin)
    with pytest.raises(ValueError, match="min"):
        formula_function("min")(math.sin)
    del module._FUNCTIONS["test_trace_double"]


def test_text_is_a_tree_in_words():
    with speaking("en"):
        lines = tree().text().splitlines()
    assert len(lines) == 5 and lines[0].endswith("= 7 persons = ceil(on_post / (1 - shrinkage))  [site.yml]")
    assert lines[1].startswith("  ") and lines[1].endswith("= 5 persons = a + b  [service_level]") and lines[2] == "    a = 3 persons"
    assert [depth for depth, _ in tree().walk()] == [0, 1, 2, 2, 1]


def test_numbered_inputs_share_their_words():
    with speaking("zh"):
        assert Trace("hours_worked_2", 8, "h").line() == "工时_2 = 8 h" and Trace("hours_worked", 8, "h").line() == "工时 = 8 h"


def test_as_dict_holds_the_whole_tree():
    found = tree().as_dict()
    assert found["value"] == 7.0 and found["inputs"][0]["inputs"][1] == {
        "name": "b", "value": 2, "unit": "persons", "formula": "", "rule": "", "source": "", "inputs": [],
    }  # fmt: skip


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=6))
def test_sums_hold(values):
    parts = tuple(Trace(f"part_{place}", value, "yuan") for place, value in enumerate(values))
    assert Trace("sum", sum(values), "yuan", " + ".join(part.name for part in parts), parts).holds()
    assert not Trace("sum", sum(values) + 1, "yuan", " + ".join(part.name for part in parts), parts).holds()

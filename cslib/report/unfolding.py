"""A traced number for readers: nested lines in words, each opened by a click, with the arithmetic in the names of its inputs."""

from __future__ import annotations

import re
from html import escape

from IPython.display import HTML, display

from cslib.core.trace import Trace
from cslib.core.words import has, say
from cslib.report.origins import origin_words
from cslib.report.titles import say_unit

OPEN_LEVELS = 3  # numbers down to here are shown at once; a click opens the rest
_NAME = re.compile(r"[A-Za-z_]\w*")
_SIGNS = {"*": "×", "/": "÷", "-": "−"}


def unfold(trace: Trace) -> None:
    """Show a traced number with all it is made of."""
    display(HTML(f'<div class="trace">{unfolded(trace)}</div>'))


def unfolded(trace: Trace, depth: int = 0) -> str:
    """The number as nested HTML: label = value unit = formula in words, and where it comes from."""
    line = f"<b>{escape(label(trace.name))}</b> = {escape(amount(trace))}"
    line += f" = {escape(formula_words(trace))}" if trace.formula else ""
    origin = origin_words(trace.source)
    line += f' <small title="{escape(trace.rule)}">[{escape(origin)}]</small>' if origin else ""
    if not trace.inputs:
        return f'<div class="leaf">{line}</div>'
    inner = "".join(unfolded(part, depth + 1) for part in trace.inputs)
    return f"<details{' open' if depth < OPEN_LEVELS - 1 else ''}><summary>{line}</summary>{inner}</details>"


def label(name: str) -> str:
    """Words of a traced number; a number at its end, as in ``log_level_2``, stays."""
    stem = re.sub(r"_\d+$", "", name)
    if not has(f"trace.{stem}"):
        return name
    return say(f"trace.{stem}") + name[len(stem) :].replace("_", " ")


def amount(trace: Trace) -> str:
    """Value and unit: a share in per cent, a ratio without unit.

    >>> amount(Trace("x", 0.085, "share")), amount(Trace("x", 1.25, "ratio"))
    ('8.5 %', '1.25')
    """
    if trace.unit == "share":
        return f"{trace.value * 100:.6g} %"
    number = f"{trace.value:,.10g}"
    return number if trace.unit == "ratio" else f"{number} {say_unit(trace.unit)}"


def formula_words(trace: Trace) -> str:
    """The formula with the labels of the inputs in place of their names, and functions in words."""
    inputs = {part.name for part in trace.inputs}

    def word(found: re.Match[str]) -> str:
        """One name of the formula."""
        name = found.group()
        if name in inputs:
            return label(name)
        return say(f"report.formula.{name}") if has(f"report.formula.{name}") else name

    text = re.sub(r" ([*/-]) ", lambda sign: f" {_SIGNS[sign.group(1)]} ", trace.formula)
    return _NAME.sub(word, text)

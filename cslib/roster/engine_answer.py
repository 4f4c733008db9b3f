"""What an engine hands over: who works which shift, head counts at posts, and the proof. ``covers.py`` gives names to the counts."""

from __future__ import annotations

from dataclasses import dataclass

from cslib.roster.engine_model import BreakKey, HeadKey, Model, ReliefKey


@dataclass(frozen=True)
class Answer:
    """A roster with anonymous breaks and relief, and a bound that no roster of the problem can beat.

    Attributes
    ----------
    work : (person, day) -> shift; heads, breaks, relief : counts as in ``engine_model.Model``, zeros left out; relief by (group, post, interval)
    priced_yuan : cost of the counts; bound_yuan : proven lower bound
    ended_by : gap | work | clock | stop; engine : its name; variables, rows : size of the programme
    """

    work: dict[tuple[int, int], int]
    heads: dict[HeadKey, int]
    breaks: dict[BreakKey, int]
    relief: dict[ReliefKey, int]
    priced_yuan: float
    bound_yuan: float
    ended_by: str
    engine: str
    variables: int
    rows: int


def answer_of(model: Model, bound_yuan: float, ended_by: str, engine: str) -> Answer:
    """The answer at the solver's point."""
    work = {(p, d): s for (p, d, s), x in model.x.items() if x.varValue > 0.5}
    heads, breaks = ({key: round(v.varValue) for key, v in given.items() if v.varValue > 0.5} for given in (model.heads, model.breaks))
    relief = {(group, post, slot): round(v.varValue) for (group, post, k), v in model.relief.items() if v.varValue > 0.5 for slot in model.periods[k]}
    size = len(model.lp.variables()), len(model.lp.constraints)
    return Answer(work, heads, breaks, relief, model.priced_yuan(), bound_yuan, ended_by, engine, *size)

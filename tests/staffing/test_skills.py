"""Dedicated and flexible people: the four-language case, its proof on fresh contacts, bounds, refusals, and two published examples."""

from __future__ import annotations

import numpy as np
import pytest

from cslib.core.errors import StaffingError
from cslib.core.streams import stream
from cslib.params import open_params
from cslib.staffing.simulation import Group, Kind, draw, simulate
from cslib.staffing.skills import LANGUAGES, Skill, pooled, staff_skills

LOADS = {"zh": 12.0, "en": 6.0, "ja": 2.5, "ko": 1.5}
SKILLS = {name: Skill(load, 180.0, 20.0, 0.8) for name, load in LOADS.items()}
DEDICATED = {(name,): 1.0 for name in SKILLS}


def test_four_languages_need_at_most_31_people_and_keep_80_20_on_fresh_seeds():
    """S004-05: languages are skills; dedicated teams need 34, nobody can do with fewer than 27."""
    mix = staff_skills(SKILLS, {**DEDICATED, tuple(SKILLS): 1.25})
    assert (mix.dedicated, mix.pooled_bound) == (34, 27)
    assert mix.total <= 31 and mix.gap == mix.total - 27
    assert all(level - mix.half_widths[name] >= 0.8 for name, level in mix.levels.items())
    seed = int(stream(99, "quite", "other").integers(1 << 30))
    hours = 40
    kinds = [Kind(name, np.full(hours, s.load * 20), np.full(hours, 180.0), 20.0) for name, s in SKILLS.items()]
    groups = [Group("+".join(g), g, np.full(hours, n)) for g, n in mix.people.items()]
    found = simulate(kinds, groups, 3600.0, draw(kinds, 3600.0, 25, seed, "check")).after(1)
    assert all(found.level(name).mean >= 0.8 for name in SKILLS)


def test_nested_product_skills_and_dear_flexible_people():
    """A flexible person who costs as much as two is worth it less often."""
    few = {name: SKILLS[name] for name in ("ja", "ko")}
    cheap = staff_skills(few, {("ja",): 1.0, ("ko",): 1.0, ("ja", "ko"): 1.1})
    dear = staff_skills(few, {("ja",): 1.0, ("ko",): 1.0, ("ja", "ko"): 3.0})
    assert cheap.people[("ja", "ko")] > dear.people[("ja", "ko")]
    assert cheap.total <= dear.total <= cheap.dedicated
    nested = staff_skills(few, {("ja",): 1.0, ("ja", "ko"): 1.0})  # whoever speaks Korean speaks Japanese too
    assert nested.total == pooled(few, ("ja", "ko"))


def test_a_skill_that_nobody_holds_is_refused():
    with pytest.raises(StaffingError) as caught:
        staff_skills(SKILLS, {("zh",): 1.0})
    assert caught.value.keys == ["staffing.skill_not_held"]


def test_the_languages_are_those_of_the_catalogue_and_of_the_sample():
    """S004-05: Chinese and English, some posts Japanese, Korean, French, Spanish."""
    assert LANGUAGES == ("zh", "en", "ja", "ko", "fr", "es")
    held = {queue.skill for queue in open_params("hotline").site.queues.values()}
    assert held == {"zh", "en"} and held <= set(LANGUAGES)


@pytest.mark.parametrize(
    ("requirements", "groups", "claimed"),
    [
        ({"Billing": 5, "Technical": 3}, {("Billing",): 1.0, ("Technical",): 1.0, ("Billing", "Technical"): 1.5}, 5),
        ({"A": 4, "B": 2}, {("A",): 1.0, ("B",): 1.0, ("A", "B"): 3.0}, 6),
    ],
)
def test_a_flexible_person_counted_for_each_skill_is_shown_wrong_by_simulation(requirements, groups, claimed):
    """A published optimum of 5 people for needs of 5 and 3 counts one flexible person in full for both skills at once."""
    loads = {5: 2.4, 4: 1.7, 3: 1.2, 2: 0.55}  # loads for which Erlang C at 80/20 needs just these people
    skills = {name: Skill(loads[n], 180.0, 20.0, 0.8) for name, n in requirements.items()}
    assert {name: skill.agents for name, skill in skills.items()} == requirements
    ours = staff_skills(skills, groups)
    assert all(level >= 0.8 for level in ours.levels.values())
    if claimed < sum(requirements.values()):
        assert ours.total > claimed  # 3 flexible and 2 for billing can't carry what 5 and 3 are needed for
        kinds = [Kind(name, np.full(60, s.load * 20), np.full(60, 180.0), 20.0) for name, s in skills.items()]
        plan = [Group("billing", ("Billing",), np.full(60, 2)), Group("both", ("Billing", "Technical"), np.full(60, 3))]
        found = simulate(kinds, plan, 3600.0, draw(kinds, 3600.0, 20, 5, "claim"))
        assert any(found.level(name).mean + 3 * found.level(name).half_width < 0.8 for name in skills)
    else:
        assert ours.total == claimed

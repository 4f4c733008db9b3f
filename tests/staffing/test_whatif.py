"""The sliders: in step with the requirement, quick, and refusing what they can't ask."""

from __future__ import annotations

import ipywidgets
import numpy as np
import pytest

from cslib.core import words
from cslib.core.errors import StaffingError
from cslib.core.streams import stream
from cslib.staffing import WhatIf, requirement


@pytest.fixture
def case(queue, study, forecast):
    s = study(31, method="time_varying", a=queue("erlang_a", shrinkage_share=0.1), b=queue("erlang_a"), c=queue(min_heads=1), mail=queue("deferred"))
    hour = s.horizon.intervals.hour.to_numpy()
    rng = stream(8, "staffing", "whatif")
    contacts = {name: (20 + 60 * np.sin(np.pi * hour / 24) ** 2) * rng.gamma(50, 0.02, len(hour)) for name in ("a", "b", "c", "mail")}
    return s, forecast(s, **contacts)


def test_nothing_changed_is_near_the_months_own_table(case):
    s, rows = case
    found = WhatIf(rows, s).answer()
    hours = requirement(rows, s).groupby("queue")["scheduled"].sum() / 2
    assert found["queue"].tolist() == ["a", "b", "c", "mail"]
    assert found["hours_h"].to_numpy() == pytest.approx(hours[["a", "b", "c", "mail"]].to_numpy(), rel=0.02)
    assert (found["hours_h"] == found["base_hours_h"]).all()


@pytest.mark.parametrize("change", [{"growth_share": 0.2}, {"aht_factor": 1.2}, {"level_share": 0.95}, {"shrinkage_share": 0.3}])
def test_every_slider_pushes_its_way(case, change):
    s, rows = case
    found = WhatIf(rows, s).answer(**change)
    answered = found[found["queue"].ne("mail")] if "level_share" in change else found  # mail has a deadline, no level
    assert (answered["hours_h"] > answered["base_hours_h"]).all()


def test_less_patient_callers_give_up_and_need_more_people_to_stay_below_the_cap(case):
    s, rows = case
    found = WhatIf(rows, s).answer(patience_factor=0.25).set_index("queue")
    assert found.loc["a", "hours_h"] > found.loc["a", "base_hours_h"]
    assert found.loc["c", "hours_h"] == found.loc["c", "base_hours_h"]  # nobody gives up in Erlang C


def test_an_answer_plans_no_deferred_work_anew(case, monkeypatch):
    """What lets a moved slider answer at once: the smooth plan is homogeneous."""
    s, rows = case
    asked = WhatIf(rows, s)
    monkeypatch.setattr("cslib.staffing.whatif.plan_deferred", lambda *_: pytest.fail("planned anew"))
    assert asked.answer(growth_share=0.07)["queue"].tolist() == ["a", "b", "c", "mail"]


def test_what_a_slider_cannot_ask_is_refused(case):
    s, rows = case
    with pytest.raises(StaffingError) as caught:
        WhatIf(rows, s).answer(growth_share=5, speed=1)
    assert caught.value.keys == ["staffing.number"] * 2


def test_the_sliders_have_words_in_both_languages(case):
    s, rows = case
    for language, word in (("zh", "接触量增长"), ("en", "growth of contacts")):
        with words.speaking(language):
            box = WhatIf(rows, s).sliders()
        assert isinstance(box, ipywidgets.VBox) and box.children[0].description == word

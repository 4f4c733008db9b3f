"""What pages say about staffing: chances, what binds, idle time, a judged roster; in both languages, with the figures of the tables."""

from __future__ import annotations

import made_up
import made_up_staffing
import pandas as pd
import pytest

from cslib.core import tables, words
from cslib.report import lines_staffing
from cslib.report.privacy import allowed_headings
from cslib.report.titles import heading
from cslib.staffing.mix import SkillMix
from cslib.staffing.skills import Mix


@pytest.mark.usefixtures("language")
def test_chances_and_the_judged_roster_in_sentences(line):
    sure = lines_staffing.certainty(made_up_staffing.chances(line), line)
    judged = lines_staffing.performance(made_up_staffing.performance(line), made_up.forecast(line), line)
    queues = len(line.params.site.queues)
    assert len(sure) == len(judged) == queues
    least = made_up_staffing.chances(line)["met_share"].min()
    assert f"{least:.0%}" in sure[0] and "14.0" in judged[0] and "03 11:00" in judged[0]
    level = made_up_staffing.performance(line).merge(made_up.forecast(line), on=["queue", "interval_start"])
    first = level[level["queue"].eq(level["queue"].iloc[0])]
    assert f"{(first['service_level_share'] * first['contacts']).sum() / first['contacts'].sum():.1%}" in judged[0]


def test_what_binds_has_words_for_every_code():
    codes = tables.spec("requirement").columns["binding"].limits["in"]
    for language in ("zh", "en"):
        with words.speaking(language):
            assert all(lines_staffing.binding(code) != code for code in codes)


def test_idle_time_in_a_sentence_and_a_table_of_names(line):
    queue = next(iter(line.params.site.queues))
    values = {"work_h": 80.0, "apart_h": 100.0, "apart_people": 3, "idle_h": 50.0, "blended_h": 40.0, "blended_people": 1, "late_h": 0.0}
    rows = pd.DataFrame([{"work": "customer_service", **values}, {"work": queue, **values}])
    with words.speaking("en"):
        (text,) = lines_staffing.idle_time(rows, line)
        shown = lines_staffing.idle_table(rows, line)
        assert lines_staffing.idle_time(rows.iloc[:0], line) == [words.say("report.lines.no_idle")]
    assert "200 person-hours" in text and "saves 120" in text and "90%" in text
    assert shown["work"].tolist() == ["tasks (customer service)", line.params.site.queues[queue].name.en]


def test_a_column_is_titled_by_the_table_it_stands_in() -> None:
    for language, needed, there in (("en", "people needed at the post", "people at the post"), ("zh", "在岗人数", "在岗人数")):
        with words.speaking(language):
            assert heading("on_post").startswith(needed) and heading("on_post", "performance").startswith(there)
            assert {heading("on_post"), heading("on_post", "performance")} <= allowed_headings()


def test_a_mix_of_skills_and_a_played_month_in_sentences(line):
    codes = list(line.params.site.queues)
    skills = list(dict.fromkeys(line.params.site.queues[code].skill for code in codes))
    mix = Mix({(skills[0],): 4, tuple(skills): 3}, dict.fromkeys(skills, 0.83), dict.fromkeys(skills, 0.01), 7, 9, 6, 5)
    table = pd.DataFrame({"skills": [skills[0], ", ".join(skills)], "skills_held": [1, len(skills)], "people": [4, 3]})
    found = SkillMix(pd.Timestamp("2026-12-01 10:30"), table, mix)
    row = {"contacts": 900.0, "target_share": 0.8, "service_level_share": 0.875, "service_level_half_share": 0.004, "abandonment_share": 0.031}
    row |= {"abandonment_half_share": 0.002, "asa_s": 12.4, "asa_half_s": 1.0, "intervals_below": 17, "replications": 20}
    for language in ("zh", "en"):
        with words.speaking(language):
            (text,) = lines_staffing.skill_mix(found, line)
            assert "12-01 10:30" in text and "**7" in text and "9" in text and "83.0% ± 1.0%" in text and "1.1" in text
            assert words.pick(line.params.site.queues[codes[0]].name) in lines_staffing.skill_table(found, line)["skills"].iloc[0]
            (played,) = lines_staffing.rehearsal(pd.DataFrame([{"queue": codes[0], **row}]), line)
            assert "87.5% ± 0.4%" in played and "3.1%" in played and "12" in played and "17" in played
            assert lines_staffing.skill_mix(SkillMix(found.when, table.iloc[:0], None), line) != [text]
            assert lines_staffing.rehearsal(pd.DataFrame(columns=["queue", *row]), line)[0] != played

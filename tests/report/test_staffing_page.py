"""What pages say about staffing: chances, what binds, idle time, a judged roster; in both languages, with the figures of the tables."""

from __future__ import annotations

import made_up
import made_up_staffing
import pandas as pd
import pytest

from cslib.core import tables, words
from cslib.report import lines_staffing


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

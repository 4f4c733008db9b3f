"""Traced numbers, sources and remarks in words."""

from __future__ import annotations

import re
from dataclasses import replace

import made_up
import pandas as pd
import pytest

from cslib import report
from cslib.core import tables, words
from cslib.core.trace import Trace
from cslib.intake.study import Study
from cslib.params.site import Window
from cslib.report import lines, origins, review_notes, unfolding
from cslib.report.titles import say_unit

TREE = Trace(
    "scheduled", 12, "persons", "ceil(on_post / (1 - shrinkage_share))",
    (Trace("on_post", 10, "persons", source="forecast"), Trace("shrinkage_share", 0.12, "share", rule="shrinkage", source="policy")),
)  # fmt: skip


def test_a_number_unfolds_in_words_with_units_and_arithmetic(language: str) -> None:
    text = re.sub("(<[^>]*>)+ ?", "|", unfolding.unfolded(TREE))
    expected = {
        "zh": "|排班人数|= 12 人 = 向上取整(在岗人数 ÷ (1 − 损耗率))|在岗人数|= 10 人 |[预测表]|损耗率|= 12 % |[管理规定（非法定）]|",
        "en": "|people to roster|= 12 persons = round up(people needed at the post ÷ (1 − shrinkage))"
        "|people needed at the post|= 10 persons |[table forecast]|shrinkage|= 12 % |[house policy (not law)]|",
    }
    assert text == expected[language]


UNITS = [("yuan per h", "元/小时"), ("contacts/day", "次/天"), ("log contacts/day", "ln(次/天)"), ("furlong", "furlong")]


@pytest.mark.parametrize(("unit", "zh"), UNITS)
def test_units_are_put_together_from_their_parts(project, unit: str, zh: str) -> None:
    assert project.is_dir()
    assert say_unit(unit) == zh


def test_sources_read_as_statutes(language: str) -> None:
    expected = {"zh": "劳动法 第 38 条; 国务院令第 795 号 第 7 条", "en": "Labour Law art. 38; State Council Order 795 art. 7"}
    assert origins.origin_words("劳动法 art. 38; Order 795 art. 7") == expected[language]
    assert "S002-19" in origins.origin_words("catalogue S002-19")
    assert {origins.verified(mark) for mark in ("P", "S", "S2", "M", "policy")}.isdisjoint({"P", "S", "S2", "M", "policy"})


def test_the_back_test_has_queues_and_methods_in_words(line: Study) -> None:
    rows = [{"queue": "zh", "method": m, "folds": 4, "wape_share": w, "bias_share": 0.01} for m, w in (("engine", 0.1), ("mean_4", 0.2))]
    accuracy = tables.check("accuracy", pd.DataFrame(rows))
    shown = report.accuracy_table(accuracy, line)
    assert list(shown["queue"]) == ["普通话", "普通话"]
    assert list(shown["method"]) == ["本系统的预测引擎", "最近 4 个同星期日的均值"]
    assert list(shown["wape_share"]) == ["10.0%", "20.0%"]
    (said,) = lines.accuracy(accuracy, line)
    assert "普通话" in said and "本系统的预测引擎" in said
    assert "整数规划" in lines.proof(made_up.SOLVER)[1]


def test_peak_is_defined_for_every_queue(desk: Study, line: Study) -> None:
    assert review_notes.peak_lines(line) == ["高峰时段：普通话、英语 以当天需求达到最高值 80% 及以上的时段为高峰。"]
    (none,) = review_notes.peak_lines(desk)
    assert "大堂、机动岗" in none and "没有声明高峰" in none
    windows = (Window.model_validate({"from": "07:30", "to": "09:30"}), Window.model_validate({"days": ("sat",), "from": "20:00"}))
    queues = {n: q.model_copy(update={"peak_windows": windows} if n == "lobby" else {}) for n, q in desk.params.site.queues.items()}
    site = desk.params.site.model_copy(update={"queues": queues})
    declared, other = review_notes.peak_lines(replace(desk, params=replace(desk.params, site=site)))
    assert "大堂" in declared and "07:30-09:30、六 20:00-24:00" in declared
    assert "机动岗" in other and "大堂" not in other


def test_remarks_name_what_is_missing_unused_and_short(desk: Study) -> None:
    need = made_up.requirement(desk)
    at = need.index[need["queue"].eq("lobby")][[20, 21, 68]]
    frame = need[["queue", "interval_start", "peak"]].assign(needed=need["scheduled"], rostered=need["scheduled"].astype(float), short=0.0, over=0.0)
    frame.loc[at, "short"], frame.loc[at, "rostered"] = 1.0, 1.0
    found = review_notes.remarks(desk, tables.check("coverage", frame), pd.Series({"A-1": 20.5, "A-2": 30.0}))
    assert len(found) == 3, "no last roster, unused hours, one queue short"
    assert "last_roster" in found[0]
    assert "2 人" in found[1] and "50.5 小时" in found[1] and "A-1 20.5、A-2 30.0" in found[1]
    assert "大堂：2 天共缺 1.5 人时" in found[2] and "10-01（四），10:00 至 10:30 的时段缺 1.0 人时" in found[2] and "加班" in found[2]
    helpers = frame["queue"].eq("floater") & frame["interval_start"].isin(frame.loc[at, "interval_start"])
    assert "技能「lobby」" in review_notes.unmet(desk, tables.check("coverage", frame.assign(over=helpers.astype(float))))[0]


def test_nothing_to_remark_is_said(desk: Study) -> None:
    known = replace(desk, _tables={**desk._tables, "last_roster": made_up.roster(desk)})
    calm = made_up.coverage(desk).assign(short=0.0)
    assert review_notes.remarks(known, calm, pd.Series(dtype=float)) == [words.say("report.remark.none")]

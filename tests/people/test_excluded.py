"""For each of the 19 entries of the catalogue, and 5 of the privacy requirements, that may not be used: one configuration, one refusal that
names id, reason and statute (P11)."""

from __future__ import annotations

from pathlib import Path

import pytest

from cslib.core.errors import ParamError
from cslib.core.paths import params_dir
from cslib.core.words import Word, speaking
from cslib.params.excluded import excluded_entry, excluded_names
from cslib.params.ladder_files import ladder_from
from cslib.params.source import read

CRITERION = 'criteria:\n  wrong: {{meaning: {{zh: "{zh}", en: "{en}"}}, metric: kpi_percent, op: ">=", value: 1, origin: fill}}\n'
RULE = 'rules:\n  {name}: {{meaning: {{zh: "{zh}", en: "{en}"}}, outcome: human_review, when: [high], origin: fill}}\n'
FACT = 'facts:\n  {name}: {{meaning: {{zh: "{zh}", en: "{en}"}}, value: 1, unit: points, origin: fill}}\n'


def criterion(zh: str, en: str = "wrong") -> str:
    return CRITERION.format(zh=zh, en=en)


def rule(name: str, zh: str = "错误", en: str = "wrong") -> str:
    return RULE.format(name=name, zh=zh, en=en)


def fact(name: str, zh: str = "错误", en: str = "wrong") -> str:
    return FACT.format(name=name, zh=zh, en=en)


# id -> (configuration put into a good ladder, statute that the refusal must name in both languages)
REFUSALS = {
    "S001-06": (fact("background_check"), "13"),
    "S001-17": (fact("ranking", "每月公布个人成绩"), "25"),
    "S002-18": (criterion("病假扣分"), "45"),
    "S002-32": (criterion("宿舍内部检查"), "6"),
    "S002-34": (criterion("仪容", "hair length of men at most 1.5 cm"), "43"),
    "S002-37": (rule("resignation_approval"), "37"),
    "S003-B7": (fact("bonus_adjustment"), "35"),
    "S003-B9": (fact("overtime", "其他加班以公司规定为准"), "44"),
    "S003-G3": (criterion("年龄 20—35 岁", "age 20 to 35"), "43"),
    "S003-G4": (criterion("品貌端正", "good looks"), "12"),
    "S003-H8": (criterion("必须服从团队主管的管理", "obedience"), "4"),
    "S003-H13": (rule("jump_on_request"), "24"),
    "S003-J6": (rule("bottom_elimination"), "40"),
    "S003-J7": (rule("out", "扣分淘汰"), "40"),
    "S003-O12": (criterion("把别人的事当成自己的事"), "41"),
    "S003-Q10": (rule("new_probation"), "19"),
    "S003-Q11": (rule("out", "成绩低于 50% 劝退"), "40"),
    "S003-T7": (criterion("身高 165cm 以上", "height"), "185"),
    "S003-T9": (criterion("无条件支援", "support"), "41"),
    "P11_marital": (criterion("婚育状况", "marital status"), "43"),
    "P11_household": (criterion("本市户籍", "household registration"), "26"),
    "P11_religion": (criterion("宗教信仰", "religion"), "12"),
    "P11_blood": (fact("blood_type"), "28"),
    "P11_surname": (criterion("姓氏", "surname"), "6"),
}
CATALOGUE = [entry for entry in REFUSALS if entry.startswith("S")]


def write(folder: Path, section: str) -> Path:
    """The star ladder with a section's entry added."""
    text = (params_dir() / "ladders" / "H_star_ladder.yml").read_text(encoding="utf-8")
    head, entry = section.split("\n", 1)
    path = folder / "wrong.yml"
    path.write_text(text.replace(f"\n{head}\n", f"\n{head}\n{entry}", 1), encoding="utf-8")
    return path


def test_all_nineteen_of_the_catalogue_are_here_and_those_of_the_privacy_requirements() -> None:
    assert set(REFUSALS) == set(excluded_names()) and len(CATALOGUE) == 19


NAMES = ["姓氏", "surname", "户籍", "household registration", "婚育", "marital status", "宗教", "religion", "血型", "Blood Type"]


@pytest.mark.parametrize("name", NAMES)
def test_personal_origin_is_known_by_name_and_our_own_reading_says_so(name: str) -> None:
    entry = excluded_entry(name)
    assert entry is not None and entry.startswith("P11")
    for language, own in (("zh", "本项目的理解"), ("en", "our own reading")):
        with speaking(language):
            assert (own in str(Word(f"params.excluded.{entry}"))) == (entry not in ("P11_marital", "P11_household"))


@pytest.mark.parametrize("entry", REFUSALS)
def test_a_configuration_with_an_excluded_criterion_is_refused(entry: str, tmp_path: Path) -> None:
    section, statute = REFUSALS[entry]
    path = write(tmp_path, section)
    with pytest.raises(ParamError) as caught:
        ladder_from(read(path), "wrong")
    assert set(caught.value.keys) == {"params.excluded"}
    assert {finding.facts["id"] for finding in caught.value.findings} == {entry.partition("_")[0]}
    line = next(i for i, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if text.startswith(section.split("\n")[1][:12]))
    for language in ("zh", "en"):
        with speaking(language):
            text = str(caught.value)
        assert entry.partition("_")[0] in text and statute in text and f"wrong.yml:{line}" in text
        assert ("法" in text) if language == "zh" else ("art." in text or "Law" in text)


@pytest.mark.parametrize("entry", CATALOGUE)
def test_naming_the_entry_as_a_source_is_refused_but_a_note_may_speak_of_it(entry: str, tmp_path: Path) -> None:
    path = write(tmp_path, f"facts:\n  f: {{meaning: {{zh: 事, en: fact}}, value: 1, unit: points, origin: given, catalogue: [{entry}]}}\n")
    with pytest.raises(ParamError) as caught:
        ladder_from(read(path), "wrong")
    assert caught.value.findings[0].facts["id"] == entry
    path = write(tmp_path, f"facts:\n  f: {{meaning: {{zh: 事, en: fact}}, value: 1, unit: points, origin: fill, note: not {entry}}}\n")
    assert ladder_from(read(path), "right").spec.facts["f"].note == f"not {entry}"


def test_the_trial_grade_again_is_a_second_trial(tmp_path: Path) -> None:
    """S003-Q10 by structure: a step down into the trial grade, or a move to it."""
    entry = "  back: {meaning: {zh: 退回, en: back}, grades: [agent], step: -1, when: [low_streak], origin: fill}\n"
    for text in (entry, entry.replace("step: -1", "to: trial_agent")):
        with pytest.raises(ParamError) as caught:
            ladder_from(read(write(tmp_path, f"rules:\n{text}")), "wrong")
        assert caught.value.findings[0].facts["id"] == "S003-Q10"


def test_job_related_words_are_not_caught() -> None:
    words = ["average order value", "平均处理时长", "stage", "普通话", "manager", "message rate", "团队协作", "hairline", "coverage"]
    for text in [*words, "生育保险", "household goods desk", "民族语言"]:
        assert excluded_entry(text) is None, text

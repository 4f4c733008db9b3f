"""Statutory files and pay curves: what does not fit is refused with file and line; optional entries of the catalogue are settings."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from cslib.core.errors import ParamError
from cslib.core.paths import params_dir
from cslib.core.words import speaking
from cslib.params.pay_scheme import PayScheme
from cslib.params.source import read, validate
from cslib.params.statutory import IncomeTax, MinimumWages, SocialInsurance


def changed(tmp_path: Path, folder: str, name: str, old: str, new: str) -> Path:
    text = (params_dir() / folder / f"{name}.yml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / f"{name}.yml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("model", "folder", "name", "old", "new", "words"),
    [
        (IncomeTax, "law", "cn_income_tax", "up_to: 144000", "up_to: 14400", "rising bounds"),
        (IncomeTax, "law", "cn_income_tax", "rate: 0.03", "rate: 3", "<= 1"),
        (SocialInsurance, "law", "cn_social_insurance", "cap: 37302}", "cap: 372}", "not below floor"),
        (SocialInsurance, "law", "cn_social_insurance", "until: 2026-06-30", "until: 2024-06-30", "not before from"),
        (SocialInsurance, "law", "cn_social_insurance", "          maternity:", "          birth:", "maternity"),
        (MinimumWages, "law", "cn_minimum_wage", "heat_allowance", "cold_allowance", "heat_allowance"),
        (PayScheme, "pay", "lead", "{at: 80, pay: 200}", "{at: 70, pay: 200}", "rising 'at'"),
        (PayScheme, "pay", "star", "kind: linear", "kind: steps", "no steps"),
        (PayScheme, "pay", "quarterly", "per: times, count", "per: month, count", "per: times"),
        (PayScheme, "pay", "dual_channel", "expert: {low: 8000", "guru: {low: 8000", "only grades of base_yuan"),
        (PayScheme, "pay", "star", "fact: score", "fact: team_mean", "curve over score"),
        (PayScheme, "pay", "star", "fact: score", "fact: height", "score"),
        (PayScheme, "pay", "range", "{low: 2500, high: 2973}", "{low: 2500, high: 1973}", "not below floor"),
    ],
)
def test_what_does_not_fit_is_refused_with_file_and_line(tmp_path, model, folder, name, old, new, words):
    document = read(changed(tmp_path, folder, name, old, new))
    with pytest.raises(ParamError) as caught:
        validate(model, document)
    with speaking("en"):
        assert words in str(caught.value) and f"{name}.yml:" in str(caught.value)
    with speaking("zh"):
        assert any("\u4e00" <= letter <= "\u9fff" for letter in str(caught.value))


def test_every_value_carries_source_and_mark():
    for name in ("cn_income_tax", "cn_social_insurance", "cn_minimum_wage"):
        text = (params_dir() / "law" / f"{name}.yml").read_text(encoding="utf-8")
        assert text.count("source:") >= 8 and text.count("verification:") >= text.count("source:") - 1


def test_optional_entries_are_settings_of_schemes():
    """S001-20 and S001-21 (awards, in money), S003-B4 (lunch, seniority), S003-B10 (accident insurance): items that a site may leave out."""
    texts = {name: (params_dir() / "pay" / f"{name}.yml").read_text(encoding="utf-8") for name in ("dual_channel", "quarterly")}
    items = {name: yaml.safe_load(text)["items"] for name, text in texts.items()}
    assert {"lunch", "seniority", "accident_insurance"} <= set(items["dual_channel"])
    assert {"service_star", "best_team", "innovation"} <= set(items["quarterly"])
    for name in items:
        document = read(params_dir() / "pay" / f"{name}.yml")
        assert validate(PayScheme, document, {**document.data, "items": {}}).items == {}

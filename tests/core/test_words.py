"""Words in both languages, and errors that follow the language."""

from __future__ import annotations

import copy
import pickle
import string
from concurrent.futures import ThreadPoolExecutor

import pytest

from cslib.core import words
from cslib.core.errors import CslibError, Finding, ParamError, RosterError, SolverError, TableError
from cslib.core.paths import params_dir
from cslib.core.words import Word, all_keys, has, language, pick, say, speaking, use
from cslib.params.source import read


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language_name", ["zh", "en"])
def test_every_entry_has_both_languages(language_name):
    missing = [key for key, texts in all_keys() if not texts.get(language_name, "").strip()]
    assert not missing


def test_every_entry_has_two_languages_only_with_the_same_places():
    wrong = [key for key, texts in all_keys() if set(texts) != {"zh", "en"} or places(texts["zh"]) != places(texts["en"])]
    assert not wrong


def test_the_file_repeats_no_key():
    """A repeated section would silently hide the first one."""
    assert read(params_dir() / "words.yml").data


def test_say_fills_places_in_the_language_in_use():
    with speaking("zh"):
        assert say("errors.horizon.month", given="x").startswith("月份「x」")
    with speaking("en"):
        assert say("errors.horizon.month", given="x").startswith("month 'x'")


@pytest.mark.parametrize("key", ["errors.none", "errors", "none", "errors.horizon.month.zh", ""])
def test_a_missing_key_raises(key):
    assert not has(key)
    with pytest.raises(KeyError):
        say(key)
    assert has("errors.horizon.month")


def test_a_missing_fact_raises():
    with pytest.raises(KeyError, match="given"):
        say("errors.horizon.month")


def test_language_comes_from_use_then_environment_then_chinese(monkeypatch):
    monkeypatch.setattr(words, "_language", words.ContextVar("fresh", default=None))
    monkeypatch.delenv("CSLIB_LANGUAGE", raising=False)
    assert language() == "zh"
    monkeypatch.setenv("CSLIB_LANGUAGE", "en")
    assert language() == "en"
    use("zh")
    assert language() == "zh"


def test_an_unknown_language_is_refused(monkeypatch):
    with pytest.raises(ValueError, match=r"'fr'.*zh, en"):
        use("fr")
    monkeypatch.setattr(words, "_language", words.ContextVar("fresh", default=None))
    monkeypatch.setenv("CSLIB_LANGUAGE", "fr")
    with pytest.raises(ValueError, match="'fr'"):
        language()


def test_speaking_ends_with_its_block_even_after_an_error():
    with speaking("zh"):
        with pytest.raises(KeyError), speaking("en"):
            say("none")
        assert language() == "zh"


def test_each_thread_has_its_own_language():
    with speaking("en"), ThreadPoolExecutor(1) as pool:
        pool.submit(use, "zh").result()
        assert language() == "en"


def test_pick_takes_the_language_in_use():
    with speaking("en"):
        assert pick({"zh": "早", "en": "early"}) == "early"


def test_an_existing_error_follows_the_language():
    guess = Word("errors.params.did_you_mean", {"guess": "interval_min"})
    error = ParamError("params.unknown_key", where="site.yml:3", given="interval", allowed=("a", Word("params.type.flag")), guess=guess)
    with speaking("en"):
        assert str(error) == "site.yml:3: unknown key 'interval' (did you mean 'interval_min'?); allowed: a, true or false."
    with speaking("zh"):
        assert str(error) == "site.yml:3: 不认识的键「interval」（是否想写「interval_min」？）；允许：a, true 或 false。"


def test_several_findings_are_one_error():
    findings = [Finding("horizon.month", "a", {"given": 1}), Finding("horizon.month", "", {"given": 2})]
    error = TableError(findings=findings)
    assert error.keys == ["horizon.month", "horizon.month"] and error.findings == findings
    with speaking("en"):
        first, second = str(error).splitlines()
    assert first.startswith("a: month '1'") and second.startswith("month '2'")


def test_errors_travel_between_processes():
    error = SolverError("params.no_site", where="site", given="x", allowed=Word("params.type.flag"))
    for other in (pickle.loads(pickle.dumps(error)), copy.deepcopy(error)):
        assert type(other) is SolverError and str(other) == str(error) and other.keys == error.keys


def test_the_family():
    assert issubclass(SolverError, RosterError) and issubclass(RosterError, CslibError)
    assert all(issubclass(kind, ValueError) for kind in (ParamError, TableError)) and not issubclass(RosterError, ValueError)

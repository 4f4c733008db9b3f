"""Strict YAML: scalars, lines, and a loader that raises nothing but ParamError."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import Field, ValidationError

from cslib.core.errors import ParamError
from cslib.core.words import Word, speaking
from cslib.params.law import Law
from cslib.params.pay_scheme import PayScheme
from cslib.params.site import ShiftFile, Site
from cslib.params.source import Document, Refusal, Strict, allowed_keys, read, unknown_key, validate


def parsed(tmp_path, text: str) -> Document:
    path = tmp_path / "some.yml"
    path.write_text(text, encoding="utf-8")
    return read(path)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("10:30", "10:30"), ("22:00:00", "22:00:00"), ("OFF", "OFF"), ("off", "off"), ("no", "no"), ("yes", "yes"), ("Yes", "Yes"), ("y", "y"),
        ("true", True), ("false", False), ("True", "True"), ("null", None), ("~", None), ("", None), ("12", 12), ("-3", -3), ("010", 10),
        ("0x1f", "0x1f"), ("1_000", "1_000"), ("1.5", 1.5), (".5", 0.5), ("1e3", 1000.0), ("1.5e-3", 0.0015), (".inf", ".inf"), (".nan", ".nan"),
        ("2026-12-01", dt.date(2026, 12, 1)), ("2026-12", "2026-12"), ("2026-12-01 10:00", "2026-12-01 10:00"), ('"12"', "12"), ("'true'", "true"),
        ("[1, a]", (1, "a")), ("=", "="), ("<<", "<<"),
    ],
)  # fmt: skip
def test_scalars_are_read_as_planners_mean_them(tmp_path, written, value):
    """YAML 1.1 would make 630 of 10:30, False of OFF and no, 8 of 010."""
    found = parsed(tmp_path, f"key: {written}\n").data["key"]
    assert found == value and type(found) is type(value)


def test_lines_of_keys_and_items(tmp_path):
    document = parsed(tmp_path, "# head\na:\n  b: 1\n  c:\n    - x\n    - y: 2\n")
    assert document.lines == {(): 2, ("a",): 2, ("a", "b"): 3, ("a", "c"): 4, ("a", "c", 0): 5, ("a", "c", 1): 6, ("a", "c", 1, "y"): 6}
    assert document.where(("a", "c", 1, "z", "deeper")).endswith("some.yml:6")
    assert document.where(("q",)).endswith("some.yml:2")


def test_a_value_from_another_file_names_that_file(tmp_path):
    document = Document(tmp_path / "a.yml", {}, {("a",): 3, ("a", "b"): 4}, {("a",): "b.yml:9"})
    assert document.where(("a", "b")) == "b.yml:9"


def test_utf8_with_byte_order_mark_is_read(tmp_path):
    path = tmp_path / "some.yml"
    path.write_bytes("\ufeffkey: 值\n".encode())
    assert read(path).data == {"key": "值"}


@pytest.mark.parametrize("text", ["[" * 3000, "a: " + "[" * 3000, "{a: " * 2000])
def test_nesting_without_end_is_refused(tmp_path, text):
    with pytest.raises(ParamError) as caught:
        parsed(tmp_path, text)
    assert caught.value.keys == ["params.not_yaml"]


class Part(Strict):
    count: int = Field(ge=1)
    share: Annotated[float, Field(gt=0, lt=1)] | dict[str, float] = 0.5
    since: dt.date | None = Field(default=None, alias="from")


PART = "count, from, share."


class Whole(Strict):
    part: Part
    parts: dict[str, Part] = Field(default_factory=dict)
    listed: tuple[Part, ...] = ()
    mode: Literal["a", "b"] = "a"


def refused(data: dict) -> list[str]:
    document = Document(__file__, data, {(): 1})
    with pytest.raises(ParamError) as caught:
        validate(Whole, document)
    with speaking("en"):
        return [str(finding).partition(": ")[2] for finding in caught.value.findings]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"part": {"count": 0}}, "part.count: '0' can't be used; allowed: >= 1."),
        ({"part": {"count": 1, "share": 1}}, "part.share: '1' can't be used; allowed: < 1, keys and values."),
        ({"part": {"count": 1, "share": {"x": "y"}}}, "part.share.x: 'y' can't be used; allowed: a number (without unit)."),
        ({"part": {"count": 1.0}}, "part.count: '1.0' can't be used; allowed: a whole number."),
        ({"part": {"count": None}}, "part.count: 'null' can't be used; allowed: a whole number."),
        ({"part": []}, "part: '[]' can't be used; allowed: keys and values."),
        ({"part": {"count": 1}, "mode": "c"}, "mode: 'c' can't be used; allowed: 'a' or 'b'."),
        ({"part": {"count": 1}, "listed": {"a": 1}}, "listed: '{'a': 1}' can't be used; allowed: a list."),
        ({"part": {"count": 1, "from": "2026-01-01"}}, "part.from: '2026-01-01' can't be used; allowed: a date YYYY-MM-DD (without quotes)."),
        ({"parts": {"x": {"count": 1}}}, "key 'part' is missing. Add it."),
        ({"part": {"counts": 1, "count": 1}}, "unknown key 'part.counts' (did you mean 'count'?); allowed: count, from, share."),
        ({"part": {"count": 1}, "parts": {"x": {"count": 1, "sahre": 1}}}, f"unknown key 'parts.x.sahre' (did you mean 'share'?); allowed: {PART}"),
        ({"part": {"count": 1}, "listed": [{"count": 1, "no": 1}]}, "unknown key 'listed.0.no'; allowed: count, from, share."),
    ],
)  # fmt: skip
def test_findings_say_what_is_allowed(data, sentence):
    assert refused(data) == [sentence]


def test_long_values_are_shortened():
    assert "..." in refused({"part": {"count": "x" * 100}})[0] and len(refused({"part": {"count": "x" * 100}})[0]) < 140


def test_infinity_is_no_number():
    assert refused({"part": {"count": 1, "share": {"x": float("inf")}}}) == ["part.share.x: 'inf' can't be used; allowed: a number (without unit)."]


def test_allowed_keys_look_through_mappings_lists_and_unions():
    assert allowed_keys(Whole, ()) == {"part", "parts", "listed", "mode"}
    assert allowed_keys(Whole, ("parts", "any")) == allowed_keys(Whole, ("listed", 3)) == {"count", "share", "from"}
    assert allowed_keys(Whole, ("part", "share")) == allowed_keys(Whole, ("mode", "x")) == set()
    assert "level_share" in allowed_keys(Site, ("queues", "any", "service"))


def test_models_are_frozen():
    with pytest.raises(ValidationError):
        Part(count=1).count = 2


def test_guess_follows_the_language():
    finding = unknown_key("f:1", "a.colur", ["colour", "name"])
    with speaking("en"):
        assert "did you mean 'colour'" in str(finding)
    with speaking("zh"):
        assert "是否想写「colour」" in str(finding)


def test_refusal_carries_words():
    assert Refusal("params.need.service").word == Word("params.need.service")


MODELS = (Site, ShiftFile, Law, PayScheme)
KEYS = sorted({key for model in MODELS for key in allowed_keys(model, ())} | {"rules", "values", "zh", "en", "from", "items", "queues"})
YAML_TEXT = st.text(alphabet=st.sampled_from("abc:-[]{}#&*!|>'\"%@`,? \n\t0159.~=<\\\x00\x07\x85\ufeff值é😀"), max_size=80)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats() | st.text(max_size=5) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), inner, max_size=5),
    max_leaves=20,
)


@given(text=YAML_TEXT | st.text(max_size=40))
@example(text="a: &x [*x]")
@example(text="? [a]\n: 1")
@example(text="a: !!bool maybe")
@example(text="a: 2026-13-45")
@example(text="a: " + "9" * 5000)
@example(text="a: \ud800")
@settings(max_examples=400, deadline=None)
def test_random_text_raises_nothing_but_param_errors(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "random.yml"
    path.write_bytes(text.encode("utf-8", errors="surrogatepass"))
    _judge(path)


@given(data=st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=6))
@settings(max_examples=200, deadline=None)
def test_random_data_raise_nothing_but_param_errors(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "random.yml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    _judge(path)


def _judge(path):
    try:
        document = read(path)
    except ParamError as error:
        assert str(error)
        return
    for model in MODELS:
        try:
            validate(model, document)
        except ParamError as error:
            for language in ("zh", "en"):
                with speaking(language):
                    assert all(str(finding).startswith(finding.where) for finding in error.findings) and str(error)

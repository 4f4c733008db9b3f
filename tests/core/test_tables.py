"""The data dictionary and the checks at every border: every message, every type."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cslib.core import tables
from cslib.core.errors import TableError
from cslib.core.tables import check, dictionary, empty, markdown, spec
from cslib.core.words import speaking

DOCS = Path(__file__).resolve().parents[2] / "docs"


def forecast(**changes) -> pd.DataFrame:
    rows = {
        "queue": ["a", "a"],
        "interval_start": ["2026-12-01 00:30", "2026-12-01"],
        "contacts": [1, 2.5],
        "p10": 0,
        "p50": 1,
        "p90": 3,
        "aht_s": 200,
    }
    return pd.DataFrame({**rows, "method": "m", **changes})


def hours(**changes) -> pd.DataFrame:
    row = {"employee_id": "A-1", "date": "2026-12-01", "premium": "normal", "hours_h": 8, "shifts": 1, "basis": "planned"}
    return pd.DataFrame([{**row, **changes}])


def messages(name: str, frame: pd.DataFrame, **options) -> list[str]:
    """English findings; the Chinese ones must exist too."""
    with pytest.raises(TableError) as caught:
        check(name, frame, **options)
    with speaking("zh"):
        assert any("\u4e00" <= letter <= "\u9fff" for letter in str(caught.value))
    with speaking("en"):
        return [str(finding) for finding in caught.value.findings]


# the dictionary


def test_every_table_and_column_has_meanings_and_every_number_a_unit():
    for table in dictionary().values():
        assert table.privacy in {"open", "pseudonym", "pay", "ledger"} and set(table.key) <= set(table.columns) and table.key
        for thing in (table, *table.columns.values()):
            assert set(thing.meaning) == {"zh", "en"} and all(text.strip() for text in thing.meaning.values()), thing.name
        for column in table.columns.values():
            assert column.type in tables.DTYPES, (table.name, column.name)
            assert bool(column.unit) == (column.type in {"number", "integer"}), (table.name, column.name)


def test_no_column_of_a_key_may_be_missing():
    assert all(not spec(name).columns[column].optional for name in dictionary() for column in spec(name).key)


def test_suffixes_agree_with_units():
    units = {"_h": {"h"}, "_s": {"s"}, "_min": {"min"}, "_share": {"share"}, "_fen": {"fen"}, "_yuan": {"yuan", "yuan per quantity", "yuan per unit"}}
    for table in dictionary().values():
        for column in table.columns.values():
            for suffix, allowed in units.items():
                assert not column.name.endswith(suffix) or column.unit in allowed, (table.name, column.name)


def test_privacy_classes_keep_people_and_pay_apart():
    """P04: tables without person key are open; only tables of class pay carry grade or money of a person; rosters carry none."""
    for table in dictionary().values():
        people = {"employee_id", "absent_id", "stand_in_id"} & set(table.columns)
        assert bool(people) == (table.privacy != "open"), table.name
        money = {name for name, column in table.columns.items() if column.unit.startswith(("yuan", "fen")) or name == "grade"}
        assert table.privacy in {"pay", "open", "ledger"} or not money, table.name  # a ledger prices hours at list prices, it knows no pay
    assert set(spec("roster").columns) == {"employee_id", "date", "kind", "shift", "start", "end", "breaks", "queue", "pinned"}
    assert spec("leave").columns["kind"].limits["in"] == ["paid", "part_paid", "unpaid", "time_off_in_lieu"]


@pytest.mark.parametrize("name", list(dictionary()))
def test_an_empty_table_passes_its_own_check(name):
    found = check(name, empty(name))
    assert found.empty and list(found.columns) == list(spec(name).columns)
    assert [str(dtype) for dtype in found.dtypes] == [column.dtype for column in spec(name).columns.values()]


def test_the_page_is_the_dictionary():
    assert (DOCS / "tables.md").read_text(encoding="utf-8") == markdown("en"), "write it again: python -m cslib.core.tables > docs/tables.md"
    assert markdown("zh").startswith("# 数据字典")


def test_docs_name_every_column_in_both_languages():
    text = markdown("en")
    for table in dictionary().values():
        assert f"## {table.name}" in text
        for column in table.columns.values():
            assert f"| `{column.name}` |" in text and column.meaning["zh"] in text and column.meaning["en"] in text


# what passes


def test_order_types_and_index_are_those_of_the_dictionary():
    frame = forecast().iloc[:, ::-1]
    frame.index = [7, 7]
    found = check("forecast", frame)
    assert list(found.columns) == list(spec("forecast").columns) and found.index.tolist() == [0, 1]
    assert found["interval_start"].tolist() == [pd.Timestamp("2026-12-01"), pd.Timestamp("2026-12-01 00:30")] and found["contacts"].tolist() == [
        2.5,
        1,
    ]
    assert [str(d) for d in found.dtypes] == ["str", "datetime64[us]", *["float64"] * 5, "str"]


def test_the_frame_given_is_left_as_it_is():
    frame = forecast()
    before = frame.copy(deep=True)
    check("forecast", frame)
    pd.testing.assert_frame_equal(frame, before)


def test_checking_twice_changes_nothing():
    once = check("forecast", forecast())
    pd.testing.assert_frame_equal(check("forecast", once), once)


def test_optional_columns_may_be_missing_and_optional_cells_empty():
    row = {
        "employee_id": "A",
        "position": 1,
        "site": "s",
        "role": "agent",
        "hired": "2020-01-01",
        "left": None,
        "hours_scheme": "standard",
        "fte_share": 1,
    }
    found = check("employees", pd.DataFrame([row]))
    assert found["left"].isna().all() and found["team"].isna().all() and str(found["overtime_max_h"].dtype) == "float64"


@pytest.mark.parametrize(
    "value",
    [
        "2026-12-01",
        "2026-12-01 00:00",
        "2026-12-01T00:00:00",
        dt.date(2026, 12, 1),
        dt.datetime(2026, 12, 1),
        pd.Timestamp("2026-12-01"),
        np.datetime64("2026-12-01"),
    ],
)
def test_times_in_all_naive_shapes(value):
    assert check("hours", hours(date=value))["date"].tolist() == [pd.Timestamp("2026-12-01")]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_time_resolution_is_microseconds(unit):
    frame = forecast(interval_start=pd.Series(["2026-12-01", "2026-12-02"], dtype=f"datetime64[{unit}]"))
    assert str(check("forecast", frame)["interval_start"].dtype) == "datetime64[us]"


@pytest.mark.parametrize(("value", "flag"), [(True, True), (np.False_, False), (1, True), (0, False)])
def test_flags(value, flag):
    frame = pd.DataFrame({"date": ["2026-12-01"], "kind": ["workday"], "holiday": [None], "provisional": [value]})
    assert check("calendar", frame)["provisional"].tolist() == [flag]


def test_nullable_cells_stay_empty():
    frame = pd.DataFrame(
        {"queue": ["a"] * 3, "interval_start": pd.date_range("2026-12-01", periods=3), "offered": [1, None, 2.5], "closed": [True, None, False]}
    )
    found = check("contacts", frame)
    assert found["offered"].isna().tolist() == [False, True, False] and found["closed"].isna().tolist() == [False, True, False]
    assert str(found["closed"].dtype) == "boolean"


# what does not pass


def test_an_unlisted_column_is_refused():
    """The columns are the privacy whitelist."""
    assert messages("hours", hours(name="x", phone="1"), source="h.csv") == [
        f"h.csv: unknown column '{column}'; table hours takes only: employee_id, date, premium, hours_h, shifts, basis. Remove or rename it."
        for column in ("name", "phone")
    ]


def test_a_missing_column_is_refused():
    text = messages("hours", hours().drop(columns=["basis", "hours_h"]))
    assert text == [
        "hours: column 'hours_h' is missing (table hours needs it: number [h], > 0). Add the column.",
        "hours: column 'basis' is missing (table hours needs it: text, in planned, actual). Add the column.",
    ]


@pytest.mark.parametrize(
    ("column", "value", "shown", "allowed"),
    [
        ("hours_h", "eight", "eight", "number [h], > 0"),
        ("hours_h", None, "", "number [h], > 0"),
        ("hours_h", float("inf"), "inf", "number [h], > 0"),
        ("shifts", 1.5, "1.5", "integer [shifts], >= 0"),
        ("shifts", "x", "x", "integer [shifts], >= 0"),
        ("employee_id", None, "", "text"),
        ("employee_id", "  ", "  ", "text"),
        ("date", "1.12.2026", "1.12.2026", "date"),
        ("date", 46357, "46357", "date"),
        ("date", True, "True", "date"),
        ("date", "2026-02-30", "2026-02-30", "date"),
        ("date", None, "", "date"),
        ("date", "2026-12-01 08:00+08:00", "2026-12-01 08:00+08:00", "date"),
        ("date", pd.Timestamp("2026-12-01", tz="Asia/Shanghai"), "2026-12-01", "date"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused(column, value, shown, allowed):
    assert messages("hours", hours(**{column: value})) == [
        f"hours: row 1, column '{column}': '{shown}' can't be used; allowed: {allowed}. Correct the cell."
    ]


@pytest.mark.parametrize(
    ("column", "value", "shown", "allowed"),
    [
        ("hours_h", 0, "0.0", "number [h], > 0"),
        ("shifts", -1, "-1", "integer [shifts], >= 0"),
        ("basis", "guessed", "guessed", "text, in planned, actual"),
    ],
)
def test_a_value_out_of_range_is_refused(column, value, shown, allowed):
    assert messages("hours", hours(**{column: value})) == [
        f"hours: row 1, column '{column}': '{shown}' is out of range; allowed: {allowed}. Correct the cell."
    ]


def test_a_flag_must_be_a_flag():
    frame = pd.DataFrame({"date": ["2026-12-01"], "kind": ["workday"], "provisional": ["yes"]})
    assert messages("calendar", frame) == ["calendar: row 1, column 'provisional': 'yes' can't be used; allowed: flag. Correct the cell."]


def test_a_repeated_key_names_both_rows():
    frame = pd.concat([hours(), hours(date="2026-12-02"), hours(hours_h=2)])
    assert messages("hours", frame) == [
        "hours: row 3 repeats row 1 (employee_id = A-1, date = 2026-12-01, premium = normal). A key may stand only once: delete one of the rows."
    ]


def test_an_empty_cell_of_a_key_repeats_an_empty_cell():
    row = {
        "rule": "never_empty",
        "employee_id": None,
        "start": "2026-12-01 10:00",
        "value": 0,
        "limit": 1,
        "unit": "persons",
        "detail": "d",
        "source": "s",
    }
    frame = pd.DataFrame([row, {**row, "start": "2026-12-01 10:01"}, row])
    assert messages("violations", frame)[0].startswith("violations: row 3 repeats row 1 (rule = never_empty")


def test_rows_of_the_source_are_named():
    frame = pd.concat([hours(), hours(date="2026-12-02", hours_h=-1)])
    assert "sheet1: row C12, column 'hours_h'" in messages("hours", frame, source="sheet1", rows=pd.Series(["C11", "C12"]))[0]


def test_many_findings_are_cut_and_counted():
    frame = pd.concat([hours(date=f"2026-12-{day:02d}", hours_h=-1) for day in range(1, 26)])
    text = messages("hours", frame)
    assert len(text) == 21 and text[-1] == "hours: 5 more findings of this table are not listed."


def test_findings_of_several_cells_come_together():
    assert len(messages("hours", hours(hours_h="x", shifts="y", date="z"))) == 3


CELLS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats()
    | st.text(max_size=8)
    | st.dates()
    | st.datetimes()
    | st.just(pd.NaT)
    | st.just(pd.NA)
)


@given(rows=st.lists(st.fixed_dictionaries(dict.fromkeys(spec("hours").columns, CELLS)), max_size=4))
@settings(max_examples=150, deadline=None)
def test_whatever_comes_passes_or_is_refused_in_words(rows):
    frame = pd.DataFrame(rows, columns=list(spec("hours").columns), dtype=object)
    try:
        found = check("hours", frame)
    except TableError as error:
        assert str(error).startswith("hours: ")
    else:
        assert (found["hours_h"] > 0).all() and not found.duplicated(list(spec("hours").key)).any()

"""Sample sites: reproduced byte for byte, marked synthetic, planted roster legal and without shortage."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import shutil
from functools import cache
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from cslib import demand, staffing
from cslib.batch.synthetic import planted_rows, synthesise
from cslib.batch.synthetic.people import contract_h
from cslib.batch.synthetic.planted import Row, planted_roster
from cslib.batch.synthetic.recipe import open_recipe
from cslib.batch.synthetic.sample import month_calendar
from cslib.core.errors import ParamError, RosterError
from cslib.core.shifts import OFF
from cslib.intake import Study, names, open_study
from cslib.params import open_params
from cslib.roster.audit import audit, recount

MONTH = "2026-12"
SITES = ("front_desk", "online_shop", "hotline", "bank")
PEOPLE = {"front_desk": (16, 19), "online_shop": (22, 26), "hotline": (55, 66), "bank": (100, 130)}
SERIES = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "bank_calls_30min.csv"
DATA = (".csv", ".xlsx")


@cache
def study(site: str) -> Study:
    return open_study(site, month=MONTH)


@cache
def rows(site: str) -> list[Row]:
    return planted_rows(site)


@cache
def requirement(site: str) -> pd.DataFrame:
    return staffing.requirement(demand.forecast(study(site)), study(site))


@cache
def planted(site: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    return planted_roster(study(site), requirement(site), rows(site))


def data_files(site: str) -> list[Path]:
    return sorted(path for path in open_params(site).folder.iterdir() if path.suffix in DATA)


@pytest.mark.parametrize("site", SITES)
def test_committed_files_are_what_the_generator_writes(site: str, tmp_path: Path) -> None:
    written = synthesise(site, out=tmp_path)
    assert sorted(path.name for path in written) == [path.name for path in data_files(site)]
    different = [path.name for path in written if path.read_bytes() != (open_params(site).folder / path.name).read_bytes()]
    assert different == []


@pytest.mark.parametrize("site", SITES)
def test_planted_roster_is_legal_and_leaves_no_peak_short(site: str) -> None:
    roster, covers = planted(site)
    assert audit(roster, covers, requirement(site), study(site)).empty
    coverage, costs = recount(roster, covers, requirement(site), study(site))
    assert coverage.loc[coverage["peak"], "short"].sum() == 0
    priced = costs.set_index("price")["quantity"]
    assert priced[["empty_post", "short_peak", "overtime", "under_hours", "night_over"]].to_dict() == dict.fromkeys(
        ["empty_post", "short_peak", "overtime", "under_hours", "night_over"], 0.0
    )


@pytest.mark.parametrize("site", SITES)
def test_planted_roster_covers_every_interval(site: str) -> None:
    """But for the first morning, which last month's duties serve: a month grid doesn't tell when they take their breaks."""
    coverage, _ = recount(*planted(site), requirement(site), study(site))
    after = coverage["interval_start"] >= pd.Timestamp("2026-12-01 08:00")
    assert coverage.loc[after, "short"].sum() == 0
    assert coverage.loc[~after, "short"].sum() <= 10


def test_a_person_less_leaves_something_open() -> None:
    """The coverage test can fail: without one lobby person a post is empty."""
    roster, covers = planted("front_desk")
    out = roster.loc[roster["queue"] == "north_lobby", "employee_id"].iloc[0]
    rest = roster["employee_id"].eq(out) & roster["kind"].eq("work")
    thinned = roster.assign(
        kind=roster["kind"].where(~rest, "rest"), **{c: roster[c].where(~rest, None) for c in ("shift", "start", "end", "breaks", "queue")}
    )
    kept = covers[(covers["absent_id"] != out) & (covers["stand_in_id"] != out)]
    coverage, _ = recount(thinned, kept, requirement("front_desk"), study("front_desk"))
    assert coverage["short"].sum() > 100


def test_planting_again_gives_the_same_staff(tmp_path: Path) -> None:
    synthesise("front_desk", out=tmp_path, replant=True)
    assert (tmp_path / "planted_2026-12.csv").read_bytes() == (open_params("front_desk").folder / "planted_2026-12.csv").read_bytes()


def test_another_seed_plants_another_staff(tmp_path: Path) -> None:
    synthesise("front_desk", out=tmp_path, seed=7)
    told = (tmp_path / "planted_2026-12.csv").read_text(encoding="utf-8")
    assert told.splitlines()[1] == "# seed 7"
    assert told != (open_params("front_desk").folder / "planted_2026-12.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize("site", SITES)
def test_head_counts(site: str) -> None:
    low, high = PEOPLE[site]
    assert low <= len(study(site).employees) <= high
    assert len(study(site).employees) == len(rows(site)) == len(study(site).staff_grades)


def test_groups_of_the_hotline() -> None:
    people = study("hotline").employees
    held = study("hotline").skills.groupby("employee_id")["skill"].agg(set)
    assert people["hours_scheme"].value_counts()[["standard", "part_time"]].to_dict() == {"standard": 4, "part_time": 3}
    assert (held == {"zh", "en"}).sum() >= 10
    assert people["role"].eq("lead").sum() == 4
    assert people["left"].notna().sum() == 1
    assert people["overtime_max_h"].notna().sum() == 2
    assert people["no_night_until"].notna().sum() == 2


def test_staff_of_the_shop_has_star_grades() -> None:
    grades = set(study("online_shop").staff_grades["grade"])
    assert grades <= set(open_params("online_shop").pay.base_yuan)
    assert len(grades) >= 4
    assert (study("online_shop").staff_grades["grade"] == "senior_agent").sum() == 2


@pytest.mark.parametrize("site", SITES)
def test_every_file_says_that_it_is_synthetic_and_is_small(site: str) -> None:
    for path in data_files(site):
        if path.suffix == ".xlsx":
            first = str(openpyxl.load_workbook(path).worksheets[0]["A1"].value)
        else:
            raw = path.read_bytes()
            first = raw.decode("gbk" if path.stem in {"leave", "wishes"} and site == "front_desk" else "utf-8-sig").splitlines()[0]
        assert "合成数据" in first and "synthetic" in first, path.name
        assert path.stat().st_size < 400_000, path.name
    assert open_params(site).site.synthetic


def test_all_samples_together_are_small() -> None:
    assert sum(path.stat().st_size for site in SITES for path in data_files(site)) < 2_500_000


@pytest.mark.parametrize("site", SITES)
def test_names_are_never_like_real_ones_and_numbers_keep_their_zeros(site: str) -> None:
    people = names(study(site))
    assert people["display_name"].str.fullmatch(r"示例员工 \d{3} / Sample \d{3}").all()
    assert people["staff_no"].str.fullmatch(r"0\d{5}").all()


def test_encodings_and_headers_that_planners_have() -> None:
    desk, hotline = open_params("front_desk").folder, open_params("hotline").folder
    with pytest.raises(UnicodeDecodeError):
        (desk / "leave.csv").read_bytes().decode("utf-8")
    assert (hotline / "contacts.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    header = next(line for line in csv.reader(io.StringIO((hotline / "contacts.csv").read_text(encoding="utf-8-sig"))) if len(line) > 3)
    assert header[:2] == ["日期", "队列"] and len(header) == 50
    sheet = openpyxl.load_workbook(desk / "staff.xlsx").worksheets[0]
    assert any(merged.min_row == 1 for merged in sheet.merged_cells.ranges)
    grid = openpyxl.load_workbook(hotline / "last_roster.xlsx").worksheets[0]
    assert {cell for row in grid.iter_rows(min_row=3, min_col=3, values_only=True) for cell in row} == {"早", "日", "中", "晚", "夜", "短", "休"}


@pytest.mark.parametrize("site", ("front_desk", "online_shop", "hotline"))
def test_wishes_partly_agree_with_the_planted_roster(site: str) -> None:
    roster, _ = planted(site)
    given = roster.set_index(["employee_id", "date"])["shift"].fillna(OFF)
    met = [given[(w.employee_id, w.date)] == w.wish for w in study(site).wishes.itertuples()]
    assert 0.4 < sum(met) / len(met) < 0.9
    assert OFF in set(study(site).wishes["wish"]) and len(set(study(site).wishes["wish"])) > 2


@pytest.mark.parametrize("site", SITES)
def test_hours_fit_the_contract_with_leave(site: str) -> None:
    """184 h in December 2026 for full time (23 workdays of 8 h; 176 h in the United States)."""
    params, recipe = open_params(site), open_recipe(site)
    days = month_calendar(recipe, params)
    full = {contract_h(row.who, params, days) for row in rows(site) if row.who.fte_share == 1 and row.who.left is None and row.who.hired.year < 2026}
    assert full == {176.0 if site == "bank" else 184.0}
    leave = study(site).leave.groupby("employee_id")["hours_h"].sum()
    ids = study(site).employees.set_index("position")["employee_id"]
    assert {ids[row.position]: row.who.leave_h for row in rows(site) if row.who.leave} == leave.to_dict()


def test_the_bank_is_staffed_for_the_public_series() -> None:
    people = study("bank").employees
    assert people["hired"].max() < pd.Timestamp("2003-11-01")
    assert people["hours_scheme"].eq("standard").all()


@pytest.mark.skipif(not SERIES.exists(), reason="needs the public series/reference beside the checkout")
def test_the_bank_opens_on_the_public_series() -> None:
    real = open_study("bank", month="2003-11", contacts=str(SERIES.resolve()))
    assert len(real.employees) == len(rows("bank"))
    assert real.contacts["offered"].max() > 2000
    need = staffing.requirement(demand.forecast(real), real)
    assert 60 < need["scheduled"].max() < 120


def test_real_sites_are_not_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(open_params("front_desk").folder.parents[1], tmp_path / "params")
    site = tmp_path / "params" / "sites" / "front_desk"
    monkeypatch.setenv("CSLIB_ROOT", str(tmp_path))
    text = (site / "site.yml").read_text(encoding="utf-8")
    (site / "site.yml").write_text(text.replace("synthetic: true", "synthetic: false"), encoding="utf-8")
    before = (site / "staff.xlsx").read_bytes()
    with pytest.raises(ParamError) as caught:
        synthesise("front_desk")
    assert caught.value.keys == ["synthetic.real_site"]
    assert (site / "staff.xlsx").read_bytes() == before
    (site / "site.yml").write_text(text, encoding="utf-8")
    (site / "synthetic.yml").unlink()
    with pytest.raises(ParamError) as caught:
        synthesise("front_desk")
    assert caught.value.keys == ["synthetic.no_recipe"]


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("lobby: {skills: {lobby: 1}, shifts: [E, M, N], count: 6", "lobby: {skills: {lobby: 1}, shifts: [E, M, N], cuont: 6", "params.unknown_key"),
        ("month: 2026-12", "month: 2026-13", "horizon.month"),
        ("shifts: [E, M, N, D1, D2]", "shifts: [E, M, D1, D2]", "synthetic.uncoverable"),
        ("shifts: [E, M, N, D1, D2]", "count: 9, shifts: [E, M, N, D1, D2]", "synthetic.uncoverable"),
    ],
)
def test_wrong_recipes_are_refused(old: str, new: str, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(open_params("front_desk").folder.parents[1], tmp_path / "params")
    recipe = tmp_path / "params" / "sites" / "front_desk" / "synthetic.yml"
    monkeypatch.setenv("CSLIB_ROOT", str(tmp_path))
    text = recipe.read_text(encoding="utf-8").replace("count: 6", "count: 1") if "uncoverable" in key else recipe.read_text(encoding="utf-8")
    assert old in text
    recipe.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises((ParamError, RosterError)) as caught:
        synthesise("front_desk", out=tmp_path / "made", replant=True)
    assert key in caught.value.keys
    assert re.search(r"[\u4e00-\u9fff]", str(caught.value))


def test_leave_falls_on_workdays_of_employment() -> None:
    for site in SITES:
        days = month_calendar(open_recipe(site), open_params(site))
        legal = {day.date() for day in days.loc[days["kind"] == "workday", "date"]}
        for row in rows(site):
            assert set(row.who.leave) <= {day for day in legal if row.who.employed(day)}
            assert all(not row.shift(day) for day in row.who.leave)
            assert all(isinstance(day, dt.date) for day in row.cells)

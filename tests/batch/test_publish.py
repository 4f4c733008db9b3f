"""Publishing, swaps and exports: versions are sealed and never changed, notice and consent hold, names stay in the protected folder."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import stat

import openpyxl
import pandas as pd
import pytest
import yaml
from click.testing import CliRunner

from cslib import demand, intake, roster, staffing
from cslib.batch import balance, check, export, fairness, publish, swap
from cslib.core import words
from cslib.core.errors import CslibError, IntakeError, ParamError, RunError
from cslib.core.paths import issues_dir
from cslib.params.exports import open_layout
from cslib.report import exports
from cslib.report.store import table_bytes

SITE, MONTH = "front_desk", "2026-12"
EARLY, LATE = dt.date(2026, 11, 10), dt.date(2026, 11, 25)
SECRET = re.compile(r"yuan|salary|grade|score|reason|paid|工资|薪|职级|得分|原因", re.IGNORECASE)


@pytest.fixture(scope="module")
def plan():
    study = intake.open_study(SITE, month=MONTH)
    need = staffing.requirement(demand.forecast(study), study)
    return roster.solve(roster.problem(need, study), work=0.02), need, study


@pytest.fixture
def month(plan, tmp_path, monkeypatch):
    """A finished run in place of the outputs, an empty protected folder."""
    found, need, _ = plan
    monkeypatch.setenv("CSLIB_OUTPUTS", str(tmp_path / "outputs"))
    monkeypatch.setenv("CSLIB_PROTECTED", str(tmp_path / "protected"))
    run = tmp_path / "base-0a0a0a0a"
    (run / "tables").mkdir(parents=True)
    for name, frame in (("roster", found.roster), ("covers", found.covers), ("requirement", need)):
        (run / "tables" / f"{name}.csv").write_bytes(table_bytes(name, frame))
    for module in (check, publish):
        monkeypatch.setattr(module, "newest_run", lambda _: run)
    return found.roster


@pytest.fixture
def issued(month):
    assert publish.check_month(SITE, MONTH).done
    assert publish.publish_month(SITE, MONTH, EARLY).done
    return month


def keys(call, *args, **kwargs) -> list[str]:
    with pytest.raises(CslibError) as caught:
        call(*args, **kwargs)
    for language in words.LANGUAGES:
        with words.speaking(language):
            assert str(caught.value)
    return caught.value.keys


def workbook():
    return next(issues_dir(SITE, MONTH).parent.glob("published-v*.xlsx"))


def changed_workbook(tmp_path, who: str, day: dt.date, text: str):
    book = openpyxl.load_workbook(workbook())
    sheet = book.worksheets[0]
    names = intake.names(intake.open_study(SITE, month=MONTH)).set_index("employee_id")
    number = names.loc[who, "staff_no"]
    row = next(r for r in range(1, sheet.max_row + 1) if any(str(sheet.cell(r, c).value) == str(number) for c in range(1, 5)))
    column = next(
        c
        for c in range(1, sheet.max_column + 1)
        for r in range(1, 6)
        if sheet.cell(r, c).value == day or (isinstance(sheet.cell(r, c).value, dt.datetime) and sheet.cell(r, c).value.date() == day)
    )
    sheet.cell(row, column).value = text
    book.save(tmp_path / "edited.xlsx")
    return tmp_path / "edited.xlsx"


def legal_rest(plan) -> tuple[str, dt.date]:
    """A duty that may be dropped by the audit: one of a post that may be left."""
    found, need, study = plan
    work = found.roster[found.roster["kind"].eq("work") & found.roster["date"].dt.day.gt(10)]
    for row in work[work["queue"].eq("floater") | work["queue"].eq("reception")].itertuples():
        board = roster.life.Board(found.roster, found.covers, need, study)
        change = board.trial({(row.employee_id, row.date.date()): roster.life.Entry()})
        covers = {c.row.stand_in_id for c in board.covers if abs(c.start - (row.start - board.facts.origin).total_seconds() / 60) < 1440}
        if row.employee_id not in covers and not board.broken(change):
            return row.employee_id, row.date.date()
    raise AssertionError("no duty may be dropped")


@pytest.mark.usefixtures("month")
def test_nothing_is_published_unchecked_late_or_twice():
    assert keys(publish.publish_month, SITE, MONTH, EARLY) == ["batch.not_checked"]
    assert publish.check_month(SITE, MONTH).done
    assert keys(publish.publish_month, SITE, MONTH, LATE) == ["batch.notice"]
    assert publish.publish_month(SITE, MONTH, LATE, late=True).done
    assert keys(publish.publish_month, SITE, MONTH, EARLY) == ["batch.already_published"]
    (first, late) = publish.history(SITE, MONTH)
    assert "v1" in str(issues_dir(SITE, MONTH) / "v1") and late.strip()
    assert first != late


@pytest.mark.usefixtures("month")
def test_the_notice_of_fourteen_days_is_the_sites():
    study = intake.open_study(SITE, month=MONTH)
    assert study.params.site.repair.notice_days == 14
    publish.check_month(SITE, MONTH)
    assert keys(publish.publish_month, SITE, MONTH, dt.date(2026, 11, 18)) == ["batch.notice"]
    assert publish.publish_month(SITE, MONTH, dt.date(2026, 11, 17)).done


@pytest.mark.usefixtures("month")
def test_an_illegal_draft_is_not_checked(tmp_path):
    path = tmp_path / "base-0a0a0a0a" / "tables" / "roster.csv"
    text = path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    line = next(i for i, t in enumerate(text) if ",work,D1," in t)
    path.write_text("".join([*text[:line], text[line].replace("D1", "XX", 1), *text[line + 1 :]]), encoding="utf-8-sig")
    found = publish.check_month(SITE, MONTH)
    assert not found.done and len(found.lines) > 1
    assert keys(publish.publish_month, SITE, MONTH, EARLY) == ["batch.not_checked"]


def test_a_version_is_read_only_sealed_and_a_change_of_it_is_noticed(issued):
    (version,) = intake.issues(SITE, MONTH)
    pd.testing.assert_frame_equal(version.table("roster"), issued.reset_index(drop=True), check_dtype=False)
    for path in version.folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o400
    path = version.folder / "roster.csv"
    whole = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(whole.replace(b"N", b"E", 1))
    assert keys(intake.issues, SITE, MONTH) == ["intake.issue_changed"]
    path.write_bytes(whole)
    record = version.folder / "record.json"
    content = json.loads(record.read_text(encoding="utf-8"))
    record.chmod(0o600)
    record.write_text(json.dumps({**content, "on": "2026-01-01"}), encoding="utf-8")
    assert keys(intake.issues, SITE, MONTH) == ["intake.issue_changed"]


def test_an_amendment_needs_a_reason_consent_and_a_legal_change(plan, issued, tmp_path):
    who, day = legal_rest(plan)
    path = changed_workbook(tmp_path, who, day, "休")
    soon = day - dt.timedelta(days=3)
    assert keys(publish.amend_month, path, SITE, MONTH, soon, "because") == ["batch.amend_reason"]
    assert keys(publish.amend_month, path, SITE, MONTH, soon, "wish") == ["batch.no_consent"]
    assert keys(publish.amend_month, path, SITE, MONTH, day + dt.timedelta(days=1), "wish") == ["batch.past_day"]
    assert keys(publish.amend_month, workbook(), SITE, MONTH, soon, "wish") == ["batch.nothing_changed"]
    assert publish.amend_month(path, SITE, MONTH, soon, "wish", agreed=[who]).done
    first, second = intake.issues(SITE, MONTH)
    assert second.record["previous"] == first.seal and second.record["changed"] == [[who, day.isoformat()]]
    table = second.table("roster")
    assert table.loc[table["employee_id"].eq(who) & table["date"].eq(pd.Timestamp(day)), "kind"].item() == "rest"
    pd.testing.assert_frame_equal(check.published(intake.open_study(SITE, month=MONTH))[0], table)
    night = issued[issued["shift"].eq("N")].iloc[0]
    later = night["date"].date() + dt.timedelta(days=1)
    bad = changed_workbook(tmp_path, night["employee_id"], later, "早")
    refused = publish.amend_month(bad, SITE, MONTH, EARLY, "wish")
    assert not refused.done and len(intake.issues(SITE, MONTH)) == 2


def test_the_next_month_starts_from_the_published_one(issued, monkeypatch):
    from cslib.intake import opening

    real = opening.open_params

    def published_before(site, scenario):
        params = real(site, scenario)
        files = params.site.files.model_copy(update={"last_roster": "published", "leave": None, "wishes": None})
        return type(params)(**{**vars(params), "site": params.site.model_copy(update={"files": files})})

    monkeypatch.setattr(opening, "open_params", published_before)
    study = intake.open_study(SITE, month="2027-01")
    last = study.last_roster
    assert len(last) == len(issued) and set(last["shift"].dropna()) == set(issued["shift"].dropna())
    (version,) = intake.issues(SITE, MONTH)
    assert study.files[version.label] == version.seal
    with pytest.raises(IntakeError) as caught:
        intake.open_study(SITE, month="2027-02")
    assert caught.value.keys == ["intake.no_issue"]


def test_a_swap_is_judged_priced_and_shown_for_both(plan, issued):
    found, need, study = plan
    work = issued[issued["kind"].eq("work") & issued["queue"].isin(["north_lobby", "south_lobby"])]
    day = work[work["date"].dt.day.eq(15)]
    early, late = day[day["shift"].eq("E")].iloc[0], day[day["shift"].eq("M")].iloc[0]
    same = dt.date(2026, 12, 15)
    one = roster.life.swap(found.roster, found.covers, need, study, (early["employee_id"], same), (late["employee_id"], same))
    audited = roster.audit(one.board.roster(), one.board.cover_table(), need, study)
    assert one.legal == audited.empty and len(one.broken) == len(audited)
    priced = roster.recount(one.board.roster(), one.board.cover_table(), need, study)[1]["priced_yuan"].sum()
    assert one.delta_yuan == pytest.approx(priced - found.report.priced_yuan, abs=0.05)
    assert [e.hours_h[0] for e in one.effects] == [e.hours_h[1] for e in one.effects]  # like for like in hours
    night = work[work["shift"].eq("N") & work["date"].dt.day.eq(15)].iloc[0]
    bad = swap.swap_month(SITE, MONTH, (early["employee_id"], same), (night["employee_id"], same), EARLY)
    text = "\n".join(bad.lines)
    assert early["employee_id"] in text and night["employee_id"] in text
    assert (
        keys(swap.swap_month, SITE, MONTH, ("P-NO", dt.date(2026, 12, 15)), (early["employee_id"], dt.date(2026, 11, 1)), EARLY)[0]
        == "roster.swap_person"
    )
    legal = one if one.legal else None
    if legal is not None:
        accepted = swap.swap_month(SITE, MONTH, *[(e.employee_id, same) for e in one.effects], EARLY, accept=True)
        assert accepted.done and intake.newest_issue(SITE, MONTH).record["reason"] == "swap"


def test_exports_with_names_stay_protected_and_carry_open_fields_only(issued, tmp_path):
    assert keys(export.export_month, SITE, MONTH, "ics", folder=tmp_path / "outside") == ["batch.export_names"]
    assert keys(export.export_month, SITE, MONTH, "pdf") == ["batch.export_form"]
    assert not (tmp_path / "outside").exists()
    for form in ("layout", "dingtalk", "ics", "csv"):
        export.export_month(SITE, MONTH, form)
    folder = tmp_path / "protected" / SITE / MONTH / "export"
    files = list(folder.iterdir())
    assert len(files) == 3 + issued.loc[issued["kind"].eq("work"), "employee_id"].nunique()
    for path in files:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert not SECRET.search(path.read_text(encoding="utf-8-sig"))
    export.export_month(SITE, MONTH, "csv", folder=tmp_path / "plain")
    plain = pd.read_csv(tmp_path / "plain" / f"roster-{MONTH}.csv")
    assert list(plain.columns) == list(exports.PLAIN) and set(plain["employee_id"]) == set(issued["employee_id"])


@pytest.mark.usefixtures("issued")
def test_parquet_is_an_extra_and_its_absence_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(export, "find_spec", lambda _: None)
    assert keys(export.export_month, SITE, MONTH, "parquet", folder=tmp_path / "plain") == ["batch.no_parquet"]
    assert not (tmp_path / "plain").exists() or not list((tmp_path / "plain").iterdir())


def test_the_sites_layout_and_dingtalks_columns_say_what_the_roster_says(plan):
    found, _, study = plan
    names = intake.names(study)
    layout = open_layout(SITE, tuple(s.code for s in study.params.shifts))
    text = exports.layout_file(found.roster, study, names, layout).decode("utf-8-sig")
    rows = pd.read_csv(io.StringIO(text), dtype=str)
    assert list(rows.columns) == list(layout.columns) and len(rows) == len(found.roster)
    counts = found.roster.loc[found.roster["kind"].eq("work"), "shift"].map(layout.codes).value_counts()
    assert rows["班次"].value_counts()[counts.index].tolist() == counts.tolist()
    grid = pd.read_csv(io.StringIO(exports.dingtalk_file(found.roster, study, names).decode("utf-8-sig")), dtype=str)
    assert list(grid.columns[:2]) == ["姓名", "工号"] and list(grid.columns[2:]) == [f"2026-12-{d:02d}" for d in range(1, 32)]
    assert (grid.iloc[:, 2:] == "休息").sum().sum() == int(found.roster["kind"].eq("rest").sum())


def test_a_layout_with_an_unknown_field_or_code_is_refused(tmp_path, monkeypatch):
    import cslib.params.exports as module

    monkeypatch.setattr(module, "site_dir", lambda _: tmp_path)
    with pytest.raises(ParamError) as caught:
        open_layout("x", ("E",))
    assert caught.value.keys == ["params.no_file"]
    for content, key in (
        ({"form": "list", "columns": {"工资": "pay"}}, "params"),
        ({"form": "list", "columns": {"班": "shift"}, "codes": {"Q": "q"}}, "params.export_code"),
        ({"form": "grid", "columns": {"班": "shift"}}, "params.export_grid"),
    ):
        (tmp_path / "export.yml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
        with pytest.raises(ParamError) as caught:
            open_layout("x", ("E",))
        assert caught.value.keys[0].startswith(key)


def test_calendars_keep_to_rfc_5545(plan):
    found, _, study = plan
    files = dict(exports.calendars(found.roster, study, intake.names(study), "2"))
    work = found.roster[found.roster["kind"].eq("work")]
    assert sum(content.count(b"BEGIN:VEVENT") for content in files.values()) == len(work)
    who = work["employee_id"].iloc[0]
    number = intake.names(study).set_index("employee_id").loc[who, "staff_no"]
    content = files[f"{number}.ics"]
    assert b"\n" not in content.replace(b"\r\n", b"") and all(len(line) <= 75 for line in content.split(b"\r\n"))
    lines = content.decode().replace("\r\n ", "").split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR" and lines[-2:] == ["END:VCALENDAR", ""]
    starts = [line.removeprefix("DTSTART:") for line in lines if line.startswith("DTSTART:")]
    assert starts == [f"{t:%Y%m%dT%H%M%S}" for t in work.loc[work["employee_id"].eq(who), "start"].sort_values()]
    events = "\n".join(lines).split("BEGIN:VEVENT")[1:]
    assert all(event.count(f"\n{name}:") == 1 for event in events for name in ("UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "SEQUENCE"))
    uids = [line for line in lines if line.startswith("UID:")]
    assert len(set(uids)) == len(uids)
    assert exports.escaped("a,b;c\\d\ne") == "a\\,b\\;c\\\\d\\ne"


def test_balances_are_carried_from_month_to_month_and_stay_protected(issued, tmp_path):
    who = issued["employee_id"].iloc[0]
    taken = tmp_path / "taken.csv"
    taken.write_text(f"employee_id,days\n{who},2\n", encoding="utf-8")
    lines = balance.balance_month(SITE, MONTH, taken=taken)
    folder = tmp_path / "protected" / SITE / MONTH / "balances"
    assert {p.name for p in folder.iterdir()} == {"lieu_ledger.csv", "annual_leave.csv", "leave_plan.csv"} and len(lines) == 4
    annual = pd.read_csv(folder / "annual_leave.csv").set_index("employee_id")
    assert annual.loc[who, "taken_days"] == 2 and annual.loc[who, "left_days"] == annual.loc[who, "entitled_days"] - 2
    plan = pd.read_csv(folder / "leave_plan.csv")
    works = set(zip(issued["employee_id"], issued["date"].dt.strftime("%Y-%m-%d"), issued["kind"], strict=True))
    assert all((r.employee_id, r.date, "work") in works for r in plan.itertuples())
    taken.write_text("employee_id,days\nP-NO,2\n,x\n", encoding="utf-8")
    assert keys(balance.balance_month, SITE, MONTH, taken=taken) == ["batch.taken_row", "batch.taken_row"]
    number = intake.names(intake.open_study(SITE, month=MONTH)).set_index("employee_id").loc[who, "staff_no"]
    taken.write_bytes(f"工号,天数\n{number},3\n".encode("gbk"))
    balance.balance_month(SITE, MONTH, taken=taken)
    assert pd.read_csv(folder / "annual_leave.csv").set_index("employee_id").loc[who, "taken_days"] == 3


@pytest.mark.usefixtures("issued")
def test_the_verbs_say_errors_in_one_sentence():
    from cslib.batch.cli import main

    run = CliRunner()
    assert run.invoke(main, ["publish", "history", SITE, "--month", MONTH]).exit_code == 0
    again = run.invoke(main, ["publish", "issue", SITE, "--month", MONTH, "--on", "2026-11-01"])
    assert again.exit_code == 2 and "Traceback" not in again.output
    wrong = run.invoke(main, ["export", SITE, "--month", MONTH, "--as", "fax"])
    assert wrong.exit_code == 2
    alone = run.invoke(main, ["swap", SITE, "--month", MONTH, "--person", "P-A", "--day", "2026-12-05", "--with", "P-A", "--on", "2026-11-01"])
    assert alone.exit_code == 2
    with pytest.raises(RunError):
        publish.publish_month(SITE, MONTH, EARLY)


@pytest.mark.usefixtures("issued")
def test_the_ledger_of_fairness_is_published_and_carried_into_the_next_month(plan):
    found, need, study = plan
    following = intake.open_study(SITE, month="2027-01")
    carried = following.fairness_ledger
    assert carried.equals(fairness.month_ledger(found.roster, found.covers, need, study))
    assert set(carried["month"]) == {MONTH} and carried["nights"].sum() > 0
    assert any(label.startswith(f"published {MONTH}") for label in following.files)
    assert intake.open_study(SITE, month="2027-02").fairness_ledger.empty
    for language in words.LANGUAGES:
        with words.speaking(language):
            lines = fairness.fairness_month(SITE, MONTH)
            assert len(lines) == 2 + len(carried) and all(any(line.startswith(who) for line in lines) for who in carried["employee_id"])
    path = issues_dir(SITE, MONTH) / "v1" / "fairness_ledger.csv"
    path.chmod(0o600)
    path.write_bytes(path.read_bytes().replace(b"2026-12", b"2026-11"))
    assert keys(intake.open_study, SITE, month="2027-01") == ["intake.issue_changed"]

"""The playbook: its stand-ins are legal when they are really used, its prices are the recount's, its shares are those of the sample."""

from __future__ import annotations

import datetime as dt

import front_desk
import pandas as pd
import pytest

from cslib.params.life_settings import PlaybookSettings
from cslib.roster import audit, recount
from cslib.roster.life.board import Board, Entry
from cslib.roster.life.playbook import playbook
from cslib.roster.life.repair import absence

DAYS = [dt.date(2026, 12, 8), dt.date(2026, 12, 9)]
RULE = PlaybookSettings(absence_share=0.1, draws=20)


@pytest.fixture(scope="module")
def month():
    return front_desk.month(playbook=RULE)


@pytest.fixture(scope="module")
def book(month):
    return playbook(Board(month.roster, month.covers, month.need, month.study), DAYS)


def missed(month, row) -> pd.Series:
    work = month.roster[month.roster["kind"].eq("work") & month.roster["queue"].eq(row["queue"]) & month.roster["shift"].eq(row["shift"])]
    return work[work["date"].eq(row["date"])].iloc[0]


def test_every_duty_has_a_page_with_stand_ins_by_price(month, book):
    work = month.roster[month.roster["kind"].eq("work") & month.roster["date"].isin(pd.to_datetime(DAYS))]
    pages = book.table.groupby(["queue", "date", "shift"])
    assert set(pages.groups) == set(zip(work["queue"], work["date"], work["shift"], strict=True))
    assert all(page["left_yuan"].is_monotonic_increasing for _, page in pages)
    assert {"called_in", "on_duty"} <= set(book.table["way"].dropna())


def test_people_called_in_are_legal_and_priced_as_the_recount_prices_them(month, book):
    called = book.table[book.table["way"].eq("called_in") & book.table["queue"].ne("floater")]
    calm = recount(month.roster, month.covers, month.need, month.study)[1]["priced_yuan"].sum()
    for _, row in called.iloc[:: len(called) // 2].iterrows():
        duty = missed(month, row)
        gone = absence(duty["employee_id"], duty["start"], duty["end"])
        board = Board(month.roster, month.covers, month.need, month.study, gone)
        plain = Board(month.roster, month.covers, month.need, month.study).entry(duty["employee_id"], row["date"].date())
        assert isinstance(plain, Entry)
        board.apply(board.trial({(row["stand_in_id"], row["date"].date()): plain}))
        tables = board.roster(), board.cover_table()
        found = audit(*tables, month.need, month.study, gone)
        assert found[found["employee_id"].eq(row["stand_in_id"]) & ~found["rule"].str.startswith("cover")].empty
        priced = recount(*tables, month.need, month.study, gone)[1]["priced_yuan"].sum()
        assert priced - calm == pytest.approx(row["left_yuan"], abs=0.02)


def test_people_on_duty_cover_legally_by_the_whole_audit(month, book):
    places = [(place, covering) for place, options in book.options.items() if (covering := [o for o in options if o.way == "on_duty"])]
    assert len(places) >= 12
    for (day, queue, shift), covering in places[::4]:
        option = covering[-1]
        duty = missed(month, {"queue": queue, "shift": shift, "date": pd.Timestamp(day)})
        who = duty["employee_id"]
        gone = absence(who, duty["start"], duty["end"])
        board = Board(month.roster, month.covers, month.need, month.study, gone)
        calm = [c for c in board.covers if not ({who} & {c.row.stand_in_id, c.row.absent_id} and c.start < duty_end(board, duty))]
        board.apply(board.trial({}, (*calm, *(board.cover(queue, who, option.employee_id, *span) for span in option.spans))))
        found = audit(board.roster(), board.cover_table(), month.need, month.study, gone)
        assert found[found["employee_id"].eq(option.employee_id)].empty
        assert sum(high - low for low, high in option.spans) / 60 == pytest.approx(option.hours_h) and option.hours_h <= 4


def duty_end(board: Board, duty: pd.Series) -> float:
    return (duty["end"] - board.facts.origin).total_seconds() / 60


def test_shares_are_those_of_peak_intervals_and_the_playbook_helps(month, book):
    need = month.need[month.need["peak"] & month.need["interval_start"].dt.normalize().isin(pd.to_datetime(DAYS))]
    assert set(zip(book.peaks["queue"], book.peaks["interval_start"], strict=True)) == set(zip(need["queue"], need["interval_start"], strict=True))
    assert book.peaks["held_share"].mean() < 1 and book.peaks["mended_share"].mean() > book.peaks["held_share"].mean()
    # one person at the lobby, missed with probability 0.1: about nine in ten months hold
    lobby = book.peaks[book.peaks["queue"].eq("north_lobby")]
    assert lobby["held_share"].mean() == pytest.approx(0.9, abs=0.06)
    weakest = book.weakest(3)
    assert weakest["date"].is_unique and weakest["mended_share"].iloc[0] == book.peaks["mended_share"].min()

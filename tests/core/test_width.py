"""Texts with Chinese characters in columns."""

from cslib.core.width import aligned, units_of


def test_columns_start_at_the_same_place_whatever_the_script():
    lines = aligned(["Name", "人数"], [["前台", "1"], ["reception desk", "22"]])
    starts = {units_of(line[: line.rindex(" ") + 1]) for line in (lines[0], *lines[2:])}
    assert starts == {16} and len(lines[1]) == 20


def test_a_table_without_rows_has_its_titles():
    assert aligned(["a", "bc"], []) == ["a  bc", "-----"]

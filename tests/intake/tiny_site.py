"""The tiny site of the intake tests."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SITE = """
name: {zh: 小站, en: Tiny}
synthetic: true
seed: 7
city: shanghai
law: cn_labour
pay: simple
interval_min: 30
queues:
  phone_zh:
    name: {zh: 中文热线, en: Chinese line}
    channel: phone
    model: erlang_c
    skill: zh
    opening: [{from: "08:00", to: "20:00"}]
    service: {level_share: 0.8, target_s: 20}
    aht_s: 240
  phone_en:
    name: {zh: 英文热线, en: English line}
    channel: phone
    model: erlang_c
    skill: en
    opening: [{days: [mon, tue, wed, thu, fri], from: "09:00", to: "18:00"}]
    service: {level_share: 0.8, target_s: 20}
    aht_s: 300
  desk:
    name: {zh: 前台, en: Desk}
    channel: post
    model: heads
    skill: desk
    heads: [{heads: 1}]
  gate:
    name: {zh: 门岗, en: Gate}
    channel: post
    model: heads
    skill: desk
    heads: [{heads: 1}]
files:
  staff: staff.csv
"""
SHIFTS = """
shifts:
  D:
    name: {zh: 白班, en: day}
    mark: {zh: 白, en: D}
    colour: "#c6e0b4"
    start: "08:00"
    length_min: 540
    breaks: [{length_min: 60, earliest_min: 180, latest_min: 300}]
    aliases: [日]
  P:
    name: {zh: 岗班, en: post}
    mark: {zh: 岗, en: P}
    colour: "#9bc2e6"
    start: "20:00"
    length_min: 720
    breaks: [{length_min: 30, earliest_min: 240, latest_min: 300, paid: true}]
    queues: [desk, gate]
    aliases: [夜, 夜班]
"""
STAFF = """工号,姓名,班组,岗位,入职日期,离职日期,工时制,全时当量,技能,职级
00127,甲一,一组,客服,2025-03-01,,标准,1,中文热线,初级
00128,乙二,一组,客服,2025/3/1,,综合,1,zh;en:0.8,middle
00129,丙三,二组,组长,2025年3月1日,2026-12-20,标准,0.5,前台,组长
00130,丁四,二组,客服,20250301,2026-11-30,标准,1,zh,junior
"""


class TinySite:
    """The site under test: ``write`` puts a data file in place and names it in ``site.yml``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "params" / "sites" / "tiny"
        self.folder.mkdir(parents=True)
        self.put("site.yml", SITE)
        self.put("shifts.yml", SHIFTS)
        self.put("staff.csv", STAFF)

    def put(self, name: str, content: str | bytes) -> Path:
        """Write a file of the site."""
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def use(self, entry: str, name: str, content: str | bytes = "") -> Path:
        """Name a file under ``files`` in ``site.yml`` (and write it, if content is given)."""
        text = (self.folder / "site.yml").read_text(encoding="utf-8")
        line = f"  {entry}: {name}\n"
        kept = [x for x in text.splitlines(keepends=True) if not x.startswith(f"  {entry}:")]
        self.put("site.yml", "".join(kept) + line)
        return self.put(name.strip("[]"), content) if content else self.folder / name.strip("[]")

    def change(self, before: str, after: str, name: str = "site.yml") -> None:
        """Replace a text in a file; it must be there."""
        text = (self.folder / name).read_text(encoding="utf-8")
        assert before in text
        self.put(name, text.replace(before, after))

"""The hours table is tested with the audit's builders."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "audit"))

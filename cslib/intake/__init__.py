"""What planners have (staff list, contacts, leave, wishes, rosters from CSV and Excel) to one checked, pseudonymised, immutable Study."""

from cslib.intake.appraisal import Figures, figures
from cslib.intake.issued import Issue, issues, newest_issue
from cslib.intake.opening import names, open_study, pay_file
from cslib.intake.pay_facts import PayFacts, read_groups, read_pay_facts
from cslib.intake.rosters import Returned, read_roster
from cslib.intake.site_folder import new_site
from cslib.intake.study import Study

__all__ = [
    "Figures", "Issue", "PayFacts", "Returned", "Study", "figures", "issues", "names", "new_site", "newest_issue", "open_study", "pay_file",
    "read_groups", "read_pay_facts", "read_roster",
]  # fmt: skip

"""What planners have (staff list, contacts, leave, wishes, rosters from CSV and Excel) to one checked, pseudonymised, immutable Study."""

from cslib.intake.appraisal import Figures, figures
from cslib.intake.opening import names, open_study
from cslib.intake.rosters import Returned, read_roster
from cslib.intake.site_folder import new_site
from cslib.intake.study import Study

__all__ = ["Figures", "Returned", "Study", "figures", "names", "new_site", "open_study", "read_roster"]

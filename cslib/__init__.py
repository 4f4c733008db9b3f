"""Open workforce planning for customer-service departments: contacts, staffing, rosters, covers, grades and pay."""

__version__ = "0.1.0"

"""A roster's life after it was planned: changes judged and priced at once, repair after absences."""

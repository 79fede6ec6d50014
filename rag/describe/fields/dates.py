"""Dates as a shop prints them: "2 February 2023" of "2023-02-02" or "02.02.2023"; "02/03/2023" may be either month.

>>> written_date("2023-02-02T08:00:00Z"), written_date("14.05.2018"), written_date("02/03/2023")
('2 February 2023', '14 May 2018', '02/03/2023')
"""

from __future__ import annotations

import calendar
import re

_DATE = re.compile(
    r"(?:(?P<year>(?:19|20)\d\d)-(?P<month>\d\d)-(?P<day>\d\d)(?:[T ]\d\d:\d\d.*)?"
    r"|(?P<day_2>\d{1,2})\.(?P<month_2>\d{1,2})\.(?P<year_2>(?:19|20)\d\d)"
    r"|(?P<day_3>1[3-9]|2\d|3[01])/(?P<month_3>\d{1,2})/(?P<year_3>(?:19|20)\d\d))"
)


def written_date(value: str) -> str:
    """Return a date with the name of its month, any other value as it is."""
    match = _DATE.fullmatch(value.strip())
    if match is None:
        return value
    day, month, year = (
        int(match[name] or match[f"{name}_2"] or match[f"{name}_3"]) for name in ("day", "month", "year")
    )
    if not 1 <= month <= 12 or not 1 <= day <= calendar.monthrange(year, month)[1]:
        return value
    return f"{day} {calendar.month_name[month]} {year}"

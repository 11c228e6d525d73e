"""Minutes and local dates, and the bank holidays of England."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

DAY = 1440
"""Minutes in a day."""
WEEK = 7 * DAY
"""Minutes in a week."""
HOURS_IN_WEEK = 168
"""Hours in a week; hour 0 starts on Monday at 00:00."""
DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""Names of the days, Monday first."""
DAY_KEYS = (*DAY_NAMES, "weekday", "weekend", "bank_holiday", "default")
"""Keys that a mapping of hours, a rota or a profile may use."""

SATURDAY = 5
"""First day of the weekend, counting Monday as 0."""

_HOLIDAYS = {
    2018: "01-01 03-30 04-02 05-07 05-28 08-27 12-25 12-26",
    2019: "01-01 04-19 04-22 05-06 05-27 08-26 12-25 12-26",
    2020: "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28",
    2021: "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28",
    2022: "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27",
    2023: "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26",
    2024: "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26",
    2025: "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26",
    2026: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
    2027: "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28",
    2028: "01-03 04-14 04-17 05-01 05-29 08-28 12-25 12-26",
    2029: "01-01 03-30 04-02 05-07 05-28 08-27 12-25 12-26",
    2030: "01-01 04-19 04-22 05-06 05-27 08-26 12-25 12-26",
}

ENGLAND = frozenset(
    date.fromisoformat(f"{year}-{day}") for year, days in _HOLIDAYS.items() for day in days.split()
)
"""Bank holidays of England, 2018 to 2030, substitute days included.

A holiday that falls on a weekend is listed on its substitute day; the weekend date stays a weekend.
Source: gov.uk/bank-holidays (England and Wales), Open Government Licence v3.0; years it does not
yet list follow the Banking and Financial Dealings Act 1971.
"""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Turns minutes into local dates and back.

    Args:
        start: midnight that minute 0 stands for (naive local time).
        bank_holidays: dates to treat as bank holidays; England's by default.

    Raises:
        ValueError: if `start` is not a midnight.
    """

    start: datetime
    bank_holidays: frozenset[date] = ENGLAND

    def __post_init__(self) -> None:
        if self.start.time() != time(0) or self.start.tzinfo is not None:
            raise ValueError(f"a calendar starts at midnight, local time; {self.start} does not")

    def minute(self, when: datetime) -> float:
        """Return minutes from the start to `when` (negative before the start)."""
        return (when - self.start) / timedelta(minutes=1)

    def at(self, minute: float) -> datetime:
        """Return the local date and time of `minute`."""
        return self.start + timedelta(minutes=minute)

    def date(self, day: int) -> date:
        """Return the date of day number `day`; day 0 is the start."""
        return (self.start + timedelta(days=day)).date()

    def weekday(self, day: int) -> int:
        """Return the day of the week of day number `day`, 0 for Monday to 6 for Sunday."""
        return (self.start.weekday() + day) % 7

    def day_kind(self, day: int) -> str:
        """Return "bank_holiday", "weekend" or "weekday" for day number `day`."""
        if self.date(day) in self.bank_holidays:
            return "bank_holiday"
        return "weekend" if self.weekday(day) >= SATURDAY else "weekday"

    def hour_of_week(self, minute: float) -> int:
        """Return the hour of the week, 0 (Monday 00:00) to 167, that holds `minute`."""
        return int((self.start.weekday() * DAY + minute) // 60) % HOURS_IN_WEEK

    def hours_of_week(self, minutes: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return `hour_of_week` of many minutes at once."""
        hours = np.floor_divide(minutes + self.start.weekday() * DAY, 60.0)
        return hours.astype(np.int64) % HOURS_IN_WEEK

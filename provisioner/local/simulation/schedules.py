"""When a schedule is due: `at(…)`, `rate(…)`, `cron(…)`.

https://docs.aws.amazon.com/autoscaling/application/userguide/
scheduled-scaling-using-cron-expressions.html, and eb-scheduled-rule-pattern.html of the
EventBridge User Guide, to which that page refers.
"""

from __future__ import annotations

import calendar
import math
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

UNITS = {"minute": 60.0, "hour": 3600.0, "day": 86400.0}
MONTHS = {name.upper(): n for n, name in enumerate(calendar.month_abbr) if name}
DAYS = {name: n for n, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), 1)}
DAYS["L"] = 7  # the last day of the week
# The least and the most of minutes, hours, days of a month, months, days of a week, years.
BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (1, 7), (1970, 2199))
YEAR = timedelta(days=366)
FORM = re.compile(
    r"at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)|rate\([1-9]\d* (?:minute|hour|day)s?\)"
    r"|cron\(\S+(?: \S+){5}\)"
)
# Days that are no numbers: the last one, the weekday nearest to one, the last or n-th of a weekday.
LAST_DAY, NEAR, NTH = re.compile("L"), re.compile(r"(\d+)W"), re.compile(r"(\w+)(?:L|#([1-5]))")


def valid(schedule: str) -> bool:
    """Whether a schedule has one of the three forms, and every part of it means something."""
    if not FORM.fullmatch(schedule):
        return False
    kind, _, body = schedule[:-1].partition("(")
    try:
        if kind == "at":
            datetime.fromisoformat(body)
        if kind == "cron":
            return _meant(body.upper().split())
    except ValueError:
        return False
    return True


def _meant(fields: list[str]) -> bool:
    """Of the two kinds of days exactly one is `?`. Raises ValueError about a part out of bounds."""
    days, weekdays = fields[2], fields[4]
    fields = list(fields)
    if LAST_DAY.fullmatch(days):
        fields[2] = "*"
    elif found := NEAR.fullmatch(days):
        fields[2] = found[1]
    if found := NTH.fullmatch(weekdays):
        fields[4] = found[1]
    for place, text in enumerate(fields):
        _values(text, place)
    return (days == "?") != (weekdays == "?")


def following(schedule: str, zone: str, begun: float, after: float) -> float:
    """Return the first time after `after` at which a schedule is due; infinity if there is none.

    `begun` is when a rate begins to count. Times are seconds since 1970.
    """
    kind, _, rest = schedule.partition("(")
    body = rest.rstrip(")").strip()
    if kind == "at":
        due = datetime.fromisoformat(body).replace(tzinfo=ZoneInfo(zone or "UTC")).timestamp()
        return due if due > after else math.inf
    if kind == "rate":
        number, _, unit = body.partition(" ")
        every = float(number) * UNITS[unit.rstrip("s")]
        return begun + (math.floor((max(after, begun) - begun) / every) + 1) * every
    return _cron(body, zone, after)


def _cron(body: str, zone: str, after: float) -> float:
    """Search day by day, then minute by minute, in the schedule's own time zone."""
    fields = body.split()
    minutes, hours = (_values(fields[n], n) for n in (0, 1))
    moment = datetime.fromtimestamp(after, tz=UTC).astimezone(ZoneInfo(zone or "UTC"))
    moment = moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
    last = moment + 4 * YEAR
    while moment < last:
        if not _day(fields, moment):
            moment = (moment + timedelta(days=1)).replace(hour=0, minute=0)
        elif moment.hour not in hours:
            moment = (moment + timedelta(hours=1)).replace(minute=0)
        elif moment.minute not in minutes:
            moment += timedelta(minutes=1)
        else:
            return moment.timestamp()
    return math.inf


def _day(fields: list[str], moment: datetime) -> bool:
    """Whether a schedule is due on that day; of the two kinds of days one is `?`."""
    if moment.month not in _values(fields[3], 3) or moment.year not in _values(fields[5], 5):
        return False
    last = calendar.monthrange(moment.year, moment.month)[1]
    weekday = moment.isoweekday() % 7 + 1
    days, weekdays = fields[2].upper(), fields[4].upper()
    if LAST_DAY.fullmatch(days):
        return moment.day == last
    if found := NEAR.fullmatch(days):
        return moment.day == _nearest(moment, min(int(found[1]), last), last)
    if found := NTH.fullmatch(weekdays):
        nth = (moment.day - 1) // 7 + 1 == int(found[2]) if found[2] else moment.day + 7 > last
        return weekday in _values(found[1], 4) and nth
    return moment.day in _values(days, 2) and weekday in _values(weekdays, 4)


def _nearest(moment: datetime, day: int, last: int) -> int:
    """Return the weekday, of the same month, that is nearest to a day."""
    saturday, sunday = (5, 6)
    which = moment.replace(day=day).weekday()
    if which == saturday:
        return day - 1 if day > 1 else day + 2
    if which == sunday:
        return day + 1 if day < last else day - 2
    return day


def _values(text: str, place: int) -> set[int]:
    least, most = BOUNDS[place]
    found: set[int] = set()
    for part in text.upper().split(","):
        span, _, step = part.partition("/")
        low, dash, high = span.partition("-")
        first = least if span in {"*", "?"} else _number(low)
        end = most if span in {"*", "?"} or (step and not dash) else _number(high or low)
        if not least <= first <= end <= most or (step and int(step) < 1):
            raise ValueError(part)
        found.update(range(first, end + 1, int(step or 1)))
    return found


def _number(text: str) -> int:
    return MONTHS.get(text) or DAYS.get(text) or int(text)

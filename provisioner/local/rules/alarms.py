"""What CloudWatch refuses about metric alarms.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html; texts but
those about days and weeks are [unverified].
"""

from __future__ import annotations

from .rule import Params, Place, Rule, rows

SHORT = (10, 20, 30)
MINUTE, HOUR, DAY, WEEK = 60, 3_600, 86_400, 604_800
TREATMENTS = frozenset({"breaching", "notBreaching", "ignore", "missing"})
# What an alarm of one metric says of it, where one of several has a list of queries.
OF_ONE = (
    "MetricName",
    "Namespace",
    "Dimensions",
    "Period",
    "Unit",
    "Statistic",
    "ExtendedStatistic",
)
ACTIONS = ("AlarmActions", "OKActions", "InsufficientDataActions")


def _metric(params: Params, _: Place) -> str | None:
    if params.get("EvaluationCriteria"):
        return None
    if params.get("Metrics"):
        given = [name for name in OF_ONE if params.get(name)]
        return f"{given[0]} must not be specified with Metrics" if given else None
    if not params.get("MetricName") or not params.get("Namespace"):
        return "MetricName and Namespace, or Metrics, must be specified"
    if bool(params.get("Statistic")) == bool(params.get("ExtendedStatistic")):
        return "Exactly one of Statistic and ExtendedStatistic must be specified"
    return None if params.get("Period") else "Period must be specified"


def _period(params: Params, _: Place) -> str | None:
    period = int(params.get("Period") or MINUTE)
    if period not in SHORT and period % MINUTE:
        return f"Period must be 10, 20, 30 or a multiple of 60: {period}"
    return None


def _span(params: Params, _: Place) -> str | None:
    """How far back an alarm looks; what the queries of metric math say counts, too."""
    nested = [each.get("MetricStat", {}).get("Period") for each in params.get("Metrics") or ()]
    period = max(int(each) for each in (params.get("Period"), *nested, 0) if each is not None)
    whole = period * int(params.get("EvaluationPeriods") or 1)
    long = period >= HOUR
    if whole <= (WEEK if long else DAY):
        return None
    words = ("a week", WEEK, ">=") if long else ("a day", DAY, "<")
    return (
        f"Metrics cannot be checked across more than {words[0]} (EvaluationPeriods * Period must be"
        f" <= {words[1]}) for alarms using period {words[2]} {HOUR}"
    )


def _datapoints(params: Params, _: Place) -> str | None:
    most = params.get("EvaluationPeriods")
    asked = params.get("DatapointsToAlarm")
    if asked and most and int(asked) > int(most):
        return f"DatapointsToAlarm ({asked}) must not be greater than EvaluationPeriods ({most})"
    return None


def _missing_data(params: Params, _: Place) -> str | None:
    asked = params.get("TreatMissingData")
    return None if asked in {None, *TREATMENTS} else f"Invalid value for TreatMissingData: {asked}"


def _actions(params: Params, _: Place) -> str | None:
    arns = (arn for name in ACTIONS for arn in params.get(name) or ())
    wrong = next((arn for arn in arns if not arn.startswith("arn:")), None)
    return f"Invalid arn syntax: {wrong}" if wrong else None


RULES: tuple[Rule, ...] = tuple(
    rule
    for check in (_metric, _period, _span, _datapoints, _missing_data, _actions)
    for rule in rows("CloudWatch API", ["PutMetricAlarm"], "ValidationError", check)
)

"""What the rules of a web ACL cost, as AWS itself adds it up.

https://docs.aws.amazon.com/waf/latest/APIReference/API_CheckCapacity.html
https://docs.aws.amazon.com/waf/latest/developerguide/aws-waf-capacity-units.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from provisioner.engine.aws import Aws, code_of, message_of, says
from provisioner.engine.model import refs
from provisioner.errors import PlanError
from provisioner.resources.wafv2._common import SCOPE, SERVICE

INCLUDED, MOST = 1500, 5000
"""Units: what the price of a web ACL includes, and what it can have at all."""
REFUSED = (
    "WAFLimitsExceededException",
    "WAFSubscriptionNotFoundException",
    "WAFExpiredManagedRuleGroupVersionException",
)
"""What CreateWebACL and UpdateWebACL would say of the same rules."""


def asked(aws: Aws, rules: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What is worth knowing of the cost. One call at most.

    A rule that refers to what does not exist yet cannot be asked about; it costs at least a unit.
    Raises PlanError where AWS would refuse the rules.
    """
    known = [rule for rule in rules if not any(refs(rule))]
    if not known:
        return
    try:
        answer = aws.client(SERVICE, attempts=2).check_capacity(Scope=SCOPE, Rules=known)
    except (ClientError, BotoCoreError) as error:
        if says(error, REFUSED):
            raise PlanError(f"AWS refuses its rules: {message_of(error)}") from error
        why = code_of(error) or type(error).__name__
        yield f"wafv2:CheckCapacity does not answer ({why}): only what `validate` adds up is known"
        return
    units, more = int(answer["Capacity"]), len(rules) - len(known)
    least = "at least " if more else ""
    if units + more > MOST:
        raise PlanError(
            f"its rules need {least}{units + more} capacity units, as AWS counts them, and a web"
            f" ACL has at most {MOST}; take rules away"
        )
    if units + more > INCLUDED:
        yield (
            f"its rules need {least}{units + more} capacity units, as AWS counts them; AWS charges"
            f" extra beyond {INCLUDED}"
        )

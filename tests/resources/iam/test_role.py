from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from provisioner.engine.diff import differences
from provisioner.engine.model import Live, Resource
from provisioner.resources._tags import home_tags
from provisioner.resources.iam.role import Role
from tests.cloud.bench import Bench, changed
from tests.cloud.sent import Sent, check_sent, sent

Make = Callable[..., Resource]
KIND = Role()
READ = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
LOGS = "arn:aws:iam::aws:policy/CloudWatchLogsReadOnlyAccess"


def trust(service: str = "ecs-tasks.amazonaws.com") -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def allow(*actions: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": ["*"]}
    return {"Version": "2012-10-17", "Statement": [statement]}


@pytest.fixture
def role(bench: Bench) -> Make:
    def wanted(**changes: Any) -> Resource:
        properties = {
            "RoleName": f"{bench.name}-task",
            "AssumeRolePolicyDocument": trust(),
            "InlinePolicies": {"task": allow("s3:GetObject")},
            "ManagedPolicyArns": [READ],
        }
        return changed(Resource("iam.role", "app-task", properties, {"team": "oak"}), changes)

    return wanted


def put(name: str, document: dict[str, Any]) -> Sent:
    return sent("PutRolePolicy", PolicyName=name, PolicyDocument=json.dumps(document))


def test_it_is_made_with_its_tags_and_then_gets_its_policies(bench: Bench, role: Make) -> None:
    wanted = role()
    check_sent(
        bench.apply(wanted),
        sent(
            "CreateRole",
            RoleName=f"{bench.name}-task",
            AssumeRolePolicyDocument=json.dumps(trust()),
            Tags=bench.tags(wanted),
        ),
        put("task", allow("s3:GetObject")),
        sent("AttachRolePolicy", PolicyArn=READ),
    )


@pytest.mark.parametrize(
    ("changes", "writes"),
    [
        (
            {"AssumeRolePolicyDocument": trust("ecs.amazonaws.com")},
            [
                sent(
                    "UpdateAssumeRolePolicy",
                    PolicyDocument=json.dumps(trust("ecs.amazonaws.com")),
                )
            ],
        ),
        (
            {"InlinePolicies": {"task": allow("s3:PutObject")}},
            [put("task", allow("s3:PutObject"))],
        ),
        ({"InlinePolicies": {"more": allow("sqs:*")}}, [put("more", allow("sqs:*"))]),
        (
            {"InlinePolicies": {"task": ..., "other": allow("sqs:*")}},
            [put("other", allow("sqs:*")), sent("DeleteRolePolicy", PolicyName="task")],
        ),
        ({"InlinePolicies": {"task": ...}}, [sent("DeleteRolePolicy", PolicyName="task")]),
        (
            {"ManagedPolicyArns": [LOGS]},
            [sent("AttachRolePolicy", PolicyArn=LOGS), sent("DetachRolePolicy", PolicyArn=READ)],
        ),
        ({"ManagedPolicyArns": []}, [sent("DetachRolePolicy", PolicyArn=READ)]),
    ],
    ids=["trust", "edited", "added", "renamed", "none inline", "exchanged", "none managed"],
)
def test_a_change_is_these_calls(
    bench: Bench, role: Make, changes: dict[str, Any], writes: list[Sent]
) -> None:
    bench.apply(role())
    bench.check(role(**changes), writes=writes)


def test_a_boundary_is_set_and_changed_and_never_lifted(bench: Bench, role: Make) -> None:
    made = bench.apply(role(PermissionsBoundary=READ))
    assert made[0].arguments["PermissionsBoundary"] == READ
    assert [call.operation for call in made][1:] == ["PutRolePolicy", "AttachRolePolicy"]
    bench.check(
        role(PermissionsBoundary=LOGS),
        writes=[sent("PutRolePermissionsBoundary", PermissionsBoundary=LOGS)],
    )
    bench.check_settled(role())
    bench.check_settled(role(PermissionsBoundary=None))


def test_the_same_policy_in_other_words_is_no_change(bench: Bench, role: Make) -> None:
    bench.apply(role(InlinePolicies={"task": allow("s3:GetObject", "s3:PutObject")}))
    bench.check_settled(role(InlinePolicies={"task": allow("s3:putobject", "s3:GetObject")}))


@pytest.mark.parametrize("changes", [{"Path": "/team/"}, {"RoleName": "z-another"}], ids=str)
def test_what_cannot_change_makes_a_new_role_before_the_old_one_goes(
    bench: Bench, role: Make, changes: dict[str, str]
) -> None:
    bench.apply(role(ManagedPolicyArns=[]))
    renamed = {key: f"{bench.name}-x" if key == "RoleName" else v for key, v in changes.items()}
    bench.check(
        role(ManagedPolicyArns=[], **renamed),
        writes=[
            sent("CreateRole", **renamed),
            put("task", allow("s3:GetObject")),
            sent("DeleteRolePolicy", RoleName=f"{bench.name}-task"),
            sent("DeleteRole", RoleName=f"{bench.name}-task"),
        ],
    )


def name(live: Live) -> str:
    found: str = live.properties["RoleName"]
    return found


def edited(iam: Any, live: Live) -> None:
    document = json.dumps(allow("s3:GetObject", "s3:DeleteObject"))
    iam.put_role_policy(RoleName=name(live), PolicyName="task", PolicyDocument=document)


def extra(iam: Any, live: Live) -> None:
    document = json.dumps(allow("*"))
    iam.put_role_policy(RoleName=name(live), PolicyName="backdoor", PolicyDocument=document)


def attached(iam: Any, live: Live) -> None:
    iam.attach_role_policy(RoleName=name(live), PolicyArn=LOGS)


def retrusted(iam: Any, live: Live) -> None:
    document = json.dumps(trust("ec2.amazonaws.com"))
    iam.update_assume_role_policy(RoleName=name(live), PolicyDocument=document)


def retagged(iam: Any, live: Live) -> None:
    iam.tag_role(RoleName=name(live), Tags=[{"Key": "team", "Value": "birch"}])


@pytest.mark.parametrize(
    ("spoil", "paths", "write"),
    [
        (edited, ["InlinePolicies.task.Statement.0.Action"], put("task", allow("s3:GetObject"))),
        (extra, ["InlinePolicies.backdoor"], sent("DeleteRolePolicy", PolicyName="backdoor")),
        (attached, ["ManagedPolicyArns"], sent("DetachRolePolicy", PolicyArn=LOGS)),
        (
            retrusted,
            ["AssumeRolePolicyDocument.Statement.0.Principal.Service.0"],
            sent("UpdateAssumeRolePolicy", PolicyDocument=json.dumps(trust())),
        ),
        (retagged, ["tags.team"], sent("TagRole", Tags=[{"Key": "team", "Value": "oak"}])),
    ],
    ids=["edited", "extra", "attached", "trust", "tag"],
)
def test_drift_is_shown_and_repaired(
    bench: Bench,
    role: Make,
    spoil: Callable[[Any, Live], None],
    paths: list[str],
    write: Sent,
) -> None:
    bench.apply(role())
    spoil(bench.client("iam"), bench.find(role()))
    (step,) = bench.plan(role()).steps
    assert [".".join(change.path) for change in step.changes] == paths
    bench.check(role(), writes=[write])


def test_its_policies_go_before_it(bench: Bench, role: Make) -> None:
    bench.apply(role())
    check_sent(
        bench.apply(),
        sent("DeleteRolePolicy", PolicyName="task"),
        sent("DetachRolePolicy", PolicyArn=READ),
        sent("DeleteRole"),
    )


def test_deleting_it_twice_is_fine(bench: Bench, role: Make) -> None:
    bench.apply(role())
    bench.delete_twice(role())


def test_another_tag_is_set_without_the_rest(bench: Bench, role: Make) -> None:
    bench.check_retag(role(), sent("TagRole", Tags=[{"Key": "team", "Value": "tree"}]))


def test_what_iam_answers_is_no_difference() -> None:
    real = {
        "Path": "/",
        "RoleName": "task",
        "RoleId": "AROAEXAMPLE",
        "Arn": "arn:aws:iam::123456789012:role/task",
        "AssumeRolePolicyDocument": quote(json.dumps(trust())),
        "RolePolicyList": [
            {"PolicyName": "b", "PolicyDocument": quote(json.dumps(allow("sqs:*")))},
            {"PolicyName": "a", "PolicyDocument": allow("s3:GetObject")},
        ],
        "AttachedManagedPolicies": [
            {"PolicyName": "LogsRead", "PolicyArn": LOGS},
            {"PolicyName": "Read", "PolicyArn": READ},
        ],
        "InstanceProfileList": [],
        "RoleLastUsed": {},
        "Tags": [],
    }
    wanted = {
        "RoleName": "task",
        "AssumeRolePolicyDocument": trust(),
        "InlinePolicies": {"a": allow("S3:GetObject"), "b": allow("sqs:*")},
        "ManagedPolicyArns": [READ, LOGS],
    }
    live = KIND._live(real, {})
    want, have = KIND.canonical(wanted), KIND.canonical(live.properties)
    assert differences(want, have, KIND.rules) == ()


def test_the_role_of_another_region_is_neither_ours_nor_free_to_take() -> None:
    tags = {"provisioner:stack": "shop/dev", "provisioner:region": "eu-west-1"}
    assert home_tags(tags, "eu-west-1")["provisioner:stack"] == "shop/dev"
    assert home_tags(tags, "us-east-1")["provisioner:stack"] == "shop/dev in eu-west-1"

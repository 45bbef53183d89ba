"""What AWS refuses and moto does not: one table per service, asked before a call is carried out.

    refusals   the WSGI middleware that asks the tables
    rule       a row: an operation, what it must not be, with which error it is refused
    modelled   the rows that follow from botocore's models
    ecs, ecs_connect, ecs_exec, ecs_launch, ecs_overrides, ecs_pairs, ecs_services,
    ecs_strategies, task_definitions, containers, elbv2, elbv2_actions, elbv2_attributes,
    elbv2_places, log_buckets, certificates, tags, ec2, ec2_permissions, vpc, vpc_endpoints,
    wafv2, scaling, sessions, identity, domains, topics, alarms, limits, others   the tables

Each check names its source: a page of AWS's documentation (`ECS guide: …` is the page of that name
of the Amazon ECS Developer Guide, `ECS API: …` the operation or type of its API Reference, and so
for the other services), or an issue.
"""

"""What AWS refuses and moto does not: one table per service, asked before a call is carried out.

    refusals   the WSGI middleware that asks the tables
    rule       a row: an operation, what it must not be, with which error it is refused
    ecs, ecs_strategies, task_definitions, elbv2, certificates, ec2, vpc, wafv2, others   the tables

Each check names its source as aws-behaviour's sections do: bc is botocore's model, tf Terraform's
provider, docs AWS's documentation.
"""

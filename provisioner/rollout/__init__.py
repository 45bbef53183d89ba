"""Deployments of ECS services: followed to a truthful verdict, explained, rolled back.

    follow        one look at a service, or looking until there is a verdict; stopping a deployment
      records       what ECS keeps of a service's deployments and revisions
      standing      the verdict: pure, from what was read
      targets       which tasks of the new revision run, and are healthy behind the load balancer
      state         the answer: one frozen `Rollout`, its words and its document
    post_mortem   why a deployment failed: stopped tasks, their last log lines, health, alarms
      hints         what it probably was, from a table of known causes: `patterns`
      known         the names that the hints are filled in with
      logs          the last lines of a container

Everything here reads through the engine's `Aws`, but for `follow.stop` and `follow.proceed`.
The kind `ecs.service` waits with `follow.look`, so that `apply` and the commands that follow a
deployment judge alike. Only SUCCESSFUL with our revision and a healthy target is success.
"""

"""ECS's control plane as a state machine: no HTTP, no threads, no moto, no clock of its own.

    region      everything of one account and region; advanced to a time, event by event
      └ service     one service: its deployments, its tasks, its events
          staged        the stages of blue/green, linear and canary deployments
              hooks     what a stage waits for
              traffic   the weights of the listener rules
          rolling       what to start and what to stop next
          verdict       whether a deployment is complete, failed, or goes back
              alarms    what CloudWatch says of it
              capacity  which capacity provider the next task gets
          task          PROVISIONING → … → STOPPED
              script    what this task will do, known when it starts
                  fate  the little language of image tags that decides it
              checks    when a health check turns green or red
          health      what a task is judged to be
              checks  when a health check turns green or red
          targets       registration, health and draining, as a load balancer sees them
    surroundings  what it needs of the world: definitions, target groups, networks, logs

Times are seconds of simulated time; structures that AWS shows keep AWS's own words.
A step never looks at a real clock: the same calls at the same times give the same history.
"""

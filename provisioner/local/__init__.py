"""The embedded cloud: an AWS on loopback, without an account, a network or credentials.

    cloud      start, status, stop, reset: the lifecycle, seen from a command
      └ server   the background process; one per directory
        whole      its parts put together
          control    /_provisioner/…: who are you, what was called, be slower, forget everything
          record     the call log, and the latency
          landing    the VPCs that a real account would have been given
          moto_app   moto, loaded late, one call at a time, with these `backends`
              ecs          over ecs_backend, ecs_defaults, services, service_views
              elbv2        the shapes, defaults and idempotence of real load balancers
              iam          AWS's own policies
              tagging      the kinds that GetResources leaves out
    state      the files by which both find each other
    saved      the state in a file; frozen: moto as bytes
    proxy      the same log and latency in front of any other endpoint

    simulation  ECS's control plane, a pure state machine; world is what it stands on
    settings    what can be set while it runs; clock: how fast time passes
    wire       what an AWS request asks for, read off the wire
    serve      a threaded HTTP/1.1 server for WSGI applications, with keep-alive

A request passes control → record → landing → moto_app, each a WSGI application around the next.
Nothing outside this package knows of it but an endpoint, and the command that starts it.
It imports nothing of ours but the error tree.

What happens by itself (a deployment settles, a load balancer becomes active) is computed from
the time of the request, never by a timer, so that it can be driven by any clock.
"""

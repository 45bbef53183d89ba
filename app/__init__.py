"""OakTree: the application inside the container.

    __main__     `python -m app`: settings, log, server; exit 78 on bad configuration
      ├ server     uvicorn, and what SIGTERM means
      └ factory    the ASGI application put together
          ├ items      the API: list, create, read, replace, delete
          │   └ store    SQLite, or PostgreSQL
          ├ deployment /api/deployment/status: what ECS says of this service
          │   └ ecs      how it is asked
          ├ probes     /health, /live, /ready, /version
          │   ├ health     dependencies, each with a time limit
          │   └ task       what ECS tells a container about itself
          ├ edge       what every request passes: ids, log, headers, the last net for errors
          └ problems   errors as RFC 9457 has them
    settings     everything that can be configured, from the environment alone
    lifecycle    starting, ready, draining
    healthcheck  `python -m app.healthcheck`: what ECS runs inside the container

It knows nothing of `provisioner`, and `provisioner` nothing of it.
"""

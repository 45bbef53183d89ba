"""The image without a Docker engine: `python -m tests.image` (`make image`).

    __main__     builds both targets and asks them what ECS would ask
      ├ build        does the Dockerfile's own steps in a directory
      │   └ dockerfile   reads them, and .dockerignore
      └ container    runs the result: as its user, on a tree and with a limit that allow no writing

Nothing of the Dockerfile is repeated here, so it cannot drift. What stays unproven is the base
image itself: its Python is that of this machine.
"""

"""Services as they run: new images, restarts, going back. No infrastructure.

Everything that starts a deployment is a small plan, carried out and judged as `apply` does it.
"""

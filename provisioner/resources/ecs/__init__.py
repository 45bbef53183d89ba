"""Amazon ECS: clusters, task definitions, services."""

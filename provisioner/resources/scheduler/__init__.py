"""Amazon EventBridge Scheduler: groups and schedules."""

"""Amazon CloudWatch Logs: log groups."""

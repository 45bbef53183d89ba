"""AWS Secrets Manager: secrets, whose values are made once and never read."""

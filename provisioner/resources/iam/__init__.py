"""AWS IAM: roles."""

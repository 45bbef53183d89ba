"""AWS Systems Manager: parameters of Parameter Store."""

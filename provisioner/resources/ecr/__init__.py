"""Amazon ECR: repositories."""

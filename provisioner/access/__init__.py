"""Who may do what: IAM policies for our own commands, and roles for those who run them."""

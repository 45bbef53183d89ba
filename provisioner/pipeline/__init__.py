"""What the road from a commit to a running service says to others: GitHub and Slack."""

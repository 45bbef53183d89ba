"""Application Auto Scaling: who is scaled, by what, and when."""

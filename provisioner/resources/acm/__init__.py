"""AWS Certificate Manager: certificates that are requested, and validated through DNS."""

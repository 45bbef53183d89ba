"""AWS WAF: web ACLs, their IP sets, and what they protect."""

"""Elastic Load Balancing: application load balancers and what belongs to them."""

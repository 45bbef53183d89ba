"""Amazon Simple Storage Service."""

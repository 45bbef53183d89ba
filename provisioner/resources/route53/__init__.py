"""Amazon Route 53: records in hosted zones that are not the stack's."""

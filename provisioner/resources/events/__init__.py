"""Amazon EventBridge: rules and their targets."""

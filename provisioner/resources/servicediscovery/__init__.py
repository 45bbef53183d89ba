"""AWS Cloud Map: namespaces, and the services that are found in them."""

"""The durable queue of jobs, and the process that runs them."""

"""The services apart on one machine, and what is done to them on purpose."""

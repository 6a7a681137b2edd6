"""What `make check` holds against k8s/: nothing here is needed to install, everything to install without surprises."""

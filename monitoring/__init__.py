"""Rules, dashboards and what provisions them; nothing here is imported by a service."""

"""The rooms of 运维看板, one file each."""

"""What newstrail is put through: faults of the network, the disk and the process, one module each."""

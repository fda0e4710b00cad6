"""What newstrail is put through: hostile origins, kills, full disks, and months in minutes."""

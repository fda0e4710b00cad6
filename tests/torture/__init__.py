"""What newstrail is put through: hostile origins, kills, failing disks, nonsense, and a long day."""

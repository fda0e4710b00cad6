"""What newstrail is put through."""

"""What is allowed: templates, shell quoting, masking, signatures (DESIGN 9)."""

"""Whole processes: certmint's and others', measured at the same work."""

"""Finished runs in open formats that other tools read: vidigi, bupaR, OCEL 2.0 and plain CSV."""

"""What is measured, in words; no arithmetic, so that asking what a measure means is quick."""

"""The reference pathway: assessment, clinician, bed, in four engines, on the same patients.

Each patient needs a nurse (first come, first served), a clinician (by acuity, five classes, nobody
interrupted) and a bed (first come, first served). All times are drawn beforehand, so that every engine must
find the same waits for each patient.
"""

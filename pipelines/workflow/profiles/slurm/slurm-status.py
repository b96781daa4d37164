#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints whether a Slurm job is running, has succeeded or has failed, in Snakemake's words.

scontrol knows a job for some minutes after its end, sacct for longer, where it is set up. When neither answers, the
controller may be busy: the job counts as running, and is asked for again.
"""
import re
import subprocess
import sys

ENDED_BADLY = ("FAILED", "CANCELLED", "TIMEOUT", "OUT_OF_MEMORY", "NODE_FAIL", "PREEMPTED", "BOOT_FAIL", "DEADLINE")


def answer_of(command):
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer


def state_of(job):
    shown = answer_of(["scontrol", "-o", "show", "job", job])
    if shown and shown.returncode == 0:
        found = re.search(r"\bJobState=(\w+)", shown.stdout)
        if found:
            return found.group(1)
    accounted = answer_of(["sacct", "-j", job, "-X", "-n", "-o", "State"])
    if accounted and accounted.returncode == 0 and accounted.stdout.strip():
        return accounted.stdout.split()[0]
    if shown and "Invalid job id" in shown.stderr:
        return "FAILED"  # forgotten by the controller: better run again, which does nothing twice
    return "UNKNOWN"


state = state_of(sys.argv[1])
if state == "COMPLETED":
    print("success")
elif state.startswith(ENDED_BADLY):
    print("failed")
else:
    print("running")

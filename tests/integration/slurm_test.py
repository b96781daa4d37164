#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The workflow on a real Slurm of two nodes, started here and ended here: its tables are those of a plain batch.

slurm_test.py OSTEOCALC ARCHIVE_TOOL WORKFLOW_FOLDER. One shard's job is cancelled and one exceeds its memory while they
run; both are run again. Ends with 77 (skipped) where Slurm cannot be started, unless OSTEOCALC_EXPECT_SLURM=1.
"""
import filecmp
import os
import pathlib
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time

SKIPPED = 77
TOOLS = ("munged", "slurmctld", "slurmd", "sinfo", "sbatch", "scancel", "scontrol", "snakemake")
SLURM_CONF = """
ClusterName=test
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort={controller_port}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={top}/munge/s
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
StateSaveLocation={top}/state
SlurmdSpoolDir={top}/spool_%n
SlurmctldPidFile={top}/slurmctld.pid
SlurmdPidFile={top}/slurmd_%n.pid
SlurmctldLogFile={top}/slurmctld.log
SlurmdLogFile={top}/slurmd_%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
ReturnToService=2
KillWait=2
MinJobAge=600
SchedulerParameters=sched_interval=1,bf_interval=1
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
AccountingStorageType=accounting_storage/none
NodeName=n1 NodeHostname={host} NodeAddr=127.0.0.1 Port={port_1} CPUs=2 RealMemory=4000
NodeName=n2 NodeHostname={host} NodeAddr=127.0.0.1 Port={port_2} CPUs=2 RealMemory=4000
PartitionName=main Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP
"""
# Slow enough to be caught at work; for one study it takes 700 MB for some seconds.
SEGMENTER = """#!/bin/sh
slices=$(gzip -dcf "$1" | od -An -j46 -N2 -d | tr -d ' ')
[ "$slices" = 13 ] && {{ head -c 700000000 /dev/zero | tail -c 700000000 | sleep 6; }}
sleep 0.5
cp {labels} "$2"
"""
PLAN = """
[data]
tables = ["{table}"]
key = "study"
[variables]
score = "aorta_agatston"
age = "age_years"
[[model]]
id = "m1"
family = "linear"
design = "simple"
outcome = "score"
terms = ["age"]
"""


def skip(why):
    print(f"SKIPPED: {why}", file=sys.stderr)
    sys.exit(1 if os.environ.get("OSTEOCALC_EXPECT_SLURM") == "1" else SKIPPED)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, seconds, what):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.3)
    print(f"waited {seconds} s in vain for {what}", file=sys.stderr)
    return False


def output_of(*words):
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout


class Cluster:
    """Two nodes on this machine, with ports and folders of their own."""

    def __init__(self, top):
        self.top = top

    def start(self):
        for folder in ("munge", "state", "spool_n1", "spool_n2"):
            (self.top / folder).mkdir()
        key = self.top / "munge/key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o400)
        (self.top / "slurm.conf").write_text(
            SLURM_CONF.format(top=self.top, host=socket.gethostname().split(".")[0], controller_port=free_port(),
                              port_1=free_port(), port_2=free_port()))
        os.environ["SLURM_CONF"] = str(self.top / "slurm.conf")
        munge = self.top / "munge"
        for daemon in (["munged", "--force", f"--key-file={key}", f"--socket={munge}/s", f"--pid-file={munge}/pid",
                        f"--log-file={munge}/log", f"--seed-file={munge}/seed"],
                       ["slurmctld", "-i"], ["slurmd", "-N", "n1"], ["slurmd", "-N", "n2"]):
            started = subprocess.run(daemon, capture_output=True, text=True, check=False)
            if started.returncode != 0:
                print(started.stderr, file=sys.stderr)
                return False
        return wait_until(lambda: output_of("sinfo", "-h", "-N", "-o", "%t").split() == ["idle", "idle"], 60, "idle nodes")

    def stop(self):
        for name in ("slurmd_n1.pid", "slurmd_n2.pid", "slurmctld.pid", "munge/pid"):
            try:
                pid = int((self.top / name).read_text())
                os.kill(pid, signal.SIGTERM)
                wait_until(lambda: not pathlib.Path(f"/proc/{pid}").exists(), 10, f"the end of {name}")
            except (OSError, ValueError):
                pass


def run_workflow(top, workflow, profile, out, config):
    """Starts the workflow as a researcher does."""
    words = ["snakemake", "-s", str(workflow / "Snakefile"), "--profile", str(workflow / "profiles" / profile),
             "--latency-wait", "20", "--config", f"output={out}"] + [f"{key}={value}" for key, value in config.items()]
    log = open(top / f"{profile}.log", "w", encoding="utf-8")
    return subprocess.Popen(words, cwd=top, stdout=log, stderr=subprocess.STDOUT)


def running_shards(but):
    """Jobs that work on a shard other than `but`."""
    jobs = [line.split() for line in output_of("squeue", "-h", "-t", "R", "-o", "%i %j").splitlines()]
    return [job for job, name in jobs if name.startswith("osteocalc-shard-") and not name.endswith(f"i={but}")]


def shard_of(table, folder, shards):
    """The shard of the study that lies in a folder of the archive."""
    study = re.search(rf"^(\w+),{folder}/", table.read_text(), re.MULTILINE).group(1)
    return 1 + int(study, 16) % shards


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def expect_same_tables(one, two):
    for table in ("results.csv", "failures.csv", "results.sqlite"):
        expect(filecmp.cmp(one / table, two / table, shallow=False), f"{table} differs between {one} and {two}")


def prove(top, osteocalc, archive_tool, workflow):
    archive, labels = top / "archive", top / "labels.nii.gz"
    subprocess.run([archive_tool, archive, labels, "16", "13"], check=True)
    segmenter = top / "segmenter"
    segmenter.write_text(SEGMENTER.format(labels=labels))
    segmenter.chmod(segmenter.stat().st_mode | stat.S_IXUSR)
    key = top / "key"
    key.write_text("a key for tests")
    options = f"--with '{segmenter} {{image}} {{output}}' --memory-limit-mb 3000"
    plan = top / "plan.toml"
    plan.write_text(PLAN.format(table=top / "slurm/results.csv"))
    config = {"root": archive, "osteocalc": osteocalc, "key_file": key, "shards": 3, "threads": 1, "plan": plan,
              "options": options, "inventory_minutes": 5, "shard_minutes": 10}

    subprocess.run([osteocalc, "batch", archive, "-o", top / "plain", "--key-file", key, "--with",
                    f"{segmenter} {{image}} {{output}}", "--quiet"], check=True)

    slurm = run_workflow(top, workflow, "slurm", top / "slurm", {**config, "mem_mb": 450})
    hungry = shard_of(top / "plain/inputs.csv", "tall", 3)
    expect(wait_until(lambda: running_shards(hungry), 120, "a running shard"), "no shard was started")
    time.sleep(2)
    subprocess.run(["scancel", running_shards(hungry)[0]], check=True)
    expect(slurm.wait(timeout=600) == 0, "the workflow failed")
    expect_same_tables(top / "plain", top / "slurm")
    expect((top / "slurm/cohort/cohort.html").exists(), "there is no report")
    states = re.findall(r"JobState=(\w+)", output_of("scontrol", "-o", "show", "job"))
    print("jobs:", " ".join(states))
    expect("CANCELLED" in states, "the cancelled job is not known as such")
    expect("FAILED" in states or "OUT_OF_MEMORY" in states, "no job exceeded its memory")
    expect(states.count("COMPLETED") >= 6, "inventory, three shards, collect and cohort must end well")

    local = run_workflow(top, workflow, "local", top / "local", {**config, "shards": 2})
    expect(local.wait(timeout=600) == 0, "the local workflow failed")
    expect_same_tables(top / "plain", top / "local")


def main():
    osteocalc, archive_tool, workflow = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        skip(f"not installed: {' '.join(missing)}")
    if os.getuid() != 0:
        skip("only root can start these daemons")
    top = pathlib.Path(tempfile.mkdtemp(prefix="osteocalc-slurm-", dir="/tmp"))
    cluster = Cluster(top)
    try:
        if not cluster.start():
            skip("Slurm did not start")
        prove(top, osteocalc, archive_tool, workflow)
    except (AssertionError, subprocess.SubprocessError) as problem:
        print(f"FAILED: {problem}", file=sys.stderr)
        for log in sorted(top.glob("*.log")) + sorted(top.glob("slurm/logs/shard-*.log")):
            print(f"--- {log}\n{log.read_text(errors='replace')[-1000:]}", file=sys.stderr)
        sys.exit(1)
    finally:
        cluster.stop()
        shutil.rmtree(top, ignore_errors=True)


main()

"""What a step of `gta train` takes, for docs/scale.md: by the time that processors spend on all of its processes,
divided by the number of processors, so that what others compute on the machine does not count.

    python3 bench/src/peer/training_step.py OUT 2 --preset gta-tiny --data stories.txt --tokenizer words [OPTION]...

starts ./gta train with that many --workers for nine steps and looks at /proc when the fourth and the eighth have ended, or
as soon after that as it can. What the JVM's compilers take is left out: it ends some time after the training begins. Prints a line of JSON.
"""

import json
import os
import subprocess
import sys
import time

FIRST, LAST, STEPS = 4, 8, 9
TICKS = os.sysconf("SC_CLK_TCK")


def processes(root):
    """A process and all that it has started."""
    found = [root]
    try:
        for thread in os.listdir(f"/proc/{root}/task"):
            with open(f"/proc/{root}/task/{thread}/children") as children:
                for child in children.read().split():
                    found += processes(int(child))
    except OSError:
        pass  # it has ended meanwhile
    return found


def used(root):
    """Seconds of processor time of all of them, and the most memory that each has had."""
    seconds, peaks = 0.0, []
    for process in processes(root):
        try:
            for thread in os.listdir(f"/proc/{process}/task"):
                with open(f"/proc/{process}/task/{thread}/stat") as stat:
                    name, fields = stat.read().split("(", 1)[1].rsplit(")", 1)
                if not name.startswith(("C1 ", "C2 ")):
                    seconds += sum(int(field) for field in fields.split()[11:13]) / TICKS
            with open(f"/proc/{process}/status") as status:
                peak = [line.split()[1] for line in status if line.startswith("VmHWM")]
        except OSError:
            continue
        peaks += [int(kilobytes) * 1024 for kilobytes in peak]
    return seconds, peaks


def lines(path):
    try:
        with open(path) as file:
            return [json.loads(line) for line in file if line.endswith("\n")]
    except OSError:
        return []


def main():
    out, workers, options = sys.argv[1], sys.argv[2], sys.argv[3:]
    command = [os.environ.get("GTA", "./gta"), "train", "--out", out, "--steps", str(STEPS), "--workers", workers]
    training = subprocess.Popen(command + options, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    metrics = os.path.join(out, "metrics.jsonl")
    seen = {}
    while training.poll() is None:
        step = len(lines(metrics))
        if step not in seen:
            seen[step] = used(training.pid)
        time.sleep(0.02)
    if training.returncode:
        sys.exit(f"{' '.join(command)} ended with {training.returncode}")
    first, last = (min((step for step in seen if step >= wanted), default=0) for wanted in (FIRST, LAST))
    if last <= first:
        sys.exit(f"expected to see steps {FIRST} and {LAST} end, found only {sorted(seen)}: make them longer")
    spent = seen[last][0] - seen[first][0]
    report = {
        "workers": int(workers),
        "step_seconds": spent / (last - first) / os.cpu_count(),
        "peak_bytes": seen[last][1],
        "bytes_sent": sorted({line["bytes_sent"] for line in lines(metrics) if "bytes_sent" in line}),
    }
    print(json.dumps(report))


main()

"""Runs a program and writes what it took: launch.py REPORT PROGRAM [ARGUMENT ...].

A process of its own between the benchmark and what it measures, with as little in it as can be (run it with `python3
-I -S`): Linux counts the memory that a process had before it became another program to the peak of the new one, so a
child of the benchmark itself would never show less than the benchmark's own memory. Here that is some 8 MB.

REPORT gets the program's process number at its start, and at its end the seconds from start to exit, the seconds of
processors in the program and in the kernel, its peak resident memory in KiB, and its status as os.wait4 gives it.
"""
import posix
import sys
import time

# What Python ignores and programs do not expect to be ignored: SIGPIPE and SIGXFSZ.
IGNORED = [13, 25]

with open(sys.argv[1], "w", buffering=1) as report:
    begin = time.perf_counter()
    child = posix.posix_spawnp(sys.argv[2], sys.argv[2:], posix.environ, setsigdef=IGNORED)
    report.write(f"{child}\n")
    while True:
        try:
            _, status, resources = posix.wait4(child, 0)
            break
        except KeyboardInterrupt:
            # The program got the signal too, and ends in its own way.
            continue
    seconds = time.perf_counter() - begin
    report.write(f"{seconds} {resources.ru_utime} {resources.ru_stime} {resources.ru_maxrss} {status}\n")

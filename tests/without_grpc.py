#!/usr/bin/env python3
"""Of the source files named on standard input, prints those that include no gRPC, not even by a header of
ours."""
import functools
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'^\s*#\s*include\s+["<]([^">]+)[">]', re.MULTILINE)


@functools.lru_cache(maxsize=None)
def includes_grpc(path):
    for name in INCLUDE.findall(path.read_text(encoding='utf-8')):
        if name.startswith(('grpcpp/', 'grpc/')) or name.endswith('.grpc.pb.h'):
            return True
        ours = ROOT / name
        if ours.is_file() and includes_grpc(ours):
            return True
    return False


for line in sys.stdin.read().split():
    if not includes_grpc(ROOT / line):
        print(line)

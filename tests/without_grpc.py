#!/usr/bin/env python3
"""Of the source files named as arguments, prints those that include no gRPC, not even by a header of ours; with
--others those that do."""
import os
import sys

sys.dont_write_bytecode = True
import includes  # noqa: E402

others = '--others' in sys.argv[1:]
for name in sys.argv[1:]:
    if name != '--others' and includes.reaches_grpc(os.path.relpath(name, includes.ROOT)) == others:
        print(name)

"""Which files the files of this tree include, directly and by one another."""
import functools
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'^\s*#\s*include\s+["<]([^">]+)[">]', re.MULTILINE)
IMPORT = re.compile(r'^\s*import\s+(?:public\s+)?"([^"]+)"', re.MULTILINE)
GENERATED = re.compile(r'(?:\.grpc)?\.pb\.h$')


@functools.lru_cache(maxsize=None)
def named(path):
    """What a file names in its includes, or a .proto in its imports."""
    text = (ROOT / path).read_text(encoding='utf-8')
    return tuple((IMPORT if path.endswith('.proto') else INCLUDE).findall(text))


@functools.lru_cache(maxsize=None)
def ours(name):
    """The file of this tree that an include means; a generated header means its .proto. None for others'."""
    for path in (name, 'proto/' + GENERATED.sub('.proto', name)):
        if (ROOT / path).is_file():
            return path
    return None


def reached(path):
    """Every file of this tree that one includes, itself too, and every name by which they include."""
    files, names, left = {path}, set(), [path]
    while left:
        for name in named(left.pop()):
            names.add(name)
            target = ours(name)
            if target and target not in files:
                files.add(target)
                left.append(target)
    return files, names


def reaches_grpc(path):
    return any(name.startswith(('grpcpp/', 'grpc/')) or name.endswith('.grpc.pb.h') for name in reached(path)[1])

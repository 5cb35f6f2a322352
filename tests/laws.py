"""The laws of the tree. Each is a function of a tree, {path: text}, that returns what breaks it, one sentence each;
tests/layering_test.py holds our tree against them and plants violations of each."""
import collections
import itertools
import re

# Room -> the rooms that it may include besides itself, or a folder of which each room may be. `generated` is what
# protoc writes. A room is a folder; files of scheduler/, agent/ and client/ themselves wire the rooms.
TABLE = {
    'proto/values': set(),
    'proto/runtime': {'proto/values', 'generated'},
    'proto/config': {'proto/values'},
    'proto/sqlite': set(),
    'proto/metrics': {'proto/runtime'},

    'scheduler/core/facts': {'proto/values'},
    'scheduler/core/ledger': {'proto/values', 'scheduler/core/facts'},
    'scheduler/core/figures': {'proto/values', 'scheduler/core/facts', 'scheduler/core/ledger'},
    'scheduler/core/rules': {'proto/values', 'scheduler/core/facts', 'scheduler/core/ledger',
                             'scheduler/core/figures'},
    'scheduler/core/call': {'proto/values', 'scheduler/core/call/division'},
    'scheduler/core/call/division': {'proto/values'},
    'scheduler/store': {'proto/values', 'proto/runtime', 'scheduler/core/facts', 'generated'},
    'scheduler/store/sqlite': {'proto/values', 'proto/runtime', 'proto/sqlite', 'scheduler/store'},
    'scheduler/engine': {'proto/values', 'proto/runtime', 'scheduler/core', 'scheduler/store'},
    'scheduler/config': {'proto/values', 'proto/runtime', 'proto/config', 'scheduler/core', 'scheduler/store'},
    'scheduler/service': {'proto/values', 'proto/runtime', 'scheduler/core', 'scheduler/store', 'scheduler/engine',
                          'generated'},
    'scheduler/metrics': {'proto/values', 'proto/runtime', 'proto/metrics', 'scheduler/core', 'scheduler/engine',
                          'scheduler/service', 'generated'},
    'scheduler/page': {'proto/values'},
    'scheduler/call': {'proto/values', 'scheduler/core/call', 'scheduler/page'},
    'scheduler': {'proto', 'scheduler', 'generated'},

    'agent/process': {'proto/values', 'proto/runtime'},
    'agent/state': {'proto/values', 'proto/runtime', 'proto/sqlite', 'agent/ports', 'agent/process', 'generated'},
    'agent/reconcile': {'proto/values'},
    'agent/ports': {'proto/values', 'agent/reconcile', 'generated'},
    'agent/link': {'proto/values', 'proto/runtime', 'agent/reconcile', 'generated'},
    'agent/loop': {'proto/values', 'proto/runtime', 'proto/metrics', 'agent/ports', 'agent/state', 'agent/reconcile',
                   'agent/link', 'generated'},
    'agent/checks': {'proto/values', 'proto/runtime', 'agent/process'},
    'agent/slurm': {'proto/values', 'proto/runtime', 'agent/ports', 'agent/process', 'agent/checks',
                    'agent/reconcile', 'agent/slurm', 'generated'},
    'agent/slurm/associations': {'proto/values', 'agent/reconcile'},
    'agent/slurm/text': {'proto/values', 'proto/runtime', 'agent/ports', 'agent/process', 'agent/slurm/associations',
                         'generated'},
    'agent/slurm/check': {'proto/values', 'proto/runtime', 'agent/process', 'agent/checks', 'agent/slurm', 'generated'},
    'agent/slurm/submission': {'proto/values', 'proto/runtime', 'agent/ports', 'agent/process', 'agent/reconcile',
                               'agent/slurm', 'generated'},
    'agent/replay': {'proto/values', 'proto/runtime', 'agent/ports', 'agent/process', 'agent/slurm/text',
                     'agent/link', 'generated'},
    'agent/command': {'proto', 'agent', 'generated'},
    'agent': {'proto', 'agent', 'generated'},

    'client/language': {'proto/values'},
    'client/show': {'proto/values', 'proto/runtime', 'client/language', 'generated'},
    'client/session': {'proto/values', 'proto/runtime', 'proto/config', 'client/language', 'client/show', 'generated'},
    'client/frame': {'proto/values', 'proto/runtime', 'client/language', 'client/session', 'generated'},
    'client': {'proto/runtime', 'client/frame', 'client/language'},
}
# The rooms of the nouns: what each may include of the others is what they share, in one direction.
for _room, _others in {'grant': (), 'usage': (), 'identity': (), 'office': ('usage',), 'project': ('grant',),
                       'request': ('grant',), 'site': ('grant', 'usage')}.items():
    TABLE[f'client/{_room}'] = {'proto/values', 'proto/runtime', 'proto/config', 'client/frame', 'client/session',
                                'client/show', 'client/language', 'generated',
                                *(f'client/{other}' for other in _others)}

PURE = ('proto/values', 'scheduler/core', 'agent/reconcile', 'agent/slurm/associations')
# What a pure room may take from outside: values, containers and algorithms, nothing that touches the
# world. A new header is added here by hand, after a look at what it does.
PURE_STANDARD = {
    'algorithm', 'array', 'cctype', 'climits', 'cmath', 'compare', 'cstddef', 'cstdint', 'cstdlib',
    'cstring', 'functional', 'initializer_list', 'iterator', 'limits', 'map', 'numeric', 'optional',
    'set', 'span', 'string', 'tuple', 'type_traits', 'utility', 'variant', 'vector',
}
PURE_ABSL = ('absl/container/', 'absl/hash/', 'absl/numeric/', 'absl/status/', 'absl/strings/',
             'absl/time/civil_time.h', 'absl/time/time.h')

TOP_LEVEL = {'CMakeLists.txt', 'CMakePresets.json', 'LICENSE', 'README.md', 'agent', 'client', 'deploy', 'proto',
             'scheduler', 'tests'}
FOLDER_FILES_MAX = 40
FUNCTION_LINES_MAX = 70

INCLUDE = re.compile(r'^\s*#\s*include\s+["<]([^">]+)[">]', re.MULTILINE)


def sources(tree, tests=False):
    return [path for path in sorted(tree) if path.endswith(('.cc', '.h')) and (tests or not path.startswith('tests/'))]


def room_of(path):
    return path.rpartition('/')[0]


def arrows(tree):
    """Every include of one of our rooms in another: (file, included file)."""
    for path in sources(tree):
        for target in INCLUDE.findall(tree[path]):
            if target in tree and room_of(target) != room_of(path):
                yield path, target


def may_include(room, wanted):
    allowed = TABLE[room]
    return any(wanted == one or wanted.startswith(one + '/') for one in allowed)


def unwanted_arrows(tree):
    """Who may include whom is the table's to say."""
    for path in sources(tree):
        room = room_of(path)
        if room not in TABLE:
            yield f'{path}: the room {room} is not in the table'
            continue
        for target in INCLUDE.findall(tree[path]):
            if target.startswith(('mesolys/v1/', 'google/rpc/')):
                wanted = 'generated'
            elif target in tree:
                wanted = room_of(target)
            else:
                continue
            if wanted != room and not may_include(room, wanted):
                yield f'{path} may not include {target}'


def mutual_rooms(tree):
    """No two rooms include each other."""
    pairs = {(room_of(path), room_of(target)) for path, target in arrows(tree)}
    for one, other in sorted(pairs):
        if one < other and (other, one) in pairs:
            yield f'{one} and {other} include each other'


def full_rooms(tree):
    """A folder holds at most so many source files."""
    counts = collections.Counter(room_of(path) for path in sources(tree, tests=True))
    for room, count in sorted(counts.items()):
        if count > FOLDER_FILES_MAX:
            yield f'{room} holds {count} source files, at most {FOLDER_FILES_MAX} are right: split it by meaning'


def impure_includes(tree):
    """Pure rooms touch nothing of the world."""
    for path in sources(tree):
        if not path.startswith(tuple(room + '/' for room in PURE)):
            continue
        for target in INCLUDE.findall(tree[path]):
            if target not in PURE_STANDARD and not target.startswith(PURE_ABSL) and target not in tree:
                yield f'{path} is pure and may not include <{target}>'


def walked_hashes(tree):
    """Pure rooms keep no order that comes from a hash table."""
    loop = re.compile(r'for \([^;)]*:\s*([a-z_]+)_?\)')
    for path in sources(tree):
        text = tree[path]
        if not path.startswith(tuple(room + '/' for room in PURE)) or 'flat_hash' not in text:
            continue
        hashed = set(re.findall(r'flat_hash_(?:map|set)<.*>\s+(\w+);', text))
        for container in loop.findall(text):
            if container in hashed:
                yield f'{path} walks the hash table {container}'


def services_in_headers(tree):
    """Headers never include gRPC's services."""
    for path in sources(tree):
        for target in INCLUDE.findall(tree[path]):
            if path.endswith('.h') and target.endswith('.grpc.pb.h'):
                yield f'{path} includes {target}'


def foreign_string_views(tree):
    """String views are those of Abseil."""
    for path in sources(tree, tests=True):
        if 'std::' + 'string_view' in tree[path]:
            yield f'{path}: absl::string_view is ours'


def clocks_asked(tree):
    """The time of day is asked in one place."""
    for path in sources(tree):
        if path != 'proto/runtime/clock.cc' and 'absl::Now()' in tree[path]:
            yield f'{path} asks for the time by itself: take it from a Clock'


WAITS = re.compile(r'\bstd::(?:thread|jthread|async|this_thread|condition_variable\w*)\b|\bpthread_create\b|'
                   r'\babsl::(?:SleepFor|CondVar)\b|\b(?:u|nano)?sleep\(|\bpoll\(nullptr\b')


def stray_threads(tree):
    """Threads are begun, and time is waited for, in one room: elsewhere it is a loop of the Runtime."""
    for path in sources(tree):
        if path.startswith('proto/runtime/'):
            continue
        for word in WAITS.findall(tree[path]):
            yield f'{path}: {word} is for proto/runtime; take a loop of a Runtime'


def wrong_guards(tree):
    """Guards name their file."""
    for path in sources(tree, tests=True):
        guard = 'MESOLYS_' + re.sub(r'[^A-Z0-9]', '_', path.upper()) + '_'
        if path.endswith('.h') and f'#ifndef {guard}\n' not in tree[path]:
            yield f'{path}: the guard should be {guard}'


def stray_top_level(tree):
    """The top level is fixed."""
    top = {path.split('/')[0] for path in tree}
    for name in sorted(name for name in top if not name.startswith('.') and name not in TOP_LEVEL):
        yield f'{name} does not belong to the top level'


NAMESPACE = re.compile(r'^namespace (mesolys[\w:]*) \{$', re.MULTILINE)
TYPE = re.compile(r'^(?:struct|class|enum class) (\w+)(?!::)\b(?=[^;]*\{)|^using (\w+) =', re.MULTILINE)


def doubled_types(tree):
    """A type that a header defines has its name alone in its namespace."""
    places = collections.defaultdict(set)
    for path in sources(tree):
        namespaces = NAMESPACE.findall(tree[path])
        if path.endswith('.h') and namespaces:
            for names in TYPE.findall(tree[path]):
                places[namespaces[-1], ''.join(names)].add(path)
    for (namespace, name), paths in sorted(places.items()):
        if len(paths) > 1:
            yield f'{namespace}::{name} is defined in {" and in ".join(sorted(paths))}'


def wrong_namespaces(tree):
    """What is an agent's is in mesolys::agent, what is the client's in mesolys::client."""
    for path in sources(tree):
        own = path.split('/')[0]
        if own in ('agent', 'client') and any(
                not name.startswith(f'mesolys::{own}') for name in NAMESPACE.findall(tree[path])):
            yield f'{path}: its namespace should be mesolys::{own}'


def long_functions(tree):
    """A function is at most so long."""
    opening = re.compile(r'^[^\s#/}].*\{$')
    other = re.compile(r'^(namespace|class|struct|enum|extern|union)\b')
    for path in sources(tree):
        start = None
        for number, line in enumerate(tree[path].split('\n'), 1):
            if opening.match(line) and not other.match(line):
                start = number
            elif line == '}' and start is not None:
                if number - start + 1 > FUNCTION_LINES_MAX:
                    yield f'{path}:{start}: a function of {number - start + 1} lines, at most {FUNCTION_LINES_MAX} are right'
                start = None


MENTION = re.compile(r'\b((?:agent|client|deploy|proto|scheduler|tests)/[\w./-]*\w\.(?:h|cc|proto|py|md|txt|toml))\b')


def dead_references(tree):
    """A comment or a page that names a file names one that is there."""
    for path, text in sorted(tree.items()):
        if path.endswith(('.cc', '.h', '.md', '.proto')) or path.endswith('CMakeLists.txt'):
            for line in text.split('\n'):
                comment = line if path.endswith('.md') else ''.join(re.findall(r'(?://|#(?!include)) .*', line))
                for name in MENTION.findall(comment):
                    if name not in tree:
                        yield f'{path} speaks of {name}, which is not there'


SPEAKERS = ('proto/', 'scheduler/', 'agent/')
UNSAID = re.compile(r'(?<![\w.>:])(?:Say|SayLater)\((?!\s*")|Refuse\(\s*Refusal\b|'
                    r'\bRefus(?:e\(|al\{)\s*(?:Reason::\w+|reason),\s*(?:"(?!")|absl::)')
# Where an error without a reason is read by people, too; what nobody caused by a word of theirs is for a log.
HEARD = ('scheduler/service/', 'scheduler/core/rules/', 'agent/loop/', 'agent/ports/')
UNSAID_ERROR = re.compile(r'absl::(?:AlreadyExists|DataLoss|FailedPrecondition|InvalidArgument|NotFound|OutOfRange|'
                          r'PermissionDenied|ResourceExhausted|Unavailable|Unauthenticated)Error\(\s*(?:"|absl::StrCat)')


def unsaid_sentences(tree):
    """What scheduler and agent refuse with is a literal with holes, where client/po/messages finds it."""
    for path in sources(tree):
        if path.startswith(SPEAKERS) and not path.startswith(('proto/values/sentence.', 'proto/values/reason.')):
            heard = UNSAID_ERROR.finditer(tree[path]) if path.startswith(HEARD) else ()
            for found in (*UNSAID.finditer(tree[path]), *heard):
                number = tree[path].count('\n', 0, found.start()) + 1
                yield f'{path}:{number}: a sentence is Say("...", what varies in it), with the literal in its place'


ASIDE = re.compile(r'//.*|"(?:[^"\\\n]|\\.)*"')


def wide_verbs(tree, verbs, most, wider=()):
    """A verb, found by its message's name (comments and texts apart), is written in so many files at most; `wider`
    gives the number of those that are written in more, and has none that is not."""
    words = {path: set(re.findall(r'\w+', ASIDE.sub('', tree[path]))) for path in tree
             if path.endswith(('.cc', '.h', '.proto')) and not path.startswith('tests/')}
    for verb in verbs:
        found = sorted(path for path in words if words[path] & {verb, verb + 'Request'})
        if len(found) > dict(wider).get(verb, most):
            yield f'{verb} is written in {len(found)} files, at most {most} are right: {" ".join(found)}'
        if verb in dict(wider) and len(found) < dict(wider)[verb]:
            yield f'{verb} is written in {len(found)} files now: its limit is to say so'


RPC = re.compile(r'^  rpc \w+\((\w+)Request\)', re.MULTILINE)


def verbs_of(tree):
    return sorted(set(itertools.chain.from_iterable(
        RPC.findall(text) for path, text in tree.items() if path.endswith('.proto'))))

"""PromQL as a tree, as far as rules and dashboards need it: which series a query reads, below which functions."""
import re

TOKEN = re.compile(r'''
    (?P<space>\s+)
  | (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
  | (?P<range>\[[^\]]*\])
  | (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.]))
  | (?P<duration>(?:\d+(?:ms|[smhdwy]))+)
  | (?P<name>[a-zA-Z_:][\w:]*)
  | (?P<symbol>==|!=|=~|!~|<=|>=|[-+*/%^<>=(){},@])
''', re.VERBOSE)
BINARY = [{'or'}, {'and', 'unless'}, {'==', '!=', '<=', '>=', '<', '>'}, {'+', '-'}, {'*', '/', '%', 'atan2'}, {'^'}]
LABEL_LISTS = {'by', 'without', 'on', 'ignoring', 'group_left', 'group_right'}


class PromqlError(Exception):
    pass


class Number:
    def __init__(self, text):
        self.value, self.children = float(text), ()


class Selector:
    """`range` is what stands in brackets behind it, "" for none; `matchers` are (label, operator, value)."""

    def __init__(self, name, matchers, span):
        self.name, self.matchers, self.range, self.children = name, matchers, span, ()

    def has(self, label, operator, value):
        return (label, operator, value) in self.matchers


class Call:
    """A function or an aggregation; one of the name "" is a pair of brackets."""

    def __init__(self, name, children):
        self.name, self.children, self.range = name, children, ''


class Binary:
    def __init__(self, operator, left, right):
        self.operator, self.children = operator, (left, right)


def walk(node, above=()):
    """Each node with those above it, the nearest last."""
    yield node, above
    for child in node.children:
        yield from walk(child, (*above, node))


def selectors(node):
    return [(each, above) for each, above in walk(node) if isinstance(each, Selector)]


def parse(text):
    """The tree of a query without Grafana's variables. Raises PromqlError."""
    reader = Reader(text)
    node = reader.binary(0)
    if reader.peek() != ('', ''):
        raise PromqlError(f'"{reader.peek()[1]}" is not expected')
    return node


class Reader:
    def __init__(self, text):
        self.tokens, self.at, position = [], 0, 0
        while position < len(text):
            match = TOKEN.match(text, position)
            if not match:
                raise PromqlError(f'"{text[position:position + 10]}" is not PromQL')
            if match.lastgroup != 'space':
                self.tokens.append((match.lastgroup, match.group()))
            position = match.end()

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else ('', '')

    def take(self, text=None):
        token = self.peek()
        if token == ('', '') or (text is not None and token[1] != text):
            raise PromqlError(f'"{text or "more"}" is expected, there is "{token[1] or "nothing"}"')
        self.at += 1
        return token

    def accept(self, text):
        if self.peek()[1] != text or self.peek()[0] == 'string':
            return False
        self.at += 1
        return True

    def binary(self, level):
        if level == len(BINARY):
            return self.unary()
        left = self.binary(level + 1)
        while self.peek()[1] in BINARY[level] and self.peek()[0] in ('symbol', 'name'):
            operator = self.take()[1]
            self.accept('bool')
            self.label_lists()
            left = Binary(operator, left, self.binary(level + 1))
        return left

    def label_lists(self):
        while self.peek()[1] in LABEL_LISTS:
            self.take()
            if self.accept('('):
                while not self.accept(')'):
                    self.take()

    def unary(self):
        if self.accept('-'):
            return Binary('*', Number('-1'), self.unary())
        return self.postfix(self.primary())

    def postfix(self, node):
        while True:
            if self.peek()[0] == 'range' and isinstance(node, (Selector, Call)) and not node.range:
                node.range = self.take()[1][1:-1].strip()
            elif self.accept('offset'):
                self.accept('-')
                self.take()
            else:
                return node

    def primary(self):
        kind, text = self.take()
        if text == '(' and kind == 'symbol':
            return Call('', (self.inner(),))
        if kind == 'number':
            return Number(text)
        if kind == 'string':
            return Call('string', ())
        if text == '{':
            return Selector('', self.matchers(), '')
        if kind != 'name' or text in LABEL_LISTS:
            raise PromqlError(f'"{text}" is not expected')
        before = self.at
        self.label_lists()
        if self.peek() == ('symbol', '('):
            self.take()
            node = Call(text, self.arguments())
            self.label_lists()
            return node
        if self.at != before:
            raise PromqlError(f'"(" is expected after {text}')
        return Selector(text, self.matchers() if self.accept('{') else (), '')

    def inner(self):
        node = self.binary(0)
        self.take(')')
        return node

    def arguments(self):
        found = []
        while not self.accept(')'):
            if found:
                self.take(',')
            found.append(self.binary(0))
        return tuple(found)

    def matchers(self):
        found = []
        while not self.accept('}'):
            if found:
                self.take(',')
                if self.accept('}'):
                    break
            label, operator, value = self.take()[1], self.take()[1], self.take()
            if operator not in ('=', '!=', '=~', '!~') or value[0] != 'string':
                raise PromqlError(f'{label}{operator}{value[1]} is no matcher')
            found.append((label, operator, value[1][1:-1]))
        return tuple(found)

"""Of what kind the figures of a query are, by the names of its metrics, and which of Grafana's units may stand
beside them. A kind is a product of powers: seconds, bytes, things (records, calls), events (what a histogram counts)
and points in time."""
import promql

ANY = None  # a bare number takes the kind of what it meets
RATES = {'rate', 'irate', 'deriv'}
OF_THE_SAME_KIND = {'', 'sum', 'avg', 'min', 'max', 'topk', 'bottomk', 'quantile', 'abs', 'round', 'floor', 'ceil',
                    'sort', 'sort_desc', 'increase', 'delta', 'predict_linear', 'clamp', 'clamp_min', 'clamp_max',
                    'scalar', 'vector', 'label_replace', 'max_over_time', 'min_over_time', 'avg_over_time',
                    'last_over_time'}
UNITS = {
    (('second', 1),): {'s', 'dtdurations', 'dthms'},
    # Grafana's own "h" is a duration: it would show 9000 core hours as a year.
    (('hour', 1),): {'si:h', 'suffix:h'},
    (('day', 1),): {'d'},
    (('byte', 1),): {'bytes', 'decbytes'},
    (('byte', 1), ('second', -1)): {'binBps', 'Bps'},
    (('moment', 1),): {'dateTimeAsIso', 'dateTimeAsLocal', 'dateTimeFromNow'},
    (('thing', 1),): {'none', 'short', 'locale'},
    (('second', -1), ('thing', 1)): {'reqps', 'ops', 'cps', 'rps', 'wps', 'iops'},
    (('event', 1), ('second', -1)): {'reqps', 'ops', 'cps', 'rps', 'wps', 'iops'},
    (('event', -1), ('second', 1)): {'s', 'dtdurations'},
    (('event', -1), ('thing', 1)): {'none', 'short'},
    (('share', 1),): {'percentunit', 'percent'},
    (): {'none', 'short', 'locale'},
}


class DimensionError(Exception):
    pass


def times(left, right, sign=1):
    powers = dict(left)
    for name, power in right:
        powers[name] = powers.get(name, 0) + sign * power
    return tuple(sorted((name, power) for name, power in powers.items() if power))


def of_name(name):
    """The kind of the samples of a metric, or of a recording rule level:metric:operation."""
    if name.count(':') == 2:
        return of_operation(*name.split(':')[1:])
    for end in ('_bucket', '_sum', '_count'):
        if name.endswith('_seconds' + end) or name.endswith('_commands' + end):
            return (('event', 1),) if end == '_count' else of_name(name[:-len(end)])
    for end, kind in (('_timestamp_seconds', 'moment'), ('_seconds', 'second'), ('_bytes', 'byte'),
                      ('_ratio', 'share')):
        if name.endswith(end):
            return ((kind, 1),)
    return (('thing', 1),)


def of_operation(metric, operation):
    if operation.startswith('ratio'):
        return (('share', 1),)
    if operation.startswith(('rate', 'deriv')):
        return times(of_name(metric), (('second', -1),))
    return of_name(metric)


def of(node):
    """The kind of a query's result; ANY for a bare number. Raises DimensionError where kinds do not go together."""
    if isinstance(node, promql.Number):
        return ANY
    if isinstance(node, promql.Selector):
        return of_name(node.name)
    if isinstance(node, promql.Call):
        return of_call(node)
    return of_binary(node.operator, node.children[0], node.children[1])


def of_call(node):
    if node.name == 'time':
        return (('moment', 1),)
    if node.name in ('count', 'group', 'count_values', 'absent'):
        return (('thing', 1),)
    if node.name in ('histogram_quantile', 'quantile_over_time'):
        # The argument is a rate of counts, cut by bounds that are of the metric's own kind.
        return times(of(node.children[1]), (('second', 1),))
    kinds = [of(child) for child in node.children]
    if node.name in RATES:
        return times(kinds[0], (('second', -1),))
    if node.name in OF_THE_SAME_KIND:
        return next((kind for kind in kinds if kind is not ANY), ANY)
    raise DimensionError(f'the kind of {node.name}() is not known')


def of_binary(operator, left_node, right_node):
    left, right = of(left_node), of(right_node)
    if operator in ('*', '/'):
        return of_product(operator, left, right, right_node)
    if left is ANY or right is ANY:
        return right if left is ANY else left
    if operator in ('and', 'unless'):
        return left
    if operator == '-' and left == right == (('moment', 1),):
        return (('second', 1),)
    if left != right:
        raise DimensionError(f'{said(left)} {operator} {said(right)}')
    return left


def of_product(operator, left, right, right_node):
    if right is ANY and isinstance(right_node, promql.Number) and left == (('second', 1),) and operator == '/':
        # Seconds shown as hours or days, and nothing else, are divided by these.
        return {3600: (('hour', 1),), 86400: (('day', 1),)}.get(right_node.value, left)
    if left is ANY or right is ANY:
        return right if left is ANY and operator == '*' else left
    if operator == '/' and left == right:
        return (('share', 1),)
    return times(left, right, -1 if operator == '/' else 1)


def said(kind):
    return ' x '.join(name if power == 1 else f'{name}^{power}' for name, power in kind) or 'number'


def units(node):
    """Those that may stand beside the result; None where any may."""
    kind = of(node)
    if kind is ANY:
        return None
    if kind not in UNITS:
        raise DimensionError(f'no unit is known for {said(kind)}')
    return UNITS[kind]

"""A headless Chromium that looks at pages, asked over two pipes: no port, no network, nothing but Python's own
library."""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
import zlib


class Chromium:
    """One tab. Only one thread may use it."""

    PROGRAM = shutil.which('chromium')

    def __init__(self, seconds=60):
        self.deadline = time.monotonic() + seconds
        self.folder = tempfile.TemporaryDirectory()
        ours_in, theirs_out = os.pipe()
        theirs_in, ours_out = os.pipe()
        # The program reads its descriptor 3 and writes to 4. Whatever stands there is moved away first.
        spares = [os.dup(fd) for fd in (theirs_in, theirs_out)]
        command = [self.PROGRAM, '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage',
                   '--hide-scrollbars', '--remote-debugging-pipe', f'--user-data-dir={self.folder.name}',
                   'about:blank']
        moves = 'exec 3<&%d 4>&%d; exec "$@"' % tuple(spares)
        self.process = subprocess.Popen(['bash', '-c', moves, 'bash', *command], pass_fds=spares,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        for fd in (theirs_in, theirs_out, *spares):
            os.close(fd)
        self.reads, self.writes, self.rest, self.number = ours_in, ours_out, b'', 0
        self.session = None
        target = self.ask('Target.createTarget', url='about:blank')['targetId']
        self.session = self.ask('Target.attachToTarget', targetId=target, flatten=True)['sessionId']
        self.ask('Page.enable')

    def close(self):
        self.process.terminate()
        self.process.wait(20)
        os.close(self.reads)
        os.close(self.writes)
        self.folder.cleanup()

    def ask(self, method, **parameters):
        """What the browser answers; raises what it refuses."""
        self.number += 1
        message = {'id': self.number, 'method': method, 'params': parameters}
        if self.session:
            message['sessionId'] = self.session
        os.write(self.writes, json.dumps(message).encode() + b'\0')
        return self.wait(lambda told: told.get('id') == self.number, method)['result']

    def wait(self, fits, what):
        while True:
            told = json.loads(self.next_message(what))
            if fits(told):
                if 'error' in told:
                    raise RuntimeError(f'{what}: {told["error"]}')
                return told

    def next_message(self, what):
        while b'\0' not in self.rest:
            left = self.deadline - time.monotonic()
            if left <= 0 or not select.select([self.reads], [], [], left)[0]:
                raise TimeoutError(what)
            part = os.read(self.reads, 1 << 16)
            if not part:
                raise RuntimeError(f'{what}: the browser ended')
            self.rest += part
        message, self.rest = self.rest.split(b'\0', 1)
        return message

    def open(self, path, width, scheme):
        """Shows a file as a screen of so many pixels does, to a reader who likes it 'light' or 'dark'."""
        self.ask('Emulation.setDeviceMetricsOverride', width=width, height=800, deviceScaleFactor=1,
                 mobile=width < 600)
        self.ask('Emulation.setEmulatedMedia',
                 features=[{'name': 'prefers-color-scheme', 'value': scheme}])
        self.ask('Page.navigate', url=path.as_uri())
        self.wait(lambda told: told.get('method') == 'Page.loadEventFired', 'load')

    def value(self, expression):
        """What the expression is on the page, as JSON has it."""
        answer = self.ask('Runtime.evaluate', expression=expression, returnByValue=True)
        if 'exceptionDetails' in answer:
            raise RuntimeError(answer['exceptionDetails']['text'])
        return answer['result'].get('value')

    def colours(self):
        """How many pixels there are of each colour of the whole page."""
        picture = self.ask('Page.captureScreenshot', format='png', captureBeyondViewport=True)['data']
        return colours_of(base64.b64decode(picture))


def colours_of(png):
    """Of a PNG of 8 bits a channel, as the browser writes it."""
    at, packed, width, channels = 8, b'', 0, 3
    while at < len(png):
        size = int.from_bytes(png[at:at + 4], 'big')
        kind, body = png[at + 4:at + 8], png[at + 8:at + 8 + size]
        if kind == b'IHDR':
            width = int.from_bytes(body[:4], 'big')
            channels = {2: 3, 6: 4}[body[9]]
        elif kind == b'IDAT':
            packed += body
        at += size + 12
    raw, stride = zlib.decompress(packed), width * channels
    counts, above = {}, bytearray(stride)
    for start in range(0, len(raw), stride + 1):
        line = unfiltered(raw[start], bytearray(raw[start + 1:start + 1 + stride]), above, channels)
        for x in range(0, stride, channels):
            colour = tuple(line[x:x + 3])
            counts[colour] = counts.get(colour, 0) + 1
        above = line
    return counts


def unfiltered(kind, line, above, channels):
    for x in range(len(line)):
        left = line[x - channels] if x >= channels else 0
        if kind == 1:
            line[x] = (line[x] + left) & 255
        elif kind == 2:
            line[x] = (line[x] + above[x]) & 255
        elif kind == 3:
            line[x] = (line[x] + (left + above[x]) // 2) & 255
        elif kind == 4:
            corner = above[x - channels] if x >= channels else 0
            guess = left + above[x] - corner
            line[x] = (line[x] + min((left, above[x], corner), key=lambda near: abs(guess - near))) & 255
    return line

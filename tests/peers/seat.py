"""A seat of a meeting with WebSocket and WebRTC code of its own (asyncio and aiortc), nothing of ours.

    seat.py URL COOKIE MEETING [--sound [--quiet]] [--picture] [--keep] [--decode]

Lines of JSON on standard input are sent to the server as they are, {"gen":"GEN"} being replaced by the newest gen;
everything that the server says, and numbers of packets every 200 ms, go out as lines of JSON. --keep: hostile, never
lets go of a peer connection; --quiet: after two seconds of sound one packet in 400 ms. Packets are counted where SRTP was opened, whatever they belong to.
"""
import argparse, asyncio, base64, fractions, json, math, os, struct, sys, time
from urllib.parse import urlparse

import aioice.ice
import av
import numpy
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc import rtcdtlstransport, rtcrtpsender
from aiortc.codecs.opus import OpusEncoder
from aiortc.codecs.vpx import Vp8Encoder
from aiortc.mediastreams import AudioStreamTrack, VideoStreamTrack
from aiortc.rtcrtpsender import RTCEncodedFrame

addresses = aioice.ice.get_host_addresses
aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: addresses(use_ipv4, False) or ["127.0.0.1"]  # as Janus: loopback alone
options = argparse.ArgumentParser()
for name in ("url", "cookie", "meeting"):
    options.add_argument(name)
for name in ("--sound", "--quiet", "--picture", "--keep", "--decode"):
    options.add_argument(name, action="store_true")
args = options.parse_args()

numbers = {"rtp": 0, "lost": 0, "voice": 0, "voice_lost": 0, "streams": {}, "begun": None, "joins_ms": []}
newest = {}


def count_rtp(open_rtp):
    async def opened(self, data, arrival_time_ms):
        numbers["rtp"] += 1
        if numbers["begun"]:
            numbers["joins_ms"].append(round((time.time() - numbers["begun"]) * 1000))
            numbers["begun"] = None
        voice = data[1] & 127 == 111  # Opus, as Janus offers it
        numbers["voice"] += voice
        ssrc, seq = struct.unpack(">I", data[8:12])[0], struct.unpack(">H", data[2:4])[0]
        if ssrc in newest:
            step = (seq - newest[ssrc]) & 0xFFFF
            if 1 < step < 0x8000:
                numbers["lost"] += step - 1
                numbers["voice_lost"] += voice * (step - 1)
            if step < 0x8000:
                newest[ssrc] = seq
        else:
            newest[ssrc] = seq
        numbers["streams"][str(ssrc)] = numbers["streams"].get(str(ssrc), 0) + 1
        if args.decode:
            await open_rtp(self, data, arrival_time_ms)
    return opened


rtcdtlstransport.RTCDtlsTransport._handle_rtp_data = count_rtp(rtcdtlstransport.RTCDtlsTransport._handle_rtp_data)


def tone():
    """A second of 440 Hz, encoded once: a loop without a seam."""
    encoder, packets = OpusEncoder(), []
    for n in range(53):
        samples = (numpy.sin((numpy.arange(960) + n * 960) * 2 * math.pi * 440 / 48000) * 8000).astype(numpy.int16)
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 48000, n * 960, fractions.Fraction(1, 48000)
        packets += encoder.encode(frame)[0]
    return packets[-50:]


def colours():
    """Keyframes of one colour each: whatever is lost, the next one is whole."""
    encoder, frames = Vp8Encoder(), []
    for n in range(16):
        frame = av.VideoFrame.from_ndarray(numpy.full((180, 160), n * 16, numpy.uint8), format="yuv420p")
        frame.pts, frame.time_base = n * 18000, fractions.Fraction(1, 90000)
        frames.append(encoder.encode(frame, True)[0])
    return frames


class Recorded:
    """Sends what was encoded before, so that fifty of these cost little: packets are counted, not listened to."""

    async def encoded(self):
        self.begun = self.begun or time.time()
        step = 20 if args.quiet and self.per_s == 50 and self.n >= 100 else 1  # a silence: one packet in 400 ms
        await asyncio.sleep(max(0, self.begun + self.n / self.per_s - time.time()))
        payloads, stamp = self.frames[self.n % len(self.frames)], self.n * self.clock // self.per_s
        self.n += step
        return RTCEncodedFrame(payloads, stamp, -20 if self.per_s == 50 else None)


class Tone(Recorded, AudioStreamTrack):
    def __init__(self):
        super().__init__()
        self.n, self.begun, self.per_s, self.clock, self.frames = 0, None, 50, 48000, [[one] for one in tone()]


class Colour(Recorded, VideoStreamTrack):
    def __init__(self):
        super().__init__()
        self.n, self.begun, self.per_s, self.clock, self.frames = 0, None, 5, 90000, colours()


async def next_encoded(self, codec):
    return await self._RTCRtpSender__track.encoded()


rtcrtpsender.RTCRtpSender._next_encoded_frame = next_encoded


def say(line):
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


class Socket:
    """RFC 6455, as much as is needed."""

    async def open(self, url, cookie):
        at = urlparse(url)
        self.read, self.write = await asyncio.open_connection(at.hostname, at.port)
        guest = "?guest=1" if cookie.startswith("tw_meet=") else ""
        self.write.write((f"GET /ws{guest} HTTP/1.1\r\nHost: {at.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\nSec-WebSocket-Version: 13\r\n"
                          f"Sec-WebSocket-Protocol: townwall.1\r\nOrigin: {url}\r\nCookie: {cookie}\r\n\r\n").encode())
        head = await self.read.readuntil(b"\r\n\r\n")
        if b" 101 " not in head.split(b"\r\n")[0]:
            raise SystemExit(head.decode())

    def frame(self, opcode, body):
        size = len(body)
        head = bytes([0x80 | opcode])
        head += bytes([0x80 | size]) if size < 126 else bytes([0xFE]) + struct.pack(">H", size) if size < 65536 else bytes([0xFF]) + struct.pack(">Q", size)
        self.write.write(head + b"\0\0\0\0" + body)

    def send(self, message):
        self.frame(1, json.dumps(message).encode())

    async def messages(self):
        text = b""
        while True:
            first, second = await self.read.readexactly(2)
            size = second & 127
            if size > 125:
                size = int.from_bytes(await self.read.readexactly(2 if size == 126 else 8), "big")
            body = await self.read.readexactly(size)
            if first & 15 == 9:
                self.frame(10, body)
            elif first & 15 == 8:
                say({"closed": body[2:].decode()})
                return
            elif first & 15 in (0, 1):
                text += body
                if first & 128:
                    yield json.loads(text)
                    text = b""


class Seat:
    def __init__(self):
        self.socket, self.gen, self.send, self.recv, self.kept = Socket(), 0, None, None, []
        self.begun = time.time()

    def say(self, op, **more):
        self.socket.send({"t": "rtc", "meeting": args.meeting, "op": op, "gen": self.gen, **more})

    async def end(self):
        old, self.send, self.recv = [self.send, self.recv], None, None
        self.kept += [pc for pc in old if pc]
        if not args.keep:
            for pc in self.kept:
                await pc.close()

    async def publish(self):
        pc = self.send = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        if args.sound:
            pc.addTrack(Tone())
        if args.picture:
            pc.addTrack(Colour())
        if not pc.getTransceivers():
            return
        for one in pc.getTransceivers():
            one.direction = "sendonly"
        await pc.setLocalDescription(await pc.createOffer())
        self.say("publish", sdp=pc.localDescription.sdp,
                 streams=[{"mid": one.mid, "kind": "mic" if one.kind == "audio" else "camera"} for one in pc.getTransceivers()])

    async def take(self, message):
        op, gen = message.get("op"), message.get("gen")
        if op == "ice" and gen == self.gen and self.send:
            return  # told twice
        if op == "ice":
            await self.end()
            self.gen = gen
            numbers["begun"] = self.begun or time.time()  # after a move: now
            self.begun = None
            await self.publish()
        elif gen != self.gen:
            return
        elif op == "answer" and self.send:
            await self.send.setRemoteDescription(RTCSessionDescription(message["sdp"], "answer"))
        elif op == "offer":
            if not self.recv:
                self.recv = RTCPeerConnection(RTCConfiguration(iceServers=[]))
            await self.recv.setRemoteDescription(RTCSessionDescription(message["sdp"], "offer"))
            await self.recv.setLocalDescription(await self.recv.createAnswer())
            self.say("answer", n=message["n"], sdp=self.recv.localDescription.sdp)
        elif op == "gone":
            await self.end()

    async def commands(self):
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := await reader.readline():
            message = json.loads(line)
            if message.get("op") == "hello":
                self.begun = time.time()
            if message.get("gen") == "GEN":
                message["gen"] = self.gen
            self.socket.send(message)
        os._exit(0)

    async def tell(self):
        while True:
            await asyncio.sleep(0.2)
            say({"numbers": {**numbers, "gen": self.gen, "cpu_s": time.process_time()}})

    async def run(self):
        await self.socket.open(args.url, args.cookie)
        self.socket.send({"t": "sub", "topic": f"meeting:{args.meeting}", "re": "sub"})
        self.say("hello")
        self.tasks = [asyncio.ensure_future(self.commands()), asyncio.ensure_future(self.tell())]
        async for message in self.socket.messages():
            say({"said": message})
            if message.get("t") == "rtc":
                try:
                    await self.take(message)
                except Exception as error:
                    say({"fault": repr(error)})


asyncio.run(Seat().run())

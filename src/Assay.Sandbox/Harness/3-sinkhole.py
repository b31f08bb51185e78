# A network that goes nowhere: every address is this machine, names are answered, connections are taken, and what was asked is told.
import struct

NETLINK_ROUTE, RTM_NEWROUTE, NLM_ASKED = 0, 24, 0x1 | 0x4 | 0x400  # request, acknowledge, create
IP_PKTINFO, IPV6_FREEBIND = 8, 78


def network_of_nothing():
    """In a fresh network namespace: the loopback is up, every address is local, low ports need no rights."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        import fcntl
        fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh22x", b"lo", 1))
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_ROUTE) as kernel:
        # 0.0.0.0/0 and ::/0 in the local table, of type local, on the loopback; scopes are IPv4's.
        for family, scope in ((socket.AF_INET, 254), (socket.AF_INET6, 0)):
            body = struct.pack("BBBBBBBBI", family, 0, 0, 0, 255, 4, scope, 2, 0) + struct.pack("HHI", 8, 4, socket.if_nametoindex("lo"))
            kernel.send(struct.pack("IHHII", 16 + len(body), RTM_NEWROUTE, NLM_ASKED, 1, 0) + body)
            error = struct.unpack("i", kernel.recv(4096)[16:20])[0]
            if error and family == socket.AF_INET:
                # There are machines without IPv6.
                raise OSError(-error, "route: " + os.strerror(-error))
    with open("/proc/sys/net/ipv4/ip_unprivileged_port_start", "w") as file:
        file.write("0")


class Sinkhole:
    """Answers inside the network of one load. It runs in the first process of the namespaces, which nothing in them can end."""
    PORTS, TALKS, MESSAGES, BYTES, NAMES = 64, 64, 500, 16384, 4096

    def __init__(self, link, poll):
        self.link, self.poll = link, poll
        self.kinds, self.talks, self.opened, self.names, self.told = {}, {}, set(), {}, 0
        poll.register(link, select.POLLIN)
        for port in (53, 80, 443):
            self.open(port)

    def open(self, port):
        """Listens on a port, for both protocols and both kinds of addresses; a port that the load itself holds stays the load's."""
        if port in self.opened or len(self.opened) >= self.PORTS:
            return
        self.opened.add(port)
        for family, kind in itertools.product((socket.AF_INET, socket.AF_INET6), (socket.SOCK_DGRAM, socket.SOCK_STREAM)):
            one = None
            try:
                one = socket.socket(family, kind)
                one.setblocking(False)
                if family == socket.AF_INET6:
                    one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                    one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
                    # To answer from an address that was asked and that no interface has.
                    one.setsockopt(socket.IPPROTO_IPV6, IPV6_FREEBIND, 1)
                else:
                    one.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
                one.bind(("" if family == socket.AF_INET else "::", port))
                if kind == socket.SOCK_STREAM:
                    one.listen(32)
            except OSError:
                if one is not None:
                    one.close()
                continue
            self.kinds[one.fileno()] = (one, kind, port)
            self.poll.register(one, select.POLLIN)

    def tell(self, **what):
        self.told += 1
        if self.told <= self.MESSAGES:
            try:
                self.link.send(json.dumps(what).encode(), socket.MSG_DONTWAIT)
            except OSError:
                pass

    def hear(self, number):
        """Serves one descriptor that has something to say."""
        try:
            if number == self.link.fileno():
                self.asked()
            elif number in self.talks:
                self.read(number)
            elif number in self.kinds:
                one, kind, port = self.kinds[number]
                (self.take if kind == socket.SOCK_STREAM else self.datagram)(one, port)
        except OSError:
            pass

    def asked(self):
        message = self.link.recv(64)
        if not message:
            self.poll.unregister(self.link)
            return
        self.open(int(message))
        self.link.send(b'{"ready": %d}' % int(message), socket.MSG_DONTWAIT)

    def place(self, address, port):
        return {"to": ("[%s]:%d" if ":" in address else "%s:%d") % (address, port), "name": next((n for n, a in self.names.items() if address in a), "")}

    def datagram(self, one, port):
        data, extra, _, whence = one.recvmsg(4096, 256)
        six = one.family == socket.AF_INET6
        target = next((bytes(d[:16] if six else d[4:8]) for level, kind, d in extra if kind == (socket.IPV6_PKTINFO if six else IP_PKTINFO)), bytes(16 if six else 4))
        if port != 53 or len(data) < 17:
            self.tell(asked="datagram", data=data[:1000].decode("latin-1"), **self.place(socket.inet_ntop(one.family, target), port))
            return
        name, at = [], 12
        while at < len(data) and 0 < data[at] < 64 and len(name) < 128:
            name.append(data[at + 1:at + 1 + data[at]].decode("latin-1"))
            at += 1 + data[at]
        name = ".".join(name)[:255]
        kind = int.from_bytes(data[at + 1:at + 3], "big")
        self.tell(asked="name", name=name, kind=kind)
        answer = b""
        if kind in (1, 28):
            count = len(self.names)
            if name not in self.names and count < self.NAMES:
                # The ranges for measurements (RFC 2544, RFC 5180): no machine has such an address.
                self.names[name] = "198.18.%d.%d" % (count // 250, count % 250 + 1), "2001:2::%x" % (count + 1)
            known = self.names.get(name, ("198.19.0.1", "2001:2::ffff"))
            address = socket.inet_pton(socket.AF_INET, known[0]) if kind == 1 else socket.inet_pton(socket.AF_INET6, known[1])
            answer = b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 60, len(address)) + address
        reply = data[:2] + struct.pack(">HHHHH", 0x8180, 1, 1 if answer else 0, 0, 0) + data[12:at + 5] + answer
        # The answer must come from the address that was asked.
        told = (socket.IPPROTO_IPV6, socket.IPV6_PKTINFO, struct.pack("16sI", target, 0)) if six \
            else (socket.IPPROTO_IP, IP_PKTINFO, struct.pack("i4s4s", 0, target, b"\0\0\0\0"))
        one.sendmsg([reply], [told], 0, whence)

    def take(self, one, port):
        talk, _ = one.accept()
        if len(self.talks) >= self.TALKS:
            talk.close()
            return
        talk.setblocking(False)
        self.talks[talk.fileno()] = [talk, self.place(*talk.getsockname()[:2]), b"", time.monotonic() + 1]
        self.poll.register(talk, select.POLLIN)

    def read(self, number):
        entry = self.talks[number]
        try:
            data = entry[0].recv(4096)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        entry[2] += data
        entry[3] = time.monotonic() + 0.3
        if not data or len(entry[2]) >= self.BYTES or whole_request(entry[2]):
            self.end(number)

    def end(self, number):
        """Tells what a connection brought, answers it with nothing, and closes it."""
        talk, place, data, _ = self.talks.pop(number)
        self.poll.unregister(talk)
        self.tell(asked="connection", data=data[:1000].decode("latin-1"), length=len(data), server=server_name(data), **place)
        try:
            if is_request(data):
                talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            talk.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        talk.close()

    def idle(self, last=False):
        """Ends connections that say nothing any more; at the end, all of them."""
        now = time.monotonic()
        for number in [n for n, entry in self.talks.items() if last or entry[3] < now]:
            self.end(number)

    def finish(self):
        """Serves what has arrived before the load ended."""
        for _ in range(64):
            said = [number for number, _ in self.poll.poll(0) if number in self.kinds or number in self.talks]
            if not said:
                break
            for number in said:
                self.hear(number)
        self.idle(True)


def is_request(data):
    line = data.split(b"\r\n", 1)[0]
    return b"\r\n" in data and b" HTTP/1." in line


def whole_request(data):
    """Whether an HTTP request is complete, or a TLS greeting has arrived: there is nobody to shake hands with."""
    if data[:2] == b"\x16\x03":
        return len(data) >= 5 and len(data) >= 5 + int.from_bytes(data[3:5], "big")
    head, end, body = data.partition(b"\r\n\r\n")
    if not end or not is_request(data):
        return False
    lengths = [line.split(b":", 1)[1].strip() for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return not lengths or not lengths[0].isdigit() or len(body) >= int(lengths[0][:9])


def server_name(data):
    """The name in a TLS greeting (RFC 6066); empty for anything else and for a greeting without one."""
    try:
        if data[:2] != b"\x16\x03" or data[5] != 1:
            return ""
        at = 43 + 1 + data[43]
        at += 2 + int.from_bytes(data[at:at + 2], "big")
        at += 1 + data[at]
        end = at + 2 + int.from_bytes(data[at:at + 2], "big")
        at += 2
        while at + 4 <= min(end, len(data)):
            kind, length = int.from_bytes(data[at:at + 2], "big"), int.from_bytes(data[at + 2:at + 4], "big")
            if kind == 0:
                return data[at + 9:at + 4 + length].decode("latin-1")[:255]
            at += 4 + length
    except IndexError:
        pass
    return ""

"""Speaks TLS in front of a server that does not, as a reverse proxy does.

    python tls.py PORT CERTIFICATE

Listens on a port of its own, which it prints; what comes there goes to PORT of this machine. The file
holds a certificate and its key. The program ends with its standard input.
"""

import asyncio
import os
import ssl
import sys


async def carry(reader, writer):
    try:
        while part := await reader.read(65536):
            writer.write(part)
            await writer.drain()
    except OSError:
        pass
    writer.close()


async def main():
    port, certificate = int(sys.argv[1]), sys.argv[2]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    async def connected(reader, writer):
        try:
            there = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            return writer.close()
        await asyncio.gather(carry(reader, there[1]), carry(there[0], writer))

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=context)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await asyncio.to_thread(sys.stdin.read)
        # Connections that are open would hold up an orderly end.
        os._exit(0)


asyncio.run(main())
